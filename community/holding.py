"""Rows are held until what is being done is over, always in one order, so that no two wait for each other.

First who runs services, the services, and what belongs to them (the order of
`TABLES`, and in each table that of the ids); last their entries in the
directory, which whoever changes a listing holds. Nobody is kept from speaking
of a row that is held: a client keeps a listing while an import writes it.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

from community.models import Listing, Service


def hold(rows: models.QuerySet[Any]) -> None:
    """Nobody else changes these from here on."""
    list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))


def locked(service: Service) -> Listing:
    """Its entry, held. Whoever writes the service's own words holds that first."""
    return Listing.objects.select_for_update(no_key=True).get(service=service)


def all_locked(services: Iterable[Service]) -> list[Listing]:
    """The entries of these, held."""
    entries = Listing.objects.filter(service__in=[service.pk for service in services])
    return list(entries.select_for_update(no_key=True).order_by("pk"))
