"""What the directory learns of how its listings fit: how many people, and nothing else."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from clients.models import Connection
from community.actions import note_outcome


def tell_directory(service_ids: Iterable[UUID]) -> None:
    """Count anew for how many people each of these fits. A person with two coaches counts once."""
    for service_id in service_ids:
        decided = Connection.objects.filter(service=service_id, state__in=["fits", "no_fit"])
        people = dict(
            decided.order_by()
            .values("state")
            .annotate(people=Count("client__user", distinct=True))
            .values_list("state", "people")
        )
        note_outcome(service_id=service_id, fits=people.get("fits", 0), no_fit=people.get("no_fit", 0))
