"""The root access rule: which clients' records a person may see. Every other app composes it."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import Count, Exists, F, Func, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from coaching.accounts.querysets import Person, related

if TYPE_CHECKING:
    from clients.models import Client
    from coaching.accounts.models import User


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

    def held_with_people(self) -> Self:
        """As they are now, held until the transaction ends: they may join, end or change at any moment.

        With coach, client, practice and invitation, which are not held.
        """
        people = self.select_related("coach__user", "user", "practice", "invitation")
        return people.select_for_update(of=("self",))

    def handed_over_by(self, user: Person) -> Self:
        """Whom this person may ask to go on with another coach: their own; their practice's, if they run it.

        Who cannot be asked yet is their coach's alone to hand over.
        """
        if not user.is_authenticated:
            return self.none()
        runs_it = Q(practice__coaches__user=user, practice__coaches__is_owner=True)
        return self.filter(Q(coach__user=user) | runs_it & Q(user__isnull=False)).distinct()

    def with_handovers(self) -> Self:
        """With `handed`: the earlier coaches, in order of time, and a question that is open."""
        handovers = related(self.model, "handovers").objects
        rows = handovers.filter(answer__in=["open", "agreed"]).with_people()
        return self.prefetch_related(Prefetch("handovers", rows, to_attr="handed"))

    def of_one_person(self, client: "Client") -> Self:
        """This one, and the same person's with other coaches of the practice."""
        is_them = Q(email__iexact=client.email)
        if client.user_id:
            is_them |= Q(user=client.user_id)
        return self.filter(is_them, practice=client.practice_id)

    def with_thread(self, user: "User") -> Self:
        """Those with a thread for this person, or their own; with `written_at` (last) and `unread`."""
        of_thread = related(self.model, "messages").objects.sent().filter(client=OuterRef("pk"))
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
        """With `needs`, what they confirmed to be around them, and what else the directory may know.

        `urgent_needs` are those of them that cannot wait.
        """
        is_said = ~Q(circumstances__state="resolved") & Q(circumstances__confirmed_at__isnull=False)
        needs = ArrayAgg("circumstances__domain", filter=is_said, distinct=True, default=[])
        urgent = ArrayAgg(
            "circumstances__domain",
            filter=is_said & Q(circumstances__urgency="urgent"),
            distinct=True,
            default=[],
        )
        return (
            self.annotate(needs=needs, urgent_needs=urgent).with_urgent_need().select_related("looking_for")
        )

    def _urgent_circumstances(self) -> models.QuerySet:
        circumstances: Any = related(self.model, "circumstances").objects
        return circumstances.urgent().filter(client=OuterRef("pk"))

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
