"""Files in a client's record: which are taken, what they are called, how they are kept and given out."""
