"""Writes a data package into the directory, in one transaction, and says what became of every row."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import batched, chain
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from coaching.accounts.models import User
from community import actions
from community.holding import hold
from community.hsds.check import Checker, Good
from community.hsds.hidden import Hidden
from community.hsds.read import read_package
from community.hsds.report import Conflict, FileReport, Outcome, Report
from community.hsds.since import Since
from community.hsds.tables import TABLES
from community.models import (
    Attribute,
    Contact,
    Funding,
    Listing,
    Location,
    Organization,
    OrganizationIdentifier,
    Program,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    StateChange,
    TaxonomyTerm,
)
from community.querysets import ServiceQuerySet

BATCH = 1000
CALLED = ["name", "number", "url", "address_1", "document", "description", "source", "identifier", "email"]


type Teller = Callable[[int, int], None]
"""Told how many rows are done, of how many."""


def import_package(
    path: Path,
    *,
    is_dry_run: bool = False,
    by: User | None = None,
    takes_source: bool = False,
    tell: Teller = lambda _done, _of: None,
) -> Report:
    """Bring in what is at `path` (see `read_package`); a dry run does the same and takes it all back.

    What is already there under the same id is brought up to date, column by
    column the file has; what a curator wrote or removed since stays, unless
    `takes_source` (see `since`). New services come in as listings in review;
    the state of known ones stays. Raises PackageError, with nothing written,
    where the package cannot be read.
    """
    report = Report(takes_source=takes_source)
    files = read_package(path, report)
    checker = Checker(report)
    sizes = [len(rows.rows) for rows in files]
    with transaction.atomic():
        goods = [checker.check(rows) for rows in files]
        if not is_dry_run:
            _hold(goods)
        since = Since(report, takes_source)
        hidden = Hidden(since.left)
        for number, good in enumerate(goods):
            tell(sum(sizes[:number]), sum(sizes))
            report.files.append(_write(good, report, since))
        tell(sum(sizes), sum(sizes))
        hidden.keep(checker, report)
        touched = _touched_services(checker, report)
        said = Q(service__in=touched) | Q(service__in=_ids(checker, Service))
        hold(Listing.objects.filter(said))
        _list_new_services(checker, by)
        _ask_about_ended_services(checker, by)
        _ask_about_rewritten_services(checker, report, by)
        ask_about_moved(report.changed, by=by)
        touched.reindex()
        transaction.set_rollback(is_dry_run)
    return report


def _hold(goods: Sequence[Good]) -> None:
    """Nobody writes what it speaks of from here on: what curators decided is read after that."""
    said = [columns for good in goods for _place, columns in good.rows.values()]
    ids: dict[Any, set[Any]] = {good.table.model: set(good.rows) for good in goods}
    ids.setdefault(Service, set()).update({columns.get("service_id") for columns in said} - {None})
    for table in TABLES:
        for some in batched(sorted(ids.get(table.model, [])), BATCH):
            hold(table.model._base_manager.filter(pk__in=some))


def _write(good: Good, report: Report, since: Since) -> FileReport:
    """Bring one file's good rows into its table."""
    done = FileReport(good.file, refused=good.refused)
    table = good.table
    objects = table.model._base_manager
    there = objects.in_bulk(list(good.rows))
    new: list[models.Model] = []
    changed: list[models.Model] = []
    touched: set[str] = set()
    secret = _secret_places() if there else set()
    for pk, (place, columns) in good.rows.items():
        row, what = there.get(pk), _what(good, columns)
        differing: set[str] = set()
        merged_into = since.merged_into(table, pk, columns, row)
        if merged_into and table.model is Service:
            report.merged.append(Conflict(*place, what, f"merged into “{merged_into}”"))
        if row is None and since.stays_removed(table, pk, columns, place, what):
            verdict = "unchanged"
        elif row is None:
            new.append(table.model(pk=pk, **columns))
            verdict = "added"
        else:
            if differing := _differing(row, columns, secret, since.removed):
                said = {name: columns[name] for name in differing}
                differing -= since.kept(table, row, said, place, what)
            verdict = "changed" if differing else "unchanged"
        if row and differing:
            before = {name: (getattr(row, name), columns[name]) for name in differing}
            report.changed.append((table.name, pk, before))
            for name in differing:
                setattr(row, name, columns[name])
            if differing - QUIET:
                good.rewritten.append(row)
            touched |= {_field_name(good, name) for name in differing}
            changed.append(row)
        report.outcomes.append(Outcome(*place, verdict, what, tuple(sorted(differing)), merged_into))
    objects.bulk_create(new, batch_size=BATCH)
    report.added[table.name] = [row.pk for row in new]
    if changed:
        objects.bulk_update(changed, sorted(touched), batch_size=BATCH)
    done.added, done.changed = len(new), len(changed)
    done.unchanged = len(good.rows) - done.added - done.changed
    good.rewritten += new
    return done


def _differing(
    row: models.Model, columns: Mapping[str, Any], secret: set[uuid.UUID], removed: set[Any]
) -> set[str]:
    """The columns that say something else than the row.

    What is silent of a secret place keeps it, and what speaks of a row that stays removed says nothing.
    """
    return {
        name
        for name, value in columns.items()
        if getattr(row, name) != value
        and not (value is None and getattr(row, name) in secret)
        and value not in removed
    }


def _what(good: Good, columns: dict[str, Any]) -> str:
    """The row as a person would call it."""
    said = next((columns[name] for name in CALLED if columns.get(name)), "")
    return f"{good.table.name} {said}".strip()[:120]


