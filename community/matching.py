"""From needs and interests to listings, each with its reason. It knows words, not people.

Who asks is nobody's business here: what goes in are codes of the vocabulary,
an age and perhaps a place, what comes out are published listings. The same
words on the same day give the same answer, and nobody can pay to stand higher.

What it costs does not grow with the directory: it walks the index of the last
checks, or the one of places, and stops when it has enough (docs/decisions/0096).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from community import actions
from community.models import Listing, Merge, Service
from community.places import Place, how_far, metres
from community.querysets import ServiceQuerySet
from community.vocabulary import INTERESTS, NEEDS

FRESH = timedelta(days=365)
"""A listing that nobody has checked for longer is not suggested; it is still among all of them."""
A_DAY = 24 * 60 * 60
"""So many seconds it is remembered that a gap was noted."""
LONGEST = 12
POOL = 100
"""Where more than so many fit, those checked last (or the nearest) are put in order."""

Kind = Listing.Kind
HELPS: list[str] = [Kind.GET_HELP, Kind.SUPPORT_GROUP, Kind.ACTIVITY]
"""The kinds that answer a need."""
JOINS: list[str] = [Kind.CONTRIBUTE, Kind.ACTIVITY, Kind.SUPPORT_GROUP]
"""The kinds that answer an interest."""


@dataclass(frozen=True)
class Wish:
    """What somebody said, in codes of the vocabulary; unknown codes find nothing.

    `urgent` are those of the needs that cannot wait. `vetoed` are codes of
    categories of which nothing may be suggested again.
    """

    needs: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    urgent: frozenset[str] = frozenset()
    vetoed: frozenset[str] = frozenset()
    unwanted: frozenset[UUID] = frozenset()
    """Listings they do not want to see again."""
    kept: frozenset[UUID] = frozenset()
    """Listings they know already. Neither is suggested; both count as help that is there."""
    age: int | None = None
    place: Place | None = None
    within: int = 10_000
    """Metres from `place`; what is online or by phone is everywhere."""


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
    if new := [need for need in matches.unmet if cache.add(f"community:gap:{need}:{today}", 1, A_DAY)]:
        actions.note_gaps(needs=new, on=today)
    return matches


def match(wish: Wish, *, today: date | None = None) -> Matches:
    """Published, running, lately checked listings that fit the age and the place, those for most needs first.

    What helps with something that cannot wait stands before all others. Then
    those for most interests, then the latest checked, then by name.
    """
    fitting = _fitting(wish, today or timezone.localdate())
    found = {row["pk"]: row for row in _pool(fitting, wish)}
    missing = _missing(found.values(), wish)
    for row in _pool_of_each(fitting, missing):
        found.setdefault(row["pk"], row)
    ranked = _first([row for pk, row in found.items() if pk not in wish.unwanted | wish.kept], wish)
    services = Service.objects.published().for_cards().in_bulk([row["pk"] for row in ranked])
    matches = []
    for row in ranked:
        if service := services.get(row["pk"]):
            away = row.get("away")
            service.how_far = how_far(metres(away)) if away is not None else ""  # type: ignore[attr-defined]
            matches.append(Match(service, _reason(service, wish)))
    return Matches(matches, _missing(found.values(), wish))


def helping_with(need: str, *, most: int, wish: Wish | None = None, today: date | None = None) -> list[Match]:
    """The first of what `match` finds for one need, in one query: for a page about something else.

    Of `wish` counts what is not to be suggested, and the age.
    """
    wish = replace(wish or Wish(), needs=(need,))
    services = _fitting(wish, today or timezone.localdate()).filter(_answers([need], HELPS))
    ordered = services.exclude(pk__in=wish.unwanted).for_cards().order_by("-checked", "sort_name", "pk")
    return [Match(service, _reason(service, wish)) for service in ordered[:most]]


def everything(wish: Wish) -> ServiceQuerySet:
    """All published listings about these needs and interests, by name; only what they do not want is gone."""
    services = _without_vetoed(Service.objects.published(), wish).exclude(pk__in=wish.unwanted)
    return services.filter(_carries([*wish.needs, *wish.interests])).search("")


def found_as(ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Under which id each of these listings is found today: one that was merged is part of the kept one."""
    now = {pk: pk for pk in ids}
    while kept := dict(Merge.objects.filter(gone__in=now.values()).values_list("gone", "kept")):
        now = {pk: kept.get(there, there) for pk, there in now.items()}
    return now


# --- which fit ----------------------------------------------------------------


