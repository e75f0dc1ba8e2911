"""What a worker is woken for; what is due stands in the database."""

from celery import shared_task

from clients.actions import erase_due
from clients.bringing.runs import bring_in, forget_old
from clients.retention import erase_again, keep_to_retention


@shared_task(name="clients.erase_due")
def erase_due_records() -> None:
    """Erase what a backup brought back, and every record whose time is over or that was asked for."""
    erase_again()
    keep_to_retention()
    erase_due()
    forget_old()


@shared_task(name="clients.bring_in")
def bring_in_clients() -> None:
    """Go on with every list of clients that is being brought in."""
    bring_in()
