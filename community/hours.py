"""What is open, by the wall clock where the directory is."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import cache
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Value
from django.utils import timezone

from coaching.accounts.models import Practice
from community.models import Schedule, Service, Weekday

DAY = 24 * 60
"""A day in minutes."""
ZONE_FOR = 300
"""So many seconds the zone of the directory is remembered."""


def local_now() -> datetime:
    """Now, by the clock of the first practice: a directory speaks of places around it."""
    name = cache.get_or_set("community:zone", _zone, ZONE_FOR)
    return timezone.now().astimezone(ZoneInfo(str(name)))


def _zone() -> str:
    return str(
        Practice.objects.order_by("pk").values_list("timezone", flat=True).first() or settings.TIME_ZONE
    )


def open_at(moment: datetime) -> Q:
    """Running services that say they are open at this wall time, by weekly hours of theirs or of a place.

    Hours of a month (`2TU`) or of every second week are not known to be
    today, so they do not count. Hours that end before they begin end on the
    next morning. The index knows the week; where hours hold for some time
    only, the day decides.
    """
    today, now = moment.date(), moment.time()
    yesterday = today - timedelta(days=1)
    is_day = Q(closes_at__gt=F("opens_at")) | Q(closes_at=None)
    is_night = Q(closes_at__lte=F("opens_at"))
    in_the_day = (
        _on(today.weekday()) & is_day & Q(opens_at__lte=now) & (Q(closes_at__gt=now) | Q(closes_at=None))
    )
    until_midnight = _on(today.weekday()) & is_night & Q(opens_at__lte=now)
    after_midnight = _on(yesterday.weekday()) & is_night & Q(closes_at__gt=now)
    minute = today.weekday() * DAY + now.hour * 60 + now.minute
    return _in_week(minute, minute + 1) & _and_today(in_the_day | until_midnight | after_midnight, today)


def open_on(day: date) -> Q:
    """Running services that say they are open for some time of this day."""
    begins = _on(day.weekday()) & Q(opens_at__isnull=False)
    still = _on((day - timedelta(days=1)).weekday()) & Q(closes_at__lte=F("opens_at"), closes_at__gt=time())
    minute = day.weekday() * DAY
    return _in_week(minute, minute + DAY) & _and_today(begins | still, day)


def _in_week(begin: int, end: int) -> Q:
    """Open somewhere from minute `begin` of a week to `end`; Monday also ends the Sunday before."""
    found = Q(_Overlaps(F("listing__hours"), _minutes(begin, end)))
    if begin < DAY:
        found |= Q(_Overlaps(F("listing__hours"), _minutes(begin + 7 * DAY, end + 7 * DAY)))
    return found & Q(status=Service.Status.ACTIVE)


def _minutes(begin: int, end: int) -> Func:
    return Func(Value(begin), Value(end), function="int4range")


class _Overlaps(Func):
    arg_joiner = " && "
    template = "(%(expressions)s)"
    output_field = BooleanField()


def _and_today(schedules: Q, today: date) -> Q:
    """Where some hours hold for a time only, one of these schedules must hold today."""
    held = Schedule.objects.filter(
        schedules,
        Q(interval=None) | Q(interval=1),
        Q(valid_from=None) | Q(valid_from__lte=today),
        Q(valid_to=None) | Q(valid_to__gte=today),
    ).exclude(freq=Schedule.Frequency.MONTHLY)
    return (
        ~Q(listing__tags__contains=["dated"])
        | Q(Exists(held.filter(service=OuterRef("pk"))))
        | Q(Exists(held.filter(service_at_location__service=OuterRef("pk"))))
    )


def _on(weekday: int) -> Q:
    """Those of this day of the week, Monday 0."""
    code = list(Weekday)[weekday].value
    return Q(byday__regex=rf"(^|,)\s*{code}\s*(,|$)")
