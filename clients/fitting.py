"""From what a client said to what the directory may be asked. It never hears who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clients.models import Client, LookingFor
from coaching.accounts.models import User
from community.finding import find_place
from community.matching import Wish, found_as
from community.places import Place
from community.vocabulary import NEEDS


@dataclass(frozen=True)
class Looking:
    """One person, as far as the directory is concerned: what they named, and what they said about it."""

    records: list[Any]
    """Their records, one for each coach, the oldest first."""

    @classmethod
    def of(cls, user: User) -> "Looking":
        """One query."""
        records = Client.objects.belonging_to(user).select_related("coach__user").with_what_they_look_for()
        return cls(list(records.order_by("created_at", "pk")))

    @property
    def record(self) -> Client:
        """The record in which they say what they look for: the oldest."""
        return self.records[0]

    @property
    def said(self) -> LookingFor:
        """What they said, or an unsaved row that says nothing."""
        return getattr(self.record, "looking_for", None) or LookingFor(client=self.record)

    @property
    def needs(self) -> tuple[str, ...]:
        """What they wrote or confirmed to be around them, and what they look for alone, in NEEDS' order."""
        named = {need for record in self.records for need in record.needs} | {*self.said.needs}
        return tuple(need for need in NEEDS if need in named)

    @property
    def is_urgent(self) -> bool:
        """While something urgent is open, nothing suggests giving."""
        return any(record.has_urgent_need for record in self.records)

    @property
    def place(self) -> Place | None:
        """Where they are, if they said so and the directory knows it."""
        near = self.said.near
        return find_place(near) if near else None

    def wish(self, *, kept: Iterable[UUID] = ()) -> Wish:
        """What to ask the directory for; of the listings they keep none is suggested."""
        said = self.said
        return Wish(
            needs=self.needs,
            urgent=frozenset(need for record in self.records for need in record.urgent_needs),
            interests=() if self.is_urgent else tuple(said.interests),
            vetoed=frozenset(said.vetoed),
            unwanted=frozenset(found_as(said.unwanted).values()),
            kept=frozenset(kept),
            age=said.age,
            place=self.place,
            within=said.within * 1000,
        )
