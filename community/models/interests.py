"""What a curator has to do with an organization, so that others check its listings."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models.organizations import Organization
from community.querysets.interests import InterestQuerySet


class Interest(Record):
    """A curator works for an organization, runs it, or stands close to it. They said so themselves.

    While it lasts they cannot check or publish its listings: the verbs refuse
    it, and so does a trigger on the listing.
    """

    curator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="interests")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="interests")
    words = models.CharField(
        _("what you have to do with it"),
        max_length=250,
        help_text=_("For example: I work there, I sit on its board, my sister runs it."),
    )
    ended_at = models.DateTimeField(null=True, editable=False)

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["curator", "organization"], condition=Q(ended_at=None), name="interest_declared_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.curator}: {self.words}"
