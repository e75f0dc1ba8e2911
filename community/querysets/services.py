"""Which services a person may see, and how they are found."""

from collections import Counter
from datetime import date
from re import fullmatch, sub
from typing import Any, Self

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchRank
from django.db import connection, models
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractDay, Least, NullIf, Round

from coaching.accounts.querysets import Person
from community.fields import DIGITS, LAST_DIGITS
from community.places import Place, Within, chord
from community.querysets.curated import TO_CHECK, may_curate
from community.querysets.index import write_index
from community.querysets.links import named_addresses, with_dead_link
from community.querysets.words import Read, plain, read

HALF_A_YEAR = 182
"""Days after which a listing should be checked again."""
LEAST_DIGITS = 6
"""A phone number is looked for by so many digits or more."""
LONG_AGO = 4_000
"""Days that stand for "never checked", and the most that count."""
NEVER = Value(date.min, output_field=DateField())
MOST_COUNTED = 300
"""Beyond so many it is enough to know that there are more: counting all, or putting all in order by how
well they fit, takes longer the more there are."""


OF_A_CARD = [
    *("name", "description", "status", "alert", "minimum_age", "maximum_age", "organization__name"),
    *(f"listing__{name}" for name in ["kind", "state", "summary", "verified_on", "tags", "places"]),
]
"""What lists that show many read of each."""


