"""What a listing and its organization say."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from coaching.accounts.models import User
from community.actions.columns import Fields, fill, rewrite
from community.actions.parts import place_of
from community.actions.states import State
from community.edits import WORDS, written_down
from community.eyes import note_change
from community.holding import all_locked, hold, locked
from community.models import (
    Attribute,
    CostOption,
    Edit,
    Language,
    Listing,
    Organization,
    Phone,
    RequiredDocument,
    Schedule,
    Service,
    StateChange,
    TaxonomyTerm,
)
from community.publishing import ensure_its_own, ensure_stays_complete
from community.vocabulary import TAXONOMY_ID, ensure_categories


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
        place_of(made, place or {}, address, accessibility)
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
    hold(Service.objects.filter(pk=service.pk))
    entry = locked(service)
    ensure_its_own(service)
    categories = list(categories)
    with written_down(Edit.Kind.WORDS, WORDS, by=by, services=[service]):
        fill(service, columns)
        fill(entry, listing)
        ensure_stays_complete(service, entry, categories=categories)
        note_change(entry, by)
        service.save()
        entry.save()
        _categorize(service, categories)
    Service.objects.filter(pk=service.pk).reindex()


@transaction.atomic
def change_organization(*, by: User, organization: Organization, columns: Fields) -> None:
    """Rewrite what is known of an organization, and how its services are found.

    Raises NotPossible where nobody could reach a published one any more.
    """
    with written_down(Edit.Kind.WORDS, [Organization], by=by, organization=organization):
        rewrite(organization, columns)
    for entry in all_locked(organization.services.all()):
        entry.service.organization = organization
        ensure_stays_complete(entry.service, entry)
        note_change(entry, by)
    Service.objects.filter(organization=organization).reindex()


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
