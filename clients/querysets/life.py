"""What surrounds a client's life, and how it goes: circumstances, check-ins, figures, connections."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, When

from clients.querysets.record import (
    OwnedAndCoachedQuerySet,
    OwnedQuerySet,
    clients_of,
)
from coaching.accounts.querysets import Person, related

if TYPE_CHECKING:
    from clients.models import CheckIn, MeasureEntry


class CircumstanceQuerySet(OwnedAndCoachedQuerySet):
    def removable_by(self, user: Person) -> Self:
        """The client's own; and what a coach wrote by mistake, while the client has not confirmed it."""
        clients = clients_of(self)
        return self.filter(
            Q(client__in=clients.belonging_to(user))
            | Q(client__in=clients.coached_by(user), recorded_by=user.pk, confirmed_at=None)
        )

    def askable_by(self, user: Person) -> Self:
        """Those with a question this person may put away: about their own, and what they asked as a coach."""
        clients = clients_of(self)
        asked = self.filter(asked_by__isnull=False)
        return asked.filter(
            Q(client__in=clients.belonging_to(user))
            | Q(client__in=clients.coached_by(user), asked_by=user.pk)
        )

    def for_home(self) -> Self:
        """What cannot wait, and what the client is asked about."""
        return self.urgent() | self.filter(Q(confirmed_at=None) | Q(asked_by__isnull=False))

    def open(self) -> Self:
        return self.exclude(state="resolved")

    def urgent(self) -> Self:
        return self.open().filter(urgency="urgent")

    def most_pressing_first(self) -> Self:
        order = Case(
            When(state="resolved", then=3),
            When(urgency="urgent", then=0),
            When(urgency="pressing", then=1),
            default=2,
        )
        return self.order_by(order, "-changed_at", "-pk")


class CheckInQuerySet(OwnedAndCoachedQuerySet):
    def latest_days(self, count: int) -> list["CheckIn"]:
        """The last `count` days that were spoken of, oldest first, with their scores. Two queries."""
        rows: Any = self.order_by("-on").prefetch_related("scores")[:count]
        return list(reversed(rows))


class CheckInRhythmQuerySet(OwnedQuerySet):
    def asking(self) -> Self:
        """Those of people who work with a coach now, with something to ask about; with `last_on`."""
        clients = clients_of(self).model
        areas, measures = (
            Exists(related(clients, name).objects.in_use().filter(client=OuterRef("client")))
            for name in ("life_areas", "measures")
        )
        rows = self.filter(areas | measures, client__status="active", client__user__is_active=True)
        return rows.annotate(last_on=models.Max("client__check_ins__on"))


class MeasureEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        return self.filter(measure__in=related(self.model, "measure").objects.visible_to(user))

    def latest_days(self, count: int) -> list["MeasureEntry"]:
        """Those of the last `count` days of which there are any, oldest first. One query."""
        days = self.order_by("-on").values("on").distinct()[:count]
        rows: Any = self.filter(on__in=days).order_by("on", "pk")
        return list(rows)


class ConnectionQuerySet(OwnedQuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's own; for their coach those that are shared."""
        clients = clients_of(self)
        return self.filter(
            Q(client__in=clients.belonging_to(user)) | Q(client__in=clients.coached_by(user), is_shared=True)
        )

    def with_listing(self) -> Self:
        """With what a card shows of the listing as it is now; one that is gone keeps its name."""
        rows = self.select_related("service__organization", "service__listing", "client__coach__user")
        return rows.defer("service__listing__search_vector", "service__listing__hours")
