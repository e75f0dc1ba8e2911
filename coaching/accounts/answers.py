"""What a mail server or an SMS provider may answer, other than yes."""


class NoServer(Exception):
    """It could not be reached, or did not let us in. The text is for people."""


class Refused(Exception):
    """It took the message and said no: for good (`is_final`), or for now. The text is its own words."""

    def __init__(self, words: str, *, is_final: bool) -> None:
        super().__init__(words)
        self.words, self.is_final = words, is_final
