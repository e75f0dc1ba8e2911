"""What a session leaves behind: steps that were agreed in it, and a summary that its coach shares."""

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from clients.models.writing import Writing
from coaching.accounts.deliveries import Delivery
from coaching.accounts.models import User
from coaching.accounts.records import Record
from coaching.scheduling import emails
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.models.reminder import SETTLING
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.querysets import SessionStepQuerySet, SessionSummaryQuerySet
from goals.models import Step

NEWS_LASTS = timedelta(days=7)
"""A mail about a summary that could not be sent for so long would only confuse."""


class SessionStep(Record):
    """A step that belongs to a session: it was agreed there, or is to be done before it.

    The step itself knows nothing of sessions; they are on a higher floor.
    """

    class Role(models.TextChoices):
        AGREED = "agreed", _("Agreed in the session")
        BEFORE = "before", _("To do before the session")

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="step_links")
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="session_links")
    role = models.CharField(max_length=6, choices=Role)

    objects = SessionStepQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["step", "role"], name="sessionstep_one_session_for_each_role"),
            models.CheckConstraint(
                condition=Q(role__in=["agreed", "before"]), name="sessionstep_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_role_display()


class SessionSummary(Writing):
    """What the coach writes down for both after a session. Until it is sent it is the coach's own draft."""

    IS_COACHS = True

    session = models.OneToOneField(CoachingSession, on_delete=models.CASCADE, related_name="summary")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="summaries_written", editable=False
    )

    objects = SessionSummaryQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        verbose_name_plural = "session summaries"

    @property
    def client(self) -> Client:  # type: ignore[override]
        return self.session.client

    def get_absolute_url(self) -> str:
        """Where its author goes on writing it."""
        return reverse("scheduling:summary_write", args=[self.session_id])


class SummaryMail(Delivery):
    """Tells the client, once, that there is something to read; not a word of what it says."""

    summary = models.OneToOneField(SessionSummary, on_delete=models.CASCADE, related_name="mail")

    def __str__(self) -> str:
        return str(self.summary_id)

    @classmethod
    def write_for(cls, summary: SessionSummary) -> None:
        """One mail for one summary. Somebody who has not joined cannot open it, and is not told."""
        if summary.client.has_joined:
            cls.objects.get_or_create(
                summary=summary, defaults={"due_at": Now() + SETTLING, "useful_until": Now() + NEWS_LASTS}
            )

    def compose(self) -> EmailMultiAlternatives | None:
        """Reads the client again: nobody is told who has left meanwhile."""
        rows = SessionSummary.objects.select_related(
            "session__client__user__mail_choices", "session__client__coach__user"
        )
        self.summary = rows.get(pk=self.summary_id)
        client = self.summary.client
        user = client.user
        if user is None or not user.is_active or client.status == client.Status.ENDED:
            return None
        return emails.summary_mail(self) if MailChoices.of(user).wants_summary else None

    def stop_kind(self) -> bool:
        """The same as if the reader had switched it off."""
        MailChoices.objects.update_or_create(user=self.summary.client.user, defaults={"wants_summary": False})
        return True
