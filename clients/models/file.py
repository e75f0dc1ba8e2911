"""Documents and pictures in a client's record, encrypted like everything private."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.files.kinds import Kind
from clients.files.querysets import RecordFileQuerySet
from clients.models.client import Client
from coaching.accounts.encryption import EncryptedBytesField, EncryptedTextField
from coaching.accounts.models import User
from coaching.accounts.records import PrivateRecord


class RecordFile(PrivateRecord):
    """What a client or their coach has put into the record; its name is private, too, for it tells a lot."""

    class Audience(models.TextChoices):
        ME = "me", _("Only you")
        COACHES = "coaches", _("The client's coaches in this practice")
        BOTH = "both", _("The client and their coaches in this practice")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="files")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="files_added", editable=False)
    name = EncryptedTextField(_("name"), max_length=120)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    size = models.PositiveIntegerField(help_text=_("In bytes."))
    audience = models.CharField(_("who can see this"), max_length=7, choices=Audience, default=Audience.ME)

    objects = RecordFileQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            models.CheckConstraint(
                condition=Q(audience__in=["me", "coaches", "both"]), name="recordfile_audience_is_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="recordfile_kind_is_known"),
            models.CheckConstraint(condition=Q(size__gte=1), name="recordfile_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clients:file_download", args=[self.pk])


class FileContent(PrivateRecord):
    """What a file holds: a row of its own, so that no list of files reads it."""

    file = models.OneToOneField(RecordFile, on_delete=models.CASCADE, related_name="stored")
    content = EncryptedBytesField()

    class Meta:
        ordering = ["file"]
        verbose_name_plural = _("contents of files")

    def __str__(self) -> str:
        return str(self.file_id)
