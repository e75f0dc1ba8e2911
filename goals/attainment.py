"""How far the goals of a plan have come together: the T-score at the start and at each review.

Every row speaks of the same goals, those of today: agreed, not at rest, and
described by a scale. A goal that nobody has rated yet stands where it started.
Each day has one row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils import timezone
from django.utils.formats import number_format

from goals.gas import t_score
from goals.models import Goal, GoalPlan

MOST_REVIEWS = 26
"""The latest that are shown."""
WIDTH, HEIGHT = 320, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 304, 12, 158
LOWEST, HIGHEST = 10, 90
"""Of the chart. No score of -2 to 2 leaves 13 to 87 with a correlation of 0.3."""


@dataclass(frozen=True)
class Score:
    """A T-score in one person's eyes, and how far that is from the start."""

    value: float
    change: float

    @property
    def has_moved(self) -> bool:
        """Whether there is a change to be read, to one decimal."""
        return round(self.change, 1) != 0

    @property
    def change_text(self) -> str:
        """The change with its sign, to one decimal."""
        rounded = round(self.change, 1)
        sign = "±" if rounded == 0 else "+" if rounded > 0 else "\u2212"
        return sign + number_format(abs(rounded), 1)


@dataclass(frozen=True)
class Review:
    """One day: what client and coach each made of it. None while that person has rated nothing yet."""

    day: date
    is_start: bool
    client: Score | None
    coach: Score | None

    @property
    def both(self) -> tuple[Score | None, Score | None]:
        return self.client, self.coach


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    value: float

    @property
    def label_y(self) -> float:
        return self.y - 9

    @property
    def square(self) -> tuple[float, float]:
        """The corner of the square that marks the coach's points, 9 wide."""
        return self.x - 4.5, self.y - 4.5


@dataclass(frozen=True)
class GridLine:
    value: int
    y: float

    @property
    def label_y(self) -> float:
        return self.y + 4


class Attainment:
    """Table and chart of a plan's T-scores. Goals carry their scale and `views` (`with_views`)."""

    width, height, left, right, bottom = WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM
    words_y = BOTTOM + 20

    def __init__(self, plan: GoalPlan, goals: Sequence[Goal]) -> None:
        self.plan = plan
        counted = [goal for goal in goals if goal.is_agreed and not goal.is_resting]
        self.goals = [goal for goal in counted if goal.scale_or_none]
        self.others_count = len(counted) - len(self.goals)

    def __bool__(self) -> bool:
        return bool(self.goals)

    @cached_property
    def reviews(self) -> list[Review]:
        """The start, each day of review since then, and today (or the plan's last day).

        While the start is the only day, its row says what was rated on it.
        """
        if not self.goals:
            return []
        start = min(goal.scale.baseline_on for goal in self.goals)
        baseline = self._score([goal.scale.baseline for goal in self.goals])
        unmoved = Score(baseline, 0.0)
        days = [day for day in _review_days(self.plan) if day >= start]
        if days == [start]:
            client, coach = self._seen(start, baseline, by_client=True), self._seen(start, baseline)
            return [Review(start, True, client or unmoved, coach or unmoved)]
        return [
            Review(start, True, unmoved, unmoved),
            *(
                Review(day, False, self._seen(day, baseline, by_client=True), self._seen(day, baseline))
                for day in days[-MOST_REVIEWS:]
                if day > start
            ),
        ]

    def _score(self, levels: list[int]) -> float:
        return t_score(levels, [goal.scale.weight for goal in self.goals])

    def _seen(self, day: date, baseline: float, *, by_client: bool = False) -> Score | None:
        seen = [_level_on(goal, day, by_client=by_client) for goal in self.goals]
        if all(level is None for level in seen):
            return None
        levels = [
            goal.scale.baseline if level is None else level
            for goal, level in zip(self.goals, seen, strict=True)
        ]
        value = self._score(levels)
        return Score(value, value - baseline)

    @property
    def latest(self) -> Review:
        return self.reviews[-1]

    # --- the chart ------------------------------------------------------------

    @property
    def grid(self) -> list[GridLine]:
        return [GridLine(value, _y(value)) for value in (30, 50, 70)]

    @cached_property
    def client_points(self) -> list[Point]:
        return self._points([(review.day, review.client) for review in self.reviews])

    @cached_property
    def coach_points(self) -> list[Point]:
        return self._points([(review.day, review.coach) for review in self.reviews])

    def _points(self, scores: list[tuple[date, Score | None]]) -> list[Point]:
        first = self.reviews[0].day
        length = max((self.latest.day - first).days, 1)
        reach = RIGHT - LEFT
        return [
            Point(round(LEFT + reach * (day - first).days / length, 1), _y(score.value), score.value)
            for day, score in scores
            if score
        ]

    @property
    def client_line(self) -> str:
        return _line(self.client_points)

    @property
    def coach_line(self) -> str:
        return _line(self.coach_points)


def _line(points: list[Point]) -> str:
    return "".join(f"{'L' if place else 'M'}{each.x:g} {each.y:g}" for place, each in enumerate(points))


def _y(value: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * (value - LOWEST) / (HIGHEST - LOWEST), 1)


def _level_on(goal: Goal, day: date, *, by_client: bool) -> int | None:
    """The latest rating up to that day by the client, or by their coach; `views` are newest first."""
    for view in goal.views:  # type: ignore[attr-defined]
        if view["is_client"] is by_client and date.fromisoformat(view["day"]) <= day:
            return int(view["level"])
    return None


def _review_days(plan: GoalPlan) -> list[date]:
    """Every so many weeks from the plan's first day up to today, and today itself; no day after its end."""
    last = timezone.localdate()
    if plan.closed_at:
        last = min(last, timezone.localdate(plan.closed_at))
    if plan.ends_on:
        last = min(last, plan.ends_on)
    days = plan.review_days(last)
    return days if days and days[-1] == last else [*days, last]
