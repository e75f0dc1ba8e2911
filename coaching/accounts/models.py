"""People, the practices they work in, and the invitations that bring them in."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from coaching.accounts import emails
from coaching.accounts.deliveries import Channel, Delivery
from coaching.accounts.querysets import (
    CoachQuerySet,
    InvitationQuerySet,
    PracticeQuerySet,
    SmsNumberQuerySet,
    related,
)
from coaching.accounts.records import Record
from coaching.accounts.returned import ReturnedMail as ReturnedMail
from coaching.accounts.sms import TextMessage, is_set_up


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can sign in; without a password only a reset or an invitation gives one."""
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def for_pages(self) -> "models.QuerySet[User]":
        """With their place in a practice, and with `unread`: how many messages wait for them. One query."""
        waiting = related(self.model, "messages_received").objects.unopened().filter(reader=OuterRef("pk"))
        is_in_work = Q(client__user=OuterRef("pk")) | Q(client__coach__user=OuterRef("pk"))
        counted = waiting.filter(is_in_work).order_by().values("reader").annotate(n=Count("pk"))
        return self.select_related("coach__practice").annotate(unread=Subquery(counted.values("n")))

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Addresses are kept in lower case, so that one mailbox is one person."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=self.normalize_email(email))


class User(Record, AbstractBaseUser, PermissionsMixin):
    """A person. What they may do follows from being a coach, a client, a curator, or several of these."""

    email = models.EmailField(
        _("e-mail address"),
        max_length=254,
        unique=True,
        error_messages={"unique": _("Somebody already signs in with this e-mail address.")},
    )
    name = models.CharField(_("name"), max_length=120)
    timezone = TimeZoneField(_("time zone"), default="UTC", use_pytz=False)
    has_quick_exit = models.BooleanField(
        _("A button on every page that leaves it at once"),
        default=False,
        help_text=_("It stands at the bottom of the screen. Pressing Shift three times does the same."),
    )
    is_screen_discreet = models.BooleanField(
        _("A neutral title and picture in the browser's tab"),
        default=False,
        help_text=_("The tab, your history and bookmarks then say “Notes”, whatever page it is."),
    )
    is_curator = models.BooleanField(
        default=False, help_text=_("Edits, reviews and publishes the directory of resources.")
    )
    is_staff = models.BooleanField(default=False, help_text=_("May use the site administration."))
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    def change_details(self, *, name: str, timezone: ZoneInfo) -> None:
        """What they are called, and the zone in which they see every time."""
        self.name, self.timezone = name, timezone
        self.save(update_fields=["name", "timezone"])

    def choose_screen(self, *, has_quick_exit: bool, is_screen_discreet: bool) -> None:
        """What somebody who looks at their screen, or their browser's history, gets to see."""
        self.has_quick_exit, self.is_screen_discreet = has_quick_exit, is_screen_discreet
        self.save(update_fields=["has_quick_exit", "is_screen_discreet"])

    @property
    def coach_or_none(self) -> "Coach | None":
        """Their place in a practice, read once per person and request."""
        return getattr(self, "coach", None)

    @property
    def sms_number(self) -> "SmsNumber | None":
        """The number they gave for SMS and have not stopped, confirmed or not."""
        return next((row for row in self.sms_numbers.all() if row.withdrawn_at is None), None)

    @property
    def can_get_sms(self) -> bool:
        number = self.sms_number
        return number is not None and number.is_usable

    @property
    def is_only_a_client(self) -> bool:
        """Whether nothing but clients' pages can be theirs, as far as the account itself tells."""
        return not (self.coach_or_none or self.is_curator or self.is_staff)


