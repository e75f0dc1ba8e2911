"""Which listings a person may see, how they are found, and how a long list is cut."""

from typing import Self

from django.apps import apps
from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import connection, models
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Prefetch, Q, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Lower, Round

from coaching.accounts.querysets import Person
from community import vocabulary

LONGEST_SEARCH = 200
TO_CHECK = Q(state="needs_check") | Q(state="published", verified_on=None)
RELATIONS = {"attributes": "Attribute", "service_at_locations": "ServiceAtLocation"}


def _may_curate(user: Person) -> bool:
    return bool(user.is_authenticated and user.is_curator)


class OrganizationQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if _may_curate(user) else self.none()

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
        return self.all() if _may_curate(user) else self.none()


class ServiceAtLocationQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those of published listings, unless the place is confidential."""
        return self.filter(service__listing__state="published", location__is_confidential=False)


class AddressQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Those that may be shown: never the address of a confidential place."""
        return self.filter(location__is_confidential=False)

    def editable_by(self, user: Person) -> Self:
        """All that a curator may read: those of confidential places stay unread."""
        return self.public() if _may_curate(user) else self.none()

    def usual_country(self) -> str:
        """The one most of them are in; "" where there are none."""
        countries = self.order_by().values("country").annotate(number=Count("pk"))
        return countries.order_by("-number", "country").values_list("country", flat=True).first() or ""


class TaxonomyTermQuerySet(models.QuerySet):
    def categories(self) -> Self:
        """Trellis's own terms, without the two headings they stand under."""
        return self.filter(taxonomy_id=vocabulary.TAXONOMY_ID, parent__isnull=False).select_related("parent")


class ListingQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if _may_curate(user) else self.none()

    def counts(self) -> dict[str, int]:
        """How many stand in each state, and under "" all; a published one not checked needs a check too."""
        numbers = {"number": Count("pk"), "number_to_check": Count("pk", filter=TO_CHECK)}
        rows = list(self.order_by().values("state").annotate(**numbers).values_list("state", *numbers))
        counts = {state: number for state, number, _to_check in rows}
        to_check = sum(number for _state, _all, number in rows)
        return counts | {"": sum(counts.values()), "needs_check": to_check}


class ServiceQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those that everybody may find."""
        return self.in_state("published")

    def visible_to(self, user: Person) -> Self:
        """The published ones for everybody, all for a curator."""
        return self.all() if _may_curate(user) else self.published()

    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.filter(listing__isnull=False) if _may_curate(user) else self.none()

    def in_category(self, code: str) -> Self:
        """Those that carry this term of Trellis's own vocabulary."""
        attributes = apps.get_model("community", "Attribute")._default_manager
        return self.filter(
            Exists(attributes.filter(service=OuterRef("pk"), taxonomy_term_id=vocabulary.term_id(code)))
        )

    def in_state(self, state: str) -> Self:
        """Those whose listing stands there."""
        return self.filter(listing__state=state)

    def to_check(self) -> Self:
        """Those that a curator should look at: out of the public directory, or in it and not checked yet."""
        return self.filter(
            listing__in=apps.get_model("community", "Listing")._default_manager.filter(TO_CHECK)
        )

    def of_kind(self, kind: str) -> Self:
        """Those that are a place to get help, a group, an activity or a way to contribute."""
        return self.filter(listing__kind=kind)

    def search(self, text: str) -> Self:
        """Those that speak of these words, best first, wrong letters forgiven; all by name if there are none.

        Words in the name count most, then the organization and categories,
        then the text. `score` is a whole number, so that a page can be cut at it.
        """
        text = " ".join(text.replace("\0", " ").split())[:LONGEST_SEARCH]
        if not text:
            return self.annotate(sort_name=Lower("name")).order_by("sort_name", "pk")
        plain = Unaccent(Lower(Value(text, output_field=TextField())))
        query = SearchQuery(plain, config="english", search_type="websearch")
        rank = SearchRank(F("listing__search_vector"), query)
        likeness = TrigramWordSimilarity(plain, "listing__search_text")  # type: ignore[arg-type]
        return (
            self.filter(Q(listing__search_vector=query) | Q(listing__search_text__trigram_word_similar=plain))
            .annotate(
                score=Cast(Round((rank + likeness * 0.1) * 1_000_000), BigIntegerField()),
                sort_name=Lower("name"),
            )
            .order_by("-score", "sort_name", "pk")
        )

    @property
    def order(self) -> list[str]:
        """The keys by which a list of these is cut into pages: after `search`, best first, else by name."""
        by_name = ["sort_name", "pk"]
        return ["-score", *by_name] if "score" in self.query.annotations else by_name

    def for_cards(self) -> Self:
        """With what a card in a list shows, in a fixed number of queries."""
        return self.select_related("organization", "listing").prefetch_related(
            _with("attributes", "taxonomy_term"),
            _with("service_at_locations", "location"),
            _public_addresses(),
        )

    def for_page(self) -> Self:
        """With everything a listing's own page shows, in a fixed number of queries."""
        return self.select_related(
            "organization", "listing__verified_by", "listing__published_by"
        ).prefetch_related(
            _with("attributes", "taxonomy_term"),
            _with("service_at_locations", "location"),
            "phones",
            "contacts",
            "schedules",
            "languages",
            "cost_options",
            "required_documents",
            "additional_urls",
            "organization__phones",
            "service_at_locations__schedules",
            "service_at_locations__location__phones",
            "service_at_locations__location__accessibility",
            _public_addresses(),
        )

    def reindex(self) -> None:
        """Write down anew what these can be found by. Confidential places add nothing to it."""
        ids = list(self.order_by().values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(REINDEX, {"ids": ids, "taxonomy": vocabulary.TAXONOMY_ID, "most": MOST_LETTERS})


def _with(relation: str, parent: str) -> Prefetch:
    """The rows of a service's `relation`, each with its `parent`, in one query."""
    rows = apps.get_model("community", RELATIONS[relation])._default_manager.select_related(parent)
    return Prefetch(relation, queryset=rows)


def _public_addresses() -> Prefetch:
    return Prefetch(
        "service_at_locations__location__addresses",
        queryset=apps.get_model("community", "Address")._default_manager.public(),
    )


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
MOST_LETTERS = 30_000
"""Of each long part of what a listing is found by: PostgreSQL takes 1 MB for all of them together."""
REINDEX = """
UPDATE community_listing AS listing
SET search_text = unaccent(lower(concat_ws(' ', words.name, words.organization, words.terms, words.summary))),
    search_vector =
        setweight(to_tsvector('english', unaccent(words.name)), 'A')
        || setweight(to_tsvector('english', unaccent(concat_ws(' ', words.organization, words.terms))), 'B')
        || setweight(to_tsvector('english', unaccent(concat_ws(' ', words.summary, words.places))), 'C')
        || setweight(to_tsvector('english', unaccent(words.description)), 'D')
FROM (
    SELECT service.id,
           concat_ws(' ', service.name, service.alternate_name) AS name,
           concat_ws(' ', organization.name, organization.alternate_name) AS organization,
           left(concat_ws(' ', service.description, service.eligibility_description), %(most)s)
               AS description,
           entry.summary,
           (SELECT left(string_agg(term.name || ' ' || CASE WHEN term.taxonomy_id = %(taxonomy)s
                                                       THEN replace(term.code, '_', ' ') ELSE '' END, ' '),
                        %(most)s)
            FROM community_attribute attribute
            JOIN community_taxonomyterm term ON term.id = attribute.taxonomy_term_id
            WHERE attribute.service_id = service.id) AS terms,
           (SELECT left(string_agg(concat_ws(' ', location.name, address.city), ' '), %(most)s)
            FROM community_serviceatlocation sal
            JOIN community_location location ON location.id = sal.location_id AND NOT location.is_confidential
            LEFT JOIN community_address address ON address.location_id = location.id
            WHERE sal.service_id = service.id) AS places
    FROM community_service service
    JOIN community_organization organization ON organization.id = service.organization_id
    JOIN community_listing entry ON entry.service_id = service.id
    WHERE service.id = ANY(%(ids)s::uuid[])
) AS words
WHERE listing.service_id = words.id
"""
