"""The people who are coached."""

from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from clients.models.roster_import import RosterImport
from clients.querysets import ClientQuerySet
from coaching.accounts.models import Coach, Invitation, Practice, User
from coaching.accounts.records import Record


class NotOpenToWords(Exception):
    """Nothing is written in this client's record at the moment; the page says why, and what opens it."""

    def __init__(self, client: "Client") -> None:
        super().__init__()
        self.client = client


class AgreementFirst(NotOpenToWords):
    """Before anything private is written about this client, they sign the text on confidentiality."""


class RecordEnded(NotOpenToWords):
    """The work has ended: the record stays as it is, to be read, taken out and erased."""


class Client(Record):
    """One person's work with one coach. It is theirs: they see and shape it, and so does that coach."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Getting to know each other")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", _("Ended")

    WORKING = (Status.PROSPECT, Status.ACTIVE)
    """Work goes on, or is about to begin: sessions are planned, and reminders sent."""

    class Fee(models.TextChoices):
        """How the work is paid for. Trellis notes what was agreed, and takes no payments."""

        STANDARD = "standard", _("Standard fee")
        SLIDING = "sliding", _("Sliding scale")
        PRO_BONO = "pro_bono", _("Free of charge (pro bono)")

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="clients")
    coach = models.ForeignKey(Coach, on_delete=models.PROTECT, related_name="clients")
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="client_records"
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"), max_length=254)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    timezone = TimeZoneField(_("time zone"), default="UTC", use_pytz=False)
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    languages = models.CharField(_("languages"), max_length=100, blank=True)
    reach = models.CharField(_("how and when to be reached"), max_length=200, blank=True)
    tags = ArrayField(
        models.CharField(max_length=30), verbose_name=_("tags"), size=10, default=list, blank=True
    )
    fee = models.CharField(_("what was agreed"), max_length=8, choices=Fee, blank=True)
    fee_words = models.CharField(_("fee"), max_length=100, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    log_consent_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Since when their name may stand in their coach's log of hours; empty where it may not."),
    )
    ended_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when it is ended; retention counts from here."
    )
    invitation = models.OneToOneField(
        Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="client", editable=False
    )

    roster_import = models.ForeignKey(
        RosterImport,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="clients",
        editable=False,
    )

    objects = ClientQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [GinIndex(fields=["tags"], name="client_tags")]
        constraints = [
            models.UniqueConstraint(
                "coach",
                Lower("email"),
                name="client_email_unique_per_coach",
                violation_error_message=_("You already have a client with this e-mail address."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home:client_detail", args=[self.pk])

    @property
    def has_joined(self) -> bool:
        """Whether the person has accepted an invitation and can sign in."""
        return self.user_id is not None

    @property
    def address(self) -> str:
        """Where mails go: to the account once they have joined, before that to what the coach noted."""
        return self.user.email if self.user else self.email

    @property
    def own_timezone(self) -> ZoneInfo:
        """The zone they live in: the account's once they have joined, before that the coach's note."""
        return self.user.timezone if self.user else self.timezone

    @property
    def is_ended(self) -> bool:
        return self.status == self.Status.ENDED

    def check_goes_on(self) -> None:
        """Whoever changes what stands in the record or in a plan asks this first. Raises RecordEnded."""
        if self.is_ended:
            raise RecordEnded(self)

    def check_open_to_words(self) -> None:
        """Whoever writes something private about the client asks this first.

        Raises RecordEnded, AgreementFirst.
        """
        self.check_goes_on()
        if self.is_closed_to_words:
            raise AgreementFirst(self)

    @property
    def is_closed_to_words(self) -> bool:
        """Whether a text on confidentiality waits for their first signature. One query."""
        return Client.objects.filter(pk=self.pk).closed_to_words().exists()

    def change_status(self, status: str) -> None:
        """Pause, end or take up the work. The day of the end is kept, for the practice's retention."""
        if status != self.Status.ENDED:
            self.ended_at = None
        elif self.status != status or self.ended_at is None:
            self.ended_at = timezone.now()
        self.status = status
        self.save(update_fields=["status", "ended_at"])
