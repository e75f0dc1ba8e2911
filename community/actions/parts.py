"""Where a listing is, and what it has several of."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from coaching.accounts.models import User
from community.actions.columns import Fields, rewrite
from community.edits import PLACES, written_down
from community.eyes import note_change
from community.holding import all_locked, locked
from community.models import (
    Accessibility,
    Address,
    Attribute,
    Contact,
    Edit,
    Location,
    Service,
    ServiceArea,
    ServiceAtLocation,
)
from community.publishing import ensure_its_own, ensure_stays_complete

SECRET_WORDS = [
    "name",
    "alternate_name",
    "description",
    "transportation",
    "url",
    "external_identifier",
    "external_identifier_type",
]
"""The columns that could tell where a place is."""


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
    with _changing(Edit.Kind.PLACE, PLACES, by=by, service=service, what=_("Added a place")):
        return place_of(service, place, address, accessibility)


@transaction.atomic
def change_place(
    *,
    by: User,
    location: Location,
    place: Fields,
    address: Fields | None,
    accessibility: str | None,
    service: Service | None = None,
) -> None:
    """Rewrite a place, on the page of `service`.

    `address` or `accessibility` None keeps it: a confidential one is never shown to edit.
    A place that is secret no longer says only what it is handed here: what
    was kept secret is dropped.
    """
    services = Service.objects.filter(service_at_locations__location=location)
    with _changing(Edit.Kind.PLACE, PLACES, by=by, service=service, services=services):
        if location.is_confidential and not place.get("is_confidential", True):
            _forget_secrets(location)
        rewrite(location, place)
        if address is not None:
            first = location.addresses.main_first().first() or Address(location=location)
            rewrite(first, address)
        access = location.accessibility.order_by("created_at", "pk").first()
        if accessibility is not None and (access or accessibility):
            rewrite(access or Accessibility(location=location), {"description": accessibility})


def _forget_secrets(location: Location) -> None:
    """Nothing is left of what could tell where it is; its phone and hours were public all the time."""
    location.addresses.all().delete()
    location.accessibility.all().delete()
    links = location.service_at_locations.all()
    there = Q(location=location) | Q(service_at_location__in=links)
    Attribute.objects.filter(there, service=None, organization=None).delete()
    Contact.objects.filter(there, service=None, organization=None).delete()
    ServiceArea.objects.filter(service_at_location__in=links, service=None).delete()
    links.update(description="")
    empty = dict.fromkeys(SECRET_WORDS, "")
    rewrite(location, {**empty, "latitude": None, "longitude": None})


@transaction.atomic
def remove_place(*, by: User, link: ServiceAtLocation) -> None:
    """The service is not there any more. The place itself stays: others, or its source, may speak of it.

    So it also stays secret, whatever brings the service back there. Raises
    NotPossible where nobody could reach it any more.
    """
    service = link.service
    with _changing(Edit.Kind.PLACE, PLACES, by=by, service=service, what=_("Removed a place")):
        link.delete()
        ensure_stays_complete(service, locked(service))


@transaction.atomic
def keep_part(*, by: User, service: Service, part: Model) -> None:
    """A phone, schedule, price, language or paper of the service, new or rewritten."""
    done = _("Added") if part._state.adding else _("Changed")
    what = f"{done}: {part._meta.verbose_name}, {part}"
    with _changing(Edit.Kind.PART, [type(part)], by=by, service=service, what=what):
        part.save()


@transaction.atomic
def remove_part(*, by: User, service: Service, part: Model) -> None:
    """It is not part of the listing any more. Raises NotPossible where nobody could reach it any more."""
    what = f"{_('Removed')}: {part._meta.verbose_name}, {part}"
    with _changing(Edit.Kind.PART, [type(part)], by=by, service=service, what=what):
        part.delete()
        ensure_stays_complete(service, locked(service))


@contextmanager
def _changing(
    kind: str,
    tables: Iterable[type[Model]],
    *,
    by: User,
    service: Service | None,
    services: Iterable[Service] = (),
    what: str = "",
) -> Iterator[None]:
    """What is done meanwhile to one service changes these, or it alone.

    It is written down, and they are found by it. Raises NotPossible where
    that one is one with another by now.
    """
    changed = {*services, *([service] if service else [])}
    entries = all_locked(changed)
    if service:
        ensure_its_own(service)
    with written_down(kind, tables, by=by, services=changed, what=what):
        yield
        for entry in entries:
            note_change(entry, by)
    Service.objects.filter(pk__in=[each.pk for each in changed]).reindex()


def place_of(
    service: Service, place: Fields, address: Fields | None, accessibility: str
) -> ServiceAtLocation:
    """A new place of the service's organization, where the service is from now on."""
    location = Location.objects.create(organization=service.organization, **place)
    if address:
        Address.objects.create(location=location, **address)
    if accessibility:
        Accessibility.objects.create(location=location, description=accessibility)
    return ServiceAtLocation.objects.create(service=service, location=location)
