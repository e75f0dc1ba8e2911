"""Another coach of the practice goes on with a client, if the client says yes."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import HandoverQuerySet
from coaching.accounts.models import Coach, User
from coaching.accounts.records import Record


class Handover(Record):
    """The question to a client whether they would like to go on with another coach, and the answer.

    Those that were agreed to are the list of a client's coaches over time.
    """

    class Answer(models.TextChoices):
        OPEN = "open", _("Waits for an answer")
        AGREED = "agreed", _("Agreed")
        DECLINED = "declined", _("Stays with their coach")
        WITHDRAWN = "withdrawn", _("Taken back")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="handovers")
    from_coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="handed_over")
    to_coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="taken_over")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="handovers_asked")
    answer = models.CharField(max_length=9, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(answer="open"), name="handover_one_open_question"
            ),
            models.CheckConstraint(condition=~Q(from_coach=F("to_coach")), name="handover_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(answer="open", answered_at=None)
                | Q(answer__in=["agreed", "declined", "withdrawn"], answered_at__isnull=False),
                name="handover_answered_or_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_coach} → {self.to_coach}"

    @property
    def is_open(self) -> bool:
        return self.answer == self.Answer.OPEN

    @property
    def is_agreed(self) -> bool:
        return self.answer == self.Answer.AGREED

    def settle(self, answer: str) -> None:
        """It waits no longer."""
        self.answer = answer
        self.answered_at = Now()
        self.save(update_fields=["answer", "answered_at"])
