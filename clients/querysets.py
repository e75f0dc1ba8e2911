"""The root access rule: which clients' records a person may see. Every other app composes it."""

from typing import Self

from django.db import models
from django.db.models import Q

from coaching.accounts.querysets import Person


class ClientQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those this person coaches, and the one they are."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(coach__user=user) | Q(user=user))

    def coached_by(self, user: Person) -> Self:
        """Those this person coaches."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coach__user=user)

    def belonging_to(self, user: Person) -> Self:
        """The records that are this person's own: one for each coach they work with."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(user=user)

    def on_roster_of(self, user: Person) -> Self:
        """Those of the practice this person owns: names and coaches, not content."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(practice__coaches__user=user, practice__coaches__is_owner=True)

    def search(self, text: str) -> Self:
        """Those whose name or e-mail address holds every word of `text`."""
        rows = self
        for word in text.split():
            rows = rows.filter(Q(name__icontains=word) | Q(email__icontains=word))
        return rows
