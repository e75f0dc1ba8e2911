"""A curator's import in three steps: try it, bring it in, take it back.

A page asks for a step, a worker takes it in one transaction. What is asked for
stands in the database, so a worker that is killed leaves nothing half done and
the next one begins anew.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.deliveries import wake_worker
from coaching.accounts.models import User
from coaching.logs import fault
from community.hsds.apply import import_package
from community.hsds.read import read_package
from community.hsds.report import PackageError, Report
from community.hsds.share import in_json
from community.hsds.undo import take_back
from community.models import ImportRun
from community.models.imports import IF_IT_FAILS, ImportState
from community.querysets.curated import may_curate

logger = structlog.get_logger("trellis.import")
WORK = "community.work_on_imports"

MOST_LINES = 500
"""So many findings and rows a page shows; the figures count all."""


TRIES = 3
"""So often a step is begun; a worker that was killed in it was perhaps too small for it."""
ONE_AT_A_TIME = 1_984_116
"""The advisory lock of whoever works on imports."""
SHOWN_FOR = 3600
"""So many seconds it is remembered how far a step has come."""


class NotNow(Exception):
    """The run is not at this step any more."""


# --- what a curator asks for --------------------------------------------------


def hand_in(*, by: User, file_name: str, content: bytes) -> ImportRun:
    """Let a worker see what the file would do. Raises PackageError where it cannot be read."""
    with _as_file(file_name, content) as path:
        read_package(path, Report())
    run = ImportRun.objects.create(by=by, asked_by=by, file_name=file_name[-200:], content=content)
    wake_worker(WORK)
    return run


def ask_to_bring_in(*, by: User, run: ImportRun, takes_source: bool = False) -> None:
    """Let a worker bring it in, with the source's words even where a curator wrote others if `takes_source`.

    Raises NotNow if that was asked before.
    """
    _ask(run, ImportState.TRIED, ImportState.BRINGING_IN, asked_by=by, takes_source=takes_source)


def ask_to_take_back(*, by: User, run: ImportRun) -> None:
    """Let a worker take back what it brought, as far as nobody has worked on it since.

    Raises NotNow if it is not there to be taken back.
    """
    _ask(run, ImportState.APPLIED, ImportState.TAKING_BACK, asked_by=by)


@transaction.atomic
def _ask(run: ImportRun, before: ImportState, then: ImportState, **columns: Any) -> None:
    there = ImportRun.objects.filter(pk=run.pk, state=before)
    if not there.update(state=then, tries=0, refusal="", **columns):
        raise NotNow
    wake_worker(WORK)


# --- what a worker does -------------------------------------------------------


def work_on_imports() -> None:
    """Take every step that was asked for, in one place at a time: the other workers have mails to send."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not cursor.fetchone()[0]:
            return
        try:
            for pk in ImportRun.objects.under_way().values_list("pk", flat=True):
                if _is_begun(pk):
                    _take_step(pk)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])


def how_far(run: ImportRun) -> tuple[int, int] | None:
    """Rows that are done and rows in all, where a worker is at it and has said so."""
    return cache.get(_key(run.pk)) if run.is_under_way else None


def _key(pk: UUID) -> str:
    return f"community:import:{pk}"


@transaction.atomic
def _is_begun(pk: UUID) -> bool:
    """Count the try before it is made: one that kills the worker is counted, too."""
    run = ImportRun.objects.under_way().held().filter(pk=pk).defer("content", "undo").first()
    if run is None:
        return False
    if run.tries >= TRIES:
        _fails(run, _("It was begun %(number)d times and never came to an end.") % {"number": TRIES})
        return False
    run.tries += 1
    run.save(update_fields=["tries"])
    return True


def _take_step(pk: UUID) -> None:
    cache.delete(_key(pk))  # how far another step, or an earlier try, had come
    try:
        with transaction.atomic():
            run = ImportRun.objects.under_way().held().filter(pk=pk).first()
            if run and run.asked_by and not may_curate(run.asked_by):
                _fails(run, _("Who asked for it is no curator any more."))
            elif run:
                STEPS[ImportState(run.state)](run)
    except PackageError as error:
        with transaction.atomic():
            if run := ImportRun.objects.under_way().held().filter(pk=pk).first():
                _fails(run, str(error))
    except Exception as error:  # noqa: BLE001 - the others still have their turn, and this one its next try
        logger.error("import_failed", id=str(pk), **fault(error))


def _fails(run: ImportRun, why: str) -> None:
    run.state, run.refusal, run.tries = IF_IT_FAILS[ImportState(run.state)], why, 0
    columns = ["state", "refusal", "tries"]
    if run.state == ImportState.GIVEN_UP:
        run.content = None
        columns.append("content")
    run.save(update_fields=columns)


def _look_at(run: ImportRun) -> None:
    run.report = _as_json(_import(run, is_dry_run=True, by=run.asked_by))
    run.state = ImportState.TRIED
    run.save()


def _bring_in(run: ImportRun) -> None:
    report = _import(run, is_dry_run=False, by=run.asked_by, takes_source=run.takes_source)
    run.report = _as_json(report)
    run.undo = {
        "added": {name: [str(pk) for pk in ids] for name, ids in report.added.items()},
        "changed": [
            [name, str(pk), {column: [in_json(old), in_json(new)] for column, (old, new) in columns.items()}]
            for name, pk, columns in report.changed
        ],
    }
    run.state, run.applied_at, run.content = ImportState.APPLIED, timezone.now(), None
    run.save()


def _take_back(run: ImportRun) -> None:
    run.kept = take_back(run)
    run.state, run.undone_at, run.undo = ImportState.UNDONE, timezone.now(), {}
    run.save()


STEPS = {
    ImportState.HANDED_IN: _look_at,
    ImportState.BRINGING_IN: _bring_in,
    ImportState.TAKING_BACK: _take_back,
}


@contextmanager
def _as_file(file_name: str, content: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        name = Path(file_name.replace("\\", "/")).name or "file"
        path = Path(folder) / name[-60:]  # a file system counts octets, and takes 255
        path.write_bytes(content)
        yield path


def _import(run: ImportRun, **more: Any) -> Report:
    def tell(done: int, of: int) -> None:
        cache.set(_key(run.pk), (done, of), SHOWN_FOR)

    with _as_file(run.file_name, bytes(run.content or b"")) as path:
        return import_package(path, tell=tell, **more)


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
