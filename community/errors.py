"""What a curator cannot do."""


class NotPossible(Exception):
    """The listing cannot take this step; the message says why, for the curator."""
