"""The practice's texts that clients sign: how they are read, compared, published and signed."""
