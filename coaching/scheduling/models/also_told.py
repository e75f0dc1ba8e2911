"""The further sessions that one mail tells of, where several were planned, moved or called off at once."""

from django.db import models

from coaching.accounts.records import Record
from coaching.scheduling.models.session import CoachingSession


class AlsoTold(Record):
    """One more session of a mail about several, in the state that the mail is to tell.

    The mail's own row names the first of them. Whichever of them has changed
    when the mail is written is left out of it.
    """

    reminder = models.ForeignKey("scheduling.Reminder", on_delete=models.CASCADE, related_name="also")
    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="also_told")
    schedule_version = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "also told"
        constraints = [
            models.UniqueConstraint(fields=["reminder", "session"], name="also_told_once_per_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.reminder}, {self.session}"