class Practice(Record):
    """One coach or several who work under one name."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(unique=True)
    timezone = TimeZoneField(default="UTC", use_pytz=False)
    retention_months = models.PositiveSmallIntegerField(
        _("months"),
        null=True,
        blank=True,
        help_text="So long after the work with a client has ended their record is erased; empty for never.",
    )

    objects = PracticeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(retention_months=None) | models.Q(retention_months__range=(1, 240)),
                name="practice_retention_is_1_to_240_months",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def keep_records_for(self, months: int | None) -> None:
        """So many months after the work has ended; None for as long as the client wants."""
        self.retention_months = months
        self.save(update_fields=["retention_months"])


class Coach(Record):
    """A person's place in a practice. A person coaches at one practice at most."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="coach")
    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="coaches")
    slug = models.SlugField(unique=True, help_text="The last part of their booking page's address.")
    is_owner = models.BooleanField(default=False)

    objects = CoachQuerySet.as_manager()

    class Meta:
        ordering = ["user__name"]
        verbose_name_plural = "coaches"

    def __str__(self) -> str:
        return str(self.user)


class Invitation(Delivery):
    """Asks one person, by mail, to join as a client or as a coach; the mail is the invitation's own delivery.

    The link's token is derived from `nonce` and the secret key, and only its
    SHA-256 is stored: the database alone opens nothing, and the mail can still
    be written when it is sent.
    """

    class Role(models.TextChoices):
        CLIENT = "client", _("client")
        COACH = "coach", _("coach")

    practice = models.ForeignKey(Practice, on_delete=models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations_sent")
    role = models.CharField(max_length=6, choices=Role)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    nonce = models.CharField(max_length=43, default=secrets.token_urlsafe, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_accepted"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="invitation_due",
                condition=models.Q(state__in=["pending", "submitting"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def token(self) -> str:
        return salted_hmac("trellis.invitation", self.nonce, algorithm="sha256").hexdigest()

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @property
    def is_open(self) -> bool:
        """Whether it can still be accepted."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()

    def compose(self) -> EmailMultiAlternatives | None:
        if not self.is_open or not self.invited_by.is_active:
            return None
        return emails.invitation(self)


CODE_LIFETIME = timedelta(minutes=15)
CODE_TRIES = 5


class SmsNumber(Delivery):
    """A number at which a person agreed to get SMS: when (`created_at`), and in which words.

    The SMS with the code is its own delivery. The number counts once the code
    came back, until the person stops it; the row stays as the record of what
    they agreed to. The code is derived from `nonce` and the secret key, so the
    database alone does not tell it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sms_numbers")
    number = models.CharField(_("mobile number"), max_length=16)
    agreed_words = models.CharField(max_length=500, editable=False)
    nonce = models.CharField(max_length=43, default=secrets.token_urlsafe, editable=False)
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SmsNumberQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], name="sms_number_one_at_a_time", condition=models.Q(withdrawn_at=None)
            ),
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^\+[1-9][0-9]{6,14}$"), name="sms_number_is_e164"
            ),
            models.CheckConstraint(
                condition=models.Q(channel=Channel.SMS) & ~models.Q(agreed_words=""),
                name="sms_number_was_agreed_to",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="sms_number_due",
                condition=models.Q(state__in=["pending", "submitting"]),
            ),
            models.Index(fields=["number", "created_at"], name="sms_number_asked"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def code(self) -> str:
        """Six digits."""
        digest = salted_hmac("trellis.sms", self.nonce, algorithm="sha256").hexdigest()
        return f"{int(digest, 16) % 1_000_000:06}"

    @property
    def takes_code(self) -> bool:
        """Whether the code can still be typed in."""
        is_open = self.confirmed_at is None and self.withdrawn_at is None
        return is_open and self.tries < CODE_TRIES and self.useful_until > timezone.now()

    @property
    def is_usable(self) -> bool:
        """Whether SMS may go there now."""
        return self.confirmed_at is not None and self.withdrawn_at is None and is_set_up()

    def compose(self) -> TextMessage | None:
        if not self.takes_code or not self.user.is_active:
            return None
        text = gettext("Your code is %(code)s. It works for 15 minutes. Give it to nobody.")
        return TextMessage(self.number, text % {"code": self.code})
