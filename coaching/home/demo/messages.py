"""What some of the demo's clients and their coaches wrote to each other, sent as the pages send it."""

from datetime import timedelta

from django.utils import timezone

from clients.models import Client, Message
from coaching.accounts.models import User
from coaching.scheduling.messages import send_message
from coaching.scheduling.models import MessageMail

LETTERS: dict[str, list[tuple[str, int, str]]] = {
    "client@trellis.example": [
        ("own", -9, "I rang. She was not angry. I have to send the pay slip by Friday."),
        ("coach", -8, "You rang. That was the hard part. Do you have an envelope, or can you hand it in?"),
        ("own", -8, "Dee prints it for me."),
        ("own", -1, "It is in the post. Could we begin ten minutes later next time? The bus."),
        ("coach", 0, "Of course. I have put the kettle on for ten past."),
    ],
    "client2@trellis.example": [
        ("own", -3, "Two nights are agreed, Tuesday and Saturday. I slept until six."),
    ],
}
"""By client: who wrote, how many days from today, and what."""


def seed_messages(client: Client, coach: User) -> None:
    """All but the last of them have been opened by now; nobody is told of them by mail."""
    people = {"own": client.user or coach, "coach": coach}
    letters = LETTERS.get(client.email, [])
    for number, (who, days, words) in enumerate(letters):
        at = timezone.now() + timedelta(days=days, minutes=number - len(letters))
        message = Message(client=client, author=people[who])
        send_message(by=people[who], writing=message, text=words, at=at)
        if number < len(letters) - 1:
            Message.objects.filter(pk=message.pk).update(opened_at=at + timedelta(hours=2))
    MessageMail.objects.filter(about__client=client).delete()
