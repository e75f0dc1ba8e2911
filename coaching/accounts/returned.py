"""Mails that came back, or that their reader reported as unwanted, as the mail provider tells."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.querysets import Person
from coaching.accounts.records import Record


class ReturnedMailQuerySet(models.QuerySet):
    def stopping(self, address: str) -> Self:
        """Those for whose sake no mail goes to this address now."""
        return self.filter(email=address.lower(), stops=True, cleared_at=None)

    def belonging_to(self, user: Person) -> Self:
        """Those that stop mails to the address this person signs in with."""
        return self.stopping(user.email) if user.is_authenticated else self.none()

    def note_password_asked(self, address: str) -> None:
        """Somebody asks for a new password by mail to this address: noted where a report stands against it.

        Asked of every address alike, so that the answer takes no longer for one that is known here.
        """
        self.stopping(address).update(password_asked_at=Now())

    def clear(self) -> int:
        """The address is believed to work again. Says how many stood in the way."""
        return self.filter(cleared_at=None).update(cleared_at=Now())


class ReturnedMail(Record):
    """One report of a provider, taken once however often it is sent.

    `stops` means that no more mails go to the address until somebody says that
    it works, or it is confirmed or changed.
    """

    class Kind(models.TextChoices):
        BOUNCED = "bounced", _("came back")
        COMPLAINED = "complained", _("was reported as unwanted")

    provider = models.CharField(max_length=20)
    event_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    email = models.EmailField(max_length=254)
    words = models.CharField(max_length=500, blank=True)
    stops = models.BooleanField(default=False)
    cleared_at = models.DateTimeField(null=True, blank=True)
    password_asked_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When a new password was last asked for by mail to this address, which it may not reach.",
    )

    objects = ReturnedMailQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="returned_mail_reported_once"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="returned_mail_is_lower_case"),
        ]
        indexes = [
            models.Index(
                fields=["email"], name="returned_mail_stops", condition=Q(stops=True, cleared_at=None)
            )
        ]

    @property
    def why_no_more(self) -> str:
        """What the log says of a mail that is not sent for its sake."""
        if self.kind == self.Kind.COMPLAINED:
            return gettext(
                "Mails to this address were reported as unwanted. Ask how they want to hear from you."
            )
        return gettext("Mails to this address came back before. It has to be changed, or tried again.")

    def __str__(self) -> str:
        return f"{self.email} {self.get_kind_display()}"
