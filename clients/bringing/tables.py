"""A table as it was handed in: CSV as spreadsheets save it, or a workbook. Bad files get a sentence."""

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import python_calamine as calamine
from django.utils.translation import gettext as _

MOST_ROWS = 20_000
MOST_COLUMNS = 60
LONGEST_CELL = 1000
MOST_UNPACKED = 50 * 1024 * 1024
"""Bytes of a workbook once it is unpacked. Its archive says how much that is, and is held to it."""
SEPARATORS = ",;\t|"


class BadTable(Exception):
    """The file cannot be read as a table; the words are for the person who handed it in."""


@dataclass(frozen=True)
class Table:
    """`header`: the names of the columns. `rows`: the line in the file, and the cells, as many as columns."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(name: str, content: bytes) -> Table:
    """The first table of the file. Raises BadTable."""
    if content[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        lines = _workbook(content)
    elif name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods")):
        raise BadTable(_("This is called a workbook and is none. Save it again as CSV or XLSX."))
    else:
        lines = _csv(content)
    return _table(lines)


def _table(lines: list[tuple[int, list[str]]]) -> Table:
    lines = [(line, [_plain(cell) for cell in cells]) for line, cells in lines]
    lines = [(line, cells) for line, cells in lines if any(cells)]
    if not lines:
        raise BadTable(_("There is nothing in this file."))
    (_first, header), rows = lines[0], lines[1:]
    while header and not header[-1]:
        header = header[:-1]
    width = len(header)
    if width > MOST_COLUMNS:
        raise BadTable(_("This table has more than %d columns. Leave out what is not needed.") % MOST_COLUMNS)
    if not rows:
        raise BadTable(_("There are names of columns in this file, and no line below them."))
    if len(rows) > MOST_ROWS:
        raise BadTable(_("This table has more than %d lines. Bring it in in parts.") % MOST_ROWS)
    return Table(header, [(line, (cells + [""] * width)[:width]) for line, cells in rows])


def _plain(cell: str) -> str:
    """On one line, without what cannot be seen or stored."""
    return " ".join("".join(" " if ord(letter) < 32 else letter for letter in cell).split())[:LONGEST_CELL]


def _csv(content: bytes) -> list[tuple[int, list[str]]]:
    text = _decoded(content)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines = []
    try:
        for cells in reader:
            lines.append((reader.line_num, cells))
            if len(lines) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        raise BadTable(
            _("Line %(line)d cannot be read as CSV (%(why)s). Save the table again as CSV.")
            % {"line": reader.line_num, "why": error}
        ) from error
    return lines


def _decoded(content: bytes) -> str:
    """UTF-8 and UTF-16 by their marks; anything else is what Excel writes in Western Europe."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadTable(_("This is not a table in text. Save it as CSV in UTF-8, or as XLSX."))


def _workbook(content: bytes) -> list[tuple[int, list[str]]]:
    _refuse_bombs(content)
    try:
        with calamine.load_workbook(io.BytesIO(content)) as book:
            sheet = book.get_sheet_by_index(0)
            is_small = sheet.total_height <= MOST_ROWS + 1000 and sheet.total_width <= MOST_COLUMNS + 200
            rows = sheet.to_python(skip_empty_area=False) if is_small else None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the reader is compiled, and a panic of it is no Exception
        raise _damaged() from error
    if rows is None:
        raise BadTable(_("This sheet is too large. Copy the clients into a sheet of their own."))
    return [(number, [_in_words(cell) for cell in cells]) for number, cells in enumerate(rows, start=1)]


def _refuse_bombs(content: bytes) -> None:
    """Unpack it once, counting: the sizes that an archive claims may be lies."""
    if not content.startswith(b"PK"):
        return
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                with archive.open(entry) as packed:
                    while left >= 0 and (chunk := packed.read(1 << 20)):
                        left -= len(chunk)
    except Exception as error:  # each way of packing has errors of its own
        raise _damaged() from error
    if left < 0:
        raise BadTable(_("This workbook is too large once it is unpacked."))


def _damaged() -> BadTable:
    return BadTable(_("This workbook is damaged or locked. Save it again as CSV or XLSX."))


def _in_words(cell: Any) -> str:
    """A cell of a workbook as a person would type it."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return cell.isoformat()
    return str(cell)
