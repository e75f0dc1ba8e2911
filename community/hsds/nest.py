"""Published objects as HSDS's JSON has them, with what belongs to them; one query for each table."""

from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q

from community.hsds.nesting import LISTS, OBJECTS
from community.hsds.share import Row, row_of, shared
from community.hsds.tables import BY_NAME, TABLES, Table
from community.models import Attribute

type Things = dict[UUID, Any]

FIRST = ["service_at_location", "service", "organization", "program", "location"]
"""Those that stand for themselves; all others belong to one of them, or to each other."""
LAST = ["unit", "attribute", "taxonomy_term", "taxonomy", "metadata"]
WITH_REFERENCES = {"service", "service_at_location", "organization", "taxonomy_term"}
"""Elsewhere a reference says no more than where the object stands."""


def flat(table: Table, objects: Iterable[models.Model]) -> list[Row]:
    """Objects as the lists have them: their own columns, a service's organization and program."""
    things = list(objects)
    tree = _Tree()
    tree.take(table.name, things)
    for inside in OBJECTS.get(table.name, {}).values():
        tree.take(inside.table, _named(inside.table, things, inside.reference))
    return [tree.build(table, thing, with_lists=False) for thing in things]


def full(table: Table, objects: Iterable[models.Model], *, with_services: bool = True) -> list[Row]:
    """Objects with everything that belongs to them.

    `with_services` False gives an organization's services by their ids alone.
    """
    things = list(objects)
    tree = _Tree()
    tree.take(table.name, things)
    if table.name == "service_at_location":
        tree.take("service", _named("service", things, "service_id"))
    if table.name == "organization":
        services = shared(BY_NAME["service"]).filter(organization__in=tree.ids("organization"))
        tree.take("service", services.order_by("pk"))
    if table.name != "organization":
        offers = tree.known["service"].values()
        tree.take("organization", _named("organization", offers, "organization_id"))
    if table.name == "service" or (table.name == "organization" and with_services):
        links = shared(BY_NAME["service_at_location"]).filter(service__in=tree.ids("service"))
        tree.take("service_at_location", links.order_by("pk"))
    programs = {each.program_id for each in tree.known["service"].values()}
    organizations = tree.ids("organization")
    tree.take(
        "program", shared(BY_NAME["program"]).filter(Q(pk__in=programs) | Q(organization__in=organizations))
    )
    places = {each.location_id for each in tree.known["service_at_location"].values()}
    tree.take(
        "location", shared(BY_NAME["location"]).filter(Q(pk__in=places) | Q(organization__in=organizations))
    )
    tree.take_the_rest()
    return [tree.build(table, thing, with_services=with_services) for thing in things]


def _named(name: str, things: Iterable[Any], reference: str) -> models.QuerySet:
    """Those of table `name` that `things` name in their column `reference`."""
    return shared(BY_NAME[name]).filter(pk__in={getattr(each, reference) for each in things} - {None})


class _Tree:
    """What is needed for one answer, by table and id; then put together."""

    def __init__(self) -> None:
        self.known: dict[str, Things] = defaultdict(dict)
        self.below: dict[tuple[str, str], dict[UUID, list[Any]]] = {}

    def ids(self, name: str) -> list[UUID]:
        return list(self.known[name])

    def take(self, name: str, things: Iterable[Any]) -> None:
        self.known[name] |= {each.pk: each for each in things}

    def take_the_rest(self) -> None:
        for table in TABLES:
            if table.name not in {*FIRST, *LAST}:
                owners = {name: table.references[name] for name in table.owners or table.needed[:1]}
                self._take_owned(table, owners)
        self._take_owned(
            BY_NAME["attribute"], {f"{name}_id": model for name, model in Attribute.LINKS.items()}
        )
        for name, owner, reference in [
            ("unit", "service_capacity", "unit_id"),
            ("taxonomy_term", "attribute", "taxonomy_term_id"),
            ("taxonomy", "taxonomy_term", "taxonomy_id"),
        ]:
            self.take(name, _named(name, self.known[owner].values(), reference))
        everything = [pk for things in self.known.values() for pk in things]
        metadata = BY_NAME["metadata"].model._base_manager.filter(resource_id__in=everything)
        self.take("metadata", metadata.order_by("pk"))

    def _take_owned(self, table: Table, owners: dict[str, type[models.Model]]) -> None:
        by_model = {each.model: each.name for each in TABLES}
        ways = [Q(**{f"{name}__in": self.ids(by_model[model])}) for name, model in owners.items()]
        self.take(table.name, table.model._base_manager.filter(reduce(or_, ways)).order_by("pk"))

    def build(
        self, table: Table, thing: Any, *, with_lists: bool = True, with_services: bool = True,
        within: frozenset[str] = frozenset(),
    ) -> Row:  # fmt: skip
        """One object; what it already stands within is not told again."""
        row = {
            name: value
            for name, value in row_of(table, thing).items()
            if value is not None and (name not in table.references or table.name in WITH_REFERENCES)
        }
        row |= dict.fromkeys(table.required_texts - set(row), "")
        row.pop("link_id", None)
        inner = within | {table.name}
        for key, inside in OBJECTS.get(table.name, {}).items():
            above = self.known[inside.table].get(getattr(thing, inside.reference))
            if above is not None and inside.table not in within:
                row[key] = self.build(BY_NAME[inside.table], above, with_lists=with_lists, within=inner)
        if not with_lists:
            return row
        for key, inside in LISTS.get(table.name, {}).items():
            if inside.table in within:
                continue
            below = self._below(inside.table, inside.reference).get(thing.pk, [])
            if inside.table == "service" and not with_services:
                row[key] = [{"id": str(each.pk), "name": each.name, "status": each.status} for each in below]
            elif below:
                row[key] = [self.build(BY_NAME[inside.table], each, within=inner) for each in below]
        for key, name, reference in [
            ("attributes", "attribute", f"{table.name}_id"),
            ("metadata", "metadata", "resource_id"),
        ]:
            there = name == "metadata" or table.name in Attribute.LINKS
            if there and (said := self._below(name, reference).get(thing.pk)):
                row[key] = [self.build(BY_NAME[name], each, within=inner) for each in said]
        return row

    def _below(self, name: str, reference: str) -> dict[UUID, list[Any]]:
        if (name, reference) not in self.below:
            found = self.below[name, reference] = defaultdict(list)
            for each in self.known[name].values():
                found[getattr(each, reference)].append(each)
        return self.below[name, reference]