def _fitting(wish: Wish, today: date) -> ServiceQuerySet:
    services = _without_vetoed(Service.objects.published(), wish).filter(status=Service.Status.ACTIVE)
    services = services.by_check().filter(checked__gt=today - FRESH)
    return services if wish.age is None else services.for_age(wish.age)


def _without_vetoed(services: ServiceQuerySet, wish: Wish) -> ServiceQuerySet:
    return services.filter(~_carries(wish.vetoed)) if wish.vetoed else services


def _carries(codes: Collection[str]) -> Q:
    return Q(listing__tags__overlap=[f"category:{code}" for code in sorted(codes)])


def _answers(codes: Collection[str], kinds: list[str]) -> Q:
    return _carries(codes) & Q(listing__kind__in=kinds)


# --- a pool small enough to be put in order -----------------------------------


def _pool(fitting: ServiceQuerySet, wish: Wish) -> list[dict[str, Any]]:
    """Those that answer a need or an interest: `POOL` checked last, or as many near by and as many remote."""
    answers = Q()
    if wish.needs:
        answers |= _answers(wish.needs, HELPS)
    if wish.interests:
        answers |= _answers(wish.interests, JOINS)
    if not answers:
        return []
    fitting = fitting.filter(answers)
    if wish.place is None:
        return _rows(fitting)
    near = fitting.nearest_first(wish.place, wish.within).order_by("away", "sort_name", "pk")
    return [*near.values(*COLUMNS, "away")[:POOL], *_rows(fitting.tagged("remote"))]


COLUMNS = ["pk", "checked", "sort_name", "listing__tags", "listing__kind"]


def _rows(services: ServiceQuerySet) -> list[dict[str, Any]]:
    return list(services.order_by("-checked", "listing__service_id").values(*COLUMNS)[:POOL])


def _pool_of_each(fitting: ServiceQuerySet, needs: list[str]) -> list[dict[str, Any]]:
    """Those for needs that others crowded out, in one query."""
    branches = [
        fitting.filter(_answers([need], HELPS))
        .order_by("-checked", "listing__service_id")
        .values(*COLUMNS)[:LONGEST]
        for need in needs
    ]
    if not branches:
        return []
    first, *others = branches
    return list(first.union(*others, all=True).order_by() if others else first)


def _codes(row: dict[str, Any], codes: Iterable[str], kinds: list[str]) -> list[str]:
    """Which of these a listing answers."""
    if row["listing__kind"] not in kinds:
        return []
    return [code for code in codes if f"category:{code}" in row["listing__tags"]]


def _missing(rows: Iterable[dict[str, Any]], wish: Wish) -> list[str]:
    """Needs that nothing answers. Of what the person does not want to see, nothing is missing."""
    met = {code for row in rows for code in _codes(row, wish.needs, HELPS)}
    return [need for need in wish.needs if need in NEEDS and need not in met | wish.vetoed]


def _first(rows: list[dict[str, Any]], wish: Wish) -> list[dict[str, Any]]:
    """The best, in order; the best for each need is among them, so that no need hides another."""
    ranked = sorted(rows, key=lambda row: _rank(row, wish))
    best_of: dict[str, Any] = {}
    for row in ranked:
        for need in _codes(row, wish.needs, HELPS):
            best_of.setdefault(need, row["pk"])
    kept = set(best_of.values())
    others = [row["pk"] for row in ranked if row["pk"] not in kept]
    kept.update(others[: max(LONGEST - len(kept), 0)])
    return [row for row in ranked if row["pk"] in kept]


def _rank(row: dict[str, Any], wish: Wish) -> tuple[int, int, int, int, str, UUID]:
    needs_met, liked = _codes(row, wish.needs, HELPS), _codes(row, wish.interests, JOINS)
    cannot_wait = wish.urgent.intersection(needs_met)
    return (
        -len(cannot_wait),
        -len(needs_met),
        -len(liked),
        -row["checked"].toordinal(),
        row["sort_name"],
        row["pk"],
    )


# --- why ----------------------------------------------------------------------


def _reason(service: Service, wish: Wish) -> str:
    """`Because you named housing. For people from 16 years. Checked 3 May 2026.`"""
    about = service.listing.category_codes
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
    if away := getattr(service, "how_far", ""):
        parts.append(_("%(distance)s away.") % {"distance": away})
    elif wish.place and "" in service.listing.place_names:  # secret ones have no name
        parts.append(_("They tell you where it is when you ring or write."))
    elif wish.place and "remote" in service.listing.tags:
        parts.append(_("Online or by phone."))
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
