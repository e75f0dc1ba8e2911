"""What curators did since a source was brought in: their words stay, unless the source's are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.text import Truncator

from community.edits import in_words
from community.hsds.report import Conflict, Report
from community.hsds.rows import Place
from community.hsds.tables import BY_NAME, Table
from community.models import Edit, Location, Merge, Service, ServiceAtLocation

MOST_LETTERS = 80
"""So much of what a column says is told of each side."""


@dataclass
class Since:
    """What curators wrote, removed and merged, and which side of a conflict is taken."""

    report: Report
    takes_source: bool
    written: dict[tuple[str, str], dict[str, Any] | None] = field(default_factory=dict)
    """By table and id the columns as curators left them; None where they removed the row."""
    merged: dict[Any, str] = field(default_factory=dict)
    """Services that are one with another by now → what that one is called."""
    merged_at: dict[Any, Any] = field(default_factory=dict)
    """Where such a service is → the service."""
    left: dict[UUID, set[UUID]] = field(default_factory=dict)
    """By place the services that a curator took away from there."""
    removed: set[Any] = field(default_factory=set)
    """The rows of the source that stay removed."""

    def __post_init__(self) -> None:
        acts = Edit.objects.filter(undone_at=None).order_by("created_at", "pk")
        for rows in acts.values_list("rows", flat=True).iterator():
            for name, pk, before, after in rows:
                if name == "service_at_location" and after is None:
                    place, service = UUID(before["location_id"]), UUID(before["service_id"])
                    self.left.setdefault(place, set()).add(service)
                if name in BY_NAME:
                    earlier = self.written.get((name, pk)) or {}
                    self.written[name, pk] = None if after is None else earlier | after
        merges = {gone: (kept, name) for gone, kept, name in _merges()}
        for gone, (kept, name) in merges.items():
            while kept in merges:
                kept, name = merges[kept]
            self.merged[gone] = name
        places = ServiceAtLocation.objects.filter(service__in=merges)
        self.merged_at = dict(places.values_list("pk", "service"))

    def stays_removed(
        self, table: Table, pk: UUID, columns: Mapping[str, Any], place: Place, what: str
    ) -> bool:
        """A curator removed this row, or what it belongs to; whether that holds."""
        if self.written.get((table.name, str(pk)), {}) is None:
            self._note(place, what, "a curator removed it, the source still has it")
        elif not self.removed.isdisjoint(columns.values()):
            self._note(place, what, "a curator removed what it belongs to")
        else:
            return False
        if not self.takes_source:
            self.removed.add(pk)
        return not self.takes_source

    def kept(
        self, table: Table, row: models.Model, differing: Mapping[str, Any], place: Place, what: str
    ) -> set[str]:
        """Those of these columns that stay as they are, where the source says this instead."""
        ours = self.written.get((table.name, str(row.pk))) or {}
        fields = {each.attname: each for each in table.model._meta.concrete_fields}
        kept = {name for name in differing.keys() & ours if _is_as_left(row, fields[name], ours[name])}
        for name in sorted(kept):
            self._note(place, what, f"{name}: {_both_sides(table, row, fields[name], differing[name])}")
        if self.takes_source:
            return set()
        for pair in table.ordered:
            start, end = (
                differing[name] if name in differing.keys() - kept else getattr(row, name) for name in pair
            )
            if kept & {*pair} and start is not None and end is not None and end < start:
                (other,) = {*pair} - kept
                self._note(place, what, f"{other}: what the source says does not fit what a curator wrote")
                kept.add(other)
        return kept

    def merged_into(self, table: Table, pk: UUID, columns: Mapping[str, Any], row: Any) -> str:
        """What the listing is called that the one of this row was merged into; "" where none was."""
        said = {name: columns.get(name, getattr(row, name, None)) for name in ("service_id", AT)}
        service = pk if table.model is Service else said["service_id"] or self.merged_at.get(said[AT])
        if table.model is ServiceAtLocation and service in self.merged:
            self.merged_at[pk] = service
        return self.merged.get(service, "")

    def _note(self, place: Place, what: str, words: str) -> None:
        self.report.conflicts.append(Conflict(*place, what, words))


AT = "service_at_location_id"


def _merges() -> Iterable[tuple[UUID, UUID, str]]:
    return Merge.objects.values_list("gone", "kept", "kept__name")


def _is_as_left(row: models.Model, column: Any, ours: Any) -> bool:
    """Whether the column still says what the curator wrote; an import may have written over it since."""
    return bool(getattr(row, column.attname) == (None if ours is None else column.to_python(ours)))


def _both_sides(table: Table, row: models.Model, column: Any, theirs: Any) -> str:
    """What each side says; of places, which may be secret, and of links to others only that they differ."""
    is_place = table.model is Location or any(getattr(row, name, None) for name in ("location_id", AT))
    if is_place or column.is_relation:
        return "a curator changed it"
    ours, theirs = (
        Truncator(in_words(column, value)).chars(MOST_LETTERS)
        for value in (getattr(row, column.attname), theirs)
    )
    return (
        f"{f'a curator wrote “{ours}”' if ours else 'a curator left it empty'}, "
        f"{f'the source says “{theirs}”' if theirs else 'the source leaves it empty'}"
    )
