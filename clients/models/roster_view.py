"""A view of the list of clients that a coach comes back to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.querysets import RosterViewQuerySet
from coaching.accounts.models import Coach
from coaching.accounts.records import Record


class RosterView(Record):
    """What a coach looked for, under a name: the part of the list's address after the `?`."""

    coach = models.ForeignKey(Coach, on_delete=models.CASCADE, related_name="roster_views")
    name = models.CharField(_("name of this view"), max_length=60)
    query = models.CharField(max_length=500)

    objects = RosterViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["coach", "name"], name="roster_view_name_unique_per_coach")
        ]

    def __str__(self) -> str:
        return self.name
