"""The practice's texts that clients sign, version by version, and who signed which of them."""

import hashlib

import pgtrigger
from django.db import models
from django.db.models import CharField, F, Func, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.agreements.querysets import AgreementQuerySet
from clients.models.client import Client
from clients.querysets import OwnedAndCoachedQuerySet
from coaching.accounts.models import Practice, User
from coaching.accounts.records import Record

LONGEST = 20_000
"""A text of so many letters is read by nobody already."""


class Agreement(Record):
    """One version of one of a practice's texts: a draft until it is published, and unchangeable from then on.

    A published one stays as it was when somebody signed it: the database
    refuses a change. What is to be said otherwise is the next version.
    """

    class Kind(models.TextChoices):
        COACHING = "coaching", _("Coaching agreement")
        CONFIDENTIALITY = "confidentiality", _("Confidentiality and its limits")
        DATA_PROTECTION = "data_protection", _("Data protection")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="agreements")
    kind = models.CharField(max_length=15, choices=Kind)
    number = models.PositiveSmallIntegerField(null=True, editable=False)
    text = models.TextField(_("text"), max_length=LONGEST)
    text_hash = models.CharField(max_length=64, blank=True, editable=False)
    written_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="agreements_written", editable=False
    )
    published_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(
        null=True, editable=False, help_text="From then on nobody is asked to sign it."
    )

    objects = AgreementQuerySet.as_manager()

    class Meta:
        ordering = ["practice", "kind", "-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["coaching", "confidentiality", "data_protection"]),
                name="agreement_kind_is_known",
            ),
            models.UniqueConstraint(
                fields=["practice", "kind"], condition=Q(published_at=None), name="agreement_one_draft"
            ),
            models.UniqueConstraint(
                fields=["practice", "kind", "number"], name="agreement_number_once_for_each_kind"
            ),
            models.CheckConstraint(
                condition=Q(published_at=None, number=None, text_hash="", withdrawn_at=None)
                | Q(published_at__isnull=False, number__gte=1)
                & Q(
                    text_hash=Func(
                        F("text"),
                        template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
                        output_field=CharField(),
                    )
                ),
                name="agreement_published_with_its_hash",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="stays_as_published",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.published_at IS NOT NULL AND"
                    " to_jsonb(OLD) - 'withdrawn_at' IS DISTINCT FROM to_jsonb(NEW) - 'withdrawn_at'"
                ),
            ),
            pgtrigger.Protect(
                name="stays_once_published",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        if self.number is None:
            return self.get_kind_display()
        return gettext("%(kind)s, version %(number)d") % {
            "kind": self.get_kind_display(),
            "number": self.number,
        }

    def get_absolute_url(self) -> str:
        return reverse("clients:agreement_detail", args=[self.pk])

    @staticmethod
    def hash_of(text: str) -> str:
        """SHA-256 of a text in UTF-8, hexadecimal: what was signed, without room for a later change."""
        return hashlib.sha256(text.encode()).hexdigest()


class Signature(Record):
    """A client has signed one version: their name as they typed it, when, and the hash of what they read."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="signatures")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    signed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="signatures_given", editable=False
    )
    name = models.CharField(_("your name"), max_length=120)
    text_hash = models.CharField(max_length=64, editable=False)
    signed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnedAndCoachedQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "agreement"], name="signature_once_for_each_version"),
            models.CheckConstraint(condition=~Q(name=""), name="signature_has_a_name"),
        ]
        triggers = [
            pgtrigger.Protect(name="stays_as_signed", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="of_what_was_published",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM clients_agreement agreement
                        JOIN clients_client client ON client.practice_id = agreement.practice_id
                        WHERE agreement.id = NEW.agreement_id AND agreement.text_hash = NEW.text_hash
                        AND agreement.published_at IS NOT NULL
                        AND client.id = NEW.client_id AND client.user_id = NEW.signed_by_id
                    ) THEN
                        RAISE EXCEPTION 'only the client signs what is published' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("clients:signature_detail", args=[self.pk])


class FormerSignature(Record):
    """What the practice keeps of a signature when a record is erased: that it was given, and on which day."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="former_signatures")
    signed_on = models.DateField()

    class Meta:
        ordering = ["signed_on", "pk"]

    def __str__(self) -> str:
        return str(self.signed_on)
