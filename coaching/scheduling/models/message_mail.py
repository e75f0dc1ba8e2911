"""The mail that says that a message waits: not whose, and not a word of it."""

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.utils import timezone

from clients.models import Message
from coaching.accounts.deliveries import Delivery, DeliveryState
from coaching.accounts.models import User
from coaching.scheduling import emails
from coaching.scheduling.models.followup import NEWS_LASTS
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.models.reminder import SETTLING

ON_ITS_WAY = [DeliveryState.PENDING, DeliveryState.SUBMITTING, DeliveryState.ON_HOLD, DeliveryState.SENT]


class MessageMail(Delivery):
    """Tells a message's reader that there is something new. One for each thread, until they have looked."""

    about = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="mail")

    class Meta:
        ordering = ["-due_at"]
        indexes = [
            models.Index(
                fields=["due_at"], name="message_mail_due", condition=Q(state__in=["pending", "submitting"])
            )
        ]

    def __str__(self) -> str:
        return str(self.about_id)

    @classmethod
    def write_for(cls, message: Message) -> None:
        """Unless one about an earlier message has gone out and the reader has not looked since.

        The client's row is locked by whoever sends, so that two at once write one.
        """
        assert message.reader is not None  # noqa: S101 - it was sent to somebody
        choices = MailChoices.of(message.reader)
        waiting = Message.objects.unopened().filter(client=message.client_id, reader=message.reader_id)
        if not choices.wants_message or cls.objects.filter(about__in=waiting, state__in=ON_ITS_WAY).exists():
            return
        due_at = choices.awake_at(timezone.now() + SETTLING)
        cls.objects.create(about=message, due_at=due_at, useful_until=due_at + NEWS_LASTS)

    @classmethod
    def rewrite_for(cls, user: User) -> None:
        """What waits for this person follows the quiet hours they have now."""
        choices = MailChoices.of(user)
        rows = cls.objects.filter(about__reader=user, state=DeliveryState.PENDING, attempts=0)
        for row in rows:
            due_at = choices.awake_at(max(row.created_at + SETTLING, timezone.now()))
            rows.filter(pk=row.pk).update(due_at=due_at, useful_until=due_at + NEWS_LASTS)

    def compose(self) -> EmailMultiAlternatives | None:
        """Reads it again: nobody is told of what they have seen, or cannot open any more."""
        rows = Message.objects.unopened().select_related("reader__mail_choices", "client__coach")
        self.about = rows.filter(pk=self.about_id).first() or self.about
        reader = self.about.reader
        if self.about.opened_at or reader is None or not reader.is_active:
            return None
        if reader.pk not in {self.about.client.user_id, self.about.client.coach.user_id}:
            return None
        return emails.message_mail(self) if MailChoices.of(reader).wants_message else None

    def stop_kind(self) -> bool:
        """The same as if the reader had switched it off."""
        MailChoices.objects.update_or_create(user=self.about.reader, defaults={"wants_message": False})
        return True
