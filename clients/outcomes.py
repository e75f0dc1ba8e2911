"""What the directory learns of how its listings fit: how many people, and nothing else."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clients.models import Connection
from community.actions import note_outcome


@transaction.atomic
def tell_directory(service_ids: Iterable[UUID], **_signal: Any) -> None:
    """Count anew for how many people each of these fits.

    A person with two coaches counts once, with their last word. Of several
    who say it at once each counts those before: they wait for each other.
    """
    for service_id in sorted(set(service_ids)):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"outcome:{service_id}"])
        decided = Connection.objects.filter(service=service_id, state__in=["fits", "no_fit"])
        last_words = decided.order_by("client__user", "-changed_at", "-pk").distinct("client__user")
        people = Counter(last_words.exclude(client__user=None).values_list("state", flat=True))
        note_outcome(service_id=service_id, fits=people["fits"], no_fit=people["no_fit"])