class ServiceQuerySet(models.QuerySet):
    def published(self) -> Self:
        """Those that everybody may find."""
        return self.in_state("published")

    def visible_to(self, user: Person) -> Self:
        """The published ones for everybody, all for a curator."""
        return self.all() if may_curate(user) else self.published()

    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.filter(listing__isnull=False) if may_curate(user) else self.none()

    def in_category(self, code: str) -> Self:
        """Those that carry this term of Trellis's own vocabulary."""
        return self.tagged(f"category:{code}")

    def tagged(self, *tags: str) -> Self:
        """Those that have all of these, as `Listing.tags` writes them."""
        return self.filter(listing__tags__contains=list(tags))

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

    def for_age(self, age: int) -> Self:
        """Those that are for people of this age, or say nothing about it."""
        return self.filter(
            Q(minimum_age=None) | Q(minimum_age__lte=age), Q(maximum_age=None) | Q(maximum_age__gte=age)
        )

    def checked_since(self, day: date) -> Self:
        """Those that somebody has made sure of on this day or later."""
        return self.filter(listing__verified_on__gte=day)

    def near(self, place: Place, metres: int, *, or_remote: bool = False) -> Self:
        """Those with a place of theirs so near, or else online or by phone."""
        spots = _rows("Spot").filter(service=OuterRef("pk")).alias(away=place.away("position"))
        in_box = Within(F("listing__area"), place.around(metres))
        there = Q(in_box) & Q(Exists(spots.filter(away__lte=chord(metres))))
        return self.filter(there | Q(listing__tags__contains=["remote"]) if or_remote else there)

    def with_away(self, place: Place) -> Self:
        """With `away`, the straight way to the nearest place of each; None for what has none."""
        spots = _rows("Spot").filter(service=OuterRef("pk")).annotate(away=place.away("position"))
        return self.annotate(away=Subquery(spots.order_by("away").values("away")[:1]))

    def nearest_first(self, place: Place, metres: int) -> Self:
        """Those so near, with `away`, the straight way to their nearest place (see `places.metres`)."""
        spot = _rows("Spot")
        nearer = spot.filter(service=OuterRef("pk")).alias(away=place.away("position"))
        return (
            self.filter(Within(F("spots__position"), place.around(metres)))
            .annotate(away=place.away("spots__position"), sort_name=F("listing__sort_name"))
            .filter(away__lte=chord(metres))
            .exclude(Exists(nearer.filter(away__lt=OuterRef("away"))))
        )

    def search(self, text: str, words: Read | None = None) -> Self:
        """Those that speak of these words, best first, wrong letters forgiven; all by name if there are none.

        Words in the name count most, then the organization and categories,
        then the text. `score` is a whole number, so that a page can be cut at it.
        `words` is what `read(text)` found, if that was asked before.
        """
        text = plain(text)
        named = self.annotate(sort_name=F("listing__sort_name"))
        if not text:
            return named.order_by("sort_name", "pk")
        words = words or read(text)
        fit = SearchRank(F("listing__search_vector"), words.query)
        rank = Cast(Round(fit * 1_000_000), BigIntegerField())
        is_safety = Q(listing__tags__contains=["category:safety"]) if words.tells_of_danger else Q(pk__in=[])
        return (
            named.filter(words.fits)
            .annotate(score=rank + Case(When(is_safety, then=10_000_000), default=0))
            .order_by("-score", "sort_name", "pk")
        )

    def asked_by_curators(self, text: str) -> Self:
        """Those with this phone number or e-mail address, or else those that speak of these words."""
        text = plain(text)
        digits = sub(r"\D", "", text)
        if len(digits) >= LEAST_DIGITS and fullmatch(r"[\d\s()+/.-]+", text):
            phones = _rows("Phone").alias(digits=DIGITS).filter(digits=digits[-LAST_DIGITS:])
            places = _rows("ServiceAtLocation").filter(location__in=phones.values("location"))
            has_it = Q(pk__in=phones.values("service")) | Q(pk__in=places.values("service"))
            return self.filter(has_it | Q(organization__in=phones.values("organization"))).search("")
        if "@" in text:
            contacts = _rows("Contact").filter(email__iexact=text)
            theirs = Q(email__iexact=text) | Q(organization__email__iexact=text)
            return self.filter(theirs | Q(pk__in=contacts.values("service"))).search("")
        return self.search(text)

    def by_check(self) -> Self:
        """With `checked`, the day of the last check, long ago where there was none."""
        return self.annotate(
            checked=Coalesce(F("listing__verified_on"), NEVER), sort_name=F("listing__sort_name")
        )

    def checked_last(self, most: int) -> list[dict[str, Any]]:
        """Of those that `search` found so many, checked last, with what orders and what tells of them."""
        latest = self.by_check().order_by("-checked", "listing__service_id")
        return list(latest.values("pk", "score", "sort_name", "listing__tags")[:most])

    def tally(self) -> Counter[str]:
        """How many there are of each tag, and under "" all; counted up to one more than `MOST_COUNTED`."""
        sql, values = self.order_by().values("listing__tags")[: MOST_COUNTED + 1].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT tag, count(*) FROM ({sql}) AS found(tags), unnest(tags || ''::varchar) AS tag "  # noqa: S608
                "GROUP BY tag",
                values,
            )
            return Counter(dict(cursor.fetchall()))

    @property
    def order(self) -> list[str]:
        """The keys by which a list of these is cut into pages: after `search`, best first, else by name."""
        by_name = ["sort_name", "pk"]
        return ["-score", *by_name] if "score" in self.query.annotations else by_name

    def by_need(self, today: date) -> Self:
        """Those that need a curator's eye, with what the reasons say (`community.needs`).

        `need` is a whole number, more for a greater need: each open report
        counts most, then that it was taken out, then that nobody has checked
        it for half a year, and for how long, then a link that is dead for sure.
        """
        since = ExpressionWrapper(Value(today) - F("listing__verified_on"), output_field=DurationField())
        return (
            self.filter(listing__state__in=["published", "needs_check"])
            .annotate(
                reports=_open_reports(),
                unchecked=Least(Coalesce(ExtractDay(since), LONG_AGO), LONG_AGO),
                has_dead_link=Case(When(with_dead_link(), then=1), default=0),
                sort_name=F("listing__sort_name"),
            )
            .filter(
                Q(reports__gt=0)
                | Q(listing__state="needs_check")
                | Q(unchecked__gt=HALF_A_YEAR)
                | Q(has_dead_link=1)
            )
            .annotate(
                need=F("reports") * 40_000
                + Case(When(listing__state="needs_check", then=20_000), default=0)
                + Case(When(unchecked__gt=HALF_A_YEAR, then=10_000 + F("unchecked")), default=0)
                + F("has_dead_link") * 5_000
            )
        )

    def for_cards(self) -> Self:
        """With what a card in a list shows, or what says why each is suggested. No more queries."""
        return self.select_related("organization", "listing").only(*OF_A_CARD)

    def with_number(self) -> Self:
        """With `number` and `extension`, the first of its own phones (`Service.phone`)."""
        phones = _rows("Phone").filter(service=OuterRef("pk")).order_by("created_at", "pk")
        columns = {name: Subquery(phones.values(name)[:1]) for name in ["number", "extension"]}
        return self.annotate(**columns)

    def with_interest_of(self, user: Person) -> Self:
        """With `is_of_interest`: whether this curator has declared an interest in who runs it."""
        interests = _rows("Interest").belonging_to(user).lasting()
        return self.annotate(is_of_interest=Exists(interests.filter(organization=OuterRef("organization"))))

    def for_lines(self) -> Self:
        """With what a line about each says: who runs it, and what it is about. One more query."""
        return self._with_listing().prefetch_related(_terms())

    def for_queue(self) -> Self:
        """With what the curators' queue shows of each, in a fixed number of queries."""
        reports = _rows("ProblemReport").still_open()
        return (
            self._with_listing()
            .annotate(named_addresses=named_addresses(), numbers=_phone_numbers())
            .prefetch_related(Prefetch("problem_reports", reports, to_attr="open_reports"))
        )

    def _with_listing(self) -> Self:
        return self.select_related("organization", "listing").defer(
            "listing__search_vector", "listing__hours"
        )

    def for_page(self) -> Self:
        """With everything a listing's own page shows, in a fixed number of queries."""
        return self.select_related(
            "organization", "listing__verified_by", "listing__published_by"
        ).prefetch_related(
            _terms(),
            _places(),
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

    def naming(self, address: str) -> Self:
        """Those that say this very address, as theirs or as that of who runs them, whether it shows or not.

        What a confidential place says is left out.
        """
        at_place = Q(
            service_at_locations__location__url=address,
            service_at_locations__location__is_confidential=False,
        )
        theirs = Q(url=address) | Q(organization__website=address) | Q(additional_urls__url=address)
        return self.filter(theirs | at_place, listing__isnull=False).distinct()

    def reindex(self) -> None:
        """Write down anew what these can be found by. Confidential places add nothing to it."""
        write_index(list(self.order_by().values_list("pk", flat=True)))


def _rows(model: str) -> Any:
    return apps.get_model("community", model)._default_manager


def _phone_numbers() -> Func:
    """Those of a service, or else of who runs it."""
    phones = _rows("Phone").order_by("created_at", "pk").values("number")
    own = ArraySubquery(phones.filter(service=OuterRef("pk")))
    theirs = ArraySubquery(phones.filter(organization=OuterRef("organization")))
    return Coalesce(NullIf(own, Value([], output_field=own.output_field)), theirs)


def _open_reports() -> Coalesce:
    """How many open reports a service has."""
    reports = _rows("ProblemReport").filter(service=OuterRef("pk"), closed_at=None)
    how_many = reports.order_by().values("service").annotate(how_many=Count("pk")).values("how_many")
    return Coalesce(Subquery(how_many, output_field=IntegerField()), 0)


def _terms() -> Prefetch:
    return Prefetch("attributes", queryset=_rows("Attribute").select_related("taxonomy_term"))


def _places() -> Prefetch:
    return Prefetch("service_at_locations", queryset=_rows("ServiceAtLocation").select_related("location"))


def _public_addresses() -> Prefetch:
    return Prefetch(
        "service_at_locations__location__addresses",
        queryset=_rows("Address").public().main_first(),
    )


def counts_of(asked: dict[str, ServiceQuerySet]) -> dict[str, int]:
    """How many each of these finds, in one query; of more than `MOST_COUNTED` it counts so many."""
    parts, values = [], []
    for name, services in asked.items():
        sql, own = services.order_by().values("pk")[: MOST_COUNTED + 1].query.sql_with_params()
        parts.append(f"SELECT %s, count(*) FROM ({sql}) AS found")  # noqa: S608
        values += [name, *own]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return dict(cursor.fetchall())
