"""The outbox: a mail is a row, written with the change it speaks of, and sent later (see `outbox`).

The promise: none lost, none early, none after a cancellation; a double only
where the mail server's answer was lost, at most one, with the same Message-ID.
"""

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, Self, cast
from urllib.parse import urlsplit

import structlog
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coaching.accounts.records import Record
from coaching.accounts.sms import TextMessage

logger = structlog.get_logger("trellis.mail")

LEASE = settings.MAIL_LEASE


SMS_TRIES = 6
"""Tries of an SMS that the provider does not take, in a quarter of an hour; then a mail goes out."""


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Waiting"
    SUBMITTING = "submitting", "Being sent"
    ON_HOLD = "on_hold", "On hold"
    SENT = "sent", "Sent"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Refused by the mail server"
    MISSED = "missed", "Too late to be useful"
    RETURNED = "returned", "Came back"
    UNWANTED = "unwanted", "Reported as unwanted"


ENDS = [
    DeliveryState.SENT,
    DeliveryState.FAILED,
    DeliveryState.MISSED,
    DeliveryState.RETURNED,
    DeliveryState.UNWANTED,
]


class Channel(models.TextChoices):
    """The way a message takes."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class DeliveryQuerySet(models.QuerySet):
    """Those mails. Due-ness and leases use the database's clock, never a worker's."""

    def free(self) -> Self:
        """Those that may still have to be sent and that no worker holds."""
        return self.filter(
            Q(lease_until=None) | Q(lease_until__lte=Now()),
            state__in=[DeliveryState.PENDING, DeliveryState.SUBMITTING],
        )

    def due(self) -> Self:
        """Those whose moment has come, that are still useful and that no other worker holds."""
        return self.free().filter(
            Q(state=DeliveryState.PENDING, due_at__lte=Now()) | Q(state=DeliveryState.SUBMITTING),
            useful_until__gt=Now(),
        )

    def claim(self, *, limit: int = 20, channel: str = Channel.EMAIL) -> Sequence["Delivery"]:
        """Take a lease on up to `limit` due rows, oldest first, passing over what another is taking."""
        token = uuid.uuid4()
        with transaction.atomic():
            ids = self.due().filter(channel=channel).order_by("due_at", "pk")._lock(limit)
            self.model._base_manager.filter(pk__in=ids).update(
                lease_token=token, lease_until=Now() + LEASE, attempts=F("attempts") + 1
            )
        claimed = self.filter(pk__in=ids, lease_token=token).order_by("due_at", "pk")
        return cast(Sequence[Delivery], list(claimed))

    def hold_stale(self, age: timedelta) -> int:
        """Put on hold those that have been due for longer than `age`; says how many.

        Nobody was there to send them: this installation stood still, or is a
        copy restored from a backup, and the original may have sent them. Only a
        person can tell.
        """
        with transaction.atomic():
            ids = self.free().filter(due_at__lte=Now() - age)._lock()
            stale = self.model._base_manager.filter(pk__in=ids)
            stale.filter(state=DeliveryState.SUBMITTING).update(is_ambiguous=True)
            return stale.update(state=DeliveryState.ON_HOLD, lease_token=None, lease_until=None)

    def give_up_late(self) -> int:
        """Mark as missed those that nobody sent while they were useful; says how many."""
        with transaction.atomic():
            unsent = [DeliveryState.PENDING, DeliveryState.SUBMITTING]
            if cast(type[Delivery], self.model).HOLD_AFTER:
                unsent.append(DeliveryState.ON_HOLD)
            not_held = Q(lease_until=None) | Q(lease_until__lte=Now())
            ids = self.filter(not_held, state__in=unsent, useful_until__lte=Now())._lock()
            late = self.model._base_manager.filter(pk__in=ids)
            # A row found in the middle of being sent may have arrived: that stays visible.
            late.filter(state=DeliveryState.SUBMITTING).update(is_ambiguous=True)
            return late.update(state=DeliveryState.MISSED, lease_token=None, lease_until=None)

    def done(self) -> Self:
        """Those that have come to an end, whichever, but for what was called off before."""
        return self.filter(state__in=ENDS)

    def call_off(self) -> int:
        """Cancel those that are still waiting. One that is being sent this moment is past calling off."""
        waiting = [DeliveryState.PENDING, DeliveryState.ON_HOLD]
        return self.filter(state__in=waiting).update(state=DeliveryState.CANCELLED)

    def decide(self, *, is_sent: bool) -> int:
        """A person's word on all of those that are on hold: send them now, or never. Says how many."""
        held = self.filter(state=DeliveryState.ON_HOLD)
        if not is_sent:
            return held.update(state=DeliveryState.CANCELLED)
        count = held.update(state=DeliveryState.PENDING, due_at=Now())
        wake_worker()
        return count

    def release(self) -> int:
        """Give back the untried rest of a claim, as if it had not been claimed."""
        return self.update(lease_token=None, lease_until=None, attempts=F("attempts") - 1)

    def _lock(self, limit: int | None = None) -> list[uuid.UUID]:
        rows = self.select_for_update(skip_locked=True, of=("self",))
        return list(rows.values_list("pk", flat=True)[:limit])


