"""Planning, moving and calling off sessions. Reminders change in the same transaction."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone as django_timezone
from django.utils.translation import gettext as _

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession, Reminder, Series, SessionType
from coaching.scheduling.models.session_type import MOST_SEATS
from coaching.scheduling.walltimes import (
    NoSuchTimeError,
    TwiceError,
    ZonedTime,
    moment_of,
    written,
)


@transaction.atomic
def schedule_session(
    *,
    by: User,
    client: Client,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    place: str = CoachingSession.Place.VIDEO,
    place_detail: str = "",
    agenda: str = "",
    session_type: SessionType | None = None,
    series: Series | None = None,
    which: int | None = None,
) -> CoachingSession:
    """Plan a session at this wall time, with its reminders. Its type says how much is kept free around it.

    `which` says 0 or 1 where the clocks show the time twice.
    Raises ValidationError, with code `gap`, `twice`, `past` or `clash`, in words for people.
    """
    _must_coach(by, client)
    return plan(
        by=by,
        client=client,
        starts_at=future_moment(local_start, timezone, which=which),
        local_start=local_start,
        timezone=timezone,
        minutes=minutes,
        place=place,
        place_detail=place_detail,
        agenda=agenda,
        session_type=session_type,
        series=series,
    )


def plan(
    *,
    by: User | None,
    client: Client,
    starts_at: datetime,
    minutes: int,
    session_type: SessionType | None,
    **details: Any,
) -> CoachingSession:
    """Write a session and its reminders, where the time is free; whether `by` may is asked before.

    `by` is None for a client without an account, who has a link from a mail.
    `details` are the session's other fields. Raises ValidationError (code `clash`).
    """
    session = CoachingSession(
        coach=client.coach,
        client=client,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **details,
    )
    save_new(session, by=by, session_type=session_type)
    return session


def save_new(session: CoachingSession, *, by: User | None, session_type: SessionType | None) -> None:
    """Write a new session of this kind, and its reminders.

    Raises ValidationError: `clash`, or `handed_over` where the client went on
    with another coach at this very moment.
    """
    _set_type(session, session_type)
    _save_unless_taken(session, by=by)
    if session.client_id:
        _must_still_be_theirs(session)
    Reminder.write_for(session, by=by)


def _must_still_be_theirs(session: CoachingSession) -> None:
    """Held until the transaction ends, so that a handover sees the session, or this one sees the handover."""
    rows = Client.objects.select_for_update(no_key=True, of=("self",)).filter(pk=session.client.pk)
    if not rows.filter(coach=session.coach_id).values_list("pk", flat=True).first():
        raise ValidationError(_("They work with another coach by now."), code="handed_over")


@transaction.atomic
def reschedule_session(
    *,
    by: User,
    session: CoachingSession,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    which: int | None = None,
    edition: str | None = None,
    **details: Any,
) -> CoachingSession:
    """Move a planned session; `details` may change `place`, `place_detail`, `agenda`, `session_type` along.

    A group moves with all who come; its `details` may change `name` and `seats`.

    The old time's mails are called off and the new time's written; another place
    is news, too. The same time and place again changes nothing about them: what
    was sent is not sent twice.
    Raises ValidationError as `schedule_session` does, and with code `closed`
    where the session is no longer planned, `stale` where it is not in the
    `edition` that was seen.
    """
    session = locked(session, edition=edition)
    if session.group_id:
        raise ValidationError(_("This session is part of a group. Move the whole group."), code="group")
    if not session.is_coached_by(by):
        raise PermissionDenied
    if session.is_group and (details.get("seats") or MOST_SEATS) < len(members_of(session)):
        raise ValidationError(_("More people than that are in it already."), code="seats")
    starts_at = future_moment(local_start, timezone, which=which)
    return move(
        by=by,
        session=session,
        starts_at=starts_at,
        local_start=local_start,
        timezone=timezone,
        minutes=minutes,
        **details,
    )


def move(
    *,
    by: User | None,
    session: CoachingSession,
    starts_at: datetime,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    **details: Any,
) -> CoachingSession:
    """Give a locked session another time, and its reminders with it; whether `by` may is asked before.

    Where it is a group's, each person's own session follows.
    """
    ends_at = starts_at + timedelta(minutes=minutes)
    before = _when_and_where(session)
    session.starts_at, session.ends_at = starts_at, ends_at
    session.timezone, session.local_start = timezone, local_start
    own = ("name", "seats", "series") if session.is_group else ("series",)
    for name in ("place", "place_detail", "agenda", *own):
        setattr(session, name, details.get(name, getattr(session, name)))
    if "session_type" in details and details["session_type"] != session.session_type:
        _set_type(session, details["session_type"])
    is_moved = _when_and_where(session) != before
    if is_moved:
        session.schedule_version += 1
    _save_unless_taken(session, by=by)
    if is_moved:
        Reminder.write_for(session, by=by)
    for member in members_of(session):
        move(
            by=by,
            session=member,
            starts_at=starts_at,
            local_start=local_start,
            timezone=timezone,
            minutes=minutes,
            **{**details, "series": None},
        )
    return session


@transaction.atomic
def cancel_session(
    *, by: User | None, session: CoachingSession, version: int | None = None
) -> CoachingSession:
    """Call a planned session off, and the mails about it. Coach and client may; which one is kept.

    A client's that comes after the coach's time for changes is noted as late.
    A group is called off with all who come; a client only leaves it.
    `by` is None for a client without an account, who has a link from a mail.

    Raises ValidationError: `closed` where it is no longer planned, `stale`
    where it has been moved since `version`.
    """
    session = locked(session, version=version)
    if by and session.is_coached_by(by):
        session.status = CoachingSession.Status.CANCELLED_BY_COACH
    elif not session.is_group and is_own(by, session.client) and not session.has_started:
        is_late = session.is_noted_as_late
        session.status = (
            CoachingSession.Status.LATE_CANCELLATION
            if is_late
            else CoachingSession.Status.CANCELLED_BY_CLIENT
        )
    else:
        raise PermissionDenied
    for row in [session, *members_of(session)]:
        row.status = session.status
        row.cancelled_at, row.cancelled_by = django_timezone.now(), by
        row.save(update_fields=["status", "cancelled_at", "cancelled_by"])
        Reminder.write_for(row, by=by)
    return session


@transaction.atomic
def say_agenda(
    *, by: User, session: CoachingSession, agenda: str, edition: str | None = None
) -> CoachingSession:
    """Say what a session of two is about. Either of them may until it begins; no mail goes out for it.

    Raises ValidationError: `closed` where it is no longer planned or has begun,
    `stale` where it is not in the `edition` that was seen.
    """
    session = locked(session)
    if session.is_group or not (session.is_coached_by(by) or is_own(by, session.client)):
        raise PermissionDenied
    if not session.can_have_another_agenda:
        raise ValidationError(_("It has begun, so what it is about stays as it is."), code="closed")
    check_edition(session, edition)
    session.agenda = agenda
    session.save(update_fields=["agenda"])
    return session


@transaction.atomic
def record_session(
    *,
    by: User,
    client: Client,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    place: str = CoachingSession.Place.VIDEO,
    place_detail: str = "",
    agenda: str = "",
) -> CoachingSession:
    """Note a session that was held without having been planned here. There is nothing to remind of."""
    _must_coach(by, client)
    starts_at = _moment(local_start, timezone, which=0)
    if starts_at > django_timezone.now():
        raise ValidationError(_("This session is still to come. Plan it instead."), code="future")
    return CoachingSession.objects.create(
        coach=client.coach,
        client=client,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        timezone=timezone,
        local_start=local_start,
        place=place,
        place_detail=place_detail,
        agenda=agenda,
        status=CoachingSession.Status.COMPLETED,
        fee=client.fee,
    )


def future_moment(local_start: datetime, zone: ZoneInfo, *, which: int | None = None) -> datetime:
    """The moment of a wall time that is still to come; else ValidationError in words for people."""
    starts_at = _moment(local_start, zone, which=which)
    if starts_at <= django_timezone.now():
        raise ValidationError(_("This time has passed. Choose one that is still to come."), code="past")
    return starts_at


def _moment(local_start: datetime, zone: ZoneInfo, *, which: int | None) -> datetime:
    try:
        return moment_of(local_start, zone, which=which)
    except NoSuchTimeError as error:
        before, after = error.nearest
        raise ValidationError(
            _(
                "The clocks go forward that night and jump over this time. "
                "The nearest times are %(before)s and %(after)s."
            )
            % {"before": written(before), "after": written(after)},
            code="gap",
        ) from error
    except TwiceError as error:
        raise ValidationError(
            _("The clocks go back that night, so this time comes twice. Choose the first or the second."),
            code="twice",
        ) from error


def _when_and_where(session: CoachingSession) -> tuple[object, ...]:
    """What both people have in their calendars."""
    return session.starts_at, session.ends_at, session.place, session.place_detail


def _must_coach(by: User, client: Client) -> None:
    if not Client.objects.coached_by(by).filter(pk=client.pk).exists():
        raise PermissionDenied


def is_own(by: User | None, client: Client) -> bool:
    """Whether this is the client's own act; None is the client, as long as they have no account."""
    return client.user_id == (by.pk if by else None)


