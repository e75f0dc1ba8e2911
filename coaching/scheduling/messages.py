"""Messages between a client and their coach: who may send one, and what follows from it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from clients.models import Client, Message, Trace
from coaching.accounts.deliveries import wake_worker
from coaching.accounts.models import User
from coaching.scheduling.models import MessageMail


class ThreadClosed(Exception):
    """Nothing new can be sent in this thread: the work has ended, or nobody is there to read it."""


def other_of(client: Client, user: User) -> User | None:
    """Who reads what this person writes: the coach, or the client if they have joined."""
    return client.coach.user if client.user_id == user.pk else client.user


def is_open(client: Client, user: User) -> bool:
    """Whether this person may write here now. A pause does not stop it: somebody may want to come back."""
    other = other_of(client, user)
    return client.status != Client.Status.ENDED and other is not None and other.is_active


@transaction.atomic
def send_message(*, by: User, writing: Message, text: str, at: datetime | None = None) -> None:
    """Send it to the other of the two, who is told by mail that there is something new.

    Sent twice by a second click it is one message. Raises ThreadClosed.
    """
    client = Client.objects.held_with_people().get(pk=writing.client_id)
    if by.pk not in {client.user_id, client.coach.user_id}:
        raise PermissionDenied
    if not is_open(client, by):
        raise ThreadClosed
    if Message.objects.sent().filter(pk=writing.pk).exists():
        return
    writing.reader = other_of(client, by)
    writing.publish(text, at=at)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.ADDED, part=Trace.Part.MESSAGES)
    MessageMail.write_for(writing)
    wake_worker()


@transaction.atomic
def open_thread(*, by: User, client: Client) -> None:
    """This person looks at what was written in the thread."""
    Message.objects.open_for(by, client)
    Trace.objects.leave(client=client, by=by, act=Trace.Act.READ, part=Trace.Part.MESSAGES)
