"""From the time on a wall to a moment, with the two hours a year that do not fit.

Where clocks go forward, some wall times do not exist; where they go back, some
come twice (PEP 495's gap and fold).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

QUARTER = timedelta(minutes=15)


class WallTimeError(ValueError):
    """The wall time means no moment, or two."""


class NoSuchTimeError(WallTimeError):
    """The clocks jump over this time. `nearest`: the valid quarter hours on the wall before and after."""

    def __init__(self, nearest: tuple[datetime, datetime]) -> None:
        super().__init__("no such time")
        self.nearest = nearest


class TwiceError(WallTimeError):
    """The clocks show this time twice. `moments` are the two, in UTC, earlier first."""

    def __init__(self, moments: tuple[datetime, datetime]) -> None:
        super().__init__("twice")
        self.moments = moments


def moments_of(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every moment (UTC) at which a wall clock in this zone shows this time: none, one or two."""
    found = []
    for fold in (0, 1):
        moment = local.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if (
            moment.astimezone(zone).replace(tzinfo=None, fold=0) == local.replace(fold=0)
            and moment not in found
        ):
            found.append(moment)
    return sorted(found)


def moment_of(local: datetime, zone: ZoneInfo, *, which: int | None = None) -> datetime:
    """The moment (UTC) meant; `which` is 0 for the first and 1 for the second where the time comes twice.

    Raises NoSuchTimeError in a gap and TwiceError where the time comes twice and `which` is not said.
    """
    moments = moments_of(local, zone)
    if not moments:
        raise NoSuchTimeError(nearest_valid(local, zone))
    if len(moments) == 1:
        return moments[0]
    if which is None:
        raise TwiceError((moments[0], moments[1]))
    return moments[which]


def nearest_valid(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The valid wall times on the quarter hour just before and just after a time in a gap."""
    quarter = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0, fold=0)
    before = quarter
    while not moments_of(before, zone):
        before -= QUARTER
    after = quarter + QUARTER
    while not moments_of(after, zone):
        after += QUARTER
    return before, after


def written(local: datetime) -> str:
    """`Tuesday 1 December 2026, 10:00`."""
    return formats.date_format(local, "DATETIME_FORMAT")


def offset_of(moment: datetime) -> str:
    """`UTC+1`, `UTC+5:30`: how far a zone's clock is from UTC at this moment."""
    minutes = int(moment.utcoffset().total_seconds() // 60)  # type: ignore[union-attr]
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}"  # noqa: RUF001


def name_of(zone: ZoneInfo, moment: datetime | None = None) -> str:
    """`Berlin time (Europe/Berlin)`; at a moment in that zone, with its offset then."""
    if zone.key == "UTC":
        return "UTC"
    place = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    exact = f"{zone.key}, {offset_of(moment)}" if moment else zone.key
    return _("%(place)s time (%(exact)s)") % {"place": place, "exact": exact}


@dataclass(frozen=True)
class ZonedTime:
    """One moment (or the span of a session) on the wall of one person."""

    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    @property
    def start(self) -> datetime:
        return self.starts_at.astimezone(self.zone)

    @property
    def end(self) -> datetime:
        return self.ends_at.astimezone(self.zone)

    @property
    def day(self) -> str:
        return formats.date_format(self.start, "l j F Y")

    @property
    def weekday(self) -> str:
        """In Python, not in a template: Django's date filter would turn it to the reader's zone."""
        return formats.date_format(self.start, "l")

    @property
    def clocks_change_before(self) -> bool:
        """Whether this wall is set forward or back between now and then."""
        now = timezone.now()
        return self.starts_at > now and self.start.utcoffset() != now.astimezone(self.zone).utcoffset()

    @property
    def hours(self) -> str:
        """`10:00 to 10:50`."""
        start, end = (formats.date_format(moment, "TIME_FORMAT") for moment in (self.start, self.end))
        return _("%(start)s to %(end)s") % {"start": start, "end": end}

    @property
    def zone_name(self) -> str:
        """`Berlin time (Europe/Berlin, UTC+1)`."""
        return name_of(self.zone, self.start)

    @property
    def zone_note(self) -> str:
        """The same, and that the clocks change there before then, where they do."""
        if not self.clocks_change_before:
            return self.zone_name
        return _("%(zone)s; the clocks change there before then") % {"zone": self.zone_name}

    def is_like(self, other: "ZonedTime") -> bool:
        """Whether both walls show the same time."""
        return self.start.replace(tzinfo=None) == other.start.replace(tzinfo=None)

    def __str__(self) -> str:
        return f"{self.day}, {self.hours}, {self.zone_name}"
