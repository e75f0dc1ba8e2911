"""What an API's caller asked for: the parameters of HSDS 3.1, understood or refused."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Avg, Exists, F, FloatField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import ASin, Coalesce, Cos, Greatest, Power, Radians, Sin, Sqrt
from django.utils.dateparse import parse_date, parse_datetime

from community.models import Address, Attribute, Edit, Service, ServiceArea, StateChange

EARTH = 2 * 6_371_000
"""The earth's diameter in metres."""
LARGEST_PAGE = 500
LARGEST_WITH_ALL = 100
"""Of objects with everything that belongs to them, a page holds at most so many."""


class NotUnderstood(Exception):
    """A parameter makes no sense; the message names it and says what would."""


def said_at(to_service: str = "") -> Coalesce:
    """What its source says of when a service changed last."""
    return Coalesce(F(f"{to_service}last_modified"), F(f"{to_service}created_at"))


def _changed_since(since: datetime) -> QuerySet:
    """The services of which something was written or taken back here, or whose listing took a step."""
    edits = Edit.objects.filter(Q(created_at__gte=since) | Q(undone_at__gte=since))
    steps = StateChange.objects.filter(created_at__gte=since)
    return edits.order_by().values("services").union(steps.order_by().values("listing__service"))


def with_modified_at(services: QuerySet) -> QuerySet:
    """With `modified_at`: what its source says, or what was done here since."""
    edits = Edit.objects.filter(services=OuterRef("pk")).annotate(at=Greatest("created_at", "undone_at"))
    steps = StateChange.objects.filter(listing__service=OuterRef("pk")).order_by("-created_at")
    return services.annotate(
        modified_at=Greatest(
            said_at(),
            Subquery(edits.order_by("-at").values("at")[:1]),
            Subquery(steps.values("created_at")[:1]),
        )
    )