class Delivery(Record):
    """One mail to one person, and what became of it.

    `due_at` is when it is to be sent; after a try that failed for now, when it
    is tried next.
    """

    State = DeliveryState
    HOLD_AFTER: ClassVar[timedelta | None] = None
    """How long it may have been due before a person is asked whether to send it; None asks never."""

    state = models.CharField(max_length=12, choices=DeliveryState, default=DeliveryState.PENDING)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel, default=Channel.EMAIL)
    due_at = models.DateTimeField()
    useful_until = models.DateTimeField(help_text="After this moment the mail would only confuse.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    message_id = models.CharField(max_length=200, blank=True, editable=False)
    server_answer = models.CharField(max_length=500, blank=True, editable=False)
    is_ambiguous = models.BooleanField(
        default=False,
        editable=False,
        help_text="The mail server's answer was lost once, so the person may have two copies.",
    )
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def compose(self) -> EmailMultiAlternatives | TextMessage | None:
        """The mail or SMS as it should read now, or None when it should not be sent any more."""
        raise NotImplementedError

    def write_stand_in(self) -> None:
        """Write the mail that goes out where this SMS cannot; a mail has none."""

    def stop_kind(self) -> bool:
        """Its reader called it unwanted: send no more of this kind. False where there is no such choice."""
        return False

    @property
    def stable_message_id(self) -> str:
        """The same for every try of this row, so that a second copy is known as one."""
        return f"<{self.pk}@{urlsplit(settings.SITE_URL).hostname}>"

    def begin_submission(self) -> bool:
        """Lock it, and write down that the mail server is about to be asked. Must be committed before it is.

        False where this worker does not hold it any more, or where it was
        called off or came too late meanwhile. Nothing else of a row that is
        held can have changed since it was claimed. One found in this state
        had its answer lost: it may be sent once more, and carries the flag.
        """
        found = self.state
        self.state = DeliveryState.SUBMITTING
        self.is_ambiguous = self.is_ambiguous or found == DeliveryState.SUBMITTING
        self.message_id = self.message_id or self.stable_message_id
        return self._record(
            Q(state=found, lease_until__gt=Now(), useful_until__gt=Now()),
            state=self.state,
            is_ambiguous=self.is_ambiguous,
            message_id=self.message_id,
            lease_until=Now() + LEASE,
        )

    def settle(self, state: DeliveryState, answer: str = "") -> bool:
        """Record the end of it. False where another worker has taken the row over: then its word counts."""
        return self._record(
            state=state,
            server_answer=answer[:500],
            is_ambiguous=self.is_ambiguous,
            sent_at=Now() if state == DeliveryState.SENT else None,
            lease_token=None,
            lease_until=None,
        )

    def give_up(self, answer: str) -> bool:
        """It was refused for good, or tried long enough; where it was an SMS, a mail goes out instead."""
        with transaction.atomic():
            is_ours = self.settle(DeliveryState.FAILED, answer)
            if is_ours and self.channel == Channel.SMS:
                self.write_stand_in()
        return is_ours

    @property
    def is_out_of_patience(self) -> bool:
        """Whether an SMS has been tried so often that a mail should go out while it is still of use."""
        return self.channel == Channel.SMS and self.attempts >= SMS_TRIES

    def decide(self, *, is_sent: bool) -> bool:
        """A person's word on a mail that is on hold: send it now, or never. False where it is not on hold."""
        row: DeliveryQuerySet = DeliveryQuerySet(type(self)).filter(pk=self.pk)
        return row.decide(is_sent=is_sent) == 1

    def put_back(self, answer: str, *, is_ambiguous: bool = False) -> bool:
        """Let it wait and be tried again, longer after each try. False where another worker has it now."""
        return self._record(
            state=DeliveryState.PENDING,
            server_answer=answer[:500],
            is_ambiguous=self.is_ambiguous or is_ambiguous,
            due_at=Now() + wait_after(self.attempts),
            lease_token=None,
            lease_until=None,
        )

    def _record(self, *only_if: Q, **fields: Any) -> bool:
        """Change the row only while the lease under which it was read is still ours."""
        held = type(self)._base_manager.filter(*only_if, pk=self.pk, lease_token=self.lease_token)
        return held.update(**fields) == 1


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many tries."""
    return min(settings.MAIL_FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 10), settings.MAIL_LONGEST_WAIT)


_QUIET_SECONDS = 30
_quiet_until = 0.0


def wake_worker(task: str = "coaching.send_due") -> None:
    """Once this transaction is committed, tell a worker that something is due now.

    Only a courtesy: beat asks every few seconds anyway. So a broker that is
    down or frozen costs one request its time-out and is then left alone for
    half a minute.
    """
    transaction.on_commit(partial(_send_wake_up, task), robust=True)


def _send_wake_up(task: str) -> None:
    global _quiet_until
    if time.monotonic() < _quiet_until:
        return
    try:
        current_app.send_task(task, retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - each broker has its own kinds of error, and none may reach the page
        _quiet_until = time.monotonic() + _QUIET_SECONDS
        logger.warning("wake_up_failed", error=type(error).__qualname__)
