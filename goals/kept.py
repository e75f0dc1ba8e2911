"""How a rhythm was kept: the days of late one by one, and before them so many times in each week or month.

Nothing is said of the times that were not: a week without is a week, and may
have been one in which the goal rested.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from goals.models import Step
from goals.models.rhythm import Per, Period, period_of
from goals.models.step import LATE
from goals.querysets import StepTickQuerySet

MOST_PERIODS = 53
"""A year of weeks; what was before stands in the plan's timeline."""


@dataclass(frozen=True)
class Day:
    on: date
    count: int
    is_today: bool

    @property
    def dots(self) -> range:
        return range(self.count)

    @property
    def next_number(self) -> int:
        return self.count + 1


@dataclass(frozen=True)
class Span:
    """One week or month in which it was done, and how often."""

    period: Period
    count: int
    is_now: bool

    @property
    def dots(self) -> range:
        return range(self.count)


class Kept:
    """What the page of a step with a rhythm (from `with_ticks()`) shows; one query more."""

    def __init__(self, step: Step, ticks: StepTickQuerySet) -> None:
        self.step, self._ticks = step, ticks

    @property
    def per(self) -> str:
        """By which time it is summed up: days one by one would be a long list."""
        return Per.MONTH if self.step.per == Per.MONTH else Per.WEEK

    @property
    def days(self) -> list[Day]:
        """Those that can be ticked, today first."""
        today = self.step.today
        days = [today - timedelta(days=number) for number in range(LATE.days + 1)]
        return [Day(day, self.step.count_on(day), day == today) for day in days]

    @cached_property
    def spans(self) -> list[Span]:
        """Those in which it was done, the latest first."""
        now = period_of(self.per, self.step.today)
        return [
            Span(period_of(self.per, row["first"]), row["count"], row["first"] == now.first)
            for row in self._ticks.by_period(self.per)[:MOST_PERIODS]
        ]
