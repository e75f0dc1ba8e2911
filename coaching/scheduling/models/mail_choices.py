"""Which mails a person wants, when, and in which words."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from coaching.accounts.deliveries import Channel
from coaching.accounts.models import User
from coaching.accounts.records import Record

BEFORE_QUIET = timedelta(minutes=15)
"""A reminder that would fall into the quiet hours is sent so long before they begin."""

CIVIL_HOUR = time(9)
"""On the reader's own wall: early enough for the day, late enough for the night."""


def leads_for_clients() -> list[timedelta]:
    return [timedelta(hours=48), timedelta(hours=2)]


def leads_for_coach() -> list[timedelta]:
    """A coach with five sessions a day wants one short nudge each, not two."""
    return [timedelta(hours=2)]


class Way(models.TextChoices):
    """How mails about sessions reach a person."""

    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By SMS")
    BOTH = "both", _("By e-mail and SMS")


class MailChoices(Record):
    """One person's choices about the mails of their sessions; who has made none has no row.

    The leads are a coach's: how long before a session its client and they
    themselves are reminded; and so are the week as a coach and after how long
    they hear of a client with nothing booked. The rest is everybody's own.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mail_choices")
    wants_upcoming = models.BooleanField(_("A session is coming up"), default=True)
    wants_booked = models.BooleanField(_("A session is booked"), default=True)
    wants_changed = models.BooleanField(
        _("A session is changed or called off"),
        default=True,
        help_text=_("Without these mails, look here before you set out."),
    )
    wants_message = models.BooleanField(
        _("Somebody wrote me a message"),
        default=True,
        help_text=_("The mail says that there is something new, and no more."),
    )
    wants_summary = models.BooleanField(
        _("A summary of a session is there"),
        default=True,
        help_text=_("The mail says that there is something new, and no more."),
    )
    wants_step_due = models.BooleanField(_("A step has its day today"), default=True)
    rhythm_weekday = models.PositiveSmallIntegerField(
        _("A note about steps that come again"),
        null=True,
        blank=True,
        choices=[(None, _("Never")), *sorted(WEEKDAYS.items())],
        help_text=_(
            "Once a week, on a day you choose: what you still have time for in this week or month. "
            "Steps of every day are not in it."
        ),
    )
    wants_check_in_due = models.BooleanField(_("It is time to check in, if I chose a rhythm"), default=True)
    wants_own_week = models.BooleanField(_("My week, on Mondays"), default=False)
    wants_coach_week = models.BooleanField(_("My week as a coach, on Mondays"), default=True)
    nothing_booked_days = models.PositiveSmallIntegerField(
        _("A client has had nothing booked for"), null=True, blank=True, default=21
    )
    way = models.CharField(
        _("How they reach you"),
        max_length=5,
        choices=Way,
        default=Way.EMAIL,
        help_text=_("What cannot go by SMS comes by e-mail."),
    )
    is_discreet = models.BooleanField(
        _("Write discreetly"),
        default=False,
        help_text=_("The sender is “Appointments”, and the mail names nobody."),
    )
    quiet_from = models.TimeField(_("From"), null=True, blank=True)
    quiet_until = models.TimeField(_("Until"), null=True, blank=True)
    quiet_zone = TimeZoneField(
        null=True,
        blank=True,
        editable=False,
        use_pytz=False,
        help_text=_("The zone in which the quiet hours of what waits were reckoned."),
    )
    client_leads = ArrayField(models.DurationField(), default=leads_for_clients, blank=True)
    coach_leads = ArrayField(models.DurationField(), default=leads_for_coach, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until")),
                name="quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(
                condition=Q(rhythm_weekday=None) | Q(rhythm_weekday__in=list(WEEKDAYS)),
                name="rhythm_weekday_is_one_of_seven",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @classmethod
    def of(cls, user: User | None) -> Self:
        """This person's choices, or what counts where they have made none or have no account yet."""
        return getattr(user, "mail_choices", None) or cls(user=user)

    def replace_what_is_kept(self) -> None:
        """Saved next, these are their choices, even if another click has just kept the first ones."""
        User.objects.select_for_update().get(pk=self.user_id)
        kept = MailChoices.objects.filter(user=self.user_id).first()
        if kept and self._state.adding:
            self.pk, self._state.adding = kept.pk, False

    def wants(self, kind: str) -> bool:
        """Whether they want a mail of this kind (`Reminder.Kind`)."""
        return bool(getattr(self, self.choice_of(kind)))

    @staticmethod
    def choice_of(kind: str) -> str:
        """The choice under which a mail of this kind (`Reminder.Kind`) comes."""
        return f"wants_{kind}" if kind in {"upcoming", "booked"} else "wants_changed"

    def wants_nudge(self, kind: str) -> bool:
        """Whether they want a nudge of this kind (`Nudge.Kind`)."""
        if kind == "handover":
            return True  # nobody's coach changes without their hearing of it
        if kind == "nothing_booked":
            return self.nothing_booked_days is not None
        if kind == "step_due":
            return self.wants_step_due or self.rhythm_weekday is not None
        return bool(getattr(self, f"wants_{kind}"))

    @property
    def channels(self) -> list[Channel]:
        """The channels that count now: SMS only while their number may be used."""
        if self.way == Way.EMAIL or self.user is None or not self.user.can_get_sms:
            return [Channel.EMAIL]
        return [Channel.SMS] if self.way == Way.SMS else [Channel.EMAIL, Channel.SMS]

    def moment_for(self, due_at: datetime, *, now: datetime, starts_at: datetime) -> datetime:
        """When a reminder meant for `due_at` is sent, so that it does not fall into the quiet hours.

        A quarter of an hour before they begin; where that has passed already,
        when they end, if the session has not begun by then. All UTC.
        """
        quiet = self._quiet_around(due_at)
        if quiet is None:
            return due_at
        begins_at, ends_at = quiet
        if begins_at - BEFORE_QUIET <= now < due_at and ends_at < starts_at:
            return ends_at
        return begins_at - BEFORE_QUIET

    def civil_moment(self, day: date) -> datetime:
        """When on this day a message that no act asked for may come (UTC): at nine, or after the quiet hours.

        Where these last over the rest of the day, shortly before they begin.
        """
        at_nine = self._moment(day, CIVIL_HOUR)
        quiet = self._quiet_around(at_nine)
        if quiet is None:
            return at_nine
        begins_at, ends_at = quiet
        is_same_day = ends_at.astimezone(self.user.timezone).date() == day
        return ends_at if is_same_day else begins_at - BEFORE_QUIET

    def awake_at(self, moment: datetime) -> datetime:
        """This moment (UTC), or the end of the quiet hours in which it falls."""
        quiet = self._quiet_around(moment)
        return quiet[1] if quiet else moment

    def end_of(self, day: date) -> datetime:
        """The midnight that ends this day on their wall (UTC)."""
        return self._moment(day + timedelta(days=1), time.min)

    def _quiet_around(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """Begin and end (UTC) of the quiet hours that hold this moment, on this person's wall."""
        if self.quiet_from is None or self.quiet_until is None:
            return None
        today = moment.astimezone(self.user.timezone).date()
        for day in (today - timedelta(days=1), today):
            next_day = timedelta(days=self.quiet_until <= self.quiet_from)
            begins_at = self._moment(day, self.quiet_from)
            ends_at = self._moment(day + next_day, self.quiet_until)
            if begins_at <= moment < ends_at:
                return begins_at, ends_at
        return None

    def _moment(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, tzinfo=self.user.timezone).astimezone(UTC)
