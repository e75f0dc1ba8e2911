"""A secret place that a source sends anew, under another id or as part of another place, stays secret."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from uuid import UUID

from django.db import models

from community.hsds.check import Checker
from community.hsds.report import Finding, Report
from community.models import Address, Location, Service, ServiceAtLocation

WHY = "from all pages, because a place of theirs with the same address is kept secret"

type Owners = dict[UUID, set[Any]]
"""By place: the services that are there, and who runs them or the place."""


class Hidden:
    """Where secret places are, and whose. Asked before an import is written, because it may move an address.

    `left` names the services that were at a place and are not any more.
    """

    def __init__(self, left: Mapping[UUID, set[Any]]) -> None:
        places = Location.objects.filter(is_confidential=True)
        owners = _owners(places)
        runs = dict(Service.objects.filter(pk__in=chain(*left.values())).values_list("pk", "organization"))
        self.owners: dict[str, set[Any]] = {}
        for address in Address.objects.filter(location__in=places):
            there = left.get(address.location_id, set())
            theirs = owners[address.location_id] | there | {runs.get(each) for each in there}
            self.owners.setdefault(_where(address), set()).update(theirs - {None})

    def keep(self, checker: Checker, report: Report) -> None:
        """Hide what this import wrote of places where one of theirs is hidden. Findings name no street."""
        said = dict(_said(checker))
        places = Location.objects.filter(pk__in=said, is_confidential=False)
        owners = _owners(places)
        found = {
            address.location_id
            for address in Address.objects.filter(location__in=places)
            if not self.owners.get(_where(address), set()).isdisjoint(owners[address.location_id])
        }
        Location.objects.filter(pk__in=found).update(is_confidential=True)
        report.findings += [Finding(*said[pk], WHY, is_refused=False) for pk in sorted(found)]


def _said(checker: Checker) -> Iterator[tuple[UUID, tuple[str, int]]]:
    """The places of which this import says something new, and where it says so; of an address last."""
    for model, column in [(Location, "pk"), (ServiceAtLocation, "location_id"), (Address, "location_id")]:
        if good := checker.good.get(model):
            for row in good.rewritten:
                yield getattr(row, column), good.rows[row.pk][0]


def _owners(places: models.QuerySet[Location]) -> Owners:
    owners: Owners = {}
    service = "service_at_locations__service"
    for pk, *theirs in places.values_list("pk", "organization", service, f"{service}__organization"):
        owners.setdefault(pk, set()).update({*theirs} - {None})
    return owners


def _where(address: Address) -> str:
    """Street and postcode, however they are written."""
    said = f"{address.address_1}{address.postal_code}".casefold()
    return "".join(letter for letter in said if letter.isalnum())
