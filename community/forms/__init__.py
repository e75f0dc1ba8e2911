"""What is typed into the directory: searches by everybody, listings and their parts by curators."""
