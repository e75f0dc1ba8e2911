"""What surrounds a client's life, named as what it is and never as a failing of theirs."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

import pghistory
from django.db import models
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


@dataclass(frozen=True)
class Wording:
    """What is said of a circumstance."""

    domain: str
    words: str
    would_help: str
    urgency: str
    state: str

    def get_domain_display(self) -> str:
        return str(NEEDS[self.domain][0])

    def get_urgency_display(self) -> str:
        return str(Urgency(self.urgency).label)

    def get_state_display(self) -> str:
        return str(State(self.state).label)


class ChangedMeanwhile(Exception):
    """It says something else by now than what was read."""


@pghistory.track(exclude=["words", "would_help", "other_words", "asked_by", "asked_at"])
class Circumstance(PrivateRecord):
    """One thing that shapes what a person can do: rent, work, care, discrimination, being alone.

    The client says it, or the coach writes it down in the client's presence;
    then the client confirms it. What stands there with their yes holds: what
    their coach would say otherwise stands beside it (`asked`) until they answer.
    Its words are encrypted, and the history keeps only how pressing it was, when.
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
    other_words = EncryptedTextField(null=True, blank=True, editable=False, help_text="A Wording as JSON.")
    asked_by = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="circumstances_asked",
        editable=False,
    )
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CircumstanceQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(domain__in=list(NEEDS)), name="circumstance_domain_is_known"),
            models.CheckConstraint(
                condition=Q(urgency__in=Urgency.values), name="circumstance_urgency_is_known"
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="circumstance_state_is_known"),
            models.CheckConstraint(
                condition=Q(asked_by=None, asked_at=None) | Q(asked_by__isnull=False, asked_at__isnull=False),
                name="circumstance_asked_by_somebody",
            ),
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

    @property
    def asked(self) -> Wording | None:
        """What the coach would say in its place, while it waits for the client's answer."""
        if self.asked_by_id is None or self.other_words is None:
            return None
        return Wording(**json.loads(self.other_words))

    @property
    def has_question(self) -> bool:
        """Whether the client is asked about it: that it is so, or that something else is."""
        return not self.is_confirmed or self.asked_by_id is not None

    @property
    def asks(self) -> User:
        """Whose words the question is about."""
        return self.asked_by or self.recorded_by

    @property
    def edition(self) -> str:
        """What is asked about now; it changes with each wording."""
        return (self.asked_at or self.changed_at).isoformat()

    def holds_against(self, user: User) -> bool:
        """Whether what this person says of it stands beside it: the client has joined, and said yes to it."""
        client = self.client
        is_others = client.user_id is not None and client.user_id != user.pk
        return is_others and not self._state.adding and self.is_confirmed

    def write(self, *, by: User, at: datetime | None = None) -> None:
        """Save what was said. What the client writes is theirs; what the coach writes waits for their yes.

        Where it stands with the client's yes, the coach's words go beside it.
        """
        at = at or timezone.now()
        if self.holds_against(by):
            self._ask(Wording(**{name: getattr(self, name) for name in WORDED}), by=by, at=at)
            return
        self.changed_at = at
        is_own = self.client.user_id is not None and self.client.user_id == by.pk
        self.confirmed_at = self.changed_at if is_own else None
        self._forget_question()
        if self._state.adding:
            self.recorded_by = by
        with pghistory.context(user=str(by.pk), at=self.changed_at.isoformat()):
            # What was taken out meanwhile does not come back.
            self.save(force_insert=self._state.adding, force_update=not self._state.adding)

    def _ask(self, wording: Wording, *, by: User, at: datetime) -> None:
        self.refresh_from_db(fields=WORDED)
        if wording == Wording(**{name: getattr(self, name) for name in WORDED}):
            self._forget_question()
        else:
            self.other_words, self.asked_by, self.asked_at = json.dumps(asdict(wording)), by, at
        self.save(update_fields=QUESTION)

    def _forget_question(self) -> None:
        self.other_words, self.asked_by, self.asked_at = None, None, None

    def confirm(self, *, by: User, edition: str | None = None) -> None:
        """The client says that what their coach wrote down, or would say in its place, is so.

        Raises ChangedMeanwhile where that is not the `edition` they read; None asks for none.
        """
        self._check(edition)
        if asked := self.asked:
            for name in WORDED:
                setattr(self, name, getattr(asked, name))
            assert self.asked_by is not None  # noqa: S101 - somebody asked
            self.recorded_by, self.changed_at = self.asked_by, self.asked_at or self.changed_at
        self._forget_question()
        self.confirmed_at = timezone.now()
        with pghistory.context(user=str(by.pk)):
            self.save(force_update=True)

    def keep(self, *, edition: str | None = None) -> None:
        """It stays as it stands, and the question goes. Raises ChangedMeanwhile."""
        self._check(edition)
        self._forget_question()
        self.save(update_fields=QUESTION)

    def _check(self, edition: str | None) -> None:
        if edition is not None and edition != self.edition:
            raise ChangedMeanwhile


WORDED = ["domain", "words", "would_help", "urgency", "state"]
QUESTION = ["other_words", "asked_by", "asked_at"]
