"""What may leave the directory: published listings and what belongs to them, never a confidential place."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q

from community.hsds.tables import BY_MODEL, TABLES, Table
from community.models import (
    Attribute,
    Location,
    Metadata,
    Organization,
    Program,
    Service,
    ServiceAtLocation,
    Taxonomy,
    TaxonomyTerm,
    Unit,
)

type Row = dict[str, Any]
"""Columns of one object under HSDS's names; None where nothing is known."""


def shared_rows() -> Iterator[tuple[Table, list[Row]]]:
    """Each table in the order of TABLES, with the rows of it that may leave, by id.

    A row never speaks of one that stays: such a reference is left empty.
    """
    ids: dict[type[models.Model], set[uuid.UUID]] = {}
    for table in TABLES:
        objects = list(shared(table).order_by("pk"))
        if table.model is Metadata:
            there = set().union(*ids.values())
            objects = [each for each in objects if each.resource_id in there]
        ids[table.model] = {each.pk for each in objects}
        yield table, [_without_strangers(table, row_of(table, each), ids) for each in objects]


def shared(table: Table) -> models.QuerySet:
    """Those objects of this table that may leave; of metadata, all."""
    if (found := _roots().get(table.model)) is not None:
        return found
    objects = table.model._base_manager.all()
    if table.model is Metadata:
        return objects
    if table.model is Attribute:
        owners: dict[str, type[models.Model]] = {
            f"{name}_id": model for name, model in Attribute.LINKS.items()
        }
    else:
        owners = {name: table.references[name] for name in table.owners or table.needed[:1]}
    return objects.filter(
        reduce(
            or_,
            (Q(**{f"{name}__in": shared(BY_MODEL[model]).values("pk")}) for name, model in owners.items()),
        )
    )


def _roots() -> dict[type[models.Model], models.QuerySet]:
    """The objects that stand for themselves; words and units are nobody's secret."""
    return {
        Taxonomy: Taxonomy.objects.all(),
        TaxonomyTerm: TaxonomyTerm.objects.all(),
        Unit: Unit.objects.all(),
        Organization: Organization.objects.published(),
        Program: Program.objects.filter(pk__in=Service.objects.published().values("program")),
        Service: Service.objects.published(),
        Location: Location.objects.published(),
        ServiceAtLocation: ServiceAtLocation.objects.published(),
    }


def row_of(table: Table, thing: models.Model) -> Row:
    """One object as HSDS writes it."""
    row = {"id": str(thing.pk)}
    for name in table.written[1:]:
        value = getattr(thing, table.columns[name].attname if name in table.columns else name)
        row[name] = in_json(value)
    if table.has_description and not row["description"]:
        row["description"] = row["name"]
    return row


def in_json(value: Any) -> Any:
    """A value as JSON has it; numbers without the zeros our columns add."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    return None if value == "" else value


def _without_strangers(table: Table, row: Row, ids: dict[type[models.Model], set[uuid.UUID]]) -> Row:
    for column, model in table.references.items():
        if row.get(column) and uuid.UUID(row[column]) not in ids[model]:
            row[column] = None
    return row
