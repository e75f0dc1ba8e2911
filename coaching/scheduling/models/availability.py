"""When a coach is there, and on what terms their clients may book."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.models import Coach
from coaching.accounts.records import Record
from coaching.scheduling import availability
from coaching.scheduling.availability import Hours, Limits, Span, Taken, Wish
from coaching.scheduling.fields import SpansField
from coaching.scheduling.models.policy import BookingPolicy
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.querysets import SpecialDaysQuerySet, all_of

TERMS = ["is_open", "notice_hours", "days_ahead", "increment", "most_per_day", "change_notice_hours"]


class BookingRules(Record):
    """One coach's terms: whether clients may book, how early, how often, and until when they may change."""

    class Increment(models.IntegerChoices):
        """Minutes from one possible start to the next, counted from when the hours begin."""

        TEN = 10, _("every 10 minutes")
        FIFTEEN = 15, _("every 15 minutes")
        TWENTY = 20, _("every 20 minutes")
        THIRTY = 30, _("every 30 minutes")
        SIXTY = 60, _("every 60 minutes")

    coach = models.OneToOneField(Coach, on_delete=models.CASCADE, related_name="booking_rules")
    is_open = models.BooleanField(_("my clients may book sessions themselves"), default=False)
    notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice for a new session"), default=24, validators=[MaxValueValidator(24 * 60)]
    )
    change_notice_hours = models.PositiveSmallIntegerField(
        _("hours of notice to move or call off"), default=24, validators=[MaxValueValidator(24 * 60)]
    )
    increment = models.PositiveSmallIntegerField(
        _("sessions begin"), choices=Increment, default=Increment.THIRTY
    )
    most_per_day = models.PositiveSmallIntegerField(
        _("most sessions on one day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("days ahead that can be booked"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
    )

    class Meta:
        verbose_name_plural = "booking rules"
        constraints = [
            models.CheckConstraint(condition=Q(increment__gte=5), name="booking_increment_is_not_tiny"),
            models.CheckConstraint(
                condition=Q(most_per_day=None) | Q(most_per_day__gte=1), name="booking_most_per_day_is_some"
            ),
        ]

    def __str__(self) -> str:
        return f"Booking rules of {self.coach}"

    @classmethod
    def of(cls, coach: Coach) -> "BookingRules":
        """The coach's; those of a coach who has set none are unsaved, and closed."""
        return getattr(coach, "booking_rules", None) or cls(coach=coach)

    @property
    def notice(self) -> timedelta:
        return timedelta(hours=self.notice_hours)

    @property
    def policy(self) -> BookingPolicy | None:
        """What the practice asks of all its coaches, if it asks anything."""
        return BookingPolicy.of(self.coach.practice)

    @property
    def takes_bookings(self) -> bool:
        """Whether clients may choose times: the coach lets them, and the practice lets the coach."""
        return self.is_open and (self.policy is None or self.policy.allows_booking)

    @property
    def hours_to_change(self) -> int:
        """The coach's own hours of notice, or the practice's where those are more or are for all."""
        if self.policy is None:
            return self.change_notice_hours
        own = self.change_notice_hours if self.policy.allows_stricter else 0
        return max(own, self.policy.change_notice_hours)

    @property
    def change_notice(self) -> timedelta:
        """Until so long before a session its client may move it; calling it off after that is late."""
        return timedelta(hours=self.hours_to_change)

    @property
    def notes_late(self) -> bool:
        return self.policy is None or self.policy.notes_late

    def hours(self) -> Hours:
        """The coach's hours; two queries."""
        return Hours(
            zone=self.coach.user.timezone,
            weekly=dict(self.coach.weekly_hours.values_list("weekday", "spans")),
            special=list(self.coach.special_days.values_list("first_on", "last_on", "spans")),
        )

    def free_starts(
        self,
        wish: Wish,
        start: datetime,
        end: datetime,
        *,
        client: Client | None = None,
        leave_out: CoachingSession | None = None,
    ) -> list[datetime]:
        """The moments between the two at which a client may begin such a session; three queries.

        `leave_out` is the session that would be moved: its old time is free for it.
        """
        now = timezone.now()
        earliest = max(start, now + self.notice)
        latest = min(end, now + timedelta(days=self.days_ahead))
        if earliest >= latest:
            return []
        return availability.free_starts(
            self.hours(),
            wish,
            Limits(earliest, latest, self.increment, self.most_per_day),
            self._taken(earliest, latest, own=all_of(client) if client else None, leave_out=leave_out),
        )

    def nearest_for_coach(
        self, wish: Wish, wanted: datetime, *, client: Client | None, leave_out: CoachingSession | None
    ) -> list[datetime]:
        """Free times near a wanted one for the coach themself, who is held by their hours only.

        A coach who has set no hours is asked to be there at any. What the
        client has with another coach is not asked: the gap would tell of it.
        """
        earliest = max(wanted - timedelta(days=3), timezone.now())
        latest = wanted + timedelta(days=3)
        hours = self.hours()
        if not any(hours.weekly.values()):
            hours = Hours(hours.zone, {key: [availability.WHOLE_DAY] for key in range(7)}, hours.special)
        starts = availability.free_starts(
            hours,
            wish,
            Limits(earliest, latest, self.increment),
            self._taken(earliest, latest, own=Q(client=client) if client else None, leave_out=leave_out),
        )
        return availability.nearest(starts, wanted)

    def _taken(
        self, start: datetime, end: datetime, *, own: Q | None, leave_out: CoachingSession | None
    ) -> Taken:
        """What stands in the coach's and the client's calendars around this time; one query.

        `own` finds the client's sessions.
        """
        day = timedelta(days=1)
        sessions = CoachingSession.objects.filter(
            starts_at__range=(start - day, end + day), status__in=["scheduled", "completed"]
        )
        if leave_out:
            sessions = sessions.exclude(pk=leave_out.pk)
        # A group holds the coach's time once, not once for each of its people.
        whose = Q(coach=self.coach, group=None)
        if own:
            whose |= own & ~Q(coach=self.coach)
        rows = sessions.filter(whose).values_list(
            "coach_id", "status", "starts_at", "ends_at", "buffer_before", "buffer_after"
        )
        coachs, clients, starts = [], [], []
        for coach_id, status, starts_at, ends_at, before, after in rows:
            if coach_id != self.coach_id:
                clients.append((starts_at, ends_at))
                continue
            starts.append(starts_at)
            if status == CoachingSession.Status.SCHEDULED:
                coachs.append((starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after)))
        return Taken(coachs, clients, starts)

    @staticmethod
    def hold(coach: Coach) -> None:
        """Another window's hours of this coach wait until those of this one are saved."""
        Coach.objects.select_for_update(of=("self",)).get(pk=coach.pk)

    @classmethod
    @transaction.atomic
    def keep(cls, coach: Coach, *, week: Mapping[int, Sequence[Span]], **terms: Any) -> "BookingRules":
        """Save a coach's terms and the hours of a usual week; a day without hours is a day off."""
        rules, _is_new = cls.objects.update_or_create(coach=coach, defaults=terms)
        # The row is locked now: of two windows that save at once, the later one counts.
        coach.weekly_hours.all().delete()
        WeeklyHours.objects.bulk_create(
            WeeklyHours(coach=coach, weekday=weekday, spans=spans) for weekday, spans in week.items() if spans
        )
        return rules


class WeeklyHours(Record):
    """A coach's hours on one day of a usual week, on their own wall."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(help_text=_("0 is Monday."))
    spans = SpansField()

    class Meta:
        ordering = ["weekday"]
        verbose_name_plural = "weekly hours"
        constraints = [
            models.UniqueConstraint(fields=["coach", "weekday"], name="weekly_hours_once_per_weekday"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.coach}, {self.weekday}"


class SpecialDays(Record):
    """Days on which a coach is away (no hours), or there at other hours than usual."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="special_days")
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    spans = SpansField(blank=True)

    objects = SpecialDaysQuerySet.as_manager()

    class Meta:
        ordering = ["first_on"]
        verbose_name_plural = "special days"
        constraints = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="special_days_end_after_start"
            ),
            ExclusionConstraint(
                name="special_days_once_per_day",
                expressions=[
                    (
                        models.Func(
                            "first_on",
                            "last_on",
                            RangeBoundary(inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("coach", RangeOperators.EQUAL),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coach}, {self.first_on} to {self.last_on}"
