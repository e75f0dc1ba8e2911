"""What a coach keeps for their list of clients."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Now

from coaching.accounts.querysets import Person

if TYPE_CHECKING:
    from coaching.accounts.models import Coach


class RosterViewQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def keep(self, *, coach: "Coach", name: str, query: str) -> None:
        """Under this name; an earlier one of the same name is replaced."""
        self.update_or_create(coach=coach, name=name, defaults={"query": query})


class RosterImportQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A coach's own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def under_way(self) -> Self:
        return self.filter(state="under_way")

    def forgotten(self, age: timedelta) -> Self:
        """Those handed in so long ago and never brought in."""
        return self.filter(state="looked_at", created_at__lte=Now() - age)