def locked(
    session: CoachingSession, *, version: int | None = None, edition: str | None = None
) -> CoachingSession:
    """The row as it is now, held until the transaction ends, so that two changes come one after the other.

    Raises ValidationError: `closed`, or `stale` where it has been moved since `version`
    or is not in this `edition`. None asks for neither.
    """
    if session.group_id:
        # First the group's, as where its coach changes it: what waits the other way round is a deadlock.
        CoachingSession.objects.select_for_update(no_key=True).get(pk=session.group_id)
    fresh = CoachingSession.objects.with_people().select_for_update(of=("self",)).get(pk=session.pk)
    if not fresh.is_scheduled:
        raise ValidationError(_("This session is no longer planned, so it stays as it is."), code="closed")
    if version is not None and fresh.schedule_version != version:
        raise ValidationError(_("This session has been moved in the meantime."), code="stale")
    check_edition(fresh, edition)
    return fresh


def check_edition(session: CoachingSession, edition: str | None) -> None:
    """Raises ValidationError (code `stale`) where a page showed another edition; None where none did."""
    if edition is not None and edition != session.edition:
        raise ValidationError(_("This session was changed while this page was open."), code="stale")


def members_of(session: CoachingSession) -> list[CoachingSession]:
    """The planned sessions of a locked group's people, locked in turn; none where it is no group."""
    if not session.is_group:
        return []
    rows = CoachingSession.objects.filter(group=session, status=CoachingSession.Status.SCHEDULED)
    return list(rows.with_people().select_for_update(of=("self",)).order_by("pk"))


def _set_type(session: CoachingSession, session_type: SessionType | None) -> None:
    session.session_type = session_type
    session.buffer_before = session_type.buffer_before if session_type else 0
    session.buffer_after = session_type.buffer_after if session_type else 0


def _save_unless_taken(session: CoachingSession, *, by: User | None) -> None:
    """Let the database decide whether the time is free: so it decides in a race, too."""
    try:
        with transaction.atomic():
            session.save()
    except IntegrityError as error:
        if "session_one_at_a_time" not in str(error):
            raise
        raise ValidationError(_clash(session, by=by), code="clash") from error


def _clash(session: CoachingSession, *, by: User | None) -> str:
    """What is in the way, naming another client only to the person who coaches them."""
    others = CoachingSession.objects.in_the_way_of(session).with_people()
    known = others.editable_by(by).first() if by else None
    if by is None or known is None:
        return _("This time is already taken. Choose another one.")
    time = ZonedTime(known.starts_at, known.ends_at, by.timezone)
    return _("You already have a session with %(name)s on %(day)s, %(hours)s. Choose another time.") % {
        "name": known.other_person(by),
        "day": time.day,
        "hours": time.hours,
    }
