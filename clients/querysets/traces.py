"""Who read and changed what, and which records are to be erased."""

from collections.abc import Iterable
from datetime import UTC
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from coaching.accounts.querysets import Person

if TYPE_CHECKING:
    from clients.models import Client
    from coaching.accounts.models import User


class TraceQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those in this person's own records: they are for the client alone."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(client__user=user)

    def leave(self, *, client: "Client", by: "User", act: str, part: str) -> None:
        """Note that `by` did this. The client's own reading is theirs and is not noted."""
        if act == "read" and client.user_id == by.pk:
            return
        now = timezone.now()
        key = {"client": client, "person": by, "act": act, "part": part, "day": now.astimezone(UTC).date()}
        if self.filter(**key).update(times=F("times") + 1, at=now):
            return
        # Where somebody was quicker by a moment, one of the two is counted.
        self.leave_for_all(clients=[client], by=by, act=act, part=part)

    def leave_for_all(self, *, clients: Iterable["Client"], by: "User", act: str, part: str) -> None:
        """The same for many clients at once, in one query; a second time that day is not counted."""
        now = timezone.now()
        key = {"person": by, "act": act, "part": part, "day": now.astimezone(UTC).date()}
        self.bulk_create(
            [self.model(client=client, at=now, **key) for client in clients],
            update_conflicts=True,
            unique_fields=["client", *key],
            update_fields=["at"],
        )


class ErasureQuerySet(models.QuerySet):
    def open(self) -> Self:
        """Those that were asked for and neither taken back nor carried out."""
        return self.filter(withdrawn_at=None, done_at=None)

    def due(self) -> Self:
        """Those whose time to think again is over, by the database's clock."""
        return self.open().filter(due_at__lte=Now())

    def visible_to(self, user: Person) -> Self:
        """Those of the records this person may see."""
        from clients.models import Client  # noqa: PLC0415 - it is not related, so that it outlives the client

        return self.filter(record__in=Client.objects.visible_to(user).values("pk"))

    def belonging_to(self, user: Person) -> Self:
        from clients.models import Client  # noqa: PLC0415

        return self.filter(record__in=Client.objects.belonging_to(user).values("pk"))
