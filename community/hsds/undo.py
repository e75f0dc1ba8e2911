"""Taking an import back, as far as nobody has worked on what it brought since."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from operator import or_
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from community.holding import hold
from community.hsds.apply import (
    QUIET,
    SAYS_OF,
    UNSEEN,
    ask_about_moved,
    read_again,
    services_left,
    services_of,
    together,
)
from community.hsds.share import in_json
from community.hsds.since import AT
from community.hsds.tables import BY_MODEL, TABLES, Table
from community.models import (
    Accessibility,
    Address,
    Edit,
    ImportRun,
    Listing,
    Service,
    ServiceAtLocation,
)


def take_back(run: ImportRun) -> int:
    """Remove what it added and write the old words again; how many things stay."""
    changes: dict[str, dict[UUID, Any]] = {table.name: {} for table in TABLES}
    for name, pk, columns in run.undo["changed"]:
        changes[name][UUID(pk)] = columns
    added = {table.name: {UUID(pk) for pk in run.undo["added"].get(table.name, [])} for table in TABLES}
    for table in TABLES:
        hold(table.model._base_manager.filter(pk__in=changes[table.name].keys() | added[table.name]))
    affected = together(services_of(_rows_of(run)), services_left(run.undo["changed"]))
    hold(Listing.objects.filter(service__in=affected))
    worked_on, secret = _worked_on(run), _secret_since(run)
    kept = 0
    for table in TABLES:
        changed = changes[table.name]
        silent = secret.among(table, set(changed))
        kept += sum(pk in silent or _put_back(table, pk, columns) for pk, columns in changed.items())
    for table in reversed(TABLES):
        ids = added[table.name]
        staying = _in_use(table.model, ids) | worked_on.among(table, ids)
        table.model._base_manager.filter(pk__in=ids - staying).delete()
        kept += len(staying)
    affected.reindex()
    read_again(affected, by=run.asked_by, note=_("An import was taken back"))
    ask_about_moved(run.undo["changed"], by=run.asked_by)
    return kept


def _rows_of(run: ImportRun) -> Iterator[models.Model]:
    """What it brought or changed that a page shows, as far as it is there."""
    for table in TABLES:
        ids = {*run.undo["added"].get(table.name, [])}
        ids |= {
            pk for name, pk, columns in run.undo["changed"] if name == table.name and set(columns) - QUIET
        }
        if ids and table.model not in UNSEEN:
            yield from table.model._base_manager.filter(pk__in=ids)


def _put_back(table: Table, pk: UUID, columns: dict[str, list[Any]]) -> bool:
    """Write the old values where the new ones still stand; whether some do not."""
    row = table.model._base_manager.filter(pk=pk).first()
    if row is None:
        return False
    fields = {field.attname: field for field in table.model._meta.concrete_fields}
    ours = {column: old for column, (old, new) in columns.items() if in_json(getattr(row, column)) == new}
    for column, old in ours.items():
        empty = None if fields[column].null else ""
        setattr(row, column, empty if old is None else fields[column].to_python(old))
    try:
        with transaction.atomic():
            if ours:
                row.save(update_fields=[fields[column].name for column in ours])
    except IntegrityError:
        return True  # beside what somebody wrote since, the old words cannot stand
    return len(ours) < len(columns)


@dataclass
class _Parts:
    """Some rows, by table, and what hangs on some: ids by the column that says so."""

    rows: dict[str, set[UUID]] = field(default_factory=dict)
    ids: dict[str, set[UUID]] = field(default_factory=dict)

    def among(self, table: Table, ids: set[UUID]) -> set[UUID]:
        """Which of these rows are of them."""
        columns = {each.attname for each in table.model._meta.concrete_fields} & self.ids.keys()
        own = self.rows.get(table.name, set()) | self.ids.get(SAYS_OF.get(table.model, ""), set())
        of_it = reduce(or_, (Q(**{f"{column}__in": self.ids[column]}) for column in columns), Q(pk__in=own))
        return set(table.model._base_manager.filter(of_it, pk__in=ids).values_list("pk", flat=True))

    def add_places(self, places: set[UUID]) -> None:
        """Those, and all that is said of them and of who is there."""
        self.ids.setdefault("location_id", set()).update(places)
        links = ServiceAtLocation.objects.filter(location__in=places).values_list("pk", flat=True)
        self.ids.setdefault(AT, set()).update(links)


def _worked_on(run: ImportRun) -> _Parts:
    """What curators touched since. A service it brought stays whole, and so does a place."""
    brought = Service.objects.filter(pk__in=run.undo["added"].get("service", []))
    lasting = Q(edits__created_at__gt=run.applied_at, edits__undone_at=None)
    changed = lasting | Q(events__pgh_label="update") | ~Q(listing__state=Listing.State.IN_REVIEW)
    services = set(brought.filter(changed).values_list("pk", flat=True))
    parts = _Parts(ids={"service_id": services})
    places = set(ServiceAtLocation.objects.filter(service__in=services).values_list("location", flat=True))
    for name, pk, *both in _said_since(run, undone_at=None):
        parts.rows.setdefault(name, set()).add(UUID(pk))
        places |= {UUID(each["location_id"]) for each in both if each and each.get("location_id")}
    for model in (Address, Accessibility):
        rows = model._base_manager.filter(pk__in=parts.rows.get(BY_MODEL[model].name, []))
        places |= set(rows.values_list("location", flat=True))
    parts.add_places(places | parts.rows.get("location", set()))
    return parts


def _secret_since(run: ImportRun) -> _Parts:
    """The places that were secret at any time since, where nothing from before is written."""
    parts = _Parts()
    parts.add_places(
        {
            UUID(pk)
            for name, pk, *both in _said_since(run)
            if name == "location" and any(each and each.get("is_confidential") for each in both)
        }
    )
    return parts


def _said_since(run: ImportRun, **more: Any) -> Iterator[list[Any]]:
    """Each row that curators touched since: its table, its id, and the columns before and after."""
    edits = Edit.objects.filter(created_at__gt=run.applied_at, **more)
    return chain.from_iterable(edits.values_list("rows", flat=True).iterator())


def _in_use(model: type[models.Model], ids: set[UUID]) -> set[UUID]:
    """Those that others speak of by now."""
    used: set[UUID] = set()
    for relation in model._meta.related_objects:
        if relation.related_model in BY_MODEL and relation.on_delete in {models.CASCADE, models.PROTECT}:
            name = relation.field.name
            there = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
            used |= set(there.values_list(f"{name}_id", flat=True))
    return used
