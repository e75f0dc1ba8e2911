"""The older CSV form of Ohana (close to HSDS 1), told in the words of HSDS 3.1.

There a service is at one place, opening hours are one row for each day in
whatever form was typed, and languages, keywords and access are lists in one
cell. Each of those becomes a row of its own, under an id that follows from
the row it comes from, so that the same file twice changes nothing.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from community.hsds.files import Files
from community.hsds.report import Finding, Report
from community.hsds.rows import Place, Rows, read_csv
from community.hsds.tables import BY_NAME, TABLES

type Row = dict[str, str]
type Told = Iterator[tuple[str, Row]]
"""Names of HSDS 3.1's tables, each with one row of it."""

KEYWORDS, CATEGORIES = "ohana:keywords", "ohana:categories"
ACCESS = {
    "cd": "Information on CD",
    "deaf_interpreter": "Interpreter for deaf people",
    "disabled_parking": "Parking for disabled people",
    "elevator": "Lift",
    "ramp": "Ramp",
    "restroom": "Accessible toilet",
    "tape_braille": "Information on tape or in braille",
    "tty": "Text telephone",
    "wheelchair": "Wheelchair access",
    "wheelchair_van": "Wheelchair van",
}
DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}
TIMES = ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"]
DATES = ["%B %d, %Y", "%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d"]


def is_ohana(files: Files) -> bool:
    """Whether these files are in that form: their places do not say of which kind they are."""
    first = files.get("locations.csv", b"").partition(b"\n")[0]
    return bool({"taxonomy.csv", "regular_schedules.csv", "mail_addresses.csv"} & set(files)) or (
        b"short_desc" in first and b"location_type" not in first
    )


def read_ohana(files: Files, report: Report) -> list[Rows]:
    """The rows of HSDS 3.1 that these files tell of, in the order of TABLES."""
    reader = _Reader(report)
    for name in files:
        if name.endswith(".csv") and name not in TELLERS:
            report.findings.append(Finding(name, 0, "not a file of Ohana's form", is_refused=False))
    for name, tell in TELLERS.items():
        if name not in files:
            continue
        key = "taxonomy_id" if name == "taxonomy.csv" else "id"
        _header, rows = read_csv(name, files[name], report, key=key)
        for place, row in rows:
            for table, told in tell(reader, place, row) if row is not None else ():
                reader.keep(table, place, told)
    return [reader.tables[table.name] for table in TABLES if table.name in reader.tables]


class _Reader:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.tables: dict[str, Rows] = {}
        self.seen: set[tuple[str, str]] = set()
        self.organizations: dict[str, str] = {}
        """Whose place it is: a service belongs to the organization of its place."""

    def keep(self, table: str, place: Place, row: Row) -> None:
        if row["id"].startswith("ohana:") and (table, row["id"]) in self.seen:
            return
        self.seen.add((table, row["id"]))
        rows = self.tables.setdefault(table, Rows(f"{BY_NAME[table].file}", BY_NAME[table]))
        rows.rows.append(
            (place, {name: text for name, text in row.items() if name in rows.table.all_columns})
        )

    def leave_out(self, place: Place, reason: str) -> None:
        self.report.findings.append(Finding(*place, reason, is_refused=False))

    def time(self, place: Place, column: str, text: str) -> str:
        """`4:00 PM`, `3pm`, `9am` and `03:00` as HSDS writes times."""
        tidy = re.sub(r"\s+", " ", text.replace(".", "")).upper()
        if tidy and (found := _parsed(tidy, TIMES)) is None:
            self.leave_out(place, f"{column}: “{text}” is not a time")
            return ""
        return found.strftime("%H:%M:%S") if tidy and found else ""

    def date(self, place: Place, column: str, text: str) -> str:
        """A day; the year 1 stands for every year, which HSDS cannot say."""
        if not text:
            return ""
        found = _parsed(text, DATES)
        if found is None:
            self.leave_out(place, f"{column}: “{text}” is not a date")
        elif found.year == 1:
            self.leave_out(place, f"{column}: “{text}” means every year; HSDS has no word for that")
            found = None
        return found.date().isoformat() if found else ""


