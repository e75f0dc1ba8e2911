"""A curator's import whose steps are taken at once: what is asked for, and the worker's part of it."""

from coaching.accounts.models import User
from community.hsds import runs
from community.models import ImportRun


def tried(*, by: User, file_name: str, content: bytes) -> ImportRun:
    return _worked_on(runs.hand_in(by=by, file_name=file_name, content=content))


def brought_in(*, by: User, run: ImportRun, takes_source: bool = False) -> ImportRun:
    runs.ask_to_bring_in(by=by, run=run, takes_source=takes_source)
    return _worked_on(run)


def taken_back(*, by: User, run: ImportRun) -> ImportRun:
    runs.ask_to_take_back(by=by, run=run)
    return _worked_on(run)


def _worked_on(run: ImportRun) -> ImportRun:
    runs.work_on_imports()
    run.refresh_from_db()
    return run
