"""Judges every row: what it says in our terms, or why it cannot be used."""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from community.hsds.report import Finding, Report
from community.hsds.rows import Place, Rows
from community.hsds.tables import BY_MODEL, Table
from community.models import Attribute, Taxonomy, TaxonomyTerm
from community.vocabulary import TAXONOMY_ID, ensure_categories

SOURCE_IDS = uuid.UUID("6f2b1c0e-58a7-5d0e-9d5b-1f0f9a3f7c11")
"""The namespace in which ids that are not UUIDs become UUIDs (version 5)."""


LONGEST_ID = 200
FORMULA = re.compile(r"\s*(=|[+\-@][A-Za-z_.]*[(|!])")
"""A spreadsheet would run it. A phone number (`+44 …`) and a list (`- a chair`) are none."""
FIRST_YEAR, LAST_YEAR = 2, 9998


def to_uuid(table: Table, text: str) -> uuid.UUID:
    """The id as it is kept: the source's own where it is a UUID, else one that always follows from it."""
    return uuid.UUID(text) if _is_uuid(text) else uuid.uuid5(SOURCE_IDS, f"{table.name}:{text}")


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


@dataclass
class Good:
    """One file's usable rows: id → (place, columns by attribute name)."""

    file: str
    table: Table
    rows: dict[uuid.UUID, tuple[Place, dict[str, Any]]] = field(default_factory=dict)
    refused: int = 0
    rewritten: list[models.Model] = field(default_factory=list)
    """What was added, and what says something else than before, once they are written."""
    loops: dict[str, set[uuid.UUID]] = field(default_factory=dict)
    """The rows to cut loose so that nobody is their own parent, by the column that says whose child."""