def _parsed(text: str, forms: list[str]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _words(cell: str) -> list[str]:
    return list(dict.fromkeys(word for word in (part.strip() for part in cell.split(",")) if word))


def _organization(_reader: _Reader, _place: Place, row: Row) -> Told:
    year = re.search(r"\b(\d{4})\b", row.get("date_incorporated", ""))
    yield "organization", {**row, "year_incorporated": year.group() if year else ""}
    for source in _words(row.get("funding_sources", "")):
        yield (
            "funding",
            {"id": f"organization {row['id']} {source}", "organization_id": row["id"], "source": source},
        )


def _program(_reader: _Reader, _place: Place, row: Row) -> Told:
    yield "program", row


def _location(reader: _Reader, _place: Place, row: Row) -> Told:
    reader.organizations[row["id"]] = row.get("organization_id", "")
    told = {
        **row,
        "location_type": "virtual" if row.get("virtual") == "true" else "physical",
        "url": row.get("website", ""),
        "description": row.get("description") or row.get("short_desc", ""),
    }
    yield "location", told
    for word in _words(row.get("accessibility", "")):
        said = ACCESS.get(word, word)
        yield "accessibility", {"id": f"{row['id']} {word}", "location_id": row["id"], "description": said}
    for name in _words(row.get("languages", "")):
        yield "language", {"id": f"location {row['id']} {name}", "location_id": row["id"], "name": name}
    if row.get("email"):
        yield "contact", {"id": f"location {row['id']}", "location_id": row["id"], "email": row["email"]}


def _service(reader: _Reader, _place: Place, row: Row) -> Told:
    own = row["id"]
    whose = reader.organizations.get(row.get("location_id", ""), "")
    told = {
        **row,
        "organization_id": whose,
        "url": row.get("website", ""),
        "fees_description": row.get("fees", ""),
        "fees": "",
        "eligibility_description": " ".join(
            part for part in [row.get("audience", ""), row.get("eligibility", "")] if part
        ),
        "status": row.get("status") or "active",
    }
    yield "service", told
    if row.get("location_id"):
        yield "service_at_location", {"id": own, "service_id": own, "location_id": row["location_id"]}
    for name in _words(row.get("languages", "")):
        yield "language", {"id": f"service {own} {name}", "service_id": own, "name": name}
    for source in _words(row.get("funding_sources", "")):
        yield "funding", {"id": f"service {own} {source}", "service_id": own, "source": source}
    for name in _words(row.get("service_areas", "")):
        yield "service_area", {"id": f"{own} {name}", "service_id": own, "name": name}
    for paper in _words(row.get("required_documents", "")):
        yield "required_document", {"id": f"{own} {paper}", "service_id": own, "document": paper}
    for means in _words(row.get("accepted_payments", "")):
        yield "cost_option", {"id": f"{own} {means}", "service_id": own, "amount_description": means}
    for code in _words(row.get("taxonomy_ids", "")):
        yield "attribute", _link(own, f"{own} {code}", code)
    words = _words(row.get("keywords", ""))
    if words:
        yield (
            "taxonomy",
            {"id": KEYWORDS, "name": "Keywords", "description": "Keywords of the older directory"},
        )
    for word in words:
        yield (
            "taxonomy_term",
            {"id": f"ohana:{word[:150]}", "name": word[:250], "description": word, "taxonomy_id": KEYWORDS},
        )
        yield "attribute", _link(own, f"{own} keyword {word[:150]}", f"ohana:{word[:150]}")


def _link(service: str, own: str, term: str) -> Row:
    return {"id": own, "link_id": service, "link_entity": "service", "taxonomy_term_id": term}


def _address(_reader: _Reader, _place: Place, row: Row) -> Told:
    yield "address", {**row, "address_type": "physical"}


def _mail_address(_reader: _Reader, _place: Place, row: Row) -> Told:
    yield "address", {**row, "id": f"mail {row['id']}", "address_type": "postal"}


def _contact(_reader: _Reader, _place: Place, row: Row) -> Told:
    yield "contact", row


def _phone(_reader: _Reader, _place: Place, row: Row) -> Told:
    number = " ".join(part for part in [row.get("country_prefix", ""), row.get("number", "")] if part)
    yield (
        "phone",
        {
            **row,
            "number": number,
            "type": row.get("number_type", ""),
            "description": row.get("department", ""),
        },
    )


def _hours(reader: _Reader, place: Place, row: Row) -> Told:
    day = DAYS.get(row.get("weekday", "")[:3].lower(), "")
    if not day:
        reader.leave_out(place, f"weekday: “{row.get('weekday', '')}” is not a day")
    yield (
        "schedule",
        {
            **row,
            "freq": "WEEKLY" if day else "",
            "byday": day,
            "opens_at": reader.time(place, "opens_at", row.get("opens_at", "")),
            "closes_at": reader.time(place, "closes_at", row.get("closes_at", "")),
        },
    )


def _holiday(reader: _Reader, place: Place, row: Row) -> Told:
    is_closed = row.get("closed") == "true"
    yield (
        "schedule",
        {
            **row,
            "id": f"holiday {row['id']}",
            "valid_from": reader.date(place, "start_date", row.get("start_date", "")),
            "valid_to": reader.date(place, "end_date", row.get("end_date", "")),
            "opens_at": "" if is_closed else reader.time(place, "opens_at", row.get("opens_at", "")),
            "closes_at": "" if is_closed else reader.time(place, "closes_at", row.get("closes_at", "")),
            "description": " ".join(
                [
                    "Closed" if is_closed else "Other hours",
                    row.get("start_date", ""),
                    "to",
                    row.get("end_date", ""),
                ]
            ),
        },
    )


def _category(_reader: _Reader, _place: Place, row: Row) -> Told:
    yield (
        "taxonomy",
        {"id": CATEGORIES, "name": "Open Eligibility", "description": "Categories of the older directory"},
    )
    yield (
        "taxonomy_term",
        {
            "id": row["taxonomy_id"],
            "code": row["taxonomy_id"],
            "name": row.get("name", ""),
            "description": row.get("name", ""),
            "parent_id": row.get("parent_id", ""),
            "taxonomy_id": CATEGORIES,
        },
    )


TELLERS: dict[str, Callable[[_Reader, Place, Row], Told]] = {
    "taxonomy.csv": _category,
    "organizations.csv": _organization,
    "programs.csv": _program,
    "locations.csv": _location,
    "services.csv": _service,
    "addresses.csv": _address,
    "mail_addresses.csv": _mail_address,
    "contacts.csv": _contact,
    "phones.csv": _phone,
    "regular_schedules.csv": _hours,
    "holiday_schedules.csv": _holiday,
}
