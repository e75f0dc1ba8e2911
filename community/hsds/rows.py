"""Rows of text, each with the place it comes from; and how they are read from CSV."""

import csv
import io
from dataclasses import dataclass, field
from typing import NamedTuple

from community.hsds.files import text_of
from community.hsds.report import Finding, PackageError, Report
from community.hsds.tables import Table


class Place(NamedTuple):
    """Where a row begins: its file, and the line counted from 1."""

    file: str
    line: int


@dataclass
class Rows:
    """One table's rows as text under HSDS's names, each with its place; the report calls them `file`."""

    file: str
    table: Table
    rows: list[tuple[Place, dict[str, str]]] = field(default_factory=list)
    refused: int = 0


def read_csv(
    name: str, content: bytes, report: Report, *, key: str = "id"
) -> tuple[list[str], list[tuple[Place, dict[str, str] | None]]]:
    """The columns and the rows of one CSV file; None for a row of the wrong length, which is reported."""
    lines = csv.reader(io.StringIO(text_of(name, content), newline=""), strict=True)
    try:
        header = [column.strip() for column in next(lines, [])]
        if key not in header:
            raise PackageError(
                f"{name}:1: no column “{key}”. The first line must name the columns, with commas."
            )
        if len(set(header)) < len(header):
            raise PackageError(f"{name}:1: a column is named twice.")
        rows: list[tuple[Place, dict[str, str] | None]] = []
        begins = lines.line_num + 1
        for values in lines:
            place, begins = Place(name, begins), lines.line_num + 1
            if not any(value.strip() for value in values):
                continue
            if len(values) != len(header):
                reason = f"{len(values)} values, but the first line names {len(header)} columns"
                report.findings.append(Finding(*place, reason, is_refused=True))
                rows.append((place, None))
                continue
            rows.append(
                (place, {column: value.strip() for column, value in zip(header, values, strict=True)})
            )
    except csv.Error as error:
        raise PackageError(f"{name}:{lines.line_num}: not CSV: {error}.") from error
    return header, rows
