"""From needs and interests to listings, each with its reason. It knows words, not people.

Who asks is nobody's business here: what goes in are codes of the vocabulary
and an age, what comes out are published listings. The same words on the same
day give the same answer, and nobody can pay to stand higher.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from community import actions
from community.models import Attribute, Listing, Service
from community.querysets import ServiceQuerySet
from community.vocabulary import INTERESTS, NEEDS, term_id

FRESH = timedelta(days=365)
"""A listing that nobody has checked for longer is not suggested; it is still among all of them."""
LONGEST = 20

Kind = Listing.Kind
HELPS: list[str] = [Kind.GET_HELP, Kind.SUPPORT_GROUP, Kind.ACTIVITY]
"""The kinds that answer a need."""
JOINS: list[str] = [Kind.CONTRIBUTE, Kind.ACTIVITY, Kind.SUPPORT_GROUP]
"""The kinds that answer an interest."""


@dataclass(frozen=True)
class Wish:
    """What somebody said, in codes of the vocabulary; unknown codes find nothing.

    `vetoed` are codes of categories of which nothing may be suggested again.
    """

    needs: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    vetoed: frozenset[str] = frozenset()
    age: int | None = None


@dataclass(frozen=True)
class Match:
    """One listing and why it is suggested, in a sentence."""

    service: Service
    reason: str


@dataclass(frozen=True)
class Matches:
    """The suggestions, best first, and the needs that find none."""

    found: list[Match]
    unmet: list[str]

    def __iter__(self):
        return iter(self.found)


def suggest(wish: Wish, *, today: date | None = None) -> Matches:
    """The suggestions for a wish. A need that finds nothing is noted for curators, without saying whose."""
    today = today or timezone.localdate()
    matches = match(wish, today=today)
    actions.note_gaps(needs=matches.unmet, on=today)
    return matches


def match(wish: Wish, *, today: date | None = None) -> Matches:
    """Published, running, lately checked listings that fit the age, those for most needs first.

    Then those for most interests, then the latest checked, then by name.
    """
    today = today or timezone.localdate()
    fitting = _fitting(wish, today)
    ranked = _ranked(fitting, wish).for_cards()[:LONGEST]
    return Matches([Match(service, _reason(service, wish)) for service in ranked], _unmet(fitting, wish))


def helping_with(need: str, *, most: int, today: date | None = None) -> list[Match]:
    """The first of what `match` finds for one need, in two queries: for a page about something else."""
    wish = Wish(needs=(need,))
    ranked = _ranked(_fitting(wish, today or timezone.localdate()), wish)
    return [Match(service, _reason(service, wish)) for service in ranked.for_lines()[:most]]


def _ranked(fitting: ServiceQuerySet, wish: Wish) -> ServiceQuerySet:
    return (
        fitting.annotate(
            needs_met=_how_many(wish.needs, HELPS),
            interests_met=_how_many(wish.interests, JOINS),
            sort_name=Lower("name"),
        )
        .filter(Q(needs_met__gt=0) | Q(interests_met__gt=0))
        .order_by("-needs_met", "-interests_met", "-listing__verified_on", "sort_name", "pk")
    )


def everything(wish: Wish) -> ServiceQuerySet:
    """All published listings about these needs and interests, by name; only what is vetoed is gone."""
    services = _without_vetoed(Service.objects.published(), wish)
    return services.filter(_carries([*wish.needs, *wish.interests])).search("")


def _fitting(wish: Wish, today: date) -> ServiceQuerySet:
    services = _without_vetoed(Service.objects.published(), wish).filter(
        status=Service.Status.ACTIVE, listing__verified_on__gt=today - FRESH
    )
    if wish.age is None:
        return services
    return services.filter(
        Q(minimum_age=None) | Q(minimum_age__lte=wish.age), Q(maximum_age=None) | Q(maximum_age__gte=wish.age)
    )


def _without_vetoed(services: ServiceQuerySet, wish: Wish) -> ServiceQuerySet:
    return services.exclude(_carries(wish.vetoed)) if wish.vetoed else services


def _terms(codes: Collection[str]) -> list[UUID]:
    return [term_id(code) for code in sorted(codes)]


def _carries(codes: Collection[str]) -> Exists:
    return Exists(Attribute.objects.filter(service=OuterRef("pk"), taxonomy_term__in=_terms(codes)))


def _how_many(codes: Sequence[str], kinds: list[str]) -> Coalesce:
    """How many of these a listing of one of these kinds is about."""
    links = Attribute.objects.filter(
        service=OuterRef("pk"), taxonomy_term__in=_terms(codes), service__listing__kind__in=kinds
    )
    counted = links.order_by().values("service").annotate(how_many=Count("taxonomy_term", distinct=True))
    return Coalesce(Subquery(counted.values("how_many"), output_field=IntegerField()), 0)


def _unmet(fitting: ServiceQuerySet, wish: Wish) -> list[str]:
    links = Attribute.objects.filter(
        service__in=fitting.values("pk"),
        service__listing__kind__in=HELPS,
        taxonomy_term__in=_terms(wish.needs),
    )
    met = set(links.values_list("taxonomy_term__code", flat=True).distinct())
    return [need for need in wish.needs if need in NEEDS and need not in met]


def _reason(service: Service, wish: Wish) -> str:
    """`Because you named housing. For people from 16 years. Checked 3 May 2026.`"""
    about = {term.code for term in service.categories}
    kind = Kind(service.listing.kind)
    named = [str(NEEDS[code][0]).lower() for code in wish.needs if code in about and kind in HELPS]
    liked = [str(INTERESTS[code][0]).lower() for code in wish.interests if code in about and kind in JOINS]
    parts = []
    if named:
        parts.append(_("Because you named %(needs)s.") % {"needs": get_text_list(named, _("and"))})
    if liked:
        parts.append(_("Because you like %(interests)s.") % {"interests": get_text_list(liked, _("and"))})
    if wish.age is not None and (ages := _ages(service)):
        parts.append(ages)
    if on := service.listing.verified_on:
        parts.append(_("Checked %(date)s.") % {"date": date_format(on, "DATE_FORMAT")})
    return " ".join(parts)


def _ages(service: Service) -> str:
    youngest, oldest = service.minimum_age, service.maximum_age
    if youngest is not None and oldest is not None:
        return _("For people from %(from)g to %(to)g years.") % {"from": youngest, "to": oldest}
    if youngest is not None:
        return _("For people from %(from)g years.") % {"from": youngest}
    return _("For people up to %(to)g years.") % {"to": oldest} if oldest is not None else ""
