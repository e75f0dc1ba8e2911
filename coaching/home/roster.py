"""A coach's list of clients, and which of them may need something of the coach now.

Every reason follows from what the coach may read anyway: a private journal
entry is no sign of life here, or its absence would tell.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest, Lower, Now
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clients.models import CheckIn, Circumstance, Client, Erasure, JournalEntry
from clients.querysets import ClientQuerySet
from coaching.accounts.models import Coach, ReturnedMail, User
from coaching.accounts.querysets import CoachQuerySet
from coaching.scheduling.models import CoachingSession, Reminder
from goals.models import Goal, GoalRating, Step, StepTick, Win

QUIET_AFTER = timedelta(days=21)
"""So long after the last thing that came from a client, they count as quiet."""

LISTS = {
    "": _("In work"),
    "attention": _("Needs attention"),
    "urgent": _("Urgent need"),
    "waiting": _("Answer waited for"),
    "unbooked": _("Nothing booked"),
    "quiet": _("Quiet"),
    "unreached": _("Not reached by mail"),
    "unsigned": _("Signature waited for"),
    "ended": _("Ended"),
    "all": _("Everybody"),
}
"""Which clients may be looked at, by the name in the address."""

UNREACHED = Q(mails_stopped_by__isnull=False) | Q(has_unwanted_mail=True)
BESIDE_ANSWERS = (
    Q(has_urgent_need=True)
    | Q(is_unbooked=True)
    | Q(is_quiet=True)
    | Q(is_unsigned=True)
    | UNREACHED
    | Q(erased_at__isnull=False)
)
"""What may need the coach now, but for answers that are waited for."""
NEEDS_ATTENTION = BESIDE_ANSWERS | Q(is_waited_for=True)
CHOSEN = {
    "": ~Q(status=Client.Status.ENDED),
    "attention": NEEDS_ATTENTION,
    "urgent": Q(has_urgent_need=True),
    "waiting": Q(is_waited_for=True),
    "unbooked": Q(is_unbooked=True),
    "quiet": Q(is_quiet=True),
    "unreached": UNREACHED,
    "unsigned": Q(is_unsigned=True),
    "ended": Q(status=Client.Status.ENDED),
    "all": Q(),
}


@dataclass(frozen=True)
class Wish:
    """What a coach looks for in their list; made from an address, and an address again."""

    search: str = ""
    show: str = ""
    tag: str = ""

    @staticmethod
    def of(asked: QueryDict) -> "Wish":
        """Whatever stands in the address: what is not known counts as not asked."""
        words = {name: " ".join(asked.get(name, "").replace("\0", " ").split()) for name in ("q", "tag")}
        show = asked.get("show", "")
        return Wish(words["q"][:100], show if show in LISTS else "", words["tag"][:30])

    @property
    def query(self) -> str:
        """The part of the address after the `?`; empty for the list as it comes."""
        asked = {"q": self.search, "show": self.show, "tag": self.tag}
        return urlencode({name: value for name, value in asked.items() if value})

    def rows_for(self, user: User) -> ClientQuerySet:
        rows = with_reasons(Client.objects.coached_by(user)).filter(CHOSEN[self.show])
        if self.search:
            rows = rows.search(self.search)
        return rows.with_tag(self.tag) if self.tag else rows


def with_reasons(clients: ClientQuerySet) -> ClientQuerySet:
    """With what may need the coach: nothing of it where the work rests or has ended.

    `has_urgent_need`, `is_waited_for` (a goal waits for the client's answer),
    `is_unbooked` (no session to come), `is_quiet` and `heard_at`, `is_unsigned`
    (a text of the practice waits for the client's signature); whether mails
    reach them: `mails_stopped_by` (a kind of ReturnedMail, or None), since when
    `password_asked_at`, and `has_unwanted_mail`; and `erased_at`, if the record
    is to be erased: that counts where the work has ended, too.
    """
    is_working = Q(status__in=Client.WORKING)
    booked = CoachingSession.objects.upcoming().filter(client=OuterRef("pk"))
    waiting = Goal.objects.waiting().filter(plan__client=OuterRef("pk"))
    stopped_by, asked_at = _reach(Lower(Coalesce(OuterRef("user__email"), OuterRef("email"))))
    rows = clients.with_urgent_need().annotate(
        is_waited_for=Q(Exists(waiting), is_working, user__isnull=False),
        is_unbooked=Q(~Exists(booked), is_working),
        is_unsigned=Q(Exists(clients.asked_to_sign()), is_working, user__isnull=False),
        heard_at=Greatest("created_at", *_signs_of_life()),
        mails_stopped_by=Case(When(is_working, then=stopped_by)),
        password_asked_at=asked_at,
        has_unwanted_mail=Q(Exists(_unwanted_mails()), is_working),
    )
    planned = Erasure.objects.open().filter(record=OuterRef("pk"))
    rows = rows.annotate(erased_at=Subquery(planned.values("due_at")[:1]))
    return rows.annotate(is_quiet=Q(is_working, user__isnull=False, heard_at__lt=Now() - QUIET_AFTER))


def coaches_of_practice(owner: User) -> CoachQuerySet:
    """The coaches of an owner's practice, with `mails_stopped_by` and `password_asked_at` as for clients.

    A coach whose mails come back has nobody else who would see it.
    """
    stopped_by, asked_at = _reach(Lower(OuterRef("user__email")))
    coaches = Coach.objects.colleagues_of(owner).select_related("user")
    return coaches.annotate(mails_stopped_by=stopped_by, password_asked_at=asked_at)


def _reach(address: Any) -> tuple[Subquery, Subquery]:
    """Why no mails go to this address, if so, and when a new password was last asked for with it since."""
    stops = ReturnedMail.objects.filter(email=address, stops=True, cleared_at=None)
    asked = stops.exclude(password_asked_at=None)
    return _latest(stops, "created_at", "kind"), _latest(asked, "password_asked_at")


def _unwanted_mails() -> QuerySet:
    """The mails about their sessions that a client reported as unwanted.

    What they report of other mails is between them and those: a coach does not
    see what their clients are reminded of.
    """
    mails = Reminder.objects.to_look_at().filter(state=Reminder.State.UNWANTED)
    return mails.filter(session__client=OuterRef("pk"), recipient=Reminder.Recipient.CLIENT)


def _signs_of_life() -> list[Any]:
    """When the client last did something that the coach can see, one column for each kind."""
    of_client = OuterRef("pk")
    by_client = OuterRef("user")
    entries = JournalEntry.objects.exclude(saved_at=None)
    shared = entries.filter(client=of_client, audience=JournalEntry.Audience.COACH)
    said = Circumstance.objects.filter(client=of_client, recorded_by=by_client)
    held = CoachingSession.objects.filter(client=of_client, status=CoachingSession.Status.COMPLETED)
    ratings = GoalRating.objects.filter(goal__plan__client=of_client, rated_by=by_client)
    steps = Step.objects.filter(goal__plan__client=of_client, done_by=by_client)
    ticks = StepTick.objects.filter(step__goal__plan__client=of_client, ticked_by=by_client)
    wins = Win.objects.filter(goal__plan__client=of_client, author=by_client, audience=Win.Audience.BOTH)
    decided = Goal.objects.filter(plan__client=of_client, decided_by=by_client)
    return [
        _latest(CheckIn.objects.filter(client=of_client), "created_at"),
        _latest(shared, "saved_at"),
        _latest(said, "created_at"),
        _latest(held, "ends_at"),
        _latest(ratings, "created_at"),
        _latest(steps, "done_at"),
        _latest(ticks, "created_at"),
        _latest(wins, "created_at"),
        _latest(decided, "decided_at"),
    ]


def _latest(rows: QuerySet, field: str, value: str = "") -> Subquery:
    return Subquery(rows.order_by(f"-{field}").values(value or field)[:1])
