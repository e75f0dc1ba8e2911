"""What is written about a client, by whom and for whom: notes, the journal, messages."""

from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from clients.querysets.record import (
    OwnedQuerySet,
    clients_of,
    coached_by,
    in_records_of_one_person,
)
from coaching.accounts.querysets import Person

if TYPE_CHECKING:
    from clients.models import Client, JournalEntry, Message, Note
    from coaching.accounts.models import User


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own; those shared with the coaches of a client; those shared with the client.

        Each only once it was saved, and only while the person works with that
        client. Coaches of one client are those of one practice.
        """
        clients = clients_of(self)
        is_shared = Q(saved_at__isnull=False) & ~Q(audience="author")
        is_for_client = Q(saved_at__isnull=False, audience="client")
        return self.filter(
            Q(author=user.pk, client__in=clients.coached_by(user))
            | is_shared & coached_by(self, user)
            | is_for_client & Q(client__in=clients.belonging_to(user))
        )

    def editable_by(self, user: Person) -> Self:
        """A coach's own, while they work with the client."""
        return self.filter(author=user.pk, client__in=clients_of(self).coached_by(user))

    def belonging_to(self, user: Person) -> Self:
        """Those shared with this person as a client."""
        return self.shared_with_client().filter(client__in=clients_of(self).belonging_to(user))

    def shared_with_client(self) -> Self:
        return self.filter(saved_at__isnull=False, audience="client")

    def continued_by(self, user: "User", client: "Client", pk: UUID) -> "Note":
        """The coach's own note of this id about this client, or a new one of this id.

        So a page can keep what is typed from its first letter on, and finds it again under its own address.
        Raises DoesNotExist where the id is somebody else's.
        """
        rows: Any = self
        if not rows.filter(pk=pk).exists():
            return rows.model(pk=pk, client=client, author=user)
        return rows.editable_by(user).filter(client=client).get(pk=pk)

    def about(self, client: "Client") -> Self:
        """Those in this record, and in the same person's records with other coaches of the practice."""
        return self.filter(in_records_of_one_person(client))


class JournalEntryQuerySet(OwnedQuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's own; for their coach those that were saved to be shared."""
        clients = clients_of(self)
        return self.filter(
            Q(client__in=clients.belonging_to(user))
            | Q(client__in=clients.coached_by(user), saved_at__isnull=False, audience="coach")
        )

    def continued_by(self, user: "User", client: "Client", pk: UUID) -> "JournalEntry":
        """The client's own entry of this id, or a new one of this id; see NoteQuerySet.continued_by."""
        rows: Any = self
        if not rows.filter(pk=pk).exists():
            return rows.model(pk=pk, client=client)
        return rows.belonging_to(user).get(pk=pk)


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those this person wrote or was sent, while the record is theirs or they coach it.

        A draft is its writer's alone.
        """
        if not user.is_authenticated:
            return self.none()
        sent = Q(saved_at__isnull=False)
        in_own_record = Q(client__in=clients_of(self).belonging_to(user)) & (sent | Q(author=user.pk))
        of_their_client = Q(client__in=clients_of(self).coached_by(user))
        return self.filter(in_own_record | of_their_client & (Q(author=user.pk) | sent & Q(reader=user.pk)))

    def sent(self) -> Self:
        return self.filter(saved_at__isnull=False)

    def unopened(self) -> Self:
        """Those sent that their reader has not seen yet."""
        return self.sent().filter(opened_at=None)

    def open_for(self, user: "User", client: "Client") -> None:
        """This person looks at the thread: what was sent to them there is seen now."""
        self.unopened().filter(client=client, reader=user).update(opened_at=Now())

    def shared_with_client(self) -> Self:
        """What leaves with the client: all that was sent, and their own drafts."""
        return self.filter(Q(saved_at__isnull=False) | Q(author=F("client__user")))

    def continued_by(self, user: "User", client: "Client", pk: UUID | None = None) -> "Message":
        """This person's message of this id in the thread, sent or not; else their draft, else a new one.

        Raises DoesNotExist where the id is of another thread or of somebody else.
        """
        rows: Any = self
        if pk is None:
            drafts = rows.filter(client=client, author=user, saved_at=None).order_by("-draft_at")
            return drafts.first() or rows.model(client=client, author=user)
        if rows.filter(pk=pk).exists():
            return rows.visible_to(user).get(pk=pk, client=client, author=user)
        return rows.model(pk=pk, client=client, author=user)
