"""What curators changed."""

from typing import Self

from django.db import models

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate


class EditQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator; the rows themselves are left where they are."""
        return self.defer("rows") if may_curate(user) else self.none()

    def with_all(self) -> Self:
        """With who did it and to what."""
        return self.select_related("by", "undone_by", "organization").prefetch_related("services")
