"""A curator's import in three steps: try it, bring it in, take it back."""

import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.hsds.apply import QUIET, UNSEEN, ask_about_moved, import_package, read_again, services_of
from community.hsds.report import Report
from community.hsds.share import in_json
from community.hsds.tables import BY_MODEL, BY_NAME, TABLES
from community.models import ImportRun, Listing, Service

MOST_LINES = 500
"""So many findings and rows a page shows; the figures count all."""


class NotNow(Exception):
    """The run is not at this step any more."""


def try_import(*, by: User, file_name: str, content: bytes) -> ImportRun:
    """See what the file would do. Raises PackageError where it cannot be read."""
    report = _import(file_name, content, is_dry_run=True, by=by)
    return ImportRun.objects.create(
        by=by, file_name=file_name[-200:], content=content, report=_as_json(report)
    )


@transaction.atomic
def apply_import(*, by: User, run: ImportRun, takes_source: bool = False) -> ImportRun:
    """Bring it in, with the source's words even where a curator wrote others if `takes_source`.

    Raises NotNow if that was done, PackageError where it cannot be read any more.
    """
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state != ImportRun.State.TRIED or run.content is None:
        raise NotNow
    content = bytes(run.content)
    report = _import(run.file_name, content, is_dry_run=False, by=by, takes_source=takes_source)
    run.report = _as_json(report)
    run.undo = {
        "added": {name: [str(pk) for pk in ids] for name, ids in report.added.items()},
        "changed": [
            [name, str(pk), {column: [in_json(old), in_json(new)] for column, (old, new) in columns.items()}]
            for name, pk, columns in report.changed
        ],
    }
    run.applied_at = timezone.now()
    run.content = None
    run.save()
    return run


@transaction.atomic
def undo_import(*, by: User, run: ImportRun) -> ImportRun:
    """Take back what it brought, as far as nobody has worked on it since; `kept` counts what stays.

    Raises NotNow if it is not there to be taken back.
    """
    run = ImportRun.objects.select_for_update().get(pk=run.pk)
    if run.state != ImportRun.State.APPLIED:
        raise NotNow
    services = set(run.undo["added"].get("service", []))
    said_anew = services_of(_rows_of(run))
    affected = Service.objects.filter(pk__in=list(said_anew.values_list("pk", flat=True)))
    run.kept = sum(_put_back(*each) for each in run.undo["changed"])
    for table in reversed(TABLES):
        ids = {uuid.UUID(pk) for pk in run.undo["added"].get(table.name, [])}
        staying = _in_use(table.model, ids)
        table.model._base_manager.filter(pk__in=ids - staying).delete()
        run.kept += len(staying)
    services |= {pk for name, pk, _columns in run.undo["changed"] if name == "service"}
    Service.objects.filter(pk__in=services).reindex()
    read_again(affected, by=by, note=_("An import was taken back"))
    ask_about_moved(run.undo["changed"], by=by)
    run.undone_at = timezone.now()
    run.undo = {}
    run.save()
    return run


def _import(file_name: str, content: bytes, **more: Any) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        name = Path(file_name.replace("\\", "/")).name or "file"
        path = Path(folder) / name[-60:]  # a file system counts octets, and takes 255
        path.write_bytes(content)
        return import_package(path, **more)


def _as_json(report: Report) -> dict[str, Any]:
    news = (each for each in sorted(report.outcomes) if each.verdict != "unchanged")
    findings = sorted(report.findings, key=lambda each: (not each.is_refused, each))
    return {
        "files": [asdict(each) for each in report.files],
        "findings": [str(each) for each in findings[:MOST_LINES]],
        "findings_total": len(findings),
        "outcomes": [str(each) for each in islice(news, MOST_LINES)],
        "conflicts": [str(each) for each in sorted(report.conflicts)[:MOST_LINES]],
        "conflicts_total": len(report.conflicts),
        "takes_source": report.takes_source,
        "merged": [str(each) for each in sorted(report.merged)[:MOST_LINES]],
        "merged_total": len(report.merged),
    }


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
    row = model._base_manager.filter(pk=pk).first()
    if row is None:
        return 0
    fields = {field.attname: field for field in model._meta.concrete_fields}
    ours = {column: old for column, (old, new) in columns.items() if in_json(getattr(row, column)) == new}
    for column, old in ours.items():
        empty = None if fields[column].null else ""
        setattr(row, column, empty if old is None else fields[column].to_python(old))
    if ours:
        row.save(update_fields=[fields[column].name for column in ours])
    return int(len(ours) < len(columns))


def _in_use(model: type[models.Model], ids: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that others speak of by now, and services a curator has worked on."""
    used: set[uuid.UUID] = set()
    if model is Service:
        found = Service.objects.filter(pk__in=ids)
        worked_on = found.exclude(listing__state=Listing.State.IN_REVIEW) | found.filter(
            events__pgh_label="update"
        )
        used |= set(worked_on.values_list("pk", flat=True))
    for relation in model._meta.related_objects:
        if relation.related_model in BY_MODEL and relation.on_delete in {models.CASCADE, models.PROTECT}:
            name = relation.field.name
            there = relation.related_model._base_manager.filter(**{f"{name}__in": ids})
            used |= set(there.values_list(f"{name}_id", flat=True))
    return used
