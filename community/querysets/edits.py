"""What curators changed."""

from typing import Self

from django.db import models

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate


class EditQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator."""
        return self.all() if may_curate(user) else self.none()

    def with_people(self) -> Self:
        """With who did it, and who took it back."""
        return self.select_related("by", "undone_by")

    def with_names(self) -> Self:
        """With what it was done to. One more query."""
        return self.select_related("organization").prefetch_related("services")
