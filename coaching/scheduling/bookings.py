"""Sessions that clients book and move themselves, on their coach's terms."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from coaching.accounts.models import User
from coaching.accounts.querysets import Person
from coaching.scheduling import actions, groups
from coaching.scheduling.availability import Wish, nearest
from coaching.scheduling.models import BookingRules, CoachingSession, Replacement, SessionType
from coaching.scheduling.querysets import all_of
from coaching.scheduling.walltimes import ZonedTime

SEARCHED = timedelta(days=14)
"""How far from a time that is taken others are looked for."""


def records_that_may_book(user: Person) -> QuerySet[Client]:
    """This person's own records with coaches who have opened booking and offer something to book."""
    records = Client.objects.belonging_to(user).select_related(
        "coach__user", "coach__booking_rules", "coach__practice__booking_policy", "user"
    )
    return records.exclude(coach__practice__booking_policy__allows_booking=False).filter(
        Exists(SessionType.objects.bookable().filter(coach=OuterRef("coach"))),
        status__in=Client.WORKING,
        coach__booking_rules__is_open=True,
    )


@dataclass(frozen=True)
class Offer:
    """What one client may choose a time for: a session of some kind, or another time for one they have.

    Of a kind for groups they choose among those that the coach has planned.
    """

    client: Client
    session_type: SessionType | None = None
    session: CoachingSession | None = None
    group: CoachingSession | None = None

    @property
    def rules(self) -> BookingRules:
        return BookingRules.of(self.client.coach)

    @property
    def like(self) -> CoachingSession | SessionType:
        """What says how long it is, and where: a session that is moved keeps both, and so does a group."""
        like = self.session or self.group or self.session_type
        assert like is not None  # noqa: S101 - an offer is for one of them
        return like

    @property
    def wish(self) -> Wish:
        return Wish(self.like.minutes, self.like.buffer_before, self.like.buffer_after)

    @property
    def is_for_groups(self) -> bool:
        return self.session is None and self.session_type is not None and self.session_type.is_for_groups

    def groups(self) -> list[CoachingSession]:
        """The planned groups of this kind that this person can join, by their start; two queries.

        None that begins sooner or later than may be booked, or while they are in another session.
        """
        assert self.session_type is not None  # noqa: S101 - only a kind of session is for groups
        rows = CoachingSession.objects.with_place_for(self.client, self.session_type).with_people()
        now = timezone.now()
        earliest, latest = now + self.rules.notice, now + timedelta(days=self.rules.days_ahead)
        own = CoachingSession.objects.filter(all_of(self.client)).upcoming()
        busy = list(own.values_list("starts_at", "ends_at"))
        return [
            row
            for row in rows.filter(starts_at__gte=earliest, starts_at__lt=latest)
            if not any(row.starts_at < ends_at and starts_at < row.ends_at for starts_at, ends_at in busy)
        ]

    def at(self, start: datetime) -> "Offer":
        """The same with the group that begins then, if there is one to join."""
        rows = self.groups() if self.is_for_groups else []
        return replace(self, group=next((row for row in rows if row.starts_at == start), None))

    def starts(self, begin: datetime, end: datetime) -> list[datetime]:
        """The free starts between two moments; three queries."""
        if self.is_for_groups:
            return [row.starts_at for row in self.groups() if begin <= row.starts_at < end]
        return self.rules.free_starts(self.wish, begin, end, client=self.client, leave_out=self.session)

    def has(self, start: datetime) -> bool:
        return start in self.starts(start, start + timedelta(seconds=1))

    def near(self, start: datetime) -> list[datetime]:
        return nearest(self.starts(start - SEARCHED, start + SEARCHED), start)

    def times(self, start: datetime) -> list[ZonedTime]:
        """A start on the client's wall, then on the coach's where that shows another time."""
        end = start + timedelta(minutes=self.wish.minutes)
        own, coachs = (
            ZonedTime(start, end, zone)
            for zone in (self.client.own_timezone, self.client.coach.user.timezone)
        )
        return [own] if own.is_like(coachs) else [own, coachs]


