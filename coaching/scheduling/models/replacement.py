"""Which session came in the place of one that was called off."""

from django.db import models

from coaching.accounts.records import Record
from coaching.scheduling.models.session import CoachingSession


class Replacement(Record):
    """The client booked `session` by the link in the mail that `earlier` was called off; that works once."""

    earlier = models.OneToOneField(CoachingSession, on_delete=models.CASCADE, related_name="replacement")
    session = models.OneToOneField(CoachingSession, on_delete=models.CASCADE, related_name="replaces")

    def __str__(self) -> str:
        return f"{self.session} instead of {self.earlier}"
