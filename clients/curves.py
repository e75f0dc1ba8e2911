"""Check-ins as curves: one small picture for each part of life, and the same as a table.

This computes where everything stands, in the units of the SVG's view box;
`clients/_check_ins.html` draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from clients.models import CheckIn, LifeArea

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
class Curve:
    """How one part of life stood, from the first of the days shown to the last."""

    area: LifeArea
    points: Sequence[Point]

    @property
    def path(self) -> str:
        return "M" + "L".join(f"{point.x:g} {point.y:g}" for point in self.points)

    @property
    def first(self) -> Point:
        return self.points[0]

    @property
    def last(self) -> Point:
        return self.points[-1]


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
            Point(on, level, _across(on, days), _up(level)) for on, level in levels if level is not None
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


def _up(level: int) -> float:
    return round(HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * level / BEST, 1)
