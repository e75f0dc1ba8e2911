"""Sessions, the reminders that belong to them, and the signs of life of the processes that send them."""

from datetime import timedelta
from typing import Any

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from clients.models import Client
from coaching.accounts.deliveries import Delivery
from coaching.accounts.models import Coach, User
from coaching.accounts.records import Record
from coaching.scheduling import emails
from coaching.scheduling.fields import Span, WallTimeField
from coaching.scheduling.querysets import CoachingSessionQuerySet, ReminderQuerySet
from coaching.scheduling.walltimes import ZonedTime, moments_of


def _one_at_a_time(person: str, name: str) -> ExclusionConstraint:
    return ExclusionConstraint(
        name=name,
        expressions=[
            (Span("starts_at", "ends_at", RangeBoundary()), RangeOperators.OVERLAPS),
            (person, RangeOperators.EQUAL),
        ],
        condition=Q(status="scheduled"),
    )


@pghistory.track()
class CoachingSession(Record):
    """A meeting of one coach and one client.

    It keeps the moment (UTC) and the wall time it was meant as, so that a
    change of the zone's rules between booking and meeting is noticed.
    """

    class Status(models.TextChoices):
        SCHEDULED = "scheduled", _("Planned")
        COMPLETED = "completed", _("Held")
        CANCELLED_BY_COACH = "cancelled_by_coach", _("Called off by the coach")
        CANCELLED_BY_CLIENT = "cancelled_by_client", _("Called off by the client")
        LATE_CANCELLATION = "late_cancellation", _("Called off late")
        NO_SHOW = "no_show", _("Did not take place")

    class Place(models.TextChoices):
        IN_PERSON = "in_person", _("In person")
        PHONE = "phone", _("By phone")
        VIDEO = "video", _("By video")

    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="sessions")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    timezone = TimeZoneField(use_pytz=False, help_text=_("The zone in which the time was meant."))
    local_start = WallTimeField(help_text=_("The start on the wall, in that zone."))
    place = models.CharField(_("place"), max_length=9, choices=Place, default=Place.VIDEO)
    place_detail = models.CharField(_("address, number or link"), max_length=300, blank=True)
    agenda = models.CharField(_("what it is about"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=19, choices=Status, default=Status.SCHEDULED)
    schedule_version = models.PositiveIntegerField(default=1, help_text=_("Rises with each move."))
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="sessions_cancelled"
    )

    objects = CoachingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(fields=["client", "starts_at"], name="session_of_client"),
            models.Index(fields=["coach", "starts_at"], name="session_of_coach"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_start"),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | ~Q(status__in=["scheduled", "completed"]),
                name="session_called_off_has_that_status",
            ),
            _one_at_a_time("coach", "session_one_at_a_time_per_coach"),
            _one_at_a_time("client", "session_one_at_a_time_per_client"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} UTC"

    def get_absolute_url(self) -> str:
        return reverse("scheduling:session_detail", args=[self.pk])

    @property
    def length(self) -> timedelta:
        return self.ends_at - self.starts_at

    @property
    def minutes(self) -> int:
        return int(self.length.total_seconds() // 60)

    @property
    def is_scheduled(self) -> bool:
        return self.status == self.Status.SCHEDULED

    @property
    def is_upcoming(self) -> bool:
        return self.is_scheduled and self.ends_at > timezone.now()

    @property
    def has_started(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def has_moved_on_the_wall(self) -> bool:
        """Whether a change of the zone's rules since booking has put the moment at another wall time."""
        return self.starts_at not in moments_of(self.local_start, self.timezone)

    def is_coached_by(self, user: User) -> bool:
        return self.client.coach.user_id == user.pk

    def other_person(self, user: User) -> Coach | Client:
        """Whom this person meets."""
        return self.client if self.client.user_id != user.pk else self.coach

    def times_for(self, user: User) -> list[ZonedTime]:
        """The time on this person's wall, then on the other's where that shows another time."""
        client, coach = self.client.own_timezone, self.coach.user.timezone
        zones = (client, coach) if self.client.user_id == user.pk else (coach, client)
        return self._times(*zones)

    def times_for_recipient(self, recipient: str) -> list[ZonedTime]:
        """The same for a mail, whose reader may not have an account yet."""
        client, coach = self.client.own_timezone, self.coach.user.timezone
        return self._times(*((client, coach) if recipient == Reminder.Recipient.CLIENT else (coach, client)))

    def _times(self, *zones: Any) -> list[ZonedTime]:
        own, other = (ZonedTime(self.starts_at, self.ends_at, zone) for zone in zones)
        return [own] if own.is_like(other) else [own, other]

    def write_reminders(self) -> None:
        """Write the reminders of the time it has now; those of any earlier time are called off.

        One whose moment has passed already is not written: nobody wants a
        two-day notice five hours ahead.
        """
        self.reminders.exclude(schedule_version=self.schedule_version).call_off()
        Reminder.objects.bulk_create(
            reminder for reminder in Reminder.of(self) if reminder.due_at > timezone.now()
        )

    def complete(self, *, by: User) -> None:
        """Note that it was held. `by` is kept by the row's history."""
        if not (self.is_scheduled and self.has_started):
            raise ValidationError(
                _("Only a session that was planned and has begun can be marked as held."), code="closed"
            )
        self.status = self.Status.COMPLETED
        self.save(update_fields=["status"])


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


class Heartbeat(Record):
    """When a process that nobody sees was last known to be alive."""

    name = models.CharField(max_length=20, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def beat(name: str) -> None:
        """Note a sign of life, by the database's clock."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, seen_at=Now())],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["seen_at"],
        )
