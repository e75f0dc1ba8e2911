"""Which sessions and reminders a person may see, and in which order of time."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clients.models import Client
from coaching.accounts.deliveries import DeliveryQuerySet
from coaching.accounts.querysets import Person
from coaching.scheduling.fields import MinutesAfter, MinutesBefore

if TYPE_CHECKING:
    from coaching.scheduling.models import CoachingSession


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

    def upcoming(self) -> Self:
        """Those planned that have not ended."""
        return self.filter(status="scheduled", ends_at__gt=Now())

    def past(self) -> Self:
        """All others: over, or called off."""
        return self.exclude(status="scheduled", ends_at__gt=Now())

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

    def in_order(self) -> Self:
        """As they were or will be sent; those of an earlier date of the session come first."""
        return self.order_by("schedule_version", "due_at", "recipient")
