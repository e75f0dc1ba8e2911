"""A coach's log of hours, as the International Coaching Federation (ICF) asks for it with a credential.

It is derived from sessions that were held, in real clock hours: 45 minutes are
0.75. The columns are those of ICF's log: client's name, contact, individual or
group, number in the group, start and end of the work, paid and pro bono hours.
Of a group one person is named. Somebody who has not agreed is counted and not named.

Sources: ICF, "Experience Requirements", coachingfederation.org/experience-requirements
(ACC 100 hours, 75 of them paid, with 8 clients; PCC 500, 450, 25; MCC 2,500,
2,250, 35; within the 18 months before applying 25 for ACC and 50 for PCC); ICF
Support, "What information does ICF require for the client coaching log?", which
also says that groups of up to 15 count and that each of their people is a client.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from coaching.accounts.models import User
from coaching.accounts.sheets import Cell
from coaching.scheduling.models import CoachingSession

RECENT = relativedelta(months=18)
HOUR = Decimal(3600)
HEADER = [
    "Client Name",
    "Contact Information",
    "Individual/Group",
    "Number in Group",
    "Start Date",
    "End Date",
    "Paid Hours",
    "Pro-bono Hours",
]
"""ICF's own words; they are not translated."""


@dataclass(frozen=True)
class LogRow:
    """The work with one client, or with one group. `unsaid` are hours of which no fee was ever noted."""

    name: str
    contact: str
    people: int
    is_group: bool
    first_on: date
    last_on: date
    paid: Decimal
    pro_bono: Decimal
    unsaid: Decimal

    @property
    def cells(self) -> list[Cell]:
        """In the order of HEADER."""
        kind = "Group" if self.is_group else "Individual"
        number = self.people if self.is_group else None
        return [
            self.name, self.contact, kind, number, self.first_on, self.last_on,
            self.paid.normalize() if self.paid else 0, self.pro_bono.normalize() if self.pro_bono else 0,
        ]  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One thing a credential asks for, and how far the log is."""

    words: str
    so_far: Decimal
    needed: int

    @property
    def share(self) -> int:
        """In per cent, 100 at most."""
        return min(100, int(100 * self.so_far / self.needed))

    @property
    def is_there(self) -> bool:
        return self.so_far >= self.needed


@dataclass(frozen=True)
class Log:
    """All of a coach's rows, and the sums of them."""

    rows: list[LogRow]
    clients: int
    recent: Decimal
    too_large: Decimal
    """Hours with groups that are larger than ICF counts."""

    @property
    def paid(self) -> Decimal:
        return sum((row.paid for row in self.rows), Decimal())

    @property
    def pro_bono(self) -> Decimal:
        return sum((row.pro_bono for row in self.rows), Decimal())

    @property
    def unsaid(self) -> Decimal:
        return sum((row.unsaid for row in self.rows), Decimal())

    @property
    def unnamed(self) -> Decimal:
        """Counted hours of rows without a name: ICF may leave them out."""
        return sum((row.paid + row.pro_bono for row in self.rows if not row.name), Decimal())

    @property
    def progress(self) -> dict[str, list[Asked]]:
        """By credential, what it asks for."""
        found = {}
        for credential, needed in settings.ICF_CREDENTIALS.items():
            asked = [
                Asked(_("hours"), self.paid + self.pro_bono, needed["hours"]),
                Asked(_("of them paid"), self.paid, needed["paid"]),
                Asked(_("clients"), Decimal(self.clients), needed["clients"]),
            ]
            if needed["recent"]:
                asked.append(Asked(_("hours in the last 18 months"), self.recent, needed["recent"]))
            found[credential] = asked
        return found


def log_of(user: User, *, now: datetime | None = None) -> Log:
    """This coach's log, as far as it goes today. One query."""
    now = now or timezone.now()
    sessions = CoachingSession.objects.held_by(user).select_related("client__user", "client__coach", "group")
    alone: dict[Any, list[CoachingSession]] = defaultdict(list)
    meetings: dict[Any, list[CoachingSession]] = defaultdict(list)
    for session in sessions.order_by("starts_at", "pk"):
        if session.group_id is None:
            alone[session.client_id].append(session)
        else:
            meetings[session.group_id].append(session)
    large = [people for people in meetings.values() if len(people) > settings.ICF_LARGEST_GROUP]
    groups: dict[Any, list[list[CoachingSession]]] = defaultdict(list)
    for people in meetings.values():
        if len(people) <= settings.ICF_LARGEST_GROUP:
            # One group is one series, or one meeting that stands alone.
            group: Any = people[0].group
            groups[group.series_id or group.pk].append(people)
    zone = user.timezone
    rows = [_row([[session] for session in own], user, zone) for own in alone.values()]
    rows += [_row(met, user, zone, is_group=True) for met in groups.values()]
    counted = [[session] for own in alone.values() for session in own]
    counted += [people for met in groups.values() for people in met]
    since = now - RECENT
    return Log(
        rows=sorted(rows, key=lambda row: (row.first_on, row.name)),
        clients=len({session.client_id for people in counted for session in people}),
        recent=sum(
            (_hours(people) for people in counted if people[0].starts_at >= since and _fee(people)), Decimal()
        ),
        too_large=sum((_hours(people) for people in large), Decimal()),
    )


def _row(met: list[list[CoachingSession]], user: User, zone: Any, *, is_group: bool = False) -> LogRow:
    """Of meetings with the same client or group, in order of time, each with those who came."""
    hours: dict[str, Decimal] = defaultdict(Decimal)
    for people in met:
        hours[_fee(people)] += _hours(people)
    named = _named(session.client for people in met for session in people if _may_name(session, user))
    return LogRow(
        name=named.name if named else "",
        contact=named.address if named else "",
        people=max(len(people) for people in met),
        is_group=is_group,
        first_on=met[0][0].starts_at.astimezone(zone).date(),
        last_on=met[-1][0].starts_at.astimezone(zone).date(),
        paid=hours["paid"],
        pro_bono=hours["pro_bono"],
        unsaid=hours[""],
    )


def _may_name(session: CoachingSession, user: User) -> bool:
    """The client agreed, and still works with this coach: to another coach's log they never agreed."""
    client = session.client
    return client.log_consent_at is not None and client.coach.user_id == user.pk


def _named(clients: Iterable[Client]) -> Client | None:
    return next(iter(clients), None)


def _hours(people: list[CoachingSession]) -> Decimal:
    """Of one meeting, however many came."""
    return Decimal(int(people[0].length.total_seconds())) / HOUR


def _fee(people: list[CoachingSession]) -> str:
    """Paid where anybody paid; pro bono where nobody did; empty where nothing was ever agreed.

    What was kept when the session was held counts; where nothing was, what is agreed now.
    """
    fees = {session.fee or session.client.fee for session in people} - {""}
    if fees & {Client.Fee.STANDARD, Client.Fee.SLIDING}:
        return "paid"
    return "pro_bono" if fees else ""
