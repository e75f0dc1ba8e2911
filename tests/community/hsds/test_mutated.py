"""Spoilt packages: each comes in, in part or whole, or is refused; never half, never with a traceback.

In short 15 of each form; `bin/test --whole tests/community/hsds/test_mutated.py` tries 10,000 in all.
"""

import csv
import io
import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from coaching.accounts.models import User
from community.hsds.apply import import_package
from community.hsds.report import PackageError, Report
from community.hsds.tables import TABLES
from community.hsds.write import export_json
from tests.community import imports
from tests.community.hsds.test_forms_of_data import OHANA, PACKAGE, SERVICE

pytestmark = pytest.mark.django_db

TRIED = {False: 15, True: 2_500}
type Files = dict[str, bytes]

JUNK = [
    "", " ", "0", "-1", "1e400", "NaN", "true", "null", "25:00", "9am", "2026-02-30", "9999-12-31",
    "0001-01-01", "=1+1", "\u202e", "\u200b", "a" * 5_000, "[]", "{}", "'; --", "http://[", "x@", "MO,XX",
    "0192f000-0000-7000-8000-000000000101", "0192f000-0000-7000-8000-000000000110", "s-2", "Europe/Nowhere",
    "+99:99", "active", "🌱", "\x00", "\ud800", "\uff2e",
]  # fmt: skip
NUMBERS = [0, -1, 2**63, 1e308, 0.1, True, None, [], {}, [[]], {"id": {}}]


