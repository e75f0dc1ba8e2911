"""The directory's pages: `directory` for everybody, `curation` for curators."""
