"""Taking an import back, as far as nobody has worked on what it brought since."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

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
from community.hsds.tables import BY_MODEL, BY_NAME, TABLES
from community.models import ImportRun, Listing, Service, ServiceAtLocation


def take_back(run: ImportRun) -> int:
    """Remove what it added and write the old words again; how many things stay."""
    affected = together(services_of(_rows_of(run)), services_left(run.undo["changed"]))
    worked_on = _worked_on(run)
    kept = sum(_put_back(*each) for each in run.undo["changed"])
    for table in reversed(TABLES):
        ids = {UUID(pk) for pk in run.undo["added"].get(table.name, [])}
        staying = _in_use(table.model, ids) | worked_on.among(table.model, ids)
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


def _put_back(name: str, pk: str, columns: dict[str, list[Any]]) -> int:
    """Write the old values where the new ones still stand; 1 if some do not."""
    model = BY_NAME[name].model
    row = model._base_manager.select_for_update().filter(pk=pk).first()
    if row is None:
        return 0
    fields = {field.attname: field for field in model._meta.concrete_fields}
    ours = {column: old for column, (old, new) in columns.items() if in_json(getattr(row, column)) == new}
    for column, old in ours.items():
        empty = None if fields[column].null else ""
        setattr(row, column, empty if old is None else fields[column].to_python(old))
    try:
        with transaction.atomic():
            if ours:
                row.save(update_fields=[fields[column].name for column in ours])
    except IntegrityError:
        return 1  # beside what somebody wrote since, the old words cannot stand
    return int(len(ours) < len(columns))


@dataclass
class _WorkedOn:
    """What a curator has worked on since it came, and what hangs on it: ids by the column that says them."""

    ids: dict[str, set[UUID]]

    def among(self, model: type[models.Model], ids: set[UUID]) -> set[UUID]:
        """Which of these rows are of it."""
        columns = {field.attname for field in model._meta.concrete_fields} & self.ids.keys()
        own = self.ids.get(SAYS_OF.get(model, ""), set())
        of_it = reduce(or_, (Q(**{f"{column}__in": self.ids[column]}) for column in columns), Q(pk__in=own))
        return set(model._base_manager.filter(of_it, pk__in=ids).values_list("pk", flat=True))


def _worked_on(run: ImportRun) -> _WorkedOn:
    """The services it brought that somebody has changed or moved on since, with their places."""
    brought = Service.objects.filter(pk__in=run.undo["added"].get("service", []))
    # Held, so that nobody works on one of them from here on.
    list(Listing.objects.filter(service__in=brought).select_for_update().order_by("pk").values_list("pk"))
    changed = Q(edits__created_at__gt=run.applied_at, edits__undone_at=None) | Q(events__pgh_label="update")
    worked_on = brought.filter(changed | ~Q(listing__state=Listing.State.IN_REVIEW))
    services = set(worked_on.values_list("pk", flat=True))
    links = list(ServiceAtLocation.objects.filter(service__in=services).values_list("pk", "location_id"))
    return _WorkedOn(
        {
            "service_id": services,
            "service_at_location_id": {link for link, _place in links},
            "location_id": {place for _link, place in links},
        }
    )


def _in_use(model: type[models.Model], ids: set[UUID]) -> set[UUID]:
    """Those that others speak of by now."""
    used: set[UUID] = set()
    for relation in model._meta.related_objects:
        if relation.related_model in BY_MODEL and relation.on_delete in {models.CASCADE, models.PROTECT}:
            name = relation.field.name
            there = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
            used |= set(there.values_list(f"{name}_id", flat=True))
    return used
