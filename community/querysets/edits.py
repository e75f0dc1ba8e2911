"""What curators changed."""

from typing import Self

from django.db import models

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate


class EditQuerySet(models.QuerySet):
    def editable_by(self, user: Person) -> Self:
        """All of them for a curator; the rows themselves are left where they are."""
        return self.defer("rows") if may_curate(user) else self.none()

    def to_take_back(self) -> Self:
        """Those that nobody has taken back."""
        return self.filter(undone_at=None)
