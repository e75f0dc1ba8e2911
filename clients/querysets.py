"""The root access rule: which clients' records a person may see. Every other app composes it."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Case, Count, Exists, F, Func, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from coaching.accounts.querysets import Person, related

if TYPE_CHECKING:
    from clients.models import CheckIn, Client, JournalEntry, MeasureEntry, Message, Note
    from coaching.accounts.models import Coach, User


class ClientQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those this person coaches, and the one they are."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(coach__user=user) | Q(user=user))

    def coached_by(self, user: Person) -> Self:
        """Those this person coaches."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def belonging_to(self, user: Person) -> Self:
        """The records that are this person's own: one for each coach they work with."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user)

    def worded_by(self, user: Person) -> Self:
        """Their own records; and those of the clients they coach who cannot write themselves yet."""
        return self.belonging_to(user) | self.coached_by(user).filter(user=None)

    def on_roster_of(self, user: Person) -> Self:
        """Those of the practice this person owns: names and coaches, not content."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(practice__coaches__user=user, practice__coaches__is_owner=True)

    def with_thread(self, user: "User") -> Self:
        """Those with a thread for this person, or their own; with `written_at` (last) and `unread`."""
        messages: Any = self.model._meta.get_field("messages").related_model
        of_thread = messages.objects.sent().filter(client=OuterRef("pk"))
        theirs = of_thread.filter(Q(author=user.pk) | Q(reader=user.pk))
        last = theirs.order_by("-saved_at").values("saved_at")[:1]
        new = of_thread.unopened().filter(reader=user.pk).order_by().values("client")
        rows = self.annotate(
            last_at=Subquery(last), unread=Coalesce(Subquery(new.annotate(n=Count("pk")).values("n")), 0)
        )
        rows = rows.filter(Q(last_at__isnull=False) | Q(user=user.pk))
        return rows.annotate(written_at=Coalesce("last_at", "created_at"))

    def search(self, text: str) -> Self:
        """Those whose name or e-mail address holds every word of `text`."""
        rows = self
        for word in text.split():
            rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return rows

    def with_tag(self, tag: str) -> Self:
        return self.filter(tags__contains=[tag])

    def tags(self) -> list[str]:
        """Every tag that stands on one of those, in alphabetical order."""
        tags = self.annotate(tag=Func(F("tags"), function="UNNEST", output_field=models.TextField()))
        return sorted(set(tags.order_by().values_list("tag", flat=True)), key=str.casefold)

    def with_urgent_need(self) -> Self:
        """With `has_urgent_need`: whether something urgent is open. While it is, nothing suggests giving."""
        return self.annotate(has_urgent_need=Exists(self._urgent_circumstances()))

    def in_urgent_need(self) -> Self:
        """Those for whom something urgent is open."""
        return self.filter(Exists(self._urgent_circumstances()))

    def with_what_they_look_for(self) -> Self:
        """With `needs`, what they confirmed to be around them, and with what else the directory may know."""
        is_said = ~Q(circumstances__state="resolved") & Q(circumstances__confirmed_at__isnull=False)
        needs = ArrayAgg("circumstances__domain", filter=is_said, distinct=True, default=[])
        return self.annotate(needs=needs).with_urgent_need().select_related("looking_for")

    def _urgent_circumstances(self) -> models.QuerySet:
        circumstances: Any = self.model._meta.get_field("circumstances").related_model
        return circumstances.objects.urgent().filter(client=OuterRef("pk"))

    def closed_to_words(self) -> Self:
        """Those whose practice has a text on confidentiality, of which they have signed no version yet.

        Until they have, nobody writes down anything private about them.
        """
        agreements = related(related(self.model, "practice"), "agreements")
        signatures = related(self.model, "signatures")
        signed = signatures.objects.filter(client=OuterRef("pk"), agreement__kind="confidentiality")
        published = agreements.objects.in_force().filter(
            practice=OuterRef("practice"), kind="confidentiality"
        )
        return self.filter(Exists(published), ~Exists(signed))

    def asked_to_sign(self) -> models.QuerySet:
        """Of one of those (an outer reference): what waits for their signature, to be asked with Exists."""
        agreements = related(related(self.model, "practice"), "agreements")
        signatures = related(self.model, "signatures")
        signed = signatures.objects.filter(client=OuterRef(OuterRef("pk")), agreement=OuterRef("pk"))
        rows = agreements.objects.in_force()
        return rows.filter(~Exists(signed), practice=OuterRef("practice"))


class RosterViewQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def keep(self, *, coach: "Coach", name: str, query: str) -> None:
        """Under this name; an earlier one of the same name is replaced."""
        self.update_or_create(coach=coach, name=name, defaults={"query": query})


class RosterImportQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def under_way(self) -> Self:
        return self.filter(state="under_way")

    def forgotten(self, age: timedelta) -> Self:
        """Those handed in so long ago and never brought in."""
        return self.filter(state="looked_at", created_at__lte=Now() - age)


class TraceQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those in this person's own records: they are for the client alone."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(client__user=user)

    def leave(self, *, client: "Client", by: "User", act: str, part: str) -> None:
        """Note that `by` did this. The client's own reading is theirs and is not noted."""
        if act == "read" and client.user_id == by.pk:
            return
        now = timezone.now()
        key = {"client": client, "person": by, "act": act, "part": part, "day": now.astimezone(UTC).date()}
        if self.filter(**key).update(times=F("times") + 1, at=now):
            return
        self.bulk_create(
            [self.model(**key, at=now)],
            update_conflicts=True,  # somebody was quicker by a moment: one of the two is counted
            unique_fields=list(key),
            update_fields=["at"],
        )

    def leave_for_all(self, *, clients: Iterable["Client"], by: "User", act: str, part: str) -> None:
        """The same for many clients at once, in one query; a second time that day is not counted."""
        now = timezone.now()
        key = {"person": by, "act": act, "part": part, "day": now.astimezone(UTC).date()}
        self.bulk_create(
            [self.model(client=client, at=now, **key) for client in clients],
            update_conflicts=True,
            unique_fields=["client", *key],
            update_fields=["at"],
        )


class CircumstanceQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those of the clients this person coaches, and their own. Both may change them."""
        return self.filter(client__in=_clients(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records."""
        return self.filter(client__in=_clients(self).belonging_to(user))

    def removable_by(self, user: Person) -> Self:
        """The client's own; and what a coach wrote by mistake, while the client has not confirmed it."""
        clients = _clients(self)
        return self.filter(
            Q(client__in=clients.belonging_to(user))
            | Q(client__in=clients.coached_by(user), recorded_by=user.pk, confirmed_at=None)
        )

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


def _clients(rows: models.QuerySet) -> ClientQuerySet:
    """All clients, to be cut by the root rule."""
    clients: Any = rows.model._meta.get_field("client").related_model
    return clients.objects.all()


class ValueQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        return self.filter(client__in=_clients(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records: nobody else words, orders or removes them."""
        return self.filter(client__in=_clients(self).belonging_to(user))


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own; those shared with the coaches of a client; those shared with the client.

        Each only once it was saved, and only while the person works with that
        client. Coaches of one client are those of one practice.
        """
        clients = _clients(self)
        same_person = clients.coached_by(user).filter(
            user=OuterRef("client__user"), practice=OuterRef("client__practice")
        )
        is_shared = Q(saved_at__isnull=False) & ~Q(audience="author")
        is_for_client = Q(saved_at__isnull=False, audience="client")
        return self.filter(
            Q(author=user.pk, client__in=clients.coached_by(user))
            | is_shared & (Q(client__in=clients.coached_by(user)) | Exists(same_person))
            | is_for_client & Q(client__in=clients.belonging_to(user))
        )

    def editable_by(self, user: Person) -> Self:
        """A coach's own, while they work with the client."""
        return self.filter(author=user.pk, client__in=_clients(self).coached_by(user))

    def belonging_to(self, user: Person) -> Self:
        """Those shared with this person as a client."""
        return self.shared_with_client().filter(client__in=_clients(self).belonging_to(user))

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
        if client.user_id is None:
            return self.filter(client=client)
        return self.filter(
            Q(client=client) | Q(client__user=client.user_id, client__practice=client.practice_id)
        )


class JournalEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's own; for their coach those that were saved to be shared."""
        clients = _clients(self)
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

    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those this person wrote or was sent, while the record is theirs or they coach it.

        A draft is its writer's alone.
        """
        if not user.is_authenticated:
            return self.none()
        sent = Q(saved_at__isnull=False)
        in_own_record = Q(client__in=_clients(self).belonging_to(user)) & (sent | Q(author=user.pk))
        of_their_client = Q(client__in=_clients(self).coached_by(user))
        return self.filter(in_own_record | of_their_client & (Q(author=user.pk) | sent & Q(reader=user.pk)))

    def sent(self) -> Self:
        return self.filter(saved_at__isnull=False)

    def unopened(self) -> Self:
        """Those sent that their reader has not seen yet."""
        return self.sent().filter(opened_at=None)

    def open_for(self, user: "User", client: "Client") -> int:
        """This person looks at the thread: what was sent to them there is seen now; says how much was new."""
        return self.unopened().filter(client=client, reader=user).update(opened_at=Now())

    def shared_with_client(self) -> Self:
        """What leaves with the client: all that was sent, and their own drafts."""
        return self.filter(Q(saved_at__isnull=False) | Q(author=F("client__user")))

    def continued_by(self, user: "User", client: "Client", pk: UUID | None = None) -> "Message":
        """This person's message of this id in the thread, sent or not; else their draft, else a new one.

        Raises DoesNotExist where the id is of another thread or of somebody else.
        """
        rows: Any = self
        if pk is not None and rows.filter(pk=pk).exists():
            return rows.visible_to(user).get(pk=pk, client=client, author=user)
        draft = rows.filter(client=client, author=user, saved_at=None).order_by("-draft_at").first()
        if draft is not None and pk is None:
            return draft
        return rows.model(client=client, author=user, **({"pk": pk} if pk else {}))


class ErasureQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those that were asked for and neither taken back nor carried out."""
        return self.filter(withdrawn_at=None, done_at=None)

    def due(self) -> Self:
        """Those whose time to think again is over, by the database's clock."""
        return self.open().filter(due_at__lte=Now())

    def visible_to(self, user: Person) -> Self:
        """Those of the records this person may see."""
        from clients.models import Client  # noqa: PLC0415 - it is not related, so that it outlives the client

        return self.filter(record__in=Client.objects.visible_to(user).values("pk"))

    def belonging_to(self, user: Person) -> Self:
        from clients.models import Client  # noqa: PLC0415

        return self.filter(record__in=Client.objects.belonging_to(user).values("pk"))


class LifeAreaQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        return self.filter(client__in=_clients(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))

    def in_use(self) -> Self:
        """Those that are asked about; one that was put away keeps what was said."""
        return self.filter(put_away_at=None)


class CheckInQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        return self.filter(client__in=_clients(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))

    def latest_days(self, count: int) -> list["CheckIn"]:
        """The last `count` days that were spoken of, oldest first, with their scores. Two queries."""
        rows: Any = self.order_by("-on").prefetch_related("scores")[:count]
        return list(reversed(rows))


class LookingForQuerySet(models.QuerySet):
    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))


class ConnectionQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's own; for their coach those that are shared."""
        clients = _clients(self)
        return self.filter(
            Q(client__in=clients.belonging_to(user)) | Q(client__in=clients.coached_by(user), is_shared=True)
        )

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own records: nobody else keeps, changes or removes them."""
        return self.filter(client__in=_clients(self).belonging_to(user))

    def with_listing(self) -> Self:
        """With what a card shows of the listing as it is now; one that is gone keeps its name."""
        rows = self.select_related("service__organization", "service__listing", "client__coach__user")
        return rows.defer("service__listing__search_vector", "service__listing__hours")


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        return self.filter(client__in=_clients(self).visible_to(user))

    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))

    def in_use(self) -> Self:
        """Those that are asked about; one that was put away keeps its figures."""
        return self.filter(put_away_at=None)


class MeasureEntryQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """The client's, for the client and their coach."""
        measures: Any = self.model._meta.get_field("measure").related_model
        return self.filter(measure__in=measures.objects.visible_to(user))

    def latest_days(self, count: int) -> list["MeasureEntry"]:
        """Those of the last `count` days of which there are any, oldest first. One query."""
        days = self.order_by("-on").values("on").distinct()[:count]
        rows: Any = self.filter(on__in=days).order_by("on", "pk")
        return list(rows)


class CheckInRhythmQuerySet(models.QuerySet):
    def belonging_to(self, user: Person) -> Self:
        return self.filter(client__in=_clients(self).belonging_to(user))

    def asking(self) -> Self:
        """Those of people who work with a coach now, with something to ask about; with `last_on`."""
        related = _clients(self).model._meta.get_field
        areas: Any = related("life_areas").related_model
        measures: Any = related("measures").related_model
        asked = [model.objects.in_use().filter(client=OuterRef("client")) for model in (areas, measures)]
        rows = self.filter(
            Q(Exists(asked[0])) | Q(Exists(asked[1])), client__status="active", client__user__is_active=True
        )
        return rows.annotate(last_on=models.Max("client__check_ins__on"))
