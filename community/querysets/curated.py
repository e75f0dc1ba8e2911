"""What belongs to listings, and what curators keep beside them."""

from datetime import date, timedelta
from typing import Self

from dateutil.relativedelta import relativedelta
from django.apps import apps
from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.db import models
from django.db.models import (
    Avg,
    Case,
    Count,
    Exists,
    Max,
    OuterRef,
    Q,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, Lower, Replace, Upper

from coaching.accounts.querysets import Person
from community import vocabulary
from community.querysets.words import plain

SAMPLE = 100
"""The middle of a town is that of so many of the directory's places in it."""
TO_CHECK = (
    Q(state="needs_check")
    | Q(state="published", verified_on=None)
    | Q(state="published", tags__contains=["unreached"])
)


def checked_within(today: date, listing: str) -> dict[str, Count]:
    """How many listings are published, and how many of them were checked within 3, 6 and 12 months."""
    is_published = Q(**{f"{listing}state": "published"})
    counted = f"{listing}pk"
    since = {
        f"in_{months}": is_published
        & Q(**{f"{listing}verified_on__gt": today - relativedelta(months=months)})
        for months in (3, 6, 12)
    }
    filters = {"published": is_published, **since}
    return {name: Count(counted, filter=condition, distinct=True) for name, condition in filters.items()}


def may_curate(user: Person) -> bool:
    return bool(user.is_authenticated and user.is_curator)


class OrganizationQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def published(self) -> Self:
        """Those with a published listing, and the ones these belong to."""
        return self.filter(pk__in=RawSQL(WITH_PUBLISHED, ["published"]))  # noqa: S611


class LocationQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those where a published listing is, unless they are confidential."""
        links = apps.get_model("community", "ServiceAtLocation")._default_manager.published()
        return self.filter(pk__in=links.values("location"))

    def editable_by(self, user: Person) -> Self:
        """All of them for a curator; the address of a confidential one still shows nowhere."""
        return self.all() if may_curate(user) else self.none()


class ServiceAtLocationQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those of published listings, unless the place is confidential."""
        return self.filter(service__listing__state="published", location__is_confidential=False)


class AddressQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Those that may be shown: never the address of a confidential place."""
        return self.filter(location__is_confidential=False)

    def main_first(self) -> Self:
        """Where to go before where to write to: the first is the one that lists name and a form edits."""
        return self.order_by(Case(When(address_type="physical", then=0), default=1), "created_at", "pk")

    def editable_by(self, user: Person) -> Self:
        """All that a curator may read: those of confidential places stay unread."""
        return self.public() if may_curate(user) else self.none()

    def middle_of(self, text: str) -> tuple[float, float] | None:
        """Latitude and longitude of the middle of the published ones in a town or at a (begun) postcode."""
        code = "".join(text.upper().split())
        if not code:
            return None
        joined = Upper(Replace("postal_code", Value(" "), Value("")))
        there = (
            self.of_published()
            .alias(town=Upper("city"), code=joined)
            .filter(Q(town=text.upper()) | Q(code__startswith=code))
            .filter(location__latitude__isnull=False, location__longitude__isnull=False)
            .order_by("pk")[:SAMPLE]
        )
        middle = there.aggregate(Avg("location__latitude"), Avg("location__longitude"))
        latitude, longitude = middle.values()
        return None if latitude is None else (latitude, longitude)

    def towns_like(self, text: str, most: int = 3) -> list[str]:
        """The towns of published listings whose names are most like this."""
        likeness = TrigramSimilarity("city", plain(text))
        found = self.of_published().annotate(likeness=likeness).filter(likeness__gt=0.3)
        towns = found.order_by().values("city").annotate(most=Max("likeness"))
        return [row["city"] for row in towns.order_by("-most", "city")[:most]]

    def of_published(self) -> Self:
        """Those where a published listing is."""
        links = apps.get_model("community", "ServiceAtLocation")._default_manager.published()
        return self.public().filter(Exists(links.filter(location=OuterRef("location"))))

    def usual_country(self) -> str:
        """The one most of them are in; "" where there are none."""
        countries = self.order_by().values("country").annotate(number=Count("pk"))
        return countries.order_by("-number", "country").values_list("country", flat=True).first() or ""


class TaxonomyTermQuerySet(models.QuerySet):
    def categories(self) -> Self:
        """Trellis's own terms, without the two headings they stand under."""
        return self.filter(taxonomy_id=vocabulary.TAXONOMY_ID, parent__isnull=False).select_related("parent")

    def freshness(self, today: date) -> Self:
        """Those with published listings, each with how many (`published`) and how many of these were checked.

        `in_3`, `in_6` and `in_12` count those checked within so many months.
        """
        return self.annotate(**checked_within(today, "attributes__service__listing__")).filter(
            published__gt=0
        )

    def related_to(self, text: str, code: str = "") -> Self:
        """The categories that sound like these words, or else stand beside the category of this code.

        Only those in which something is published.
        """
        said_by = Unaccent(Lower(Value(plain(text), output_field=TextField())))
        said = Unaccent(Lower(Concat("name", Value(" "), "description", output_field=TextField())))
        attributes = apps.get_model("community", "Attribute")._default_manager
        published = attributes.filter(taxonomy_term=OuterRef("pk"), service__listing__state="published")
        likeness = TrigramWordSimilarity(said_by, said)  # type: ignore[arg-type]
        return (
            self.filter(Exists(published))
            .exclude(code=code or None)
            .annotate(likeness=likeness)
            .filter(Q(likeness__gt=0.4) | Q(parent__children__code=code or None))
            .distinct()
            .order_by("-likeness", "name")
        )


class ListingQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def freshness(self, today: date) -> dict[str, int]:
        """The same for all listings, whatever their categories."""
        return self.aggregate(**checked_within(today, ""))

    def counts(self) -> dict[str, int]:
        """How many stand in each state, and under "" all; a published one not checked needs a check too."""
        numbers = {"number": Count("pk"), "number_to_check": Count("pk", filter=TO_CHECK)}
        rows = list(self.order_by().values("state").annotate(**numbers).values_list("state", *numbers))
        counts = {state: number for state, number, _to_check in rows}
        to_check = sum(number for _state, _all, number in rows)
        return counts | {"": sum(counts.values()), "needs_check": to_check}


class GapQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def still_open(self) -> Self:
        """Those for which no help is published even now, with who set them aside."""
        attributes = apps.get_model("community", "Attribute")._default_manager
        helping = attributes.filter(
            taxonomy_term__taxonomy_id=vocabulary.TAXONOMY_ID,
            taxonomy_term__code=OuterRef("need"),
            service__listing__state="published",
            service__listing__verified_on__gt=OuterRef("last_on") - timedelta(days=365),
        ).exclude(service__listing__kind="contribute")
        return self.filter(~Exists(helping)).select_related("set_aside_by")


class VoiceQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def still_open(self) -> Self:
        """Those no curator has dealt with."""
        return self.filter(closed_at=None)


class ImportRunQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator; the files themselves are left where they are."""
        return self.defer("content", "undo") if may_curate(user) else self.none()

    def under_way(self) -> Self:
        """Those that a worker has to take a step of."""
        return self.filter(state__in=["handed_in", "bringing_in", "taking_back"]).order_by("pk")

    def held(self) -> Self:
        """Locked for this transaction; those that another holds are left out."""
        return self.select_for_update(skip_locked=True, of=("self",))


WITH_PUBLISHED = """
WITH RECURSIVE shown AS (
    SELECT service.organization_id AS id
    FROM community_service service
    JOIN community_listing listing ON listing.service_id = service.id AND listing.state = %s
    UNION
    SELECT child.parent_organization_id
    FROM community_organization child
    JOIN shown ON shown.id = child.id
    WHERE child.parent_organization_id IS NOT NULL
)
SELECT id FROM shown
"""
