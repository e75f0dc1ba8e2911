"""A small win: something that went well on the way to a goal, said in a sentence."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.models import User
from coaching.accounts.records import PrivateRecord
from goals.models.goal import Goal
from goals.querysets import WinQuerySet

LONGEST = 500


class Win(PrivateRecord):
    """Noted by the client, for themselves or for both; or by the coach, for both."""

    class Audience(models.TextChoices):
        ME = "me", _("Only you")
        BOTH = "both", _("You and your coach")

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="wins")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="wins_noted", editable=False)
    words = EncryptedTextField(_("what went well"), max_length=LONGEST)
    on = models.DateField(_("day"), default=timezone.localdate)
    audience = models.CharField(_("who can see this"), max_length=4, choices=Audience, default=Audience.ME)

    objects = WinQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(audience__in=["me", "both"]), name="win_audience_is_known"),
        ]

    def __str__(self) -> str:
        return self.words
