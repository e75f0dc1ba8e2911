"""Which sessions and reminders a person may see, and in which order of time."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce, Now

from clients.models import Client
from coaching.accounts.deliveries import DeliveryQuerySet
from coaching.accounts.querysets import Person
from coaching.scheduling.fields import MinutesAfter, MinutesBefore
from goals.models import Step

if TYPE_CHECKING:
    from coaching.accounts.models import User
    from coaching.scheduling.models import CoachingSession, SessionSummary, SessionType

PRESENT = ["scheduled", "completed"]
"""The states of somebody who comes, or came."""
CALENDAR_LOOKS_BACK = timedelta(days=60)
LOOKED_AT_FOR = timedelta(days=14)
"""A mail that reached nobody is shown on the coach's first page until so long after it was of use."""


class CoachingSessionQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those with a client whose record this person may see, and the groups they coach."""
        return self.filter(Q(client__in=Client.objects.visible_to(user)) | _groups_of(user))

    def editable_by(self, user: Person) -> Self:
        """Those this person coaches: they may move them and mark them as held."""
        return self.filter(Q(client__in=Client.objects.coached_by(user)) | _groups_of(user))

    def one_line_each(self, user: Person) -> Self:
        """Those as this person reads them in a list: a group they coach is one entry, with its `people`."""
        mine = _coached_in_groups(user)
        members = self.model._base_manager.filter(group=OuterRef("pk"), status__in=PRESENT)
        people = members.order_by().values("group").annotate(count=Count("pk")).values("count")
        return self.exclude(mine).annotate(people=Coalesce(Subquery(people), 0))

    def groups(self) -> Self:
        """Those that stand for a whole group."""
        return self.filter(client=None)

    def of_one_client(self) -> Self:
        """Those of one person, alone or as one of a group: what is written about them is for these two."""
        return self.exclude(client=None)

    def with_place_for(self, client: Client, session_type: "SessionType") -> Self:
        """The groups of this kind, to come, in which a seat is free and this client does not sit yet."""
        taken = self.model._base_manager.filter(group=OuterRef("pk"), status="scheduled")
        count = taken.order_by().values("group").annotate(count=Count("pk")).values("count")
        return (
            self.groups()
            .filter(coach=client.coach_id, session_type=session_type, status="scheduled", starts_at__gt=Now())
            .alias(taken=Coalesce(Subquery(count), 0))
            .annotate(places=F("seats") - F("taken"))
            .filter(~Exists(taken.filter(client=client)), places__gt=0)
            .order_by("starts_at")
        )

    def held_by(self, user: Person) -> Self:
        """Those this person held, whether or not they still coach the client; in groups each person's."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user, status="completed", client__isnull=False)

    def cancellable_by(self, user: Person) -> Self:
        """Those still planned that this person may call off: the coach any time, the client beforehand."""
        is_own = Q(client__in=Client.objects.belonging_to(user), starts_at__gt=Now())
        return self.filter(
            is_own | Q(client__in=Client.objects.coached_by(user)) | _groups_of(user),
            status="scheduled",
        )

    def with_people(self) -> Self:
        """Those, with the two people, their zones, the coach's terms and the kind of session read along."""
        return self.select_related(
            "client__user",
            "client__coach",
            "coach__user",
            "coach__booking_rules",
            "coach__practice__booking_policy",
            "session_type",
            "series",
            "group",
        )

    def for_mail_to_client(self) -> Self:
        """Those, with no more than most mails to the client need: it is asked anew for each mail."""
        return self.select_related(
            "client__user__mail_choices",
            "coach__user",
            "coach__booking_rules",
            "coach__practice__booking_policy",
        )

    def for_mail_to_coach(self) -> Self:
        """Those, with no more than most mails to the coach need."""
        return self.select_related("coach__user__mail_choices", "client__user")

    def with_choices(self) -> Self:
        """Those, with what the two people have chosen about their mails read along."""
        rows = self.select_related("client__user__mail_choices", "coach__user__mail_choices")
        return rows.prefetch_related("client__user__sms_numbers", "coach__user__sms_numbers")

    def upcoming(self) -> Self:
        """Those planned that have not ended."""
        return self.filter(status="scheduled", ends_at__gt=Now())

    def past(self) -> Self:
        """All others: over, or called off."""
        return self.exclude(status="scheduled", ends_at__gt=Now())

    def for_calendars(self) -> Self:
        """Those that a calendar shows: planned and held, from two months ago on. What is off is gone."""
        recent = self.filter(status__in=["scheduled", "completed"], ends_at__gt=Now() - CALENDAR_LOOKS_BACK)
        return recent.order_by("starts_at", "pk")

    def in_the_way_of(self, session: "CoachingSession") -> Self:
        """Those planned that take this session's time, from its coach (what is kept free included) or client.

        One that ends as it starts is not in its way.
        """
        rows = self.filter(status="scheduled").exclude(pk=session.pk)
        rows = rows.alias(
            busy_from=MinutesBefore("starts_at", "buffer_before"),
            busy_until=MinutesAfter("ends_at", "buffer_after"),
        )
        is_coachs = Q(
            coach=session.coach_id,
            group=None,
            busy_from__lt=session.busy_until,
            busy_until__gt=session.busy_from,
        )
        is_clients = Q(client=session.client_id, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
        if session.group_id:  # the group holds the coach's time
            return rows.filter(is_clients).order_by("starts_at")
        if session.is_group:
            return rows.filter(is_coachs).order_by("starts_at")
        return rows.filter(is_coachs | is_clients).order_by("starts_at")


class SessionStepQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(session__client__in=Client.objects.visible_to(user))

    def with_steps(self) -> Self:
        """Those, with the session and the step as a list of steps shows it. Two queries."""
        steps = Step.objects.with_resources().with_ticks().select_related("goal__plan__client__user")
        return self.select_related("session").prefetch_related(Prefetch("step", steps))

    def up_to(self, session: "CoachingSession") -> Self:
        """Those of this session, then those agreed in earlier ones of the same client, the latest first.

        All of the last session in which something was agreed; of those before only what is still open.
        """
        earlier = self.filter(
            role="agreed", session__client=session.client_id, session__starts_at__lt=session.starts_at
        )
        last = earlier.order_by("-session__starts_at").values("session")[:1]
        is_open = Q(
            step__done_at=None,
            step__goal__lifecycle__in=["accepted", "active", "on-hold"],
            step__goal__plan__closed_at=None,
        )
        order = ["-session__starts_at", "created_at", "pk"]
        comes_along = earlier.filter(Q(session=Subquery(last)) | is_open)
        is_here = Q(session=session.pk)
        return self.filter(is_here | Q(pk__in=comes_along.order_by().values("pk"))).order_by(*order)


class SessionSummaryQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those sent, for the two people; a draft for its writer alone."""
        clients = Client.objects.all()
        return self.filter(
            Q(session__client__in=clients.visible_to(user), saved_at__isnull=False)
            | Q(session__client__in=clients.coached_by(user), author=user.pk)
        )

    def belonging_to(self, user: Person) -> Self:
        """Those sent to this person as a client."""
        return self.shared_with_client().filter(session__client__in=Client.objects.belonging_to(user))

    def shared_with_client(self) -> Self:
        return self.filter(saved_at__isnull=False)

    def new(self) -> Self:
        """Those sent, or changed, within a week; the last first."""
        return self.filter(saved_at__gt=Now() - timedelta(days=7)).order_by("-saved_at")

    def continued_by(self, user: "User", session: "CoachingSession") -> "SessionSummary":
        """The coach's own of this session, or a new one. Raises DoesNotExist where another has written it."""
        rows: Any = self
        if not rows.filter(session=session).exists():
            return rows.model(session=session, author=user)
        return rows.filter(author=user).get(session=session)


def all_of(client: Client) -> Q:
    """Every session of this person, whichever coach it is with: only they themselves may be told of a gap."""
    return Q(client__user=client.user_id) if client.user_id else Q(client=client)


def _groups_of(user: Person, session: str = "") -> Q:
    """The rows of whole groups that this person coaches; `session` leads to them (`session__`)."""
    if not user.is_authenticated:
        return Q(pk__in=[])
    return Q(**{f"{session}client": None, f"{session}coach__user": user})


def _coached_in_groups(user: Person) -> Q:
    """The rows of single people in groups that this person coaches."""
    return Q(group__isnull=False, coach__user=user) if user.is_authenticated else Q(pk__in=[])


class SessionTypeQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """Those this person made for their own sessions."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def bookable(self) -> Self:
        """Those that a coach's clients may book, if booking is open."""
        return self.filter(is_active=True, is_bookable=True)

    def in_use(self) -> Self:
        """Those that can be chosen."""
        return self.filter(is_active=True)

    def for_groups(self, is_for_groups: bool) -> Self:
        """Those for several people at once, or those for one."""
        return self.filter(seats__gt=1) if is_for_groups else self.filter(seats=1)


class SpecialDaysQuerySet(models.QuerySet):
    def between(self, first: date, last: date) -> Self:
        """Those that hold on one of these days at least."""
        return self.filter(first_on__lte=last, last_on__gte=first)

    def editable_by(self, user: Person) -> Self:
        """Those this person set for their own calendar."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)


class ReminderQuerySet(DeliveryQuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those about sessions this person coaches."""
        coached = Q(session__client__in=Client.objects.coached_by(user))
        return self.filter(coached | _groups_of(user, "session__"))

    def with_session(self) -> Self:
        """Those, with session, people, the mail that followed, and the further sessions told."""
        rows = self.select_related("session__client__user", "session__coach__user", "resent_as")
        return rows.prefetch_related("also")

    def waiting(self) -> Self:
        return self.filter(state__in=["pending", "submitting"])

    def called_off(self) -> Self:
        return self.filter(state="cancelled")

    def to_look_at(self) -> Self:
        """Those on hold, and those that lately reached nobody, or nobody who wanted them, and rest at that.

        In the place of an SMS that was refused or did not arrive a mail goes out, which speaks for itself.
        """
        lately = Now() - LOOKED_AT_FOR
        unsent = Q(
            state__in=["failed", "missed", "returned", "unwanted"], useful_until__gt=lately, resent_as=None
        )
        has_stand_in = Q(channel="sms", state__in=["failed", "returned"])
        return self.filter((unsent & ~has_stand_in) | Q(state="on_hold"))

    def untouched(self, now: datetime) -> Self:
        """Reminders to come that nobody has tried to send."""
        return self.filter(kind="upcoming", state="pending", attempts=0, due_at__gt=now)

    def about(self, session: "CoachingSession") -> Self:
        """Those about a session; of a group, also those to each of its people."""
        return self.filter(Q(session=session.pk) | Q(session__group=session.pk))


class NudgeQuerySet(DeliveryQuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those to this person, and nobody else's: what a client is reminded of is theirs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user.pk)

    def gone_out(self) -> Self:
        """Those that have come to an end, newest first; what was not needed any more is left out."""
        return self.done().order_by("-due_at", "-pk")

    def untouched(self) -> Self:
        """Those to come that nobody has tried to send."""
        return self.filter(state="pending", attempts=0, due_at__gt=Now())
