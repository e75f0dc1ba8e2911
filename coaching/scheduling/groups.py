"""Sessions of a group: one row holds the coach's time, and each of its people has a session of their own.

A client sees, is told of, exports and calls off their own session like any
other, and so learns nothing of who else comes. The coach reads the group's row.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.models import Client
from coaching.accounts.models import Coach, User
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, Reminder, SessionType

Status = CoachingSession.Status
ATTENDANCE = [Status.COMPLETED, Status.NO_SHOW, Status.LATE_CANCELLATION]
"""What a coach may note of somebody afterwards: came, did not come, called off late."""


@transaction.atomic
def schedule_group(
    *,
    by: User,
    coach: Coach,
    clients: Iterable[Client],
    seats: int,
    local_start: datetime,
    timezone: ZoneInfo,
    minutes: int,
    name: str = "",
    session_type: SessionType | None = None,
    which: int | None = None,
    **details: Any,
) -> CoachingSession:
    """Plan a session of several people; more may join while there are seats. Returns the group's row.

    `details` are its other fields: place, place_detail, agenda, series.
    Raises ValidationError as `schedule_session` does, and with code `seats`
    where there are more people than seats.
    """
    if coach.user_id != by.pk:
        raise PermissionDenied
    starts_at = actions.future_moment(local_start, timezone, which=which)
    group = CoachingSession(
        coach=coach,
        name=name,
        seats=seats,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        local_start=local_start,
        timezone=timezone,
        **details,
    )
    actions.save_new(group, by=by, session_type=session_type)
    add_people(by=by, group=group, clients=clients)
    return group


@transaction.atomic
def add_people(*, by: User, group: CoachingSession, clients: Iterable[Client]) -> list[CoachingSession]:
    """Plan a session of their own in this group for each of these clients of the coach; all of them or none.

    Raises ValidationError: `seats` where there are too few, `clash` where somebody
    has another session then, `closed` where the group is no longer planned.
    """
    group = actions.locked(group)
    clients = list(clients)
    known = Client.objects.coached_by(by).filter(pk__in=[client.pk for client in clients]).count()
    if not (group.is_group and group.is_coached_by(by)) or known < len(clients):
        raise PermissionDenied
    return [join(by=by, group=group, client=client) for client in clients]


def join(*, by: User | None, group: CoachingSession, client: Client) -> CoachingSession:
    """One person's session in a locked group, with its mails; whether `by` may is asked before."""
    if places_left(group) < 1:
        raise ValidationError(
            ngettext(
                "There is a seat for one person only.",
                "There are seats for %(seats)s people only.",
                group.seats or 0,
            )
            % {"seats": group.seats},
            code="seats",
        )
    session = CoachingSession(
        client=client,
        group=group,
        **{name: getattr(group, name) for name in SHARED},
    )
    actions.save_new(session, by=by, session_type=group.session_type)
    return session


SHARED = [
    "coach",
    "starts_at",
    "ends_at",
    "timezone",
    "local_start",
    "place",
    "place_detail",
    "agenda",
]
"""What each person's session takes from the group's, and keeps in step with it."""


def places_left(group: CoachingSession) -> int:
    """How many more may join; certain while the group's row is locked."""
    return (group.seats or 0) - group.members.filter(status=Status.SCHEDULED).count()


@transaction.atomic
def note_attendance(*, by: User, group: CoachingSession, came: Mapping[UUID, str]) -> None:
    """Note for each person's session (by its id) one of ATTENDANCE. It can be put right later.

    The group was held if anybody came. Who called off beforehand stays as they are.
    Raises ValidationError: `early` before it begins, `closed` where it was called
    off, `missing` where nothing is said of somebody.
    """
    group = CoachingSession.objects.with_people().select_for_update(of=("self",)).get(pk=group.pk)
    if not (group.is_group and group.is_coached_by(by)):
        raise PermissionDenied
    if group.cancelled_at:
        raise ValidationError(_("This group was called off, so it stays as it is."), code="closed")
    if not group.has_started:
        raise ValidationError(_("Say who came once it has begun."), code="early")
    for member in expected(group).select_related("client").select_for_update(of=("self",)):
        if came.get(member.pk) not in ATTENDANCE:
            raise ValidationError(_("Say for each person whether they came."), code="missing")
        member.status = came[member.pk]
        member.note_fee()
        member.save(update_fields=["status", "fee"])
        member.reminders.all().call_off()
    is_held = Status.COMPLETED in came.values()
    group.status = Status.COMPLETED if is_held else Status.NO_SHOW
    group.save(update_fields=["status"])
    Reminder.objects.filter(session=group).call_off()


def expected(group: CoachingSession) -> Any:
    """The sessions of those who had not called off beforehand, in order of their names."""
    return group.members.filter(cancelled_at=None).order_by("client__name", "pk")
