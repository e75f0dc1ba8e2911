"""What matters to a client, in their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import OwnedAndCoachedQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.records import PrivateRecord


class Value(PrivateRecord):
    """One thing that matters to the client. There is no list to choose from: it starts empty."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="values")
    words = EncryptedTextField(_("what matters to you"), max_length=250)
    position = models.PositiveIntegerField(default=0, editable=False)

    objects = OwnedAndCoachedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.words

    def move(self, *, by: int) -> None:
        """Change places with a neighbour: -1 one up, 1 one down. At an end nothing changes.

        Raises NotUpdated where it has been taken out meanwhile.
        """
        row = list(Value.objects.filter(client=self.client).select_for_update())
        if self not in row:
            raise self.NotUpdated
        here = row.index(self)
        there = here + by
        if 0 <= there < len(row):
            row[here], row[there] = row[there], row[here]
        for position, value in enumerate(row):
            value.position = position
        Value.objects.bulk_update(row, ["position"])