class Checker:
    """Goes through the files in order. A row may speak of good rows before it and of what is stored."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.good: dict[type[models.Model], Good] = {}
        self.codes: dict[tuple[uuid.UUID | None, str], uuid.UUID] = {}
        self.stored: dict[Any, Any] = {}

    def check(self, rows: Rows) -> Good:
        """Judge one file. Every row becomes good, or a refusal in the report."""
        good = self.good[rows.table.model] = Good(rows.file, rows.table, refused=rows.refused)
        rows = replace(rows, rows=list(self._asked_by_text(rows, good)))
        if rows.table.model is TaxonomyTerm:
            self._learn_codes(rows)
        self._learn_stored(rows)
        known = self._known_references(rows)
        for place, row in rows.rows:
            try:
                pk, columns = self._row(rows.table, row, known, good, place)
            except ValidationError as error:
                self._find(place, " ".join(error.messages), is_refused=True)
                good.refused += 1
                continue
            good.rows[pk] = (place, columns)
        self._cut_loops(good)
        return good

    def _asked_by_text(self, rows: Rows, good: Good) -> Iterator[tuple[Place, dict[str, str]]]:
        """The rows, without ids and codes that are no text: the database is asked by them before all else."""
        for place, row in rows.rows:
            if _is_no_text(row["id"]):
                self._find(place, "id holds characters that are no text", is_refused=True)
                good.refused += 1
                continue
            asked = {"code", "link_entity", *_references(rows.table, row)}
            unread = {column for column in asked & row.keys() if _is_no_text(row[column])}
            for column in sorted(unread):
                self._find(place, f"{column}: holds characters that are no text")
            yield place, row | dict.fromkeys(unread, "")

    def _find(self, place: Place, reason: str, *, is_refused: bool = False) -> None:
        self.report.findings.append(Finding(*place, reason, is_refused))

    # --- references ---------------------------------------------------------

    def _known_references(self, rows: Rows) -> dict[type[models.Model], set[uuid.UUID]]:
        """All ids the file speaks of that exist, in this package or already in the directory."""
        asked: dict[type[models.Model], set[uuid.UUID]] = {}
        for _place, row in rows.rows:
            for column, model in _references(rows.table, row).items():
                if row.get(column):
                    asked.setdefault(model, set()).add(to_uuid(BY_MODEL[model], row[column]))
        known = {
            model: set(model._base_manager.filter(pk__in=ids).values_list("pk", flat=True))
            for model, ids in asked.items()
        }
        for model, ids in known.items():
            if model is rows.table.model:
                ids |= {to_uuid(rows.table, row["id"]) for _place, row in rows.rows if row["id"]}
            elif model in self.good:
                ids.update(self.good[model].rows)
        return known

    def _cut_loops(self, good: Good) -> None:
        """Nobody is their own parent, however far up, and no parent was refused."""
        own = [column for column, model in good.table.references.items() if model is good.table.model]
        for column in own:
            there = set(good.rows) | set(
                good.table.model._base_manager.filter(
                    pk__in={columns.get(column) for _place, columns in good.rows.values()} - {None}
                ).values_list("pk", flat=True)
            )
            for pk, (place, columns) in good.rows.items():
                parent = columns.get(column)
                if parent and parent not in there:
                    columns[column] = None
                    self._find(place, f"{column}: that row was refused")
                elif parent and self._leads_back(good, column, pk):
                    columns[column] = None
                    self._find(place, f"{column} leads back to the row itself")

    def _leads_back(self, good: Good, column: str, pk: uuid.UUID) -> bool:
        if column not in good.loops:
            parents = {of: said[column] for of, (_where, said) in good.rows.items() if column in said}
            asked = set(parents.values()) - parents.keys() - {None}
            while asked:
                above = dict(good.table.model._base_manager.filter(pk__in=asked).values_list("pk", column))
                parents |= dict.fromkeys(asked) | above
                asked = set(above.values()) - parents.keys() - {None}
            good.loops[column] = where_to_cut(parents)
        return pk in good.loops[column]

    # --- one row ------------------------------------------------------------

    def _row(
        self,
        table: Table,
        row: dict[str, str],
        known: dict[type[models.Model], set[uuid.UUID]],
        good: Good,
        place: Place,
    ) -> tuple[uuid.UUID, dict[str, Any]]:
        """The row's id and columns. Raises ValidationError where it cannot be used at all."""
        if not row["id"]:
            raise ValidationError("id is empty")
        if len(row["id"]) > LONGEST_ID:
            raise ValidationError(f"id is longer than {LONGEST_ID} characters")
        pk = to_uuid(table, row["id"])
        if pk in good.rows:
            raise ValidationError(f"id {row['id']} is already that of line {good.rows[pk][0].line}")
        if missing := [column for column in table.needed if not row.get(column)]:
            raise ValidationError(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
        columns: dict[str, Any] = {} if _is_uuid(row["id"]) else {"source_id": row["id"]}
        if table.model is Attribute:
            if row["link_entity"] not in Attribute.LINKS:
                raise ValidationError(
                    f"link_entity: “{row['link_entity']}” is not one of {', '.join(Attribute.LINKS)}"
                )
            columns |= {f"{name}_id": None for name in Attribute.LINKS}
        references = _references(table, row)
        for column, text in row.items():
            if column in {"id", "link_entity"}:
                continue
            try:
                if column in references:
                    value: Any = _referred(references[column], text, known)
                    columns[_attribute(table, row, column)] = value
                else:
                    columns[table.columns[column].attname] = _value(table.columns[column], text)
            except ValidationError as error:
                if column in table.needed:
                    raise ValidationError(f"{column}: {' '.join(error.messages)}") from error
                self._find(place, f"{column}: {' '.join(error.messages)}")
                columns[_attribute(table, row, column)] = _nothing(table.columns[column])
        self._compare_with_stored(table, pk, columns)
        for first, last in table.ordered:
            if columns.get(first) and columns.get(last) and columns[last] < columns[first]:
                self._find(place, f"{last} is before {first}, so both")
                columns |= {first: None, last: None}
        if table.owners and not any(columns.get(owner) for owner in table.owners):
            raise ValidationError("belongs to nothing in the directory")
        if table.has_description and columns.get("description") == columns["name"]:
            columns["description"] = ""
        if table.model is TaxonomyTerm:
            self._keep_code_unique(columns, pk, place)
        return pk, columns

    def _learn_stored(self, rows: Rows) -> None:
        """What the directory holds under these ids, where a file that says half of it must fit the rest."""
        model = rows.table.model
        self.stored = {}
        if model in {Taxonomy, TaxonomyTerm}:
            ensure_categories()
        if rows.table.ordered or model in {Taxonomy, TaxonomyTerm}:
            ids = [to_uuid(rows.table, row["id"]) for _where, row in rows.rows if row["id"]]
            self.stored = dict[Any, Any](model._base_manager.in_bulk(ids))
        if model is TaxonomyTerm:
            codes = {term.code for term in self.stored.values()} - {""}
            for term in TaxonomyTerm._base_manager.filter(code__in=codes):
                self.codes[term.taxonomy_id, term.code] = term.pk

    def _compare_with_stored(self, table: Table, pk: uuid.UUID, columns: dict[str, Any]) -> None:
        """Refuse what does not fit what is stored already, and what would rewrite Trellis's own words."""
        stored = self.stored.get(pk)
        if pk == TAXONOMY_ID or TAXONOMY_ID in {
            columns.get("taxonomy_id"),
            getattr(stored, "taxonomy_id", None),
        }:
            if stored is None:
                raise ValidationError("no word can be added to Trellis's own")
            if any(getattr(stored, name) != value for name, value in columns.items()):
                raise ValidationError("is one of Trellis's own words, which stay as they are")
        if stored is None:
            return
        for first, last in table.ordered:
            if columns.get(first) and columns.get(last):
                continue
            start, end = (columns.get(name, getattr(stored, name)) for name in (first, last))
            if start is not None and end is not None and end < start:
                raise ValidationError(f"{last} is before the {first} that is stored")
        if table.model is TaxonomyTerm and not {"code", "taxonomy_id"} <= columns.keys():
            taxonomy, code = (columns.get(name, getattr(stored, name)) for name in ("taxonomy_id", "code"))
            if code and taxonomy and self.codes.setdefault((taxonomy, code), pk) != pk:
                raise ValidationError(f"code: “{code}” is already that of another term")

    def _learn_codes(self, rows: Rows) -> None:
        wanted = {row.get("code", "") for _place, row in rows.rows} - {""}
        terms = TaxonomyTerm._base_manager.filter(code__in=wanted)
        self.codes = {(term.taxonomy_id, term.code): term.pk for term in terms}

    def _keep_code_unique(self, columns: dict[str, Any], pk: uuid.UUID, place: Place) -> None:
        """In one taxonomy a code means one term."""
        code, taxonomy = columns.get("code"), columns.get("taxonomy_id")
        if not code or not taxonomy:
            return
        if self.codes.setdefault((taxonomy, code), pk) != pk:
            self._find(place, f"code: “{code}” is already that of another term")
            columns["code"] = ""


def _references(table: Table, row: dict[str, str]) -> dict[str, type[models.Model]]:
    """What each column of this row speaks of. An attribute's link may be to several kinds of object."""
    if table.model is not Attribute:
        return table.references
    link = Attribute.LINKS.get(row.get("link_entity", ""))
    return {"taxonomy_term_id": TaxonomyTerm} | ({"link_id": link} if link else {})


def _attribute(table: Table, row: dict[str, str], column: str) -> str:
    """The model's attribute for a column."""
    if column == "link_id":
        return f"{row['link_entity']}_id"
    return table.columns[column].attname


def _referred(
    model: type[models.Model], text: str, known: dict[type[models.Model], set[uuid.UUID]]
) -> uuid.UUID | None:
    if not text:
        return None
    pk = to_uuid(BY_MODEL[model], text)
    if pk not in known[model]:
        raise ValidationError(f"there is no {BY_MODEL[model].name} {text}")
    return pk


def _nothing(column: "models.Field[Any, Any]") -> Any:
    return None if column.null else ""


def _value(column: "models.Field[Any, Any]", text: str) -> Any:
    """The text as the column holds it. Raises ValidationError where it is not of that kind."""
    if not text:
        return _nothing(column)
    if FORMULA.match(text):
        raise ValidationError("begins like a formula of a spreadsheet")
    if _is_no_text(text):
        raise ValidationError("holds characters that are no text")
    if column.choices:
        words = [str(word) for word, _label in column.flatchoices]
        if text not in words:
            raise ValidationError(f"“{text}” is not one of {', '.join(words)}")
    value = column.clean(text, None)
    if isinstance(value, float) and not isfinite(value):
        raise ValidationError(f"“{text}” is not a number")
    return _in_utc(value) if isinstance(value, datetime) else value


def _is_no_text(text: str) -> bool:
    """JSON may hold NUL and halves of letters, which no column can."""
    return "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _in_utc(moment: datetime) -> datetime:
    """The moment in UTC, a day away from either end of the calendar, so that every time zone can show it."""
    aware = moment.replace(tzinfo=UTC) if timezone.is_naive(moment) else moment
    try:
        utc = aware.astimezone(UTC)
    except OverflowError:
        utc = datetime.min.replace(tzinfo=UTC)
    if not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise ValidationError(f"“{moment}” is not in the years {FIRST_YEAR} to {LAST_YEAR}")
    return utc


def where_to_cut(parents: Mapping[uuid.UUID, uuid.UUID | None]) -> set[uuid.UUID]:
    """Of every loop in child → parent the row named first. Each parent is asked for once or twice."""
    order = {pk: number for number, pk in enumerate(parents)}
    walks: dict[uuid.UUID, uuid.UUID] = {}
    cuts = set()
    for start in parents:
        way: list[uuid.UUID] = []
        at: uuid.UUID | None = start
        while at is not None and at not in walks:
            walks[at] = start
            way.append(at)
            at = parents.get(at)
        if at is not None and walks[at] == start:
            cuts.add(min(way[way.index(at) :], key=order.__getitem__))
    return cuts