@transaction.atomic
def book_session(
    *, by: User | None, client: Client, session_type: SessionType, starts_at: datetime, agenda: str = ""
) -> CoachingSession:
    """Book a free time with one's own coach, or join a group of theirs that begins then.

    `by` is None for a client without an account. A group's agenda is its coach's to say.

    Raises ValidationError: `shut` where the coach takes no bookings of this
    kind, `clash` where the time is not free, or not any more.
    """
    _must_be_own(by, client)
    if session_type.coach_id != client.coach_id or not (session_type.is_active and session_type.is_bookable):
        raise _shut(client)
    offer = Offer(client, session_type=session_type)
    _hold(by, offer, starts_at)
    if offer.is_for_groups:
        return _join(by, offer, starts_at)
    zone = client.coach.user.timezone
    return actions.plan(
        by=by,
        client=client,
        starts_at=starts_at,
        local_start=starts_at.astimezone(zone).replace(tzinfo=None, fold=0),
        timezone=zone,
        minutes=session_type.minutes,
        place=session_type.place,
        place_detail=session_type.place_detail,
        agenda=agenda,
        session_type=session_type,
    )


@transaction.atomic
def move_booking(
    *, by: User | None, session: CoachingSession, starts_at: datetime, version: int | None = None
) -> CoachingSession:
    """Move one's own session to another free time. Length, place and coach stay.

    Raises ValidationError: `late` after the coach's time for changes, `closed`
    where it is no longer planned, `stale` where it has been moved since
    `version`, `shut` and `clash` as `book_session` does.
    """
    session = actions.locked(session, version=version)
    _must_be_own(by, session.client)
    if session.group_id:
        raise ValidationError(_("A group stays at its time. You can call it off for yourself."), code="group")
    if session.is_late_to_change:
        raise ValidationError(_("It is too close to the session to move it here."), code="late")
    _hold(by, Offer(session.client, session=session), starts_at)
    zone = session.coach.user.timezone
    return actions.move(
        by=by,
        session=session,
        starts_at=starts_at,
        local_start=starts_at.astimezone(zone).replace(tzinfo=None, fold=0),
        timezone=zone,
        minutes=session.minutes,
    )


@transaction.atomic
def book_instead(
    *, by: User | None, earlier: CoachingSession, session_type: SessionType, starts_at: datetime
) -> CoachingSession:
    """Book, from the mail about a session that was called off, another one in its place: once.

    Raises ValidationError: `used` where that has been done, and as `book_session` does.
    """
    session = book_session(by=by, client=earlier.client, session_type=session_type, starts_at=starts_at)
    try:
        with transaction.atomic():
            Replacement.objects.create(earlier=earlier, session=session)
    except IntegrityError as error:
        raise ValidationError(_("This link has been used."), code="used") from error
    return session


def _must_be_own(by: User | None, client: Client) -> None:
    if not actions.is_own(by, client):
        raise PermissionDenied


def _hold(by: User | None, offer: Offer, starts_at: datetime) -> None:
    """Let one client of this coach choose after the other, and refuse a time that is not free.

    Who books with two coaches at once waits for themself, too.
    """
    client = offer.client
    rules = BookingRules.objects.select_for_update().filter(coach=client.coach).first()
    if rules is None or not rules.takes_bookings or client.status not in Client.WORKING:
        raise _shut(client)
    if by:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if starts_at <= timezone.now() or not offer.has(starts_at):
        raise _taken()


def _join(by: User | None, offer: Offer, starts_at: datetime) -> CoachingSession:
    """A seat in the group that begins then. Its last seat may have gone to somebody whom the coach added."""
    group = offer.at(starts_at).group
    if group is None:
        raise _taken()
    try:
        return groups.join(by=by, group=actions.locked(group), client=offer.client)
    except ValidationError as error:
        raise _taken() from error


def _taken() -> ValidationError:
    return ValidationError(_("This time is not free any more."), code="clash")


def _shut(client: Client) -> ValidationError:
    return ValidationError(
        _("%(coach)s takes no bookings here at the moment.") % {"coach": client.coach}, code="shut"
    )
