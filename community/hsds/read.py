"""What was handed in, taken apart into the rows of HSDS's tables, whichever form it has."""

from pathlib import Path

from community.hsds.files import Files, open_files
from community.hsds.nested import read_json
from community.hsds.ohana import is_ohana, read_ohana
from community.hsds.report import Finding, PackageError, Report
from community.hsds.rows import Rows, read_csv
from community.hsds.tables import BY_FILE, TABLES, Table

UNUSED = {"meta_table_description.csv", "meta_table_descriptions.csv"}
"""Files of a data package that describe the package itself."""


def read_package(path: Path, report: Report) -> list[Rows]:
    """Every table of what is at `path`, in the order of TABLES.

    A folder or a zip archive of CSV files (HSDS 2 and 3, or the older Ohana
    form), or JSON: one object, a list, a page of an API, or HSDS's tabular
    form. Raises PackageError where it is none of these. Values are stripped;
    columns nobody knows and rows of the wrong length are found fault with in
    `report`.
    """
    files = open_files(path)
    json_files = [name for name in files if not name.endswith(".csv") and name != "datapackage.json"]
    has_csv = any(name.endswith(".csv") for name in files)
    if json_files and not has_csv:
        if len(json_files) > 1:
            raise PackageError(f"{' and '.join(json_files)}: bring them in one by one.")
        return read_json(json_files[0], files[json_files[0]], report)
    if is_ohana(files):
        return read_ohana(files, report)
    return _read_csv_package(path, files, report)


def _read_csv_package(path: Path, files: Files, report: Report) -> list[Rows]:
    found: dict[str, Rows] = {}
    for name, content in files.items():
        table = BY_FILE.get(name)
        if table is None:
            if name.endswith(".csv"):
                reason = "describes the package itself" if name in UNUSED else "not a file of HSDS 3.1"
                report.findings.append(Finding(name, 0, reason, is_refused=False))
            continue
        if table.name in found:
            raise PackageError(f"{found[table.name].file} and {name} are the same table: keep one.")
        found[table.name] = _read_table(name, table, content, report)
    if not found:
        raise PackageError(f"{path.name} holds no CSV file of HSDS, such as organizations.csv, and no JSON.")
    return [found[table.name] for table in TABLES if table.name in found]


def _read_table(name: str, table: Table, content: bytes, report: Report) -> Rows:
    header, lines = read_csv(name, content, report)
    report.findings += [
        Finding(name, 1, f"column “{column}” is not in HSDS 3.1", is_refused=False)
        for column in header
        if column not in table.all_columns
    ]
    rows = Rows(name, table)
    for place, row in lines:
        if row is None:
            rows.refused += 1
        else:
            rows.rows.append((place, {key: text for key, text in row.items() if key in table.all_columns}))
    return rows
