"""What a curator did is written down row by row, and can be taken back while nobody went on from it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from coaching.accounts.models import User
from community.errors import NotPossible
from community.eyes import ensure_may_decide, note_change
from community.holding import hold
from community.hsds.tables import BY_MODEL, TABLES
from community.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    Edit,
    Listing,
    Location,
    Organization,
    Phone,
    ProblemReport,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    StateChange,
)
from community.models.listings import COPIES_OF_A_LISTING
from community.publishing import ensure_its_own, ensure_stays_complete
from community.querysets import ServiceQuerySet

type Model = type[models.Model]
type Rows = dict[tuple[str, str], dict[str, Any]]
"""By table and id: the columns as the database holds them."""
type Row = tuple[Model, UUID, Any, Any]
"""A row that an edit touched: its columns before and after, None where it was not there."""

WORDS: list[Model] = [Service, Listing, Attribute]
PLACES: list[Model] = [Location, ServiceAtLocation, Address, Accessibility, Schedule]
PLACES += [Contact, Phone, ServiceArea, Attribute]  # what is said of a place goes with it
STATE: list[Model] = [Listing, ProblemReport]
NAMES: dict[Model, str] = {
    **{table.model: table.name for table in TABLES},
    Listing: "listing",
    ProblemReport: "problem_report",
}
MODELS: dict[str, Model] = {name: model for model, name in NAMES.items()}
COPIES = {"created_at", "written_by", "changed_by", "source", *COPIES_OF_A_LISTING}
"""Columns that are written anew from the others, and what tells apart who reported something."""

CHECK = {"verified_on", "verified_by_id", "verified_how"}
STATE_COLUMNS = {"state", "published_at", "published_by_id", "closed_at", "closed_by_id", *CHECK}
"""What says where a listing and its reports stand, and not what it is."""
WORKED_ON = _lazy("Somebody has worked on it since, so it cannot be taken back. Change it by hand.")


@dataclass
class Writing:
    """What is being written down; `edit` is there when it is over, if anything changed."""

    edit: Edit = field(init=False)


_IS_OPEN: ContextVar[bool] = ContextVar("is_open", default=False)


@contextmanager
def written_down(
    kind: str,
    tables: Iterable[Model],
    *,
    by: User | None,
    services: Iterable[Service] = (),
    organization: Organization | None = None,
    what: str = "",
) -> Iterator[Writing]:
    """Write down what changes meanwhile in the rows of these tables that belong to these services.

    Within another one it does nothing: what is done as part of a greater act
    is taken back with it. Nor is what no curator did (`by` is None).
    """
    tables, services, writing = list(tables), list(services), Writing()
    if by is None or _IS_OPEN.get():
        yield writing
        return
    token = _IS_OPEN.set(True)
    try:
        with transaction.atomic():
            before = _rows_now(tables, services, organization)
            yield writing
            after = _rows_now(tables, services, organization, known=before)
            if rows := list(_differences(before, after)):
                writing.edit = Edit.objects.create(
                    kind=kind, by=by, what=what[:400], organization=organization, rows=rows
                )
                writing.edit.services.set(services)
    finally:
        _IS_OPEN.reset(token)


@transaction.atomic
def take_back(*, by: User, edit: Edit) -> None:
    """Put every row back as it was. Raises NotPossible, with nothing done, where somebody went on from it."""
    edit = Edit.objects.select_for_update(no_key=True).get(pk=edit.pk)
    if edit.undone_at:
        raise NotPossible(_("That was taken back already."))
    says_anew = any(set(before or after) - STATE_COLUMNS for _name, _pk, before, after in edit.rows)
    keep = _without_check if says_anew else dict
    rows: list[Row] = [
        (MODELS[name], UUID(pk), before and keep(before), after and keep(after))
        for name, pk, before, after in edit.rows
    ]
    order = {model: number for number, model in enumerate(NAMES)}
    rows.sort(key=lambda row: order[row[0]])
    affected = _held(edit, rows)
    _ensure_unchanged(rows)
    _ensure_latest(edit, rows)
    states = dict(Listing.objects.filter(service__edits=edit).values_list("pk", "state"))
    try:
        with transaction.atomic():
            _put_back(rows)
            connection.check_constraints()
    except IntegrityError as error:
        raise NotPossible(_("What it was before is not possible any more. Change it by hand.")) from error
    _ensure_stays_secret(edit, rows)
    listings = Listing.objects.filter(service__edits=edit).select_related("service")
    stepped = [listing for listing in listings if states.get(listing.pk) != listing.state]
    for listing in stepped:
        ensure_its_own(listing.service, but=edit)
        if listing.is_published:
            ensure_may_decide(listing.service, listing, by=by)
    if says_anew:
        whose = Q(service__edits=edit) | Q(service__organization=edit.organization_id)
        changed = Listing.objects.filter(whose).exclude(service__merged_into__edit=edit).values("pk")
        for listing in Listing.objects.filter(pk__in=changed):
            note_change(listing, by)
    edit.undone_at, edit.undone_by = timezone.now(), by
    edit.save(update_fields=["undone_at", "undone_by"])
    _note_steps(stepped, states, by)
    for service in affected.published().select_related("listing", "organization"):
        ensure_stays_complete(service, service.listing)
    affected.reindex()


def _held(edit: Edit, rows: list[Row]) -> ServiceQuerySet:
    """Hold what will be written; returns the services on whose pages that is read."""
    for table in TABLES:
        ids = [pk for model, pk, _before, _after in rows if model is table.model]
        hold(table.model._base_manager.filter(pk__in=ids))
    whose = Q(edits=edit) | Q(organization=edit.organization_id)
    whose |= Q(service_at_locations__location__in=_places(rows))
    ids = list(Service.objects.filter(whose).values_list("pk", flat=True))
    hold(Listing.objects.filter(service__in=ids))
    return Service.objects.filter(pk__in=ids)


def _without_check(row: dict[str, Any]) -> dict[str, Any]:
    """Somebody has checked what they read: undoing words brings no check back, and takes none away."""
    return {name: value for name, value in row.items() if name not in CHECK}


def _put_back(rows: list[Row]) -> None:
    for model, pk, before, _after in reversed(rows):
        if before is None:
            model._base_manager.filter(pk=pk).delete()
    for model, pk, before, after in rows:
        if before is not None and after is None:
            model._base_manager.create(pk=pk, **_columns(model, before))
        elif before:
            # Who reported it is forgotten when it is put away; from then on it counts as one person's.
            more = {"source": str(pk)} if model is ProblemReport else {}
            model._base_manager.filter(pk=pk).update(**_columns(model, before), **more)


def told(edit: Edit) -> Iterator[tuple[str, str, str]]:
    """What changed, in words: the name of the column, before, after.

    Of a place it says nothing more, and nothing of what was done to several at once.
    """
    if edit.kind == Edit.Kind.BULK:
        return
    for name, _pk, before, after in edit.rows:
        model = MODELS[name]
        if model not in {Service, Listing, Organization} or before is None or after is None:
            continue
        for column in model._meta.concrete_fields:
            if column.attname in before and not column.is_relation and column.attname != "published_at":
                yield (
                    capfirst(str(column.verbose_name)),
                    in_words(column, before[column.attname]),
                    in_words(column, after[column.attname]),
                )


def in_words(column: Any, value: Any) -> str:
    """The value of a column as a curator reads it; "" where there is none."""
    value = None if value is None else column.to_python(value)
    if isinstance(value, date):
        return date_format(value)
    return "" if value is None else str(dict(column.flatchoices).get(value, value))


def _note_steps(stepped: Iterable[Listing], states: Mapping[Any, str], by: User) -> None:
    StateChange.objects.bulk_create(
        StateChange(
            listing=listing,
            from_state=states.get(listing.pk, ""),
            to_state=listing.state,
            by=by,
            note=_("Taken back"),
        )
        for listing in stepped
    )


def _rows_now(
    tables: list[Model],
    services: list[Service],
    organization: Organization | None,
    known: Iterable[tuple[str, str]] = (),
) -> Rows:
    """The rows of these services, and those of the known ones that are theirs no more."""
    ids = [service.pk for service in services]
    links = ServiceAtLocation.objects.filter(service__in=ids).order_by()
    rows: Rows = {}
    for model in tables:
        fields = {field.name for field in model._meta.concrete_fields}
        whose = Q(pk__in=[pk for name, pk in known if name == NAMES[model]])
        if model is Service:
            whose |= Q(pk__in=ids)
        if model is Organization:
            whose |= Q(pk=organization.pk) if organization else Q(services__in=ids)
        if model is Location:
            whose |= Q(pk__in=links.values("location"))
        if "service" in fields:
            whose |= Q(service__in=ids)
        if "service_at_location" in fields:
            whose |= Q(service_at_location__in=links.values("pk"))
        if "location" in fields and model is not ServiceAtLocation:
            whose |= Q(location__in=links.values("location"))
        columns = [field.attname for field in model._meta.concrete_fields if field.name not in COPIES]
        for row in model._base_manager.filter(whose).values(*columns):
            pk = str(row.pop("id"))
            rows[NAMES[model], pk] = {name: _whole(value) for name, value in row.items()}
    return rows


def _whole(value: Any) -> Any:
    """JSON as Django writes it cuts a moment at the millisecond."""
    return value.isoformat() if isinstance(value, datetime) else value


def _differences(before: Rows, after: Rows) -> Iterator[tuple[str, str, Any, Any]]:
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is not None and new is not None:
            differing = [column for column in old if old[column] != new[column]]
            old = {column: old[column] for column in differing}
            new = {column: new[column] for column in differing}
        if old != new:
            yield *key, old, new


def _places(rows: list[Row]) -> set[UUID]:
    """The places of which these rows speak."""
    said = [each for _model, _pk, *both in rows for each in both if each]
    places = {pk for model, pk, _before, _after in rows if model is Location}
    return places | {UUID(each["location_id"]) for each in said if each.get("location_id")}


def _ensure_stays_secret(edit: Edit, rows: list[Row]) -> None:
    """What was said before a place was secret, or while it was, is not put back into an open one."""
    since = Edit.objects.filter(created_at__gte=edit.created_at)
    put_back = _places([row for row in rows if row[2] is not None])
    for place in Location.objects.filter(pk__in=put_back, is_confidential=False):
        if since.filter(rows__contains=[["location", str(place.pk), {"is_confidential": True}]]).exists():
            raise NotPossible(
                _("A secret place is not opened by taking something back. Change the place by hand.")
            )


def _ensure_latest(edit: Edit, rows: list[Row]) -> None:
    """Nobody wrote the same columns since, even where they say by now what the edit left there."""
    ours = {(NAMES[model], str(pk)): {*(before or after)} for model, pk, before, after in rows}
    later = Edit.objects.filter(created_at__gt=edit.created_at, undone_at=None)
    for said in later.values_list("rows", flat=True).iterator():
        for name, pk, before, after in said:
            if not ours.get((name, pk), set()).isdisjoint(before or after):
                raise NotPossible(WORKED_ON)


def _ensure_unchanged(rows: list[Row]) -> None:
    ours = {(model, pk) for model, pk, _before, _after in rows}
    for model, pk, before, after in rows:
        now = model._base_manager.filter(pk=pk).first()
        expected = None if after is None else _columns(model, after)
        is_same = (
            now is None
            if expected is None
            else now is not None and all(getattr(now, column) == value for column, value in expected.items())
        )
        if not is_same or (before is None and _is_spoken_of(model, pk, ours)):
            raise NotPossible(WORKED_ON)


def _is_spoken_of(model: Model, pk: UUID, ours: set[tuple[Model, UUID]]) -> bool:
    """Whether rows that are not part of the edit would go along with this one."""
    for relation in model._meta.related_objects:
        other = relation.related_model
        if other in BY_MODEL and relation.on_delete in {models.CASCADE, models.PROTECT}:
            others = other._base_manager.filter(**{relation.field.name: pk}).values_list("pk", flat=True)
            if any((other, each) not in ours for each in others):
                return True
    return False


def _columns(model: Model, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns as Python has them, from JSON."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: None if value is None else fields[name].to_python(value) for name, value in values.items()}
