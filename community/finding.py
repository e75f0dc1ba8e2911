"""A visitor's search: what narrows it, in which order it comes, and what else there is."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property, partial, reduce
from typing import Any
from uuid import UUID

from django.utils import timezone

from community.hours import local_now, open_at, open_on
from community.models import Address, Listing, Service
from community.models.contacts import Weekday
from community.places import Place, place_in
from community.querysets import ServiceQuerySet
from community.querysets.services import MOST_COUNTED, counts_of
from community.querysets.words import Read, read

KILOMETRES = 10
"""Near by, where nobody says how near."""
TAGGED = ["category", "kind", "language", "access"]
"""Fields whose values are tags of a listing (`Listing.tags`)."""
ORDERS = {
    "nearest": ["away", "sort_name", "pk"],
    "checked": ["-checked", "sort_name", "pk"],
    "name": ["sort_name", "pk"],
}

type Narrowing = Callable[[ServiceQuerySet], ServiceQuerySet]


def find_place(text: str) -> Place | None:
    """What somebody typed: a latitude and longitude, or a town or postcode of a published, open place.

    Nobody outside is asked, and nothing is remembered: a place that is made
    secret or leaves the directory is found no longer, and for a client what
    was typed is private.
    """
    text = " ".join(text.replace("\0", " ").split())
    if at := place_in(text):
        return at
    middle = Address.objects.middle_of(text)
    return Place(*middle) if middle else None


def towns_like(text: str) -> list[str]:
    """The towns the directory knows whose names are most like this."""
    return Address.objects.towns_like(text)


def was_listed(pk: UUID) -> bool:
    """Whether everybody could find it once."""
    return Listing.objects.filter(service=pk, published_at__isnull=False).exists()


@dataclass
class Search:
    """What somebody looks for among `everything`; `asked` are the form's values that say something."""

    everything: ServiceQuerySet
    asked: dict[str, Any]
    place: Place | None = None

    @cached_property
    def now(self) -> datetime:
        return local_now()

    @property
    def words(self) -> str:
        return self.asked.get("q", "")

    @property
    def metres(self) -> int:
        return int(self.asked.get("within") or KILOMETRES) * 1000

    @cached_property
    def read(self) -> Read:
        return read(self.words)

    @property
    def near_words(self) -> dict[str, list[str]]:
        """Words that no listing says, and those that they may have been meant as."""
        return self.read.near

    def widen(self) -> bool:
        """From now on one of the words is enough, if there are several and nothing says all of them."""
        if not self.read.can_be_wider or (self.scored if self.order == "best" else self.found().exists()):
            return False
        self.read = replace(self.read, is_wide=True)
        vars(self).pop("scored", None)
        return True

    @property
    def order(self) -> str:
        """As asked, where that makes sense: nearest needs a place, best needs words."""
        asked = self.asked.get("sort")
        can = {"nearest": self.place is not None and "remote" not in self.asked, "best": bool(self.words)}
        if asked and can.get(asked, True):
            return asked
        return next((order for order in ["best", "nearest"] if can[order]), "name")

    @cached_property
    def scored(self) -> list[dict[str, Any]]:
        """Where words are asked for: of all that fits those checked last, one more than are counted.

        Each with `pk`, `score`, `sort_name` and `listing__tags`.
        """
        return self.found().checked_last(MOST_COUNTED + 1)

    @property
    def narrowings(self) -> dict[str, Narrowing]:
        """Each filter by the name of its field in the form."""
        asked = self.asked
        narrowings: dict[str, Narrowing] = {
            "free": lambda services: services.tagged("free"),
            "age": lambda services: services.for_age(asked["age"]),
            "open_now": lambda services: services.filter(open_at(self.now)),
            "open_on": lambda services: services.filter(self._open_on()),
            "checked": lambda services: services.checked_since(self._since()),
            "remote": lambda services: services.tagged("remote"),
        }
        for name in TAGGED:
            narrowings[name] = partial(_tagged, tag=f"{name}:{asked.get(name, '')}".lower())
        narrowings = {name: way for name, way in narrowings.items() if name in asked}
        if (place := self.place) is not None:
            is_remote_too = narrowings.pop("remote", None) is not None
            narrowings["near"] = lambda services: services.near(place, self.metres, or_remote=is_remote_too)
        return narrowings

    def found(self, *, without: str = "", but_words: bool = False) -> ServiceQuerySet:
        """All that fits, in no order, perhaps but for one filter or for the words."""
        ways = [way for name, way in self.narrowings.items() if name != without]
        services = reduce(lambda services, way: way(services), ways, self.everything)
        return services if but_words else services.search(self.words, self.read)

    def from_anywhere(self, most: int) -> list[Service]:
        """What fits but for the place, and helps online, by phone or at a place that is told to who rings.

        Those checked last: to rank all of them takes longer the more there are. Where a word tells of danger,
        what is about safety is worth it.
        """
        if self.place is None or "remote" in self.asked:
            return []
        found = self.found(without="near").tagged("remote").for_cards().with_number()
        if self.read.tells_of_danger:
            return list(found.order_by(*found.order)[:most])
        return list(found.by_check().order_by("-checked", "listing__service_id")[:most])

    def in_order(self) -> tuple[ServiceQuerySet, list[str]]:
        """What fits, and the keys by which it is cut into pages; where the best come first see `scored`."""
        if self.order == "nearest" and self.place is not None:
            services = self.found(without="near").nearest_first(self.place, self.metres)
        elif self.order == "checked":
            services = self.found().by_check()
        else:
            services = self.found()
        return services, ORDERS[self.order]

    def tally(self) -> Counter[str]:
        """How many there are of each tag, and under "" all; counted up to one more than `MOST_COUNTED`."""
        if self.order != "best":
            return self.found().tally()
        tags = Counter(tag for row in self.scored for tag in row["listing__tags"])
        return tags + Counter({"": len(self.scored)})

    def looser(self) -> dict[str, int]:
        """How many there would be without one of the filters, or without the words, by name of the field."""
        if len(self.narrowings) + bool(self.words) < 2:
            return {}
        ways = {name: self.found(without=name) for name in self.narrowings}
        if self.words:
            ways["q"] = self.found(but_words=True)
        return {name: number for name, number in counts_of(ways).items() if number}

    def _open_on(self) -> Any:
        """The next such day from now on, at the time asked for or at some time of it."""
        weekday = Weekday.values.index(self.asked["open_on"])
        day = self.now.date() + timedelta(days=(weekday - self.now.weekday()) % 7)
        at = self.asked.get("open_time")
        return open_at(datetime.combine(day, at, self.now.tzinfo)) if at else open_on(day)

    def _since(self) -> Any:
        return timezone.localdate() - timedelta(days=int(self.asked["checked"]))


def _tagged(services: ServiceQuerySet, *, tag: str) -> ServiceQuerySet:
    return services.tagged(tag)