def spoil_bytes(content: bytes, chance: random.Random) -> bytes:
    """Bytes are changed, cut, doubled and put in, or all of it is written in another encoding."""
    spoilt = bytearray(content or b"\n")
    for _change in range(chance.randint(1, 4)):
        place = chance.randrange(len(spoilt) or 1)
        match chance.randrange(6):
            case 0:
                spoilt[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del spoilt[place : place + chance.randint(1, 60)]
            case 2:
                spoilt[place:place] = spoilt[place : place + chance.randint(1, 60)]
            case 3:
                spoilt[place:place] = chance.choice(
                    [b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"\xef\xbb\xbf"]
                )
            case 4:
                encoding = chance.choice(["utf-16", "latin-1", "utf-8-sig"])
                spoilt = bytearray(bytes(spoilt).decode(errors="replace").encode(encoding, errors="replace"))
            case _:
                spoilt[place:place] = chance.choice(JUNK).encode(errors="replace")
    return bytes(spoilt)


def spoil_table(content: bytes, chance: random.Random) -> bytes:
    """Cells, rows and columns are changed, doubled, dropped, moved."""
    rows = list(csv.reader(io.StringIO(content.decode()))) or [[""]]
    for _change in range(chance.randint(1, 3)):
        row = chance.choice(rows)
        match chance.randrange(6):
            case 0 | 1 if row:
                row[chance.randrange(len(row))] = chance.choice(JUNK)
            case 2:
                rows.insert(chance.randrange(len(rows) + 1), list(row))
            case 3 if len(rows) > 1:
                rows.remove(row)
            case 4:
                row.append(chance.choice(JUNK))
            case _:
                chance.shuffle(row)
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode(errors="replace")


def spoil_value(value: Any, chance: random.Random) -> Any:
    """Somewhere in it a thing becomes another thing, is doubled, or is gone."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        match chance.randrange(8):
            case 0:
                return {name: inner for name, inner in value.items() if name != key}
            case 1:
                return {**value, chance.choice(JUNK): value[key]}
            case _:
                return {**value, key: spoil_value(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        place = chance.randrange(len(value))
        if chance.random() < 0.2:
            return [*value, value[place]]
        return [*value[:place], spoil_value(value[place], chance), *value[place + 1 :]]
    return chance.choice([*NUMBERS, *JUNK])


def spoilt_files(files: Files, chance: random.Random) -> Files:
    """One or two of the files are spoilt, and sometimes one is gone or has another's name."""
    spoilt = dict(files)
    for name in chance.sample(list(files), chance.randint(1, 2)):
        spoil = spoil_table if chance.random() < 0.7 else spoil_bytes
        spoilt[name] = spoil(spoilt[name], chance)
    if chance.random() < 0.1:
        name = chance.choice(list(spoilt))
        content = spoilt.pop(name)
        if chance.random() < 0.5:
            spoilt[chance.choice([*files, "else.csv", "../up.csv", "services.csv"])] = content
    return spoilt


def put(path: Path, files: Files, chance: random.Random) -> Path:
    """As the zip archive that a curator hands in; sometimes the archive itself is spoilt."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    content = packed.getvalue()
    path.write_bytes(spoil_bytes(content, chance) if chance.random() < 0.05 else content)
    return path


@pytest.fixture
def sources(tmp_path) -> dict[str, Callable[[random.Random], Path]]:
    """By form of the data, what writes a spoilt package and says where it is."""
    package = {path.name: path.read_bytes() for path in PACKAGE.iterdir()}
    ohana = {name: text.encode() for name, text in OHANA.items()}
    with transaction.atomic():
        import_package(PACKAGE)
        export_json(tmp_path / "all.json")
        transaction.set_rollback(True)
    everything = json.loads((tmp_path / "all.json").read_text())

    def of_json(content: Any) -> Callable[[random.Random], Path]:
        def write(chance: random.Random) -> Path:
            spoilt = content
            for _change in range(chance.randint(1, 3)):
                spoilt = spoil_value(spoilt, chance)
            text = json.dumps(spoilt).encode()
            path = tmp_path / "spoilt.json"
            path.write_bytes(spoil_bytes(text, chance) if chance.random() < 0.1 else text)
            return path

        return write

    def of_files(files: Files) -> Callable[[random.Random], Path]:
        return lambda chance: put(tmp_path / "spoilt.zip", spoilt_files(files, chance), chance)

    return {
        "csv": of_files(package),
        "ohana": of_files(ohana),
        "service": of_json(SERVICE),
        "tabular": of_json(everything),
    }


def counts() -> dict[str, int]:
    """Of every table, how many rows there are; one query."""
    tables = [table.model._meta.db_table for table in TABLES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def twice(path: Path) -> Report:
    """Brought in, and again: the second time changes nothing."""
    with transaction.atomic():
        report = import_package(path)
        again = import_package(path)
        assert [(each.added, each.changed) for each in again.files if each.added or each.changed] == []
        transaction.set_rollback(True)
    return report


def by_a_curator(path: Path, finn: User) -> Report:
    """Tried, brought in and taken back, with a report of it that is kept."""
    report = import_package(path, is_dry_run=True)
    run = imports.tried(by=finn, file_name=path.name, content=path.read_bytes())
    run = imports.taken_back(by=finn, run=imports.brought_in(by=finn, run=run))
    assert run.kept == 0
    return report


@pytest.mark.parametrize("form", ["csv", "ohana", "service", "tabular"])
def test_mutated_packages_come_in_or_are_refused_and_never_half(form, sources, finn, is_whole, tell):
    chance, came = random.Random(f"hsds {form}"), Counter()
    before = counts()

    for number in range(TRIED[is_whole]):
        path = sources[form](chance)
        try:
            report = by_a_curator(path, finn) if number % 5 == 0 else twice(path)
        except PackageError as error:
            came["refused" if str(error) else "refused without a word"] += 1
        except Exception as error:
            raise AssertionError(f"number {number} of {form}: {error!r}") from error
        else:
            came["in part" if any(each.is_refused for each in report.findings) else "came in whole"] += 1
        assert counts() == before, f"number {number} of {form} left something behind"

    tell(f"{form}: {dict(came)}")
    assert set(came) <= {"came in whole", "in part", "refused"}
    assert came["refused"] < TRIED[is_whole] * 3 / 4, "most are refused: the mutations try too little"
