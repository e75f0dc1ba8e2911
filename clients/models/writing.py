"""What people write at length: by the coach as notes, by the client as a journal. A draft is never lost."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.querysets import JournalEntryQuerySet, NoteQuerySet
from coaching.accounts.encryption import EncryptedTextField
from coaching.accounts.models import User
from coaching.accounts.records import PrivateRecord


class Writing(PrivateRecord):
    """A text and, beside it, what is being typed. Only the writer ever sees a draft."""

    IS_COACHS: ClassVar[bool] = False
    """Whether a coach writes it: then it leaves with the client only where it is `shared_with_client`."""

    client: models.ForeignKey
    words = EncryptedTextField(_("text"), max_length=50_000, blank=True)
    draft = EncryptedTextField(max_length=50_000, blank=True, editable=False)
    draft_at = models.DateTimeField(null=True, blank=True, editable=False)
    saved_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return Truncator(self.latest).chars(80)

    @property
    def has_draft(self) -> bool:
        return self.draft_at is not None

    @property
    def is_saved(self) -> bool:
        """Whether it was ever saved; before that it is a draft and nothing else."""
        return self.saved_at is not None

    @property
    def latest(self) -> str:
        """What its writer goes on from."""
        return self.draft if self.has_draft else self.words

    def keep_draft(self, text: str, *, at: datetime | None = None) -> None:
        """Keep what is being typed. What others may see stays as it was last saved. Raises AgreementFirst."""
        self._check_draft()
        is_as_saved = self.is_saved and text == self.words
        self.draft, self.draft_at = ("", None) if is_as_saved else (text, at or timezone.now())
        self.save()

    def _check_draft(self) -> None:
        self.client.check_open_to_words()

    def publish(self, text: str, *, at: datetime | None = None) -> None:
        """Save the text for the audience it has; the draft has done its work. Raises AgreementFirst."""
        self.client.check_open_to_words()
        self.words, self.draft, self.draft_at = text, "", None
        self.saved_at = at or timezone.now()
        self.save()


class Note(Writing):
    """What a coach writes about the work with a client."""

    IS_COACHS = True

    class Audience(models.TextChoices):
        AUTHOR = "author", _("Only you")
        COACHES = "coaches", _("The client's coaches in this practice")
        CLIENT = "client", _("The client, too")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notes_written", editable=False)
    audience = models.CharField(
        _("who can see this"), max_length=7, choices=Audience, default=Audience.AUTHOR
    )

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["author", "coaches", "client"]), name="note_audience_is_known"
            ),
        ]

    def get_absolute_url(self) -> str:
        """Where its author goes on writing it."""
        return reverse("clients:note_write", args=[self.client_id, self.pk])


class JournalEntry(Writing):
    """What a client writes for themselves; entry by entry they may let their coach read it."""

    class Audience(models.TextChoices):
        ME = "me", _("Only you")
        COACH = "coach", _("You and your coach")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="journal_entries")
    audience = models.CharField(_("who can see this"), max_length=5, choices=Audience, default=Audience.ME)

    objects = JournalEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "journal entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["me", "coach"]), name="journalentry_audience_is_known"
            ),
        ]

    def get_absolute_url(self) -> str:
        return reverse("clients:journal_write", args=[self.pk])

    @property
    def is_shared(self) -> bool:
        return self.audience == self.Audience.COACH
