"""When a session may begin: a coach's hours on their wall, less what is taken, as moments.

Nothing here asks the database. Hours are meant on the wall, so a day on which
the clocks change is shorter or longer; a session is offered only where every
minute of it lies within the hours on the wall, and never at a time the clocks
jump over. Inside, moments are seconds since 1970 (UTC).
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

type Span = tuple[int, int]
"""From and until, the end not included: minutes of a day on the wall, 0 to 1440."""

DAY_MINUTES = 24 * 60
WHOLE_DAY: Span = (0, DAY_MINUTES)
EPOCH = date(1970, 1, 1)
DAY = 24 * 3600
EAST, WEST = 14 * 3600, 12 * 3600
"""No zone's clock is further from UTC than this."""


@dataclass(frozen=True)
class Hours:
    """A coach's hours: those of a usual week (0 is Monday), and of the days that are otherwise."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[Span]]
    special: Sequence[tuple[date, date, Sequence[Span]]] = ()
    """First day, last day, and the hours on each of them; no hours means away."""

    def on(self, day: date) -> list[Span]:
        for first, last, spans in self.special:
            if first <= day <= last:
                return merged(spans)
        return merged(self.weekly.get(day.weekday(), ()))


@dataclass(frozen=True)
class Wish:
    """What is looked for: a session of so many minutes, with so many kept free around it."""

    minutes: int
    buffer_before: int = 0
    buffer_after: int = 0


@dataclass(frozen=True)
class Taken:
    """What stands in the two calendars, as moments."""

    coach: Sequence[tuple[datetime, datetime]] = ()
    """The coach's sessions with what is kept free around them."""
    client: Sequence[tuple[datetime, datetime]] = ()
    starts: Sequence[datetime] = ()
    """When the coach's sessions begin, for counting those of a day."""


@dataclass(frozen=True)
class Limits:
    """Starts lie from `earliest` until before `latest`, every `increment` minutes since the hours began."""

    earliest: datetime
    latest: datetime
    increment: int = 15
    most_per_day: int | None = None


def free_starts(hours: Hours, wish: Wish, limits: Limits, taken: Taken | None = None) -> list[datetime]:
    """Every moment (UTC, in order) at which the session may begin."""
    taken = taken or Taken()
    earliest, latest = limits.earliest.timestamp(), limits.latest.timestamp()
    spans, starts = _opened(hours, limits, earliest, latest)
    full = _full_days(hours.zone, limits.most_per_day, taken.starts)
    length = wish.minutes * 60
    within = _Spans(spans)
    coachs, clients = (
        _Spans((start.timestamp(), end.timestamp()) for start, end in busy)
        for busy in (taken.coach, taken.client)
    )
    return [
        datetime.fromtimestamp(start, UTC)
        for start, day in sorted(starts)
        if day not in full
        and earliest <= start < latest
        and within.hold(start, start + length)
        and coachs.leave(start - wish.buffer_before * 60, start + length + wish.buffer_after * 60)
        and clients.leave(start, start + length)
    ]


def nearest(starts: Iterable[datetime], wanted: datetime, *, count: int = 4) -> list[datetime]:
    """Those nearest to the moment that was wanted, in order of time."""
    return sorted(sorted(starts, key=lambda start: abs(start - wanted))[:count])


def merged(spans: Iterable[Sequence[float]]) -> list:
    """The same time as spans in order that neither overlap nor touch."""
    found: list[tuple] = []
    for start, end in sorted((start, end) for start, end in spans if start < end):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


@dataclass(frozen=True)
class _Spans:
    """Spans that answer by bisection."""

    spans: Iterable[tuple[float, float]]
    begins: list[float] = field(init=False, default_factory=list)
    ends: list[float] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        for start, end in merged(self.spans):
            self.begins.append(start)
            self.ends.append(end)

    def hold(self, start: float, end: float) -> bool:
        """Whether all of this lies within one of them."""
        at = bisect_right(self.begins, start) - 1
        return at >= 0 and end <= self.ends[at]

    def leave(self, start: float, end: float) -> bool:
        """Whether nothing of this lies within any of them."""
        at = bisect_right(self.ends, start)
        return at == len(self.begins) or end <= self.begins[at]


def _opened(
    hours: Hours, limits: Limits, earliest: float, latest: float
) -> tuple[list[tuple[float, float]], list[tuple[int, date]]]:
    """The hours as moments, and the moments of possible starts, each with its day on the coach's wall."""
    spans: list[tuple[float, float]] = []
    starts: list[tuple[int, date]] = []
    first = datetime.fromtimestamp(earliest, UTC).date() - timedelta(days=1)
    # A session that begins late may end on the next day; its hours count, too.
    last = datetime.fromtimestamp(latest, UTC).date() + timedelta(days=2)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if not (on_wall := hours.on(day)):
            continue
        for begins, ends, midnight in _stretches(day, hours.zone):
            for start, end in on_wall:
                spans.append((max(midnight + start * 60, begins), min(midnight + end * 60, ends)))
                moments = range(midnight + start * 60, midnight + end * 60, limits.increment * 60)
                starts += [(moment, day) for moment in moments if begins <= moment < ends]
    return spans, starts


def _stretches(day: date, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """The parts of a day on the wall between changes of the clocks: begin, end, and where midnight would be.

    One part on nearly every day, two where the clocks change, none where the calendar skips a day.
    """
    midnight = (day - EPOCH).days * DAY
    before, after = midnight - EAST, midnight + DAY + WEST
    offsets = _offset(before, zone), _offset(after, zone)
    change = after if offsets[0] == offsets[1] else _change(before, after, zone)
    for begins, ends, offset in ((before, change, offsets[0]), (change, after, offsets[1])):
        here = midnight - offset
        if max(begins, here) < min(ends, here + DAY):
            yield max(begins, here), min(ends, here + DAY), here


def _change(before: int, after: int, zone: ZoneInfo) -> int:
    """The moment between the two at which the clocks change."""
    offset = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(moment, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


def _full_days(zone: ZoneInfo, most: int | None, starts: Iterable[datetime]) -> set[date]:
    """The days on the coach's wall on which there are as many sessions as there may be."""
    if most is None:
        return set()
    counts = Counter(start.astimezone(zone).date() for start in starts)
    return {day for day, count in counts.items() if count >= most}