def _secret_places() -> set[uuid.UUID]:
    """The places an export leaves out, and the services' links to them: what is silent of them keeps them."""
    places = Location.objects.filter(is_confidential=True)
    links = ServiceAtLocation.objects.filter(location__in=places)
    return {*places.values_list("pk", flat=True), *links.values_list("pk", flat=True)}


def _field_name(good: Good, attname: str) -> str:
    return next(field.name for field in good.table.model._meta.concrete_fields if field.attname == attname)


def _ids(checker: Checker, model: type[models.Model]) -> list[uuid.UUID]:
    return list(checker.good[model].rows) if model in checker.good else []


def _list_new_services(checker: Checker, by: User | None) -> None:
    """A service the directory did not know waits for a curator."""
    services = Service.objects.filter(pk__in=_ids(checker, Service), listing=None)
    listings = Listing.objects.bulk_create(
        Listing(service=service, state=Listing.State.IN_REVIEW) for service in services
    )
    StateChange.objects.bulk_create(
        StateChange(listing=listing, to_state=listing.state, by=by, note="Imported") for listing in listings
    )


def _ask_about_ended_services(checker: Checker, by: User | None) -> None:
    """A published service whose source says that it does not run any more needs a curator's eye."""
    ended = [Service.Status.INACTIVE, Service.Status.DEFUNCT]
    for service in Service.objects.published().filter(pk__in=_ids(checker, Service), status__in=ended):
        actions.ask_for_check(by=by, service=service, note="Its source says it is not running")


QUIET = {"last_modified", "assured_date", "assurer_email", "source_id"}
"""Columns that change without anything being said anew."""
MOVED = "organization_id"
"""The column that says who runs a service."""
ASKED_FOR = "contact_id"
"""The column that says whom a phone reaches."""
UNSEEN = {Program, Funding, OrganizationIdentifier, ServiceCapacity}
"""What no page shows."""
SAYS_OF: dict[type[models.Model], str] = {
    Service: "service_id",
    Organization: "organization_id",
    Location: "location_id",
    ServiceAtLocation: "service_at_location_id",
}
"""What the others speak of, and their columns that say of which."""


def _ask_about_rewritten_services(checker: Checker, report: Report, by: User | None) -> None:
    """What was known and says something new now. What is new waits for a curator anyway."""
    seen = [good.rewritten for good in checker.good.values() if good.table.model not in UNSEEN]
    known = services_of(chain.from_iterable(seen)).exclude(pk__in=report.added.get("service", []))
    read_again(known, by=by, note="Its source says something new")


def services_of(rows: Iterable[models.Model]) -> ServiceQuerySet:
    """Those on whose pages these rows are read."""
    ids = _no_ids()
    for row in rows:
        own = SAYS_OF.get(type(row))
        if own:
            ids[own].add(row.pk)
        for column in {"service_id"} if own else ids:
            ids[column].add(getattr(row, column, None))
    return _services_by(ids)


def services_left(changed: Iterable[tuple[str, Any, Mapping[str, Any]]]) -> ServiceQuerySet:
    """Of rows that were changed (table, id, columns before and after), the services they spoke of before."""
    ids = _no_ids()
    for _name, _pk, columns in changed:
        for column in columns.keys() & ids.keys():
            ids[column].add(columns[column][0])
    return _services_by(ids)


def _no_ids() -> dict[str, set[Any]]:
    return {column: set() for column in [*SAYS_OF.values(), ASKED_FOR]}


def _services_by(ids: dict[str, set[Any]]) -> ServiceQuerySet:
    contacts = Contact.objects.filter(pk__in=ids[ASKED_FOR] - {None})
    for column in SAYS_OF.values():
        ids[column].update(contacts.values_list(column, flat=True))
    return Service.objects.filter(
        Q(pk__in=ids["service_id"] - {None})
        | Q(organization__in=ids["organization_id"] - {None})
        | Q(pk__in=_services_at(pk__in=ids["service_at_location_id"] - {None}))
        | Q(pk__in=_services_at(location__in=ids["location_id"] - {None}))
    )


def read_again(services: ServiceQuerySet, *, by: User | None, note: str) -> None:
    """Whoever brought it in changed them. A published one stays published until a curator reads it."""
    services = Service.objects.filter(pk__in=list(services.values_list("pk", flat=True)))
    if by:
        Listing.objects.filter(service__in=services).update(changed_by=by)
    for service in services.filter(Q(listing__state="published") | Q(listing__verified_on__isnull=False)):
        actions.ask_to_read_again(by=by, service=service, note=note)


def ask_about_moved(changed: Iterable[tuple[str, Any, Mapping[str, Any]]], *, by: User | None) -> None:
    """Of rows that were changed (table, id, columns), the services that somebody else runs now."""
    moved = [pk for name, pk, columns in changed if name == "service" and MOVED in columns]
    actions.ask_about_moved(by=by, services=Service.objects.filter(pk__in=moved))


def _touched_services(checker: Checker, report: Report) -> ServiceQuerySet:
    """Those whose words, or the words around them, this package changes."""
    terms = Attribute.objects.filter(taxonomy_term__in=_ids(checker, TaxonomyTerm)).values("service")
    now = services_of(chain.from_iterable(good.rewritten for good in checker.good.values()))
    touched = [now, services_left(report.changed), Service.objects.filter(pk__in=terms)]
    return together(*touched)


def together(*some: ServiceQuerySet) -> ServiceQuerySet:
    """All of these, each once."""
    return Service.objects.filter(
        pk__in={pk for services in some for pk in services.values_list("pk", flat=True)}
    )


def _services_at(**condition: Any) -> models.QuerySet:
    return ServiceAtLocation.objects.filter(**condition).values("service")
