"""What curators have to do with organizations."""

from typing import Self

from django.db import models

from coaching.accounts.querysets import Person
from community.querysets.curated import may_curate


class InterestQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """All of them for every curator: that others see them is the point."""
        return self.all() if may_curate(user) else self.none()

    def belonging_to(self, user: Person) -> Self:
        """Their own."""
        return self.filter(curator=user.pk) if may_curate(user) else self.none()

    def lasting(self) -> Self:
        """Those that have not ended."""
        return self.filter(ended_at=None)