class Asked:
    """The parameters of one question."""

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters
        self.format = self._text("format") or "json"
        if self.format not in {"json", "ndjson"}:
            raise NotUnderstood("format: json or ndjson")
        self.page = self._number("page", 1, 1_000_000)
        is_full = self.flag("full") or self.flag("full_service")
        self.per_page = self._number("per_page", 25, LARGEST_WITH_ALL if is_full else LARGEST_PAGE)

    def _text(self, name: str) -> str:
        return self.parameters.get(name, "").replace("\0", "").strip()

    def flag(self, name: str) -> bool:
        text = self._text(name).lower()
        if text not in {"", "true", "false", "1", "0"}:
            raise NotUnderstood(f"{name}: true or false")
        return text in {"true", "1"}

    def _number(self, name: str, otherwise: int, most: int) -> int:
        text = self._text(name)
        if not text:
            return min(otherwise, most)
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= most):
            raise NotUnderstood(f"{name}: a whole number from 1 to {most}")
        return int(text)

    def _id(self, name: str) -> UUID | None:
        text = self._text(name)
        try:
            return UUID(text) if text else None
        except ValueError as error:
            raise NotUnderstood(f"{name}: an id such as 0192f000-0000-7000-8000-000000000001") from error

    def _since(self) -> datetime | None:
        text = self._text("modified_after")
        if not text:
            return None
        try:
            day = parse_date(text)
            moment = datetime.combine(day, time()) if isinstance(day, date) else parse_datetime(text)
        except ValueError:
            moment = None
        if moment is None:
            raise NotUnderstood("modified_after: a date and time such as 2026-03-15T10:30:45Z")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    # --- which objects --------------------------------------------------------

    def services(self, services: QuerySet) -> QuerySet:
        text = self._text("search")
        found = services.search(text) if text else services.order_by("pk")  # type: ignore[attr-defined]
        return self._of_service(found, "")

    def _of_service(self, objects: QuerySet, to_service: str) -> QuerySet:
        """Those whose service, reached by `to_service`, has what was asked for."""
        key = to_service.removesuffix("__") or "pk"
        if term := self._id("taxonomy_term_id"):
            objects = objects.filter(
                Exists(Attribute.objects.filter(service=OuterRef(key), taxonomy_term=term))
            )
        if taxonomy := self._id("taxonomy_id"):
            words = Attribute.objects.filter(service=OuterRef(key), taxonomy_term__taxonomy=taxonomy)
            objects = objects.filter(Exists(words))
        if organization := self._id("organization_id"):
            objects = objects.filter(**{f"{to_service}organization": organization})
        if since := self._since():
            objects = objects.alias(said_at=said_at(to_service)).filter(
                Q(said_at__gte=since) | Q(**{f"{key}__in": _changed_since(since)})
            )
        return objects

    def organizations(self, organizations: QuerySet) -> QuerySet:
        if text := self._text("search"):
            services = Service.objects.published().search(text).values("organization")
            organizations = organizations.filter(Q(name__icontains=text) | Q(pk__in=services.order_by()))
        if term := self._id("taxonomy_term_id"):
            organizations = organizations.filter(_has_words(taxonomy_term=term))
        if taxonomy := self._id("taxonomy_id"):
            organizations = organizations.filter(_has_words(taxonomy_term__taxonomy=taxonomy))
        return organizations.order_by("pk")

    def links(self, links: QuerySet) -> QuerySet:
        if text := self._text("search"):
            found = Service.objects.published().search(text).order_by().values("pk")
            links = links.filter(service__in=found)
        links = self._of_service(links, "service__")
        if postcode := self._text("postcode"):
            links = self._near(links, postcode)
        elif self._text("proximity"):
            raise NotUnderstood("proximity: needs a postcode too")
        return links.order_by("pk")

    def _near(self, links: QuerySet, postcode: str) -> QuerySet:
        """Within `proximity` metres of the middle of published places at the postcode; else serving it."""
        metres = self._number("proximity", 0, 100_000_000) if self._text("proximity") else 0
        at = Address.objects.of_published().filter(postal_code__iexact=postcode)
        if not metres:
            areas = ServiceArea.objects.filter(
                Q(service=OuterRef("service")) | Q(service_at_location=OuterRef("pk"))
            )
            serves = (
                Q(name__icontains=postcode)
                | Q(description__icontains=postcode)
                | Q(extent__icontains=postcode)
            )
            is_there = Q(location__in=at.values("location")) & ~Exists(areas)
            return links.filter(is_there | Exists(areas.filter(serves)))
        middle = at.aggregate(latitude=Avg("location__latitude"), longitude=Avg("location__longitude"))
        if middle["latitude"] is None or middle["longitude"] is None:
            return links.none()
        return links.alias(metres=_distance(middle["latitude"], middle["longitude"])).filter(
            metres__lte=metres
        )

    def named(self, objects: QuerySet) -> QuerySet:
        if text := self._text("search"):
            objects = objects.filter(Q(name__icontains=text) | Q(description__icontains=text))
        return objects.order_by("pk")

    def terms(self, terms: QuerySet) -> QuerySet:
        if taxonomy := self._id("taxonomy_id"):
            terms = terms.filter(taxonomy=taxonomy)
        if parent := self._id("parent_id"):
            terms = terms.filter(parent=parent)
        if self.flag("top_only"):
            terms = terms.filter(parent=None)
        return self.named(terms)


def _has_words(**which: Any) -> Q:
    """The organization itself or one of its published services has such a term."""
    services = Service.objects.published().values("pk")
    words = Attribute.objects.filter(**which)
    return Q(pk__in=words.filter(organization__isnull=False).values("organization")) | Q(
        pk__in=words.filter(service__in=services).values("service__organization")
    )


def _distance(latitude: float, longitude: float) -> Any:
    """Metres over the ground to the link's place (haversine)."""
    here, there = Radians(Value(latitude, output_field=FloatField())), Radians(F("location__latitude"))
    east = Radians(F("location__longitude")) - Radians(Value(longitude, output_field=FloatField()))
    half = Power(Sin((there - here) / 2.0), 2) + Cos(here) * Cos(there) * Power(Sin(east / 2.0), 2)
    return Value(float(EARTH)) * ASin(Sqrt(half))
