"""Which files of a record a person may have."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from clients.querysets.record import clients_of, coached_by, in_records_of_one_person
from coaching.accounts.querysets import Person

if TYPE_CHECKING:
    from clients.models import Client


class RecordFileQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """As notes are: one's own, those shared with a client's coaches, those shared with both."""
        clients = clients_of(self)
        return self.filter(
            Q(added_by=user.pk, client__in=clients.visible_to(user))
            | Q(audience__in=["coaches", "both"]) & coached_by(self, user)
            | Q(audience="both", client__in=clients.belonging_to(user))
        )

    def removable_by(self, user: Person) -> Self:
        """One's own, while one works with the client or is the client."""
        return self.filter(added_by=user.pk, client__in=clients_of(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records, as far as they may see them."""
        return self.visible_to(user).filter(client__in=clients_of(self).belonging_to(user))

    def about(self, client: "Client") -> Self:
        """Those in this record, and in the same person's records with other coaches of the practice."""
        return self.filter(in_records_of_one_person(client))

    def leaving_with_client(self) -> Self:
        """What the client may take out: their own, and what is shared with them."""
        return self.filter(Q(audience="both") | Q(added_by=F("client__user")))
