"""The mails that remind two people of their session."""

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.deliveries import Delivery
from coaching.scheduling import emails
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.querysets import ReminderQuerySet

LEADS = {
    "client": [timedelta(hours=48), timedelta(hours=2)],
    # A coach with five sessions a day wants one short nudge each, not two.
    "coach": [timedelta(hours=2)],
}
"""How long before a session each person is reminded, longest first."""


class Reminder(Delivery):
    """One mail to one of the two people that their session is coming up.

    The address is read when the mail is sent: it follows a client who changes
    it, or who joins after the booking. Somebody who has not joined yet is
    reminded too, at the address the coach has.
    """

    class Kind(models.TextChoices):
        UPCOMING = "upcoming", _("Session coming up")

    class Recipient(models.TextChoices):
        CLIENT = "client", _("Client")
        COACH = "coach", _("Coach")

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.UPCOMING)
    recipient = models.CharField(max_length=6, choices=Recipient)
    lead = models.DurationField(help_text=_("How long before the session it is sent."))
    schedule_version = models.PositiveIntegerField()

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind", "lead", "recipient", "schedule_version"],
                name="reminder_once_per_time_of_session",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reminder_due",
                condition=Q(state__in=["pending", "submitting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_recipient_display()}, {self.lead} before"

    @classmethod
    def of(cls, session: CoachingSession) -> list["Reminder"]:
        """Every reminder of the time this session has now, unsaved.

        Each is useful until the next one for the same person: two at once would say the same.
        """
        reminders = []
        for recipient, leads in LEADS.items():
            for lead, next_lead in zip(leads, [*leads[1:], timedelta()], strict=True):
                reminders.append(
                    cls(
                        session=session,
                        recipient=recipient,
                        lead=lead,
                        schedule_version=session.schedule_version,
                        due_at=session.starts_at - lead,
                        useful_until=session.starts_at - next_lead,
                    )
                )
        return reminders

    @staticmethod
    def write_for(session: CoachingSession) -> None:
        """Write the reminders of the time it has now; those of any earlier time are called off.

        One whose moment has passed already is not written: nobody wants a
        two-day notice five hours ahead.
        """
        session.reminders.exclude(schedule_version=session.schedule_version).call_off()
        reminders = Reminder.of(session)
        Reminder.objects.bulk_create(row for row in reminders if row.due_at > timezone.now())

    @property
    def stable_message_id(self) -> str:
        return super().stable_message_id.replace("@", f".{self.schedule_version}@")

    @property
    def address(self) -> str:
        """Where it goes now."""
        if self.recipient == self.Recipient.COACH:
            return self.session.coach.user.email
        client = self.session.client
        return client.user.email if client.user else client.email

    def compose(self) -> EmailMultiAlternatives | None:
        """Reads the session again: nothing is sent for one that was called off, held, or moved since."""
        session = CoachingSession.objects.with_people().get(pk=self.session_id)
        if not session.is_scheduled or session.schedule_version != self.schedule_version:
            return None
        self.session = session
        return emails.session_reminder(self)
