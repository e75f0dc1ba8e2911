"""A week or a month of sessions, drawn by the server on the reader's wall."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from coaching.accounts.http import PersonRequest
from coaching.scheduling.forms.hours import written
from coaching.scheduling.lines import SessionLine, lines_for
from coaching.scheduling.models import CoachingSession, SpecialDays
from coaching.scheduling.months import Month, midnight, read_day


@dataclass(frozen=True)
class Day:
    date: date
    lines: list[SessionLine]
    is_today: bool
    is_within: bool = True
    """Whether it belongs to the month that is shown, and does not only fill a week of it."""
    special: SpecialDays | None = None
    """Where the coach who looks is away on it, or there at other hours."""

    @property
    def hours(self) -> str:
        """The other hours; empty where the coach is away."""
        return written(self.special.spans) if self.special else ""


def session_week(request: PersonRequest) -> HttpResponse:
    today = timezone.localdate()
    day = read_day(request.GET.get("day", "")) or today
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    context = {
        "view": "week",
        "is_coach": request.user.coach_or_none is not None,
        "monday": monday,
        "days": _days(request, days),
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "is_now": monday <= today < monday + timedelta(days=7),
    }
    return render(request, "scheduling/session_week.html", context)


def session_month(request: PersonRequest) -> HttpResponse:
    zone = request.user.timezone
    now = Month.of(timezone.now(), zone)
    month = Month.read(request.GET.get("month", ""), zone) or now
    dates = [day for week in month.weeks for day in week]
    context: dict[str, Any] = {
        "view": "month",
        "is_coach": request.user.coach_or_none is not None,
        "month": month,
        "days": _days(request, dates, month=month),
        "is_now": month == now,
    }
    return render(request, "scheduling/session_month.html", context)


def _days(request: PersonRequest, dates: list[date], *, month: Month | None = None) -> list[Day]:
    """The days with the sessions that begin on them, on the reader's wall; one query, for coaches two."""
    zone = request.user.timezone
    begin, end = midnight(dates[0], zone), midnight(dates[-1] + timedelta(days=1), zone)
    by_day = _by_day(lines_for(request.user, _sessions(request, begin, end)))
    today = timezone.localdate()
    special: dict[date, SpecialDays] = {}
    if request.user.coach_or_none is not None:
        for row in SpecialDays.objects.editable_by(request.user).between(dates[0], dates[-1]):
            special |= {day: row for day in dates if row.first_on <= day <= row.last_on}
    return [
        Day(
            day,
            by_day[day],
            day == today,
            month is None or day.month == month.first.month,
            special.get(day),
        )
        for day in dates
    ]


def _sessions(request: PersonRequest, begin: datetime, end: datetime) -> Iterable[CoachingSession]:
    """Those that were not called off: a calendar shows what takes time."""
    sessions = CoachingSession.objects.visible_to(request.user).one_line_each(request.user).with_people()
    return sessions.filter(starts_at__gte=begin, starts_at__lt=end, cancelled_at=None).order_by("starts_at")


def _by_day(lines: list[SessionLine]) -> dict[date, list[SessionLine]]:
    by_day: dict[date, list[SessionLine]] = defaultdict(list)
    for line in lines:
        by_day[line.times[0].start.date()].append(line)
    return by_day
