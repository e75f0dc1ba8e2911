"""Sessions that repeat: planning a series, and changing this one and the following."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coaching.accounts.models import User
from coaching.scheduling import actions
from coaching.scheduling.models import AlsoTold, CoachingSession, Repeat, Series

LONGEST = 52
"""Sessions in one series."""
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
LAST_WEEK = 5


def rule_of(repeat: str, first: date, *, times: int | None = None, until: date | None = None) -> str:
    """The RRULE (RFC 5545) of a series that begins on `first` and ends after `times` or on `until`.

    A month's session keeps its weekday, for example the second Tuesday; the
    fifth is taken as the last, because not every month has five.
    """
    rule = {
        Repeat.WEEKLY: "FREQ=WEEKLY",
        Repeat.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
        Repeat.MONTHLY: f"FREQ=MONTHLY;BYDAY={_week_of_month(first)}{WEEKDAYS[first.weekday()]}",
    }[Repeat(repeat)]
    if times:
        return f"{rule};COUNT={times}"
    assert until is not None  # noqa: S101 - a series ends
    return f"{rule};UNTIL={until.isoformat().replace('-', '')}T235959"  # %Y writes no noughts before a year


def _week_of_month(day: date) -> int:
    week = (day.day - 1) // 7 + 1
    return -1 if week == LAST_WEEK else week


def wall_times(rule: str, local_start: datetime) -> list[datetime]:
    """The starts on the wall, `LONGEST` and one more at most."""
    starts = []
    for start in rrulestr(rule, dtstart=local_start):
        starts.append(start)
        if len(starts) > LONGEST:
            break
    return starts


@transaction.atomic
def schedule_series(
    *,
    local_start: datetime,
    repeat: str,
    times: int | None = None,
    until: date | None = None,
    which: int | None = None,
    plan: Callable[..., CoachingSession] = actions.schedule_session,
    **details: Any,
) -> list[CoachingSession]:
    """Plan every session of a series at the same wall time, or none where one does not fit.

    `plan` makes one of them of the `details`: `schedule_session`, or `schedule_group` for a group's.
    Where the clocks go back, a later session takes the first of the two times.
    Raises ValidationError: as `schedule_session` does for the first, `clash`
    with every day that is taken, `long` for too many.
    """
    rule = rule_of(repeat, local_start.date(), times=times, until=until)
    starts = wall_times(rule, local_start)
    if len(starts) > LONGEST:
        raise ValidationError(_("A series has %(most)s sessions at most.") % {"most": LONGEST}, code="long")
    if len(starts) < 2:
        raise ValidationError(_("This ends before a second session. Choose a later end."), code="short")
    series = Series.objects.create(repeat=repeat, rule=rule)
    planned, clashes = [], []
    for start in starts:
        try:
            session = plan(
                local_start=start, which=which if start == local_start else 0, series=series, **details
            )
        except ValidationError as error:
            if start == local_start and error.code != "clash":
                raise
            clashes.append(_day(start))
        else:
            planned.append(session)
    if clashes:
        raise _does_not_fit(clashes)
    AlsoTold.gather(planned)
    return planned


@transaction.atomic
def reschedule_following(
    *,
    by: User,
    session: CoachingSession,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    which: int | None = None,
    edition: str | None = None,
    changed: Collection[str] | None = None,
    **details: Any,
) -> list[CoachingSession]:
    """Move this session and those after it in its series by as much, on the wall; all of them or none.

    Of the length and the `details`, those after it take on what is named in
    `changed` (None is all) and keep the rest; what one of them is about in
    words of its own is never written over. They become a series of their own.
    Raises ValidationError as `reschedule_session`
    and `schedule_series` do.
    """
    session, following = _following(session, edition=edition)
    shift = local_start - session.starts_at.astimezone(timezone).replace(tzinfo=None)
    assert session.series is not None  # noqa: S101 - see `_following`
    own = Series.objects.create(repeat=session.series.repeat, rule=session.series.rule)
    # Those that move away make room for those that follow: the last first where they move later.
    following.sort(key=lambda row: row.starts_at, reverse=shift.total_seconds() > 0)
    moved, clashes = [], []
    for row in following:
        start = row.starts_at.astimezone(timezone).replace(tzinfo=None, fold=0) + shift
        own_details, own_minutes = details, minutes
        if row.pk != session.pk and changed is not None:
            own_details = {name: value for name, value in details.items() if name in changed}
            own_minutes = minutes if "minutes" in changed else row.minutes
        if row.pk != session.pk and row.agenda not in ("", session.agenda):
            own_details = {name: value for name, value in own_details.items() if name != "agenda"}
        try:
            row_now = actions.reschedule_session(
                by=by,
                session=row,
                local_start=start,
                timezone=timezone,
                minutes=own_minutes,
                which=which if row.pk == session.pk else 0,
                series=own,
                **own_details,
            )
        except ValidationError as error:
            if row.pk == session.pk and error.code != "clash":
                raise
            clashes.append(_day(start))
        else:
            moved.append(row_now)
    if clashes:
        raise _does_not_fit(clashes)
    AlsoTold.gather(moved)
    return moved


@transaction.atomic
def cancel_following(*, by: User, session: CoachingSession, version: int | None = None) -> int:
    """Call off this session and those after it in its series; how many.

    Raises ValidationError as `cancel_session` does.
    """
    session, following = _following(session, version=version)
    for row in following:
        actions.cancel_session(by=by, session=row)
    AlsoTold.gather(following)
    return len(following)


def _following(
    session: CoachingSession, *, version: int | None = None, edition: str | None = None
) -> tuple[CoachingSession, list[CoachingSession]]:
    """This session as it is now, and it with those after it in its series, the latest first.

    Two acts on one series come one after the other. Raises ValidationError as `actions.locked` does.
    """
    Series.objects.select_for_update(of=("self",)).filter(sessions=session).first()
    fresh = actions.locked(session, version=version, edition=edition)
    assert fresh.series_id is not None  # noqa: S101 - without one, every session that has none would follow
    rows = CoachingSession.objects.filter(
        series=fresh.series_id,
        status=CoachingSession.Status.SCHEDULED,
        starts_at__gte=fresh.starts_at,
    )
    return fresh, list(rows.with_people())


def _day(start: datetime) -> str:
    return formats.date_format(start, "l j F Y")


def _does_not_fit(days: list[str]) -> ValidationError:
    return ValidationError(
        ngettext(
            "One session does not fit there, so all stays as it was: %(days)s.",
            "%(count)s sessions do not fit there, so all stays as it was: %(days)s.",
            len(days),
        )
        % {"count": len(days), "days": "; ".join(days)},
        code="clash",
    )
