"""What curators do with the directory. Every change of state is written down: who, when, what."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.edits import PLACES, STATE, WORDS, written_down
from community.errors import NotPossible
from community.eyes import ensure_may_decide
from community.models import (
    Accessibility,
    Address,
    Attribute,
    CostOption,
    Edit,
    GapRecord,
    Language,
    Listing,
    Location,
    Organization,
    Outcome,
    Phone,
    ProblemReport,
    RequiredDocument,
    Schedule,
    Service,
    ServiceAtLocation,
    StateChange,
    Suggestion,
    TaxonomyTerm,
)
from community.models.outcomes import FEWEST
from community.vocabulary import TAXONOMY_ID, ensure_categories

type Fields = Mapping[str, Any]
"""Columns of one HSDS object under their HSDS names."""

State = Listing.State

STEPS = {
    State.DRAFT: {State.IN_REVIEW, State.ARCHIVED},
    State.IN_REVIEW: {State.DRAFT, State.PUBLISHED, State.ARCHIVED},
    State.PUBLISHED: {State.NEEDS_CHECK, State.ARCHIVED},
    State.NEEDS_CHECK: {State.PUBLISHED, State.ARCHIVED},
    State.ARCHIVED: {State.DRAFT},
}
"""Which state may follow which."""
ENOUGH_REPORTS = 3
"""So many people who could not reach them put a listing back in the queue."""


@transaction.atomic
def create_organization(*, by: User, name: str, **fields: Any) -> Organization:
    """A new organization, to which listings can then be added."""
    return Organization.objects.create(name=name, **fields)


@transaction.atomic
def create_listing(
    *,
    by: User,
    organization: Organization | Fields,
    service: Fields,
    listing: Fields | None = None,
    categories: Iterable[TaxonomyTerm | str] = (),
    place: Fields | None = None,
    address: Fields | None = None,
    accessibility: str = "",
    phones: Sequence[Fields] = (),
    schedules: Sequence[Fields] = (),
    costs: Sequence[Fields] = (),
    languages: Sequence[str] = (),
    documents: Sequence[str] = (),
) -> Service:
    """A draft: a service of `organization` (or of a new one with these columns) and all that is known of it.

    `service` holds HSDS columns (`name` at least), `listing` the kind,
    affiliation and summary, `categories` terms or their codes. A place is
    made where `place` or `address` is given.
    """
    if not isinstance(organization, Organization):
        organization = create_organization(by=by, **organization)
    made = Service.objects.create(organization=organization, **service)
    entry = Listing.objects.create(service=made, **(listing or {}), written_by=by, changed_by=by)
    StateChange.objects.create(listing=entry, to_state=State.DRAFT, by=by)
    if place or address:
        _place_of(made, place or {}, address, accessibility)
    Phone.objects.bulk_create(Phone(service=made, **phone) for phone in phones)
    Schedule.objects.bulk_create(Schedule(service=made, **schedule) for schedule in schedules)
    CostOption.objects.bulk_create(CostOption(service=made, **cost) for cost in costs)
    Language.objects.bulk_create(Language(service=made, name=name) for name in languages)
    RequiredDocument.objects.bulk_create(RequiredDocument(service=made, document=each) for each in documents)
    _categorize(made, categories)
    Service.objects.filter(pk=made.pk).reindex()
    return made


@transaction.atomic
def change_listing(
    *,
    by: User,
    service: Service,
    columns: Fields,
    listing: Fields,
    categories: Iterable[TaxonomyTerm | str],
) -> None:
    """Rewrite a listing's words, its own layer and its categories. Its state stays."""
    entry = _locked(service)
    categories = list(categories)
    with written_down(Edit.Kind.WORDS, WORDS, by=by, services=[service]):
        _fill(service, columns)
        _fill(entry, listing)
        if entry.is_published and (missing := what_is_missing(service, entry, categories=categories)):
            raise NotPossible(_cannot_publish(missing))
        _note_change(entry, by)
        service.save()
        entry.save()
        _categorize(service, categories)
    Service.objects.filter(pk=service.pk).reindex()


