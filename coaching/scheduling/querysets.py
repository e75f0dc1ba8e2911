"""Which sessions and reminders a person may see, and in which order of time."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Prefetch, Q, Subquery
from django.db.models.functions import Now

from clients.models import Client
from coaching.accounts.deliveries import DeliveryQuerySet
from coaching.accounts.querysets import Person
from coaching.scheduling.fields import MinutesAfter, MinutesBefore
from goals.models import Step

if TYPE_CHECKING:
    from coaching.accounts.models import User
    from coaching.scheduling.models import CoachingSession, SessionSummary

CALENDAR_LOOKS_BACK = timedelta(days=60)
LOOKED_AT_FOR = timedelta(days=14)
"""A mail that reached nobody is shown on the coach's first page until so long after it was of use."""


class CoachingSessionQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those with a client whose record this person may see: the coach's and the client's own."""
        return self.filter(client__in=Client.objects.visible_to(user))

    def editable_by(self, user: Person) -> Self:
        """Those this person coaches: they may move them and mark them as held."""
        return self.filter(client__in=Client.objects.coached_by(user))

    def cancellable_by(self, user: Person) -> Self:
        """Those still planned that this person may call off: the coach any time, the client beforehand."""
        is_own = Q(client__in=Client.objects.belonging_to(user), starts_at__gt=Now())
        return self.filter(
            is_own | Q(client__in=Client.objects.coached_by(user)),
            status="scheduled",
        )

    def with_people(self) -> Self:
        """Those, with the two people, their zones, the coach's terms and the kind of session read along."""
        return self.select_related(
            "client__user", "client__coach", "coach__user", "coach__booking_rules", "session_type", "series"
        )

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
            coach=session.coach_id, busy_from__lt=session.busy_until, busy_until__gt=session.busy_from
        )
        is_clients = Q(client=session.client_id, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
        return rows.filter(is_coachs | is_clients).order_by("starts_at")


class SessionStepQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(session__client__in=Client.objects.visible_to(user))

    def with_steps(self) -> Self:
        """Those, with the session and the step as a list of steps shows it. Two queries."""
        steps = Step.objects.with_resources().with_ticks().select_related("goal__plan__client__user")
        return self.select_related("session").prefetch_related(Prefetch("step", steps))

    def agreed_before(self, session: "CoachingSession") -> Self:
        """Those agreed in earlier sessions of the same client, the latest first.

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
        return earlier.filter(Q(session=Subquery(last)) | is_open).order_by(*order)


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

    def continued_by(self, user: "User", session: "CoachingSession") -> "SessionSummary":
        """The coach's own of this session, or a new one. Raises DoesNotExist where another has written it."""
        rows: Any = self
        if not rows.filter(session=session).exists():
            return rows.model(session=session, author=user)
        return rows.filter(author=user).get(session=session)


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


class SpecialDaysQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """Those this person set for their own calendar."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)


class ReminderQuerySet(DeliveryQuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those about sessions this person coaches."""
        return self.filter(session__client__in=Client.objects.coached_by(user))

    def with_session(self) -> Self:
        """Those, with the session, its two people and the mail that followed read along."""
        return self.select_related("session__client__user", "session__coach__user", "resent_as")

    def done(self) -> Self:
        """Those that have come to an end, whichever, but for what was called off before."""
        return self.filter(state__in=["sent", "failed", "missed"])

    def waiting(self) -> Self:
        return self.filter(state__in=["pending", "submitting"])

    def called_off(self) -> Self:
        return self.filter(state="cancelled")

    def to_look_at(self) -> Self:
        """Those on hold, and those that reached nobody lately and that nobody has sent again."""
        lately = Now() - LOOKED_AT_FOR
        unsent = Q(state__in=["failed", "missed"], useful_until__gt=lately, resent_as=None)
        return self.filter(unsent | Q(state="on_hold"))

    def untouched(self, now: datetime) -> Self:
        """Reminders to come that nobody has tried to send."""
        return self.filter(kind="upcoming", state="pending", attempts=0, due_at__gt=now)

    def in_order(self) -> Self:
        """As they were or will be sent; those of an earlier date of the session come first."""
        return self.order_by("schedule_version", "due_at", "recipient")
