"""What a client looks for in the directory, and what became of what they kept. All of it is theirs."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import ConnectionQuerySet, OwnedQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.records import PrivateRecord
from community.models import Service


class LookingFor(PrivateRecord):
    """What the directory may know of a client when it looks for what fits. Who said nothing has no row.

    The needs are the open circumstances of the record, which the coach reads, and those that are said here:
    nobody else reads them.
    """

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="looking_for")
    needs = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    interests = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    vetoed = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    unwanted = ArrayField(
        models.UUIDField(), default=list, blank=True, help_text="Single listings not to be suggested again."
    )
    near = EncryptedTextField(
        _("near"), max_length=100, blank=True, help_text=_("A town or a postcode. Empty for anywhere.")
    )
    within = models.PositiveSmallIntegerField(_("within"), default=10)
    age = models.PositiveSmallIntegerField(
        _("your age"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "what they look for"
        constraints = [
            models.CheckConstraint(condition=Q(age=None) | Q(age__lte=120), name="looking_for_age")
        ]

    def __str__(self) -> str:
        return ", ".join([*self.needs, *self.interests])


class Connection(PrivateRecord):
    """A listing that a client kept, and how it went. The provider hears nothing of it, ever.

    Only the client writes here. The coach sees a row while it is shared; the
    directory learns how many it fitted, and of nobody whom.
    """

    class State(models.TextChoices):
        SAVED = "saved", _("Kept for later")
        CONTACTED = "contacted", _("I asked them")
        ATTENDED = "attended", _("I was there")
        FITS = "fits", _("It fits")
        NO_FIT = "no_fit", _("It does not fit")

    NEXT = {
        State.SAVED: [State.CONTACTED],
        State.CONTACTED: [State.ATTENDED, State.NO_FIT],
        State.ATTENDED: [State.FITS, State.NO_FIT],
    }
    """What may come next; each can be undone."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="connections")
    service = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, editable=False, related_name="connections"
    )
    name = models.CharField(max_length=250, editable=False, help_text="What it was called when it was kept.")
    state = models.CharField(_("how it stands"), max_length=9, choices=State, default=State.SAVED)
    before = ArrayField(models.CharField(max_length=9), default=list, editable=False)
    """The states it was in before, the last one last: where undo goes back to."""
    words = EncryptedTextField(_("why, or anything else"), max_length=2000, blank=True)
    is_shared = models.BooleanField(_("my coach may see it"), default=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "service"], name="connection_once_for_each_listing"),
            models.CheckConstraint(
                condition=Q(state__in=["saved", "contacted", "attended", "fits", "no_fit"]),
                name="connection_state_is_known",
            ),
        ]
        indexes = [models.Index(fields=["service", "state"], name="connection_outcomes")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_listed(self) -> bool:
        """Whether it can be found in the directory now; read where `with_listing()` was asked for."""
        return self.service is not None and self.service.listing.is_published

    @property
    def next_states(self) -> list[tuple[str, str]]:
        """Each with its words, for the buttons."""
        return [(state.value, str(state.label)) for state in self.NEXT.get(self.State(self.state), [])]

    def go_on(self, to: str) -> Self:
        """It went one step further. A step that does not follow, such as a second click, changes nothing."""
        if to in self.NEXT.get(self.State(self.state), []):
            self.before = [*self.before, self.state]
            self.state, self.changed_at = to, timezone.now()
            self.save(update_fields=["state", "before", "changed_at"])
        return self

    def undo(self) -> Self:
        """One step back. At the first nothing changes."""
        if self.before:
            *self.before, self.state = self.before
            self.changed_at = timezone.now()
            self.save(update_fields=["state", "before", "changed_at"])
        return self