@transaction.atomic
def change_organization(*, by: User, organization: Organization, columns: Fields) -> None:
    """Rewrite what is known of an organization, and how its services are found."""
    with written_down(Edit.Kind.WORDS, [Organization], by=by, organization=organization):
        _rewrite(organization, columns)
    for service in organization.services.filter(listing__isnull=False):
        _note_change(_locked(service), by)
    Service.objects.filter(organization=organization).reindex()


@transaction.atomic
def add_place(
    *,
    by: User,
    service: Service,
    place: Fields,
    address: Fields | None = None,
    accessibility: str = "",
) -> ServiceAtLocation:
    """Say where a service is. The place belongs to the service's organization."""
    with _changing(Edit.Kind.PLACE, PLACES, by=by, services=[service], what=_("Added a place")):
        return _place_of(service, place, address, accessibility)


@transaction.atomic
def change_place(
    *, by: User, location: Location, place: Fields, address: Fields | None, accessibility: str
) -> None:
    """Rewrite a place. `address` None keeps the address: a confidential one is never shown to edit."""
    services = Service.objects.filter(service_at_locations__location=location)
    with _changing(Edit.Kind.PLACE, PLACES, by=by, services=services):
        _rewrite(location, place)
        if address is not None:
            first = location.addresses.order_by("created_at", "pk").first() or Address(location=location)
            _rewrite(first, address)
        access = location.accessibility.order_by("created_at", "pk").first()
        if access or accessibility:
            _rewrite(access or Accessibility(location=location), {"description": accessibility})


@transaction.atomic
def remove_place(*, by: User, link: ServiceAtLocation) -> None:
    """The service is not there any more; a place that no other service uses goes too."""
    service, location = link.service, link.location
    with _changing(Edit.Kind.PLACE, PLACES, by=by, services=[service], what=_("Removed a place")):
        link.delete()
        if not location.service_at_locations.exists():
            location.delete()


@transaction.atomic
def keep_part(*, by: User, service: Service, part: Model) -> None:
    """A phone, schedule, price, language or paper of the service, new or rewritten."""
    what = f"{_('Changed')}: {part._meta.verbose_name} {part}"
    with _changing(Edit.Kind.PART, [type(part)], by=by, services=[service], what=what):
        part.save()


@transaction.atomic
def remove_part(*, by: User, service: Service, part: Model) -> None:
    """It is not part of the listing any more."""
    what = f"{_('Removed')}: {part._meta.verbose_name} {part}"
    with _changing(Edit.Kind.PART, [type(part)], by=by, services=[service], what=what):
        part.delete()


# --- from state to state ----------------------------------------------------


@transaction.atomic
def submit_for_review(*, by: User, service: Service, note: str = "") -> Listing:
    """A draft is ready to be looked at before it is published. Raises NotPossible, naming what is missing."""
    entry = _locked(service)
    if missing := what_is_missing(service, entry):
        raise NotPossible(_cannot_publish(missing))
    return _step(service, State.IN_REVIEW, by=by, note=note, entry=entry)


@transaction.atomic
def return_to_draft(*, by: User, service: Service, note: str = "") -> Listing:
    """There is more to do; also how an archived listing comes back, unless it is one with another by now."""
    if merged := service.merge_or_none:
        raise NotPossible(
            _("It was merged into “%(kept)s”. Take the merge back instead.") % {"kept": merged.kept}
        )
    return _step(service, State.DRAFT, by=by, note=note)


@transaction.atomic
def publish(*, by: User, service: Service, note: str = "", how: str = "") -> Listing:
    """Let everybody find it. `how` says how `by` has just made sure of it: the pages always ask.

    Raises NotPossible, naming what is missing.
    """
    entry = _locked(service)
    if missing := what_is_missing(service, entry):
        raise NotPossible(_cannot_publish(missing))
    ensure_may_decide(service, entry, by=by)
    entry.published_at = timezone.now()
    entry.published_by = by
    if how:
        _mark_checked(entry, by=by, how=how)
    return _step(service, State.PUBLISHED, by=by, note=note, entry=entry)


