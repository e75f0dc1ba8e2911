"""What surrounds a client's life, named as what it is and never as a failing of theirs."""

from datetime import datetime

import pghistory
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import CircumstanceQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.models import User
from coaching.accounts.records import PrivateRecord
from community.vocabulary import NEEDS

DOMAINS = [(code, name) for code, (name, _description) in NEEDS.items()]
"""The same needs as the directory's categories, so that a circumstance leads to resources."""


class Urgency(models.TextChoices):
    BACKGROUND = "background", _("In the background")
    PRESSING = "pressing", _("Pressing")
    URGENT = "urgent", _("Urgent: it cannot wait")


class State(models.TextChoices):
    PRESENT = "present", _("It is there")
    EASING = "easing", _("It is easing")
    RESOLVED = "resolved", _("It is resolved")


class ChangedSince(Exception):
    """The words are no longer those that the client read when they said that it is so."""


@pghistory.track(exclude=["words", "would_help"])
class Circumstance(PrivateRecord):
    """One thing that shapes what a person can do: rent, work, care, discrimination, being alone.

    The client says it, or the coach writes it down in the client's presence;
    then the client confirms it. Its words are encrypted, and the history keeps
    only how pressing it was, when.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="circumstances")
    domain = models.CharField(_("what it is about"), max_length=17, choices=DOMAINS)
    urgency = models.CharField(
        _("how pressing it is"), max_length=10, choices=Urgency, default=Urgency.PRESSING
    )
    state = models.CharField(_("how it stands"), max_length=8, choices=State, default=State.PRESENT)
    words = EncryptedTextField(_("what it is like"), max_length=4000)
    would_help = EncryptedTextField(_("what would help"), max_length=2000, blank=True)
    recorded_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="circumstances_recorded", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CircumstanceQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(domain__in=list(NEEDS)), name="circumstance_domain_is_known"),
            models.CheckConstraint(
                condition=Q(urgency__in=Urgency.values), name="circumstance_urgency_is_known"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="circumstance_state_is_known"),
        ]

    def __str__(self) -> str:
        return self.get_domain_display()

    @property
    def is_open(self) -> bool:
        return self.state != State.RESOLVED

    @property
    def is_urgent(self) -> bool:
        return self.is_open and self.urgency == Urgency.URGENT

    @property
    def is_confirmed(self) -> bool:
        """Whether the client has said that it is so, by writing it or by a yes to what the coach wrote."""
        return self.confirmed_at is not None

    def write(self, *, by: User, at: datetime | None = None) -> None:
        """Save what was said. What the client writes is theirs; what the coach writes waits for their yes."""
        self.changed_at = at or timezone.now()
        is_own = self.client.user_id is not None and self.client.user_id == by.pk
        self.confirmed_at = self.changed_at if is_own else None
        if self._state.adding:
            self.recorded_by = by
        with pghistory.context(user=str(by.pk), at=self.changed_at.isoformat()):
            # What was taken out meanwhile does not come back.
            self.save(force_insert=self._state.adding, force_update=not self._state.adding)

    @property
    def edition(self) -> str:
        """Of what a person reads before they say that it is so: written anew, it is another one."""
        return self.changed_at.isoformat()

    def confirm(self, *, by: User, seen: str | None = None) -> None:
        """The client says that what their coach wrote down is so. `seen`: the `edition` that they read.

        Raises ChangedSince where the coach has written it anew meanwhile.
        """
        with transaction.atomic(), pghistory.context(user=str(by.pk)):
            now = Circumstance.objects.select_for_update().filter(pk=self.pk)
            self.changed_at = now.values_list("changed_at", flat=True).first() or self.changed_at
            if seen is not None and seen != self.edition:
                raise ChangedSince
            self.confirmed_at = timezone.now()
            self.save(update_fields=["confirmed_at"])
