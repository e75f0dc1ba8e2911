"""HSDS as JSON, taken apart into rows: an object with all that stands in it, a list, a page, or tables."""

import json
from bisect import bisect_right
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any

from community.hsds.files import text_of
from community.hsds.nesting import LISTS, OBJECTS
from community.hsds.report import Finding, PackageError, Report
from community.hsds.rows import Place, Rows
from community.hsds.tables import BY_NAME, TABLES, Table

AT = "\0at"
"""The key under which the decoder notes where an object begins."""
ALONE = ["service", "organization", "service_at_location", "taxonomy_term", "taxonomy", "location"]
"""What a file may be a list of."""
PAGE = {"contents", "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty"}


class _Placing(json.JSONDecoder):
    """Python's own decoder, which also notes where each object begins."""

    def __init__(self) -> None:
        super().__init__(parse_constant=_no_number)
        self.parse_object = self._object
        self.parse_array = JSONArray
        self.scan_once = py_make_scanner(self)

    def _object(self, text_and_end: tuple[str, int], *rest: Any) -> tuple[dict[str, Any], int]:
        found, end = JSONObject(text_and_end, *rest)
        found[AT] = text_and_end[1] - 1
        return found, end


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is not a number")


def read_json(name: str, content: bytes, report: Report) -> list[Rows]:
    """The tables of one JSON file, in the order of TABLES. Raises PackageError where it is not HSDS."""
    text = text_of(name, content)
    if name.endswith((".ndjson", ".jsonl")):
        text = f"[{',\n'.join(line for line in text.split('\n') if line.strip())}]"
    reader = _Reader(name, text, report)
    try:
        top = _Placing().decode(text)
    except json.JSONDecodeError as error:
        raise PackageError(f"{name}:{error.lineno}: not JSON: {error.msg}.") from error
    except ValueError as error:
        raise PackageError(f"{name}: not JSON: {error}.") from error
    except RecursionError as error:
        raise PackageError(f"{name}: objects stand too deep in each other.") from error
    reader.top(top)
    found = [reader.tables[table.name] for table in TABLES if table.name in reader.tables]
    if not found:
        raise PackageError(f"{name} holds nothing of HSDS, such as services or organizations.")
    return found


class _Reader:
    def __init__(self, name: str, text: str, report: Report) -> None:
        self.name = name
        self.report = report
        self.line_ends = [at for at, letter in enumerate(text) if letter == "\n"]
        self.tables: dict[str, Rows] = {}
        self.by_id: dict[tuple[str, str], dict[str, str]] = {}
        self.unknown: set[tuple[str, str]] = set()

    def top(self, top: Any) -> None:
        if isinstance(top, dict) and "contents" in top and not set(top) - PAGE - {AT}:
            top = top["contents"]
        if isinstance(top, dict) and "id" not in top and (tables := set(top) & set(BY_NAME)):
            for name in [table.name for table in TABLES if table.name in tables]:
                for each in top[name] if isinstance(top[name], list) else [top[name]]:
                    self.thing(BY_NAME[name], each, Place(self.name, 1), {})
            for name in sorted(set(top) - tables - {AT}):
                self._find(Place(self.name, 1), f"“{name}” is not a table of HSDS 3.1")
            return
        for each in top if isinstance(top, list) else [top]:
            if table := _kind(each):
                self.thing(table, each, Place(self.name, 1), {})
            else:
                self._find(self._place(each), "not an object of HSDS that can stand alone", is_refused=True)

    def thing(self, table: Table, each: Any, near: Place, joined: dict[str, str]) -> str:
        """Take one object and all that stands in it; gives its id."""
        place = self._place(each, near)
        if not isinstance(each, dict):
            self._find(place, f"{table.name}: not an object", is_refused=True)
            self._rows(table).refused += 1
            return ""
        own = _text(each.get("id")) or ""
        joined = {key: text for key, text in joined.items() if text or key not in each}
        row = {"id": own}
        for key, inside in OBJECTS.get(table.name, {}).items():
            if each.get(key) is not None:
                above = self._above(table, inside.table, each)
                row[inside.reference] = self.thing(BY_NAME[inside.table], each[key], place, above)
        for key, value in each.items():
            if key in {AT, "id"} or key in OBJECTS.get(table.name, {}):
                continue
            if key in table.all_columns:
                self._column(place, row, key, value)
            elif key not in self._lists(table) and (table.name, key) not in self.unknown:
                self.unknown.add((table.name, key))
                self._find(place, f"{table.name}: “{key}” is not in HSDS 3.1")
        row |= joined
        self._keep(table, place, row)
        for key, (inner, below) in self._lists(table).items():
            if each.get(key) is None:
                continue
            if not isinstance(each[key], list):
                self._find(place, f"{key}: not a list")
                continue
            for one in each[key]:
                self.thing(BY_NAME[inner], one, place, {below: own} | _kinds(table, inner))
        return own

    def _above(self, table: Table, inner: str, each: dict[str, Any]) -> dict[str, str]:
        """A program in a service belongs to the service's organization."""
        if (table.name, inner) != ("service", "program"):
            return {}
        whose = each.get("organization")
        return {
            "organization_id": _text(
                whose.get("id") if isinstance(whose, dict) else each.get("organization_id")
            )
            or ""
        }

    def _lists(self, table: Table) -> dict[str, tuple[str, str]]:
        return {
            **{key: (inside.table, inside.reference) for key, inside in LISTS.get(table.name, {}).items()},
            "attributes": ("attribute", "link_id"),
            "metadata": ("metadata", "resource_id"),
        }

    def _column(self, place: Place, row: dict[str, str], key: str, value: Any) -> None:
        text = _text(value)
        if text is None:
            self._find(place, f"{key}: not a text or a number")
        elif text or key not in row:
            row[key] = text

    def _keep(self, table: Table, place: Place, row: dict[str, str]) -> None:
        """The same object may stand in several places: what each says of it comes together."""
        key = (table.name, row["id"])
        if not row["id"] or key not in self.by_id:
            self.by_id[key] = row
            self._rows(table).rows.append((place, row))
            return
        known = self.by_id[key]
        for name, text in row.items():
            if text and not known.get(name):
                known[name] = text
            elif text and known[name] != text:
                self._find(place, f"{table.name} {row['id']}: {name} differs from what stands above")

    def _rows(self, table: Table) -> Rows:
        return self.tables.setdefault(table.name, Rows(f"{self.name} ({table.name})", table))

    def _place(self, each: Any, near: Place | None = None) -> Place:
        if not isinstance(each, dict):
            return near or Place(self.name, 0)
        return Place(self.name, bisect_right(self.line_ends, each[AT]) + 1)

    def _find(self, place: Place, reason: str, *, is_refused: bool = False) -> None:
        self.report.findings.append(Finding(*place, reason, is_refused))


def _kinds(table: Table, inner: str) -> dict[str, str]:
    return {"attribute": {"link_entity": table.name}, "metadata": {"resource_type": table.name}}.get(
        inner, {}
    )


def _kind(each: Any) -> Table | None:
    """The table whose columns and lists it speaks of most; None where it lacks what every row of it has."""
    if not isinstance(each, dict):
        return None

    def likeness(name: str) -> int:
        known = BY_NAME[name].all_columns | set(LISTS.get(name, {})) | set(OBJECTS.get(name, {}))
        return len(known & set(each)) - len(set(each) - known - {AT})

    best = max(ALONE, key=likeness)
    return BY_NAME[best] if likeness(best) > 1 else None


def _text(value: Any) -> str | None:
    """A value as CSV would have it; None for an object or a list."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int | float | str):
        return str(value).strip()
    return None