@transaction.atomic
def ask_for_check(*, by: User | None, service: Service, note: str = "") -> Listing:
    """Something may be wrong with it: take it out of the public directory until somebody has looked."""
    return _step(service, State.NEEDS_CHECK, by=by, note=note)


@transaction.atomic
def ask_to_read_again(*, by: User | None, service: Service, note: str) -> Listing:
    """A published listing says something new that no curator has read: it stays, as not checked yet."""
    entry = _locked(service)
    _unread(entry, by=by, note=note)
    return entry


@transaction.atomic
def archive(*, by: User, service: Service, note: str = "") -> Listing:
    """It is not offered any more. It stays in the history and in the plans that speak of it."""
    _close_reports(service, by)
    return _step(service, State.ARCHIVED, by=by, note=note)


@transaction.atomic
def verify(*, by: User, service: Service, how: str, on: date | None = None) -> Listing:
    """Somebody has made sure that what it says is true. One that needed a check is published again."""
    entry = _locked(service)
    ensure_may_decide(service, entry, by=by)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=_("Checked")):
        _mark_checked(entry, by=by, how=how, on=on)
        entry.save(update_fields=["verified_on", "verified_by", "verified_how"])
        _close_reports(service, by)
        if entry.state == State.NEEDS_CHECK:
            return publish(by=by, service=service)
    return entry


@transaction.atomic
def note_gaps(*, needs: Iterable[str], on: date) -> None:
    """These needs found nothing on this day; each day counts once, however many looked."""
    gaps = [GapRecord(need=need, first_on=on, last_on=on) for need in sorted(set(needs))]
    if gaps:
        known = GapRecord.objects.filter(need__in=[gap.need for gap in gaps])
        known.filter(last_on__lt=on).update(days=F("days") + 1, last_on=on)
        GapRecord.objects.bulk_create(gaps, ignore_conflicts=True)


# --- what people tell us -----------------------------------------------------


@transaction.atomic
def note_outcome(*, service_id: UUID, fits: int, no_fit: int) -> None:
    """So many people say that a listing fits, or does not. Of too few of them nothing is kept."""
    if fits + no_fit < FEWEST:
        Outcome.objects.filter(service=service_id).delete()
    else:
        Outcome.objects.update_or_create(service_id=service_id, defaults={"fits": fits, "no_fit": no_fit})


@transaction.atomic
def report_problem(*, service: Service, problem: str, words: str, source: str) -> ProblemReport:
    """Somebody says that something is wrong. The same from the same person counts once.

    When several people, apart from each other, could not reach them, the
    listing goes back to the curators.
    """
    listing = _locked(service)
    report, _made = ProblemReport.objects.update_or_create(
        service=service, problem=problem, source=source, closed_at=None, defaults={"words": words}
    )
    unreachable = service.problem_reports.still_open().filter(problem=ProblemReport.Problem.UNREACHABLE)
    if listing.is_published and unreachable.count() >= ENOUGH_REPORTS:
        ask_for_check(by=None, service=service, note=_("Several people could not reach them"))
    return report


@transaction.atomic
def suggest_place(*, name: str, words: str, link: str = "", reach: str = "") -> Suggestion:
    """Somebody knows a place that is missing."""
    return Suggestion.objects.create(name=name, words=words, link=link, reach=reach)


@transaction.atomic
def close_suggestion(*, by: User, suggestion: Suggestion) -> None:
    """A curator has dealt with it, whatever came of it."""
    Suggestion.objects.still_open().filter(pk=suggestion.pk).update(closed_at=timezone.now(), closed_by=by)


def _close_reports(service: Service, by: User) -> None:
    service.problem_reports.still_open().update(closed_at=timezone.now(), closed_by=by, source="")


def what_is_missing(
    service: Service, listing: Listing, *, categories: Sequence[TaxonomyTerm | str] | None = None
) -> list[str]:
    """What a listing still needs before everybody may find it, in words for the curator; [] if nothing."""
    if categories is None:
        categories = list(TaxonomyTerm.objects.categories().filter(attributes__service=service))
    is_reachable = (
        service.email
        or service.url
        or service.phones.exists()
        or service.service_at_locations.exists()
        or service.organization.phones.exists()
        or service.organization.email
        or service.organization.website
    )
    checks = [
        (listing.kind, _("its kind")),
        (categories, _("a category")),
        (listing.affiliation.strip(), _("who it stands with (write “none” if nobody)")),
        (listing.summary.strip() or service.description.strip(), _("what it is, in a sentence or two")),
        (is_reachable, _("a way to reach it: a phone, an e-mail address, a web page or a place")),
        (service.status != Service.Status.DEFUNCT, _("to be running: it is marked as ended")),
    ]
    return [words for is_there, words in checks if not is_there]


