"""What the rows of a record have in common: each has a `client`, and the root rule cuts them."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from clients.querysets.clients import ClientQuerySet
from coaching.accounts.querysets import Person, related

if TYPE_CHECKING:
    from clients.models import Client


def clients_of(rows: models.QuerySet) -> ClientQuerySet:
    """All clients, to be cut by the root rule."""
    clients: ClientQuerySet = related(rows.model, "client").objects.all()
    return clients


def in_records_of_one_person(client: "Client") -> Q:
    """What is in this record, and in the same person's records with other coaches of the practice."""
    if client.user_id is None:
        return Q(client=client)
    return Q(client=client) | Q(client__user=client.user_id, client__practice=client.practice_id)


def coached_by(rows: models.QuerySet, user: Person) -> Q:
    """What is about a client of this person, or about the same person with another coach of the practice."""
    clients = clients_of(rows).coached_by(user)
    same_person = clients.filter(user=OuterRef("client__user"), practice=OuterRef("client__practice"))
    return Q(client__in=clients) | Q(Exists(same_person))


class OwnedQuerySet(models.QuerySet):
    """Rows that are the client's alone to change."""

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records."""
        return self.filter(client__in=clients_of(self).belonging_to(user))


class OwnedAndCoachedQuerySet(OwnedQuerySet):
    """Rows that the client's coach sees as well."""

    def visible_to(self, user: Person) -> Self:
        """Those of the clients this person coaches, and their own."""
        return self.filter(client__in=clients_of(self).visible_to(user))


class AskedAboutQuerySet(OwnedAndCoachedQuerySet):
    """What a client is asked about until they put it away."""

    def in_use(self) -> Self:
        """Those that are asked about; one that was put away keeps what was said."""
        return self.filter(put_away_at=None)
