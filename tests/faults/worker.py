"""`celery --app tests.faults.worker`: Trellis's worker, which tells the mail server its process id.

Its clock can be moved while it runs, by a file that `FAULTS_CLOCK` names; and
`FAULTS_BREAK` takes one of the safeguards away, to show that the proof notices.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
import time_machine
from celery import signals
from django.core.mail.utils import DNS_NAME

from coaching.celery import app

django.setup()

from django.db.models import Q  # noqa: E402
from django.utils import timezone  # noqa: E402

from coaching.accounts.deliveries import Delivery, DeliveryQuerySet, DeliveryState  # noqa: E402
from coaching.scheduling.models import Reminder  # noqa: E402

__all__ = ["app"]

DNS_NAME.get_fqdn = lambda: f"worker-{os.getpid()}"

CLOCK = Path(os.environ["FAULTS_CLOCK"])
_travel: time_machine.travel | None = None
_hours = 0.0


@signals.task_prerun.connect
def set_clock(**_kwargs: Any) -> None:
    """Go on with the clock moved by as many hours as the file says."""
    global _hours, _travel
    hours = float(CLOCK.read_text() or 0)
    if hours == _hours:
        return
    if _travel is not None:
        _travel.stop()
    _hours = hours
    _travel = time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True)
    _travel.start()


WAITING = [DeliveryState.PENDING, DeliveryState.SUBMITTING]


def without_lease() -> None:
    """A row that another worker holds counts as free."""
    DeliveryQuerySet.free = lambda self: self.filter(state__in=WAITING)


def without_version() -> None:
    """A reminder of an earlier time of its session counts as true."""
    is_true = Reminder.is_still_true.fget

    def of_any_time(self: Reminder) -> bool:
        own, self.schedule_version = self.schedule_version, self.session.schedule_version
        try:
            return is_true(self)
        finally:
            self.schedule_version = own

    Reminder.is_still_true = property(of_any_time)


def without_submitting() -> None:
    """The mail server is asked without a word about it in the database."""
    Delivery.begin_submission = lambda self: True


def with_own_clock() -> None:
    """What is due is asked of the worker's clock."""

    def due(self: DeliveryQuerySet) -> DeliveryQuerySet:
        is_due = Q(state=DeliveryState.PENDING, due_at__lte=timezone.now())
        return self.free().filter(is_due | Q(state=DeliveryState.SUBMITTING))

    DeliveryQuerySet.due = due


BREAKS = {
    "lease": without_lease,
    "version": without_version,
    "submitting": without_submitting,
    "clock": with_own_clock,
}
if name := os.environ.get("FAULTS_BREAK"):
    BREAKS[name]()
