"""What is open now, by the wall clock where the directory is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from coaching.accounts.models import Practice
from community.models import Schedule, Weekday


def local_now() -> datetime:
    """Now, by the clock of the first practice: a directory speaks of places around it."""
    zone = Practice.objects.order_by("pk").values_list("timezone", flat=True).first()
    return timezone.now().astimezone(ZoneInfo(str(zone or settings.TIME_ZONE)))


def open_at(moment: datetime) -> Q:
    """Services that say they are open at this wall time: weekly hours, of the service or of a place of it.

    Hours of a month (`2TU`) or of every second week are not known to be
    today, so they do not count. Hours that end before they begin end on the
    next morning.
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
    schedules = Schedule.objects.filter(
        in_the_day | until_midnight | after_midnight,
        Q(interval=None) | Q(interval=1),
        Q(valid_from=None) | Q(valid_from__lte=today),
        Q(valid_to=None) | Q(valid_to__gte=today),
    ).exclude(freq=Schedule.Frequency.MONTHLY)
    return Q(Exists(schedules.filter(service=OuterRef("pk")))) | Q(
        Exists(schedules.filter(service_at_location__service=OuterRef("pk")))
    )


def _on(weekday: int) -> Q:
    """Those of this day of the week, Monday 0."""
    code = list(Weekday)[weekday].value
    return Q(byday__regex=rf"(^|,)\s*{code}\s*(,|$)")
