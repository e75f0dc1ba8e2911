"""Writes what may leave the directory as files: an HSDS 3.1 data package, or the same as one JSON file."""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

from django.db import models

from community.hsds.share import Row, shared_rows
from community.hsds.tables import BY_MODEL, Table
from community.models import Attribute

TYPES: list[tuple[type[models.Field], str]] = [
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.TimeField, "time"),
    (models.IntegerField, "number"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
]
"""Which type the data package names for which column; all others are strings."""


def export_csv(folder: Path) -> dict[str, int]:
    """One CSV file for each object of HSDS in `folder`, and the `datapackage.json` that describes them.

    Every file is written, also an empty one, so that nothing of an earlier
    export stays. Gives the number of rows by file. Raises OSError where the
    folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    tables = []
    for table, rows in shared_rows():
        tables.append(table)
        written[table.file] = len(rows)
        _put(folder / table.file, _csv(table, rows))
        for other in table.file_names - {table.file}:
            (folder / other).unlink(missing_ok=True)
    _put(folder / "datapackage.json", _json(_data_package(tables)))
    return written


def export_json(path: Path) -> dict[str, int]:
    """HSDS's tabular form: one object that holds a list of rows under each table's name.

    Gives the number of rows by table. Raises OSError where `path` cannot be written.
    """
    content = {table.name: [_known(table, row) for row in rows] for table, rows in shared_rows()}
    path.parent.mkdir(parents=True, exist_ok=True)
    _put(path, _json(content))
    return {name: len(rows) for name, rows in content.items()}


def _put(path: Path, text: str) -> None:
    """Whole or not at all: who reads the old file meanwhile is not disturbed."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(text.encode())
    os.replace(part, path)


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _known(table: Table, row: Row) -> Row:
    """JSON leaves out what is not known; what HSDS requires stands there empty."""
    return {
        name: "" if value is None else value
        for name, value in row.items()
        if value is not None or name in table.required_texts
    }


def _csv(table: Table, rows: list[Row]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, table.written, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _data_package(tables: list[Table]) -> dict[str, Any]:
    return {
        "name": "human_services_data",
        "profile": "tabular-data-package",
        "resources": [
            {
                "name": table.name,
                "path": table.file,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "primaryKey": "id",
                    "fields": [{"name": name, "type": _type(table, name)} for name in table.written],
                    "foreignKeys": [
                        {"fields": name, "reference": {"resource": BY_MODEL[model].name, "fields": "id"}}
                        for name, model in table.references.items()
                        if table.model is not Attribute or name in table.written
                    ],
                },
            }
            for table in tables
        ],
    }


def _type(table: Table, name: str) -> str:
    column = table.columns.get(name)
    return next((words for kind, words in TYPES if isinstance(column, kind)), "string")
