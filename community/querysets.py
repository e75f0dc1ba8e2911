"""Which listings a person may see, how they are found, and how a long list is cut."""

from datetime import date, timedelta
from difflib import get_close_matches
from re import findall
from typing import Self

from django.apps import apps
from django.contrib.postgres.lookups import Unaccent
from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import connection, models, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce, Concat, ExtractDay, Least, Lower, Round

from coaching.accounts.querysets import Person
from community import vocabulary

LONGEST_SEARCH = 200
HALF_A_YEAR = 182
"""Days after which a listing should be checked again."""
LONG_AGO = 4_000
"""Days that stand for "never checked", and the most that count."""
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

    def related_to(self, text: str, code: str = "") -> Self:
        """The categories that sound like these words, or else stand beside the category of this code.

        Only those in which something is published.
        """
        plain = Unaccent(Lower(Value(text.replace("\0", " ")[:LONGEST_SEARCH], output_field=TextField())))
        said = Unaccent(Lower(Concat("name", Value(" "), "description", output_field=TextField())))
        attributes = apps.get_model("community", "Attribute")._default_manager
        published = attributes.filter(taxonomy_term=OuterRef("pk"), service__listing__state="published")
        likeness = TrigramWordSimilarity(plain, said)  # type: ignore[arg-type]
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
        return self.all() if _may_curate(user) else self.none()

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
        return self.all() if _may_curate(user) else self.none()

    def still_open(self) -> Self:
        """Those for which no help is published even now."""
        attributes = apps.get_model("community", "Attribute")._default_manager
        helping = attributes.filter(
            taxonomy_term__taxonomy_id=vocabulary.TAXONOMY_ID,
            taxonomy_term__code=OuterRef("need"),
            service__listing__state="published",
            service__listing__verified_on__gt=OuterRef("last_on") - timedelta(days=365),
        ).exclude(service__listing__kind="contribute")
        return self.filter(~Exists(helping))


class VoiceQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if _may_curate(user) else self.none()

    def still_open(self) -> Self:
        """Those no curator has dealt with."""
        return self.filter(closed_at=None)


class ImportRunQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator; the files themselves are left where they are."""
        return self.defer("content", "undo") if _may_curate(user) else self.none()


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

    def free(self) -> Self:
        """Those that say they cost nothing."""
        costs = apps.get_model("community", "CostOption")._default_manager.filter(service=OuterRef("pk"))
        return self.filter(Q(fees_description__iregex=vocabulary.FREE) | Exists(costs.filter(amount=0)))

    def in_language(self, name: str) -> Self:
        """Those where people speak it."""
        languages = apps.get_model("community", "Language")._default_manager.filter(name__iexact=name)
        return self.filter(
            Exists(languages.filter(service=OuterRef("pk")))
            | Exists(languages.filter(location__service_at_locations__service=OuterRef("pk")))
        )

    def languages(self) -> list[str]:
        """The languages people speak at these, by name."""
        languages = apps.get_model("community", "Language")._default_manager.exclude(name="")
        found = languages.filter(service__in=self.order_by().values("pk")).order_by("name")
        return list(found.values_list("name", flat=True).distinct())

    def with_access(self, code: str) -> Self:
        """Those with a place, not a confidential one, that says it has this kind of access."""
        places = apps.get_model("community", "Accessibility")._default_manager.filter(
            description__iregex=vocabulary.ACCESS[code][1],
            location__is_confidential=False,
            location__service_at_locations__service=OuterRef("pk"),
        )
        return self.filter(Exists(places))

    def nearest_words(self, text: str) -> str:
        """What somebody may have meant by words that find nothing; empty if nothing is near."""
        text = " ".join(text.replace("\0", " ").lower().split())[:LONGEST_SEARCH]
        with transaction.atomic(), connection.cursor() as cursor:
            # Only for this one question: what is found otherwise stays as strict as it is.
            cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', '0.35', true)")
            plain = Unaccent(Lower(Value(text, output_field=TextField())))
            likeness = TrigramWordSimilarity(plain, "listing__search_text")  # type: ignore[arg-type]
            near = self.filter(listing__search_text__trigram_word_similar=plain)
            found = near.annotate(likeness=likeness).order_by("-likeness", "pk")
            texts = found.values_list("listing__search_text", flat=True)[:5]
            words = {word for each in texts for word in findall(r"\w{3,}", each)}
        meant = (get_close_matches(word, sorted(words), n=1, cutoff=0.5) for word in text.split())
        return " ".join(dict.fromkeys(word for found in meant for word in found))

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

    def by_need(self, today: date) -> Self:
        """Those that need a curator's eye: reported, taken out for a check, or not checked for half a year.

        `need` is a whole number, more for a greater need: each open report
        counts most, then the state, then the days since the last check.
        """
        reports = (
            apps.get_model("community", "ProblemReport")
            ._default_manager.filter(service=OuterRef("pk"), closed_at=None)
            .order_by()
            .values("service")
            .annotate(how_many=Count("pk"))
        )
        return (
            self.filter(listing__state__in=["published", "needs_check"])
            .annotate(
                reports=Coalesce(Subquery(reports.values("how_many"), output_field=IntegerField()), 0),
                unchecked=Least(
                    Coalesce(
                        ExtractDay(
                            ExpressionWrapper(
                                Value(today) - F("listing__verified_on"), output_field=DurationField()
                            )
                        ),
                        LONG_AGO,
                    ),
                    LONG_AGO,
                ),
                sort_name=Lower("name"),
            )
            .filter(Q(reports__gt=0) | Q(listing__state="needs_check") | Q(unchecked__gt=HALF_A_YEAR))
            .annotate(
                need=F("reports") * 10_000
                + Case(When(listing__state="needs_check", then=5_000), default=0)
                + F("unchecked")
            )
        )

    def for_lines(self) -> Self:
        """With what a line about each says: who runs it, and what it is about. One more query."""
        return self.select_related("organization", "listing").prefetch_related(
            _with("attributes", "taxonomy_term")
        )

    def for_cards(self) -> Self:
        """With what a card in a list shows, in a fixed number of queries."""
        return self.for_lines().prefetch_related(
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
