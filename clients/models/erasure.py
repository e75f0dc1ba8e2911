"""What is left of a record that was erased: that it was. And the mail that warns before one is."""

from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clients import emails
from clients.models.client import Client
from clients.querysets import ErasureQuerySet
from coaching.accounts.deliveries import Delivery, DeliveryQuerySet
from coaching.accounts.models import User
from coaching.accounts.records import Record

COOLING_OFF = timedelta(days=14)
"""How long a request can be taken back before it is carried out."""


WARNED_BEFORE = timedelta(days=30)
"""So long before a record is erased by retention the client gets a mail, and the coach a notice."""


class Erasure(Record):
    """A record is to be erased, and later this is the only line that tells of it: a number and dates."""

    class Reason(models.TextChoices):
        ASKED = "asked", _("The client has asked for it")
        RETENTION = "retention", _("The practice keeps records no longer")

    record = models.UUIDField(help_text="The id the client had; on purpose no relation, for it outlives it.")
    requested_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="erasures_requested"
    )
    reason = models.CharField(max_length=9, choices=Reason, default=Reason.ASKED)
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ErasureQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(done_at=None), name="erasure_withdrawn_or_done"
            ),
            models.UniqueConstraint(
                fields=["record"],
                condition=Q(withdrawn_at=None, done_at=None),
                name="erasure_one_open_request",
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["asked", "retention"]), name="erasure_reason_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)

    def withdraw(self, *, at: datetime | None = None) -> None:
        """The client has thought again; nothing was lost."""
        self.withdrawn_at = at or timezone.now()
        self.save(update_fields=["withdrawn_at"])


class ErasureWarning(Delivery):
    """Tells a client by mail on which day their record is erased, because the practice keeps it no longer.

    It belongs to the client and not to the erasure: it goes with the record.
    """

    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="erasure_warning")

    objects = DeliveryQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.client_id)

    def compose(self) -> EmailMultiAlternatives | None:
        """Reads again whether it still holds: the work may have been taken up."""
        client = Client.objects.select_related("user", "practice").get(pk=self.client_id)
        erasure = Erasure.objects.open().filter(record=client.pk, reason="retention").first()
        if erasure is None or client.user is None or not client.user.is_active:
            return None
        return emails.erasure_warning(self, client, erasure)
