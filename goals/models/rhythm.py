"""How often a step comes again: so many times a day, a week or a month of the client's own calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

type Often = tuple[int, str]
"""How many times, and in which `Per`."""

MOST_TIMES = 31
LONGEST = timedelta(days=31)
"""No period is longer than a month."""


class Per(models.TextChoices):
    DAY = "day", gettext_lazy("a day")
    WEEK = "week", gettext_lazy("a week")
    MONTH = "month", gettext_lazy("a month")


@dataclass(frozen=True)
class Period:
    """A day, a week from Monday to Sunday, or a calendar month: both days belong to it."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def before(self) -> date:
        """The last day of the period before."""
        return self.first - timedelta(days=1)


def period_of(per: str, day: date) -> Period:
    """The period that holds this day."""
    if per == Per.MONTH:
        next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return Period(day.replace(day=1), next_month - timedelta(days=1))
    if per == Per.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    return Period(day, day)


def words_for(times: int, per: str) -> str:
    """For example “Twice a week”."""
    if times == 1:
        return {Per.DAY: _("Every day"), Per.WEEK: _("Once a week"), Per.MONTH: _("Once a month")}[Per(per)]
    if times == 2:
        return {Per.DAY: _("Twice a day"), Per.WEEK: _("Twice a week"), Per.MONTH: _("Twice a month")}[
            Per(per)
        ]
    return {
        Per.DAY: _("%d times a day"),
        Per.WEEK: _("%d times a week"),
        Per.MONTH: _("%d times a month"),
    }[Per(per)] % times


def so_far(count: int, times: int, per: str) -> str:
    """For example “1 of 2 this week”; whoever does more than they meant reads how often."""
    if count > times:
        return {
            Per.DAY: ngettext("%d time today", "%d times today", count),
            Per.WEEK: ngettext("%d time this week", "%d times this week", count),
            Per.MONTH: ngettext("%d time this month", "%d times this month", count),
        }[Per(per)] % count
    return {
        Per.DAY: _("%(count)d of %(times)d today"),
        Per.WEEK: _("%(count)d of %(times)d this week"),
        Per.MONTH: _("%(count)d of %(times)d this month"),
    }[Per(per)] % {"count": count, "times": times}
