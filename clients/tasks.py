"""What a worker is woken for; what is due stands in the database."""

from celery import shared_task

from clients.actions import erase_due


@shared_task(name="clients.erase_due")
def erase_due_records() -> None:
    """Erase every record whose time to think again is over."""
    erase_due()
