"""Check-ins and own figures as curves: one small picture for each, and the same as a table.

This computes where everything stands, in the units of the SVG's view box;
`clients/_check_ins.html` and `clients/_measures.html` draw it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clients.models import CheckIn, LifeArea, Measure, MeasureEntry

WIDTH, HEIGHT, MARGIN = 260, 96, 10
BEST = 10
MOST_DAYS = 12
"""The last days that were spoken of; more would not be legible on a phone."""


@dataclass(frozen=True)
class Point:
    """One answer, at its place in the picture."""

    on: date
    level: int
    x: float
    y: float


@dataclass(frozen=True)
class FigurePoint:
    """One day's figure, at its place in the picture."""

    on: date
    figure: Decimal
    x: float
    y: float

    @property
    def shown(self) -> str:
        return plain(self.figure)


class _Drawn[P: (Point, FigurePoint)]:
    """A line through points, each at its day."""

    points: Sequence[P]

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{point.x:g} {point.y:g}" for point in self.points)

    @property
    def first(self) -> P:
        return self.points[0]

    @property
    def last(self) -> P:
        return self.points[-1]


@dataclass(frozen=True)
class Curve(_Drawn[Point]):
    """How one part of life stood, from the first of the days shown to the last."""

    area: LifeArea
    points: Sequence[Point]


@dataclass(frozen=True)
class Row:
    """One day of the table: a level or None for each curve, in their order."""

    check_in: CheckIn
    levels: Sequence[int | None]


@dataclass(frozen=True)
class Curves:
    """What a page shows of a client's check-ins."""

    curves: Sequence[Curve]
    rows: Sequence[Row]
    width = WIDTH
    height = HEIGHT
    left, right = MARGIN, WIDTH - MARGIN
    rungs = tuple(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * level / BEST for level in (0, 5, 10))


def curves_of(areas: Sequence[LifeArea], check_ins: Sequence[CheckIn]) -> Curves:
    """`check_ins` come oldest first, with their scores; each stands at its day, not at its number."""
    days = [check_in.on for check_in in check_ins]
    level_of = {
        (check_in.pk, score.area_id): score.level for check_in in check_ins for score in check_in.scores.all()
    }
    curves = []
    for area in areas:
        levels = [(check_in.on, level_of.get((check_in.pk, area.pk))) for check_in in check_ins]
        points = [
            Point(on, level, _across(on, days), _between(level, 0, BEST))
            for on, level in levels
            if level is not None
        ]
        if points:
            curves.append(Curve(area, points))
    rows = [
        Row(check_in, [level_of.get((check_in.pk, curve.area.pk)) for curve in curves])
        for check_in in reversed(check_ins)
    ]
    return Curves(curves, rows)


def _across(on: date, days: Sequence[date]) -> float:
    span = (days[-1] - days[0]).days
    share = (on - days[0]).days / span if span else 0.5
    return round(MARGIN + (WIDTH - 2 * MARGIN) * share, 1)


@dataclass(frozen=True)
class FigureCurve(_Drawn[FigurePoint]):
    """How one of a client's own figures went; `target_y` is where the target's line stands, if any."""

    measure: Measure
    points: Sequence[FigurePoint]
    target_y: float | None

    width = WIDTH
    height = HEIGHT
    left, right = MARGIN, WIDTH - MARGIN

    @property
    def change(self) -> Decimal:
        """From the first of the days shown to the last; figures have no good or bad side of their own."""
        return self.last.figure - self.first.figure

    @property
    def amount(self) -> str:
        return plain(abs(self.change))

    @property
    def target(self) -> str:
        return "" if self.measure.target is None else plain(self.measure.target)

    @property
    def has_reached_target(self) -> bool:
        """Whether the last figure is at the target, or beyond it on the side the client wished for."""
        measure, figure = self.measure, self.last.figure
        if measure.target is None:
            return False
        is_beyond = figure > measure.target if measure.wish == Measure.Wish.MORE else figure < measure.target
        return figure == measure.target or (measure.wish != Measure.Wish.LOOK and is_beyond)


def figures_of(measures: Sequence[Measure], entries: Sequence[MeasureEntry]) -> list[FigureCurve]:
    """A curve for each measure with a figure; `entries` come oldest first.

    Each curve fills its own picture from its least figure to its greatest, the
    target included; one that never changes is a line in the middle.
    """
    curves = []
    for measure in measures:
        own = [entry for entry in entries if entry.measure_id == measure.pk]
        if not own:
            continue
        days = [entry.on for entry in own]
        shown = [entry.figure for entry in own] + ([] if measure.target is None else [measure.target])
        low, high = min(shown), max(shown)
        points = [
            FigurePoint(entry.on, entry.figure, _across(entry.on, days), _between(entry.figure, low, high))
            for entry in own
        ]
        target_y = None if measure.target is None else _between(measure.target, low, high)
        curves.append(FigureCurve(measure, points, target_y))
    return curves


def plain(figure: Decimal) -> str:
    """As a person writes it: 7.50 is 7.5, and 8.00 is 8."""
    return f"{figure.normalize():f}"


def _between(figure: Decimal | int, low: Decimal | int, high: Decimal | int) -> float:
    share = float((figure - low) / (high - low)) if high > low else 0.5
    return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share, 1)
