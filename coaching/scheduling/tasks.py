"""What a worker is woken for. Beat asks every few seconds; what is due stands in the database."""

from celery import shared_task

from coaching.accounts import outbox
from coaching.scheduling import nudges
from coaching.scheduling.models import Heartbeat


@shared_task(name="coaching.send_due")
def send_due() -> None:
    """Send every mail whose moment has come."""
    outbox.send_due()


@shared_task(name="coaching.plan_nudges")
def plan_nudges() -> None:
    """Write what today and tomorrow ask for, and what follows a person into another time zone."""
    nudges.plan_nudges()


@shared_task(name="coaching.tick")
def tick() -> None:
    """Beat's sign of life: it reached a worker, and the worker the database."""
    Heartbeat.beat("beat")
