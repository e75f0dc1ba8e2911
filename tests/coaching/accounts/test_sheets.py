"""Tables to take away: read again by other programs, and no cell of them is a formula."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
import python_calamine as calamine

from coaching.accounts.sheets import FORMULA, csv_of, sheet_answer, xlsx_of

ROWS = [["Ben", Decimal("0.75"), 3, date(2027, 6, 1)], ['Ö, "x"\nline', None, 0, ""]]


def lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_reads_back():
    assert lines_of(csv_of(["Name", "Hours", "N", "On"], ROWS)) == [
        ["Name", "Hours", "N", "On"],
        ["Ben", "0.75", "3", "2027-06-01"],
        ['Ö, "x"\nline', "", "0", ""],
    ]


def test_workbook_reads_back_with_numbers_as_numbers():
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(xlsx_of(["Name", "Hours", "N", "On"], ROWS)))

    assert sheet.get_sheet_by_index(0).to_python() == [
        ["Name", "Hours", "N", "On"],
        ["Ben", 0.75, 3.0, "2027-06-01"],
        ['Ö, "x"\nline', "", 0.0, ""],
    ]


@pytest.mark.parametrize("begin", FORMULA)
def test_nothing_typed_becomes_a_formula(begin):
    words = f'{begin}HYPERLINK("http://x.example")'

    (_header, (cell,)) = lines_of(csv_of(["Name"], [[words]]))
    workbook = xlsx_of(["Name"], [[words]])

    assert cell == f"'{words}"
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(workbook)).read("xl/worksheets/sheet1.xml")
    read = calamine.CalamineWorkbook.from_filelike(io.BytesIO(workbook)).get_sheet_by_index(0).to_python()
    assert read[1][0].strip() == words.strip()


def test_ten_is_written_as_ten():
    assert lines_of(csv_of(["Hours"], [[Decimal("10.00").normalize()], [Decimal("0.750").normalize()]]))[
        1:
    ] == [
        ["10"],
        ["0.75"],
    ]


def test_numbers_below_zero_stay_numbers():
    assert lines_of(csv_of(["N"], [[Decimal("-2.5")], [-3]]))[1:] == [["-2.5"], ["-3"]]


def test_letters_that_xml_cannot_hold_are_left_out():
    content = xlsx_of(["Name"], [["a\x00b\x1f<&>" + "x" * 40_000]])

    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    cell = sheet.to_python()[1][0]

    assert (cell[:5], len(cell)) == ("ab<&>", 32_767)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_answer_is_a_file_that_nobody_keeps(form):
    response = sheet_answer(form, "hours", ["A"], [["b"]])

    assert response["Content-Disposition"] == f'attachment; filename="hours.{form}"'
    assert response["Cache-Control"] == "private, no-store"
