"""Tables to take away: CSV and XLSX, in which no cell is a formula.

A spreadsheet program computes what begins with one of `= + - @` when it opens a
CSV file (OWASP, "CSV Injection"), whoever typed it. There such a text gets an
apostrophe in front. In a workbook every cell says its type, so text is text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from xlsxwriter import Workbook

from coaching.accounts.http import attachment

type Cell = str | int | Decimal | date | None

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What may begin a formula; the wide ones are read as the others by some programs."""
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LONGEST = 32_767
"""Letters that a cell of a workbook holds."""


def sheet_answer(form: str, name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """A download called `name`, as `csv` or `xlsx`, that nobody keeps on the way."""
    content = (csv_of if form == "csv" else xlsx_of)(header, rows)
    return attachment(content, f"{name}.{form}", TYPES[form])


def csv_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark by which spreadsheet programs know it; lines end as RFC 4180 says."""
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def xlsx_of(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet (ECMA-376): numbers as numbers, everything else as text."""
    packed = io.BytesIO()
    with Workbook(packed, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Trellis")
        for line, row in enumerate([header, *rows]):
            for column, cell in enumerate(row):
                if isinstance(cell, int | Decimal):
                    sheet.write_number(line, column, cell)
                elif cell not in (None, ""):
                    # XML holds no control characters but these three.
                    text = "".join(letter for letter in str(cell) if letter >= " " or letter in "\t\n\r")
                    sheet.write_string(line, column, text[:LONGEST])
    return packed.getvalue()


def _harmless(cell: Cell) -> str:
    if cell is None:
        return ""
    text = f"{cell:f}" if isinstance(cell, Decimal) else str(cell)  # never 1E+1
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text
