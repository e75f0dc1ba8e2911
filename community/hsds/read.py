"""A folder of CSV files, taken apart into rows of text with their lines."""

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from community.hsds.report import Finding, PackageError, Report
from community.hsds.tables import BY_FILE, TABLES, Table

UNUSED = {"meta_table_description.csv", "meta_table_descriptions.csv"}
"""Files of a data package that describe the package itself."""


@dataclass
class Rows:
    """One file: its table, the columns we know, and its rows as text, each with the line it begins on."""

    file: str
    table: Table
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    refused: int = 0


def read_package(folder: Path, report: Report) -> list[Rows]:
    """Every file of the data package in `folder`, in the order of TABLES.

    Raises PackageError where the folder is none, holds no file of HSDS, or a
    file is not CSV in UTF-8. Values are stripped; columns nobody knows and
    rows of the wrong length are found fault with in `report`.
    """
    if not folder.is_dir():
        raise PackageError(f"{folder} is not a folder. Give the folder that holds the CSV files.")
    found: dict[str, Rows] = {}
    for path in sorted(folder.iterdir()):
        table = BY_FILE.get(path.name)
        if table is None:
            if path.suffix == ".csv":
                reason = "describes the package itself" if path.name in UNUSED else "not a file of HSDS 3.1"
                report.findings.append(Finding(path.name, 0, reason, is_refused=False))
            continue
        if table.name in found:
            raise PackageError(f"{found[table.name].file} and {path.name} are the same table: keep one.")
        found[table.name] = _read_file(path, table, report)
    if not found:
        raise PackageError(f"{folder} holds no CSV file of HSDS, such as organizations.csv.")
    return [found[table.name] for table in TABLES if table.name in found]


def _read_file(path: Path, table: Table, report: Report) -> Rows:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise PackageError(f"{path.name}:{line}: not in UTF-8. Save the file as UTF-8.") from error
    except OSError as error:
        raise PackageError(f"{path.name} cannot be read: {error.strerror}.") from error
    if "\0" in text:
        raise PackageError(f"{path.name}:{text[: text.index('\0')].count('\n') + 1}: not a text file.")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return _read_rows(path.name, table, lines, report)
    except csv.Error as error:
        raise PackageError(f"{path.name}:{lines.line_num}: not CSV: {error}.") from error


def _read_rows(file: str, table: Table, lines: Any, report: Report) -> Rows:
    header = [name.strip() for name in next(lines, [])]
    if "id" not in header:
        raise PackageError(f"{file}:1: no column “id”. The first line must name the columns, with commas.")
    if len(set(header)) < len(header):
        raise PackageError(f"{file}:1: a column is named twice.")
    report.findings += [
        Finding(file, 1, f"column “{name}” is not in HSDS 3.1", is_refused=False)
        for name in header
        if name not in table.all_columns
    ]
    rows = Rows(file, table)
    begins = lines.line_num + 1
    for values in lines:
        line, begins = begins, lines.line_num + 1
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(header):
            reason = f"{len(values)} values, but the first line names {len(header)} columns"
            report.findings.append(Finding(file, line, reason, is_refused=True))
            rows.refused += 1
            continue
        row = {
            name: value.strip()
            for name, value in zip(header, values, strict=True)
            if name in table.all_columns
        }
        rows.rows.append((line, row))
    return rows
