"""What a client and their coach write to each other, in one thread."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clients.models.client import Client
from clients.models.writing import Writing
from clients.querysets import MessageQuerySet
from coaching.accounts.models import User


class Message(Writing):
    """One letter from one of the two to the other. Until it is sent it is its writer's own draft.

    Once sent (`saved_at`) it stays as it is. `reader` is whom it was sent to:
    a coach who takes over reads what is written from then on, and nothing that
    was written to another.
    """

    IS_COACHS = True

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="messages_written", editable=False
    )
    reader = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="messages_received", editable=False
    )
    opened_at = models.DateTimeField(
        _("opened"), null=True, blank=True, editable=False, help_text=_("When its reader first saw it.")
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        indexes = [
            models.Index(fields=["client", "-saved_at"], name="message_of_client"),
            models.Index(
                fields=["reader"], name="message_unread", condition=Q(opened_at=None, saved_at__isnull=False)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(saved_at=None, opened_at=None) | Q(saved_at__isnull=False, reader__isnull=False),
                name="message_sent_has_a_reader",
            )
        ]

    def _check_draft(self) -> None:
        """After the end nothing is sent, and what somebody had typed is not lost: it stays with them."""
        if not self.client.is_ended:
            super()._check_draft()
