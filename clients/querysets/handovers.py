"""Which questions of going on with another coach a person may see."""

from datetime import timedelta
from typing import Self

from django.db.models import Q
from django.db.models.functions import Now

from clients.querysets.record import OwnedQuerySet, clients_of
from coaching.accounts.querysets import Person

NEWS_FOR = timedelta(days=14)
"""So long an answer stands on the first pages of the two coaches."""


class HandoverQuerySet(OwnedQuerySet):
    def visible_to(self, user: Person) -> Self:
        """Their own; of clients they coach those that took place; those in which they are one of the coaches.

        Of a question that is open the other coach does not know.
        """
        if not user.is_authenticated:
            return self.none()
        is_settled = Q(client__coach__user=user) | Q(to_coach__user=user)
        return self.filter(Q(client__user=user) | Q(from_coach__user=user) | is_settled & Q(answer="agreed"))

    def withdrawable_by(self, user: Person) -> Self:
        """Those still open that this person may take back: as the client's coach, or running the practice."""
        return self.open().filter(client__in=clients_of(self).handed_over_by(user))

    def open(self) -> Self:
        """Those that wait for the client's answer."""
        return self.filter(answer="open")

    def news_for(self, user: Person) -> Self:
        """What clients answered of late, for the coaches it is about."""
        if not user.is_authenticated:
            return self.none()
        is_theirs = Q(from_coach__user=user) | Q(to_coach__user=user, answer="agreed")
        answered = self.filter(answer__in=["agreed", "declined"], answered_at__gt=Now() - NEWS_FOR)
        return answered.filter(is_theirs).order_by("-answered_at")

    def with_people(self) -> Self:
        return self.select_related("client__user", "from_coach__user", "to_coach__user")