def _cannot_publish(missing: list[str]) -> str:
    return _("Before everybody may find it, it still needs: %(missing)s.") % {"missing": "; ".join(missing)}


@contextmanager
def _changing(
    kind: str, tables: Iterable[type[Model]], *, by: User, services: Iterable[Service], what: str = ""
) -> Iterator[None]:
    """What is done meanwhile changes these services: it is written down, and they are found by it."""
    services = list(services)
    with written_down(kind, tables, by=by, services=services, what=what):
        yield
        for service in services:
            _note_change(_locked(service), by)
    Service.objects.filter(pk__in=[service.pk for service in services]).reindex()


def _note_change(entry: Listing, by: User) -> None:
    """Who changed it last. Where a second person reads everything, a published one waits for them."""
    if entry.changed_by_id != by.pk:
        entry.changed_by = by
        entry.save(update_fields=["changed_by"])
    if settings.SECOND_PAIR_OF_EYES and entry.is_published and entry.verified_on:
        _unread(entry, by=by, note=_("Changed; another curator reads it"))


def _unread(entry: Listing, *, by: User | None, note: str) -> None:
    entry.verified_on, entry.verified_by, entry.verified_how = None, None, ""
    entry.save(update_fields=["verified_on", "verified_by", "verified_how"])
    StateChange.objects.create(listing=entry, from_state=entry.state, to_state=entry.state, by=by, note=note)


def _mark_checked(entry: Listing, *, by: User, how: str, on: date | None = None) -> None:
    entry.verified_on = on or timezone.localdate()
    entry.verified_by = by
    entry.verified_how = how


def _locked(service: Service) -> Listing:
    return Listing.objects.select_for_update().get(service=service)


def _step(service: Service, to: str, *, by: User | None, note: str, entry: Listing | None = None) -> Listing:
    entry = entry or _locked(service)
    if to not in STEPS[State(entry.state)]:
        raise NotPossible(
            _("It is “%(now)s” and cannot become “%(then)s” from there.")
            % {"now": entry.get_state_display(), "then": State(to).label}
        )
    StateChange.objects.create(listing=entry, from_state=entry.state, to_state=to, by=by, note=note)
    entry.state = to
    what = str(State(to).label)
    with written_down(Edit.Kind.STATE, STATE, by=by, services=[service], what=what):
        entry.save()
    return entry


def _fill(row: Any, columns: Fields) -> None:
    for name, value in columns.items():
        setattr(row, name, value)


def _rewrite(row: Any, columns: Fields) -> None:
    _fill(row, columns)
    row.save()


def _place_of(
    service: Service, place: Fields, address: Fields | None, accessibility: str
) -> ServiceAtLocation:
    location = Location.objects.create(organization=service.organization, **place)
    if address:
        Address.objects.create(location=location, **address)
    if accessibility:
        Accessibility.objects.create(location=location, description=accessibility)
    return ServiceAtLocation.objects.create(service=service, location=location)


def _categorize(service: Service, categories: Iterable[TaxonomyTerm | str]) -> None:
    """Give the service these categories and no others; terms of other taxonomies stay."""
    own = ensure_categories()
    wanted = {own[each] if isinstance(each, str) else each for each in categories}
    links = Attribute.objects.filter(service=service, taxonomy_term__taxonomy_id=TAXONOMY_ID)
    links.exclude(taxonomy_term__in=wanted).delete()
    there = set(links.values_list("taxonomy_term_id", flat=True))
    Attribute.objects.bulk_create(
        Attribute(service=service, taxonomy_term=term)
        for term in sorted(wanted, key=str)
        if term.pk not in there
    )
