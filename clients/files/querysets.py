"""Which files of a record a person may have."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from coaching.accounts.querysets import Person, related

if TYPE_CHECKING:
    from clients.models import Client


class RecordFileQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """As notes are: one's own, those shared with a client's coaches, those shared with both."""
        clients = related(self.model, "client").objects
        same_person = clients.coached_by(user).filter(
            user=OuterRef("client__user"), practice=OuterRef("client__practice")
        )
        is_coach = Q(client__in=clients.coached_by(user)) | Exists(same_person)
        return self.filter(
            Q(added_by=user.pk, client__in=clients.visible_to(user))
            | Q(audience__in=["coaches", "both"]) & is_coach
            | Q(audience="both", client__in=clients.belonging_to(user))
        )

    def removable_by(self, user: Person) -> Self:
        """One's own, while one works with the client or is the client."""
        return self.filter(
            added_by=user.pk, client__in=related(self.model, "client").objects.visible_to(user)
        )

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records, as far as they may see them."""
        return self.visible_to(user).filter(
            client__in=related(self.model, "client").objects.belonging_to(user)
        )

    def about(self, client: "Client") -> Self:
        """Those in this record, and in the same person's records with other coaches of the practice."""
        if client.user_id is None:
            return self.filter(client=client)
        return self.filter(
            Q(client=client) | Q(client__user=client.user_id, client__practice=client.practice_id)
        )

    def leaving_with_client(self) -> Self:
        """What the client may take out: their own, and what is shared with them."""
        return self.filter(Q(audience="both") | Q(added_by=F("client__user")))
