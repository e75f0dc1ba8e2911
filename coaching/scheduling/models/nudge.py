"""The mails that a day asks for: steps, a check-in, a week ahead, nothing booked, another coach."""

from datetime import date
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from coaching.accounts.deliveries import Channel, Delivery, wake_worker
from coaching.accounts.models import User
from coaching.accounts.sms import TextMessage
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.querysets import NudgeQuerySet


class Nudge(Delivery):
    """One message to one person about one day; it is written ahead, and read from the truth when it is sent.

    `day` is the day it is about, on the reader's wall: of the step, of the
    check-in, the Monday of the week, or the day on which a client had had
    nothing booked for long enough. It is of use until the end of that day or
    week. It is never held: nobody should have to decide about a nudge.

    What a day holds of a person's steps is one message: those with that date,
    and on the weekday they chose those that come again.

    A change of coach alone is an act, of which each is told at once.
    """

    class Kind(models.TextChoices):
        STEP_DUE = "step_due", _("Your steps")
        CHECK_IN_DUE = "check_in_due", _("A check-in")
        NOTHING_BOOKED = "nothing_booked", _("A client with nothing booked")
        OWN_WEEK = "own_week", _("Your week")
        COACH_WEEK = "coach_week", _("Your week as a coach")
        HANDOVER = "handover", _("Another coach")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="nudges")
    kind = models.CharField(max_length=14, choices=Kind)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, null=True, blank=True, related_name="nudges")
    day = models.DateField()

    objects = NudgeQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "client", "day", "channel"],
                name="nudge_once_for_each_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["check_in_due", "nothing_booked", "handover"], client__isnull=False)
                | Q(kind__in=["step_due", "own_week", "coach_week"], client=None),
                name="nudge_is_about_a_client_or_all",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="nudge_due", condition=Q(state__in=["pending", "submitting"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}"

    @property
    def stable_message_id(self) -> str:
        return super().stable_message_id.replace("@", ".nudge@")

    def compose(self) -> EmailMultiAlternatives | TextMessage | None:
        """What is true now: nothing for a step that is done, a session that is booked, a work that rests."""
        from coaching.scheduling import nudge_mails  # noqa: PLC0415 - it reads every model, this one included

        self.user = User.objects.get(pk=self.user_id)
        if not self.user.is_active or not MailChoices.of(self.user).wants_nudge(self.kind):
            return None
        if self.channel == Channel.SMS and not self.user.can_get_sms:
            self.write_stand_in()
            return None
        return nudge_mails.compose(self)

    def stop_kind(self) -> bool:
        """The same as if the reader had switched it off."""
        if self.kind == self.Kind.HANDOVER:
            return False
        off: dict[str, Any] = {f"wants_{self.kind}": False}
        if self.kind == self.Kind.NOTHING_BOOKED:
            off = {"nothing_booked_days": None}
        elif self.kind == self.Kind.STEP_DUE:
            off["rhythm_weekday"] = None
        MailChoices.objects.update_or_create(user=self.user, defaults=off)
        return True

    def write_stand_in(self) -> None:
        """A mail in the place of this SMS, unless there is one."""
        copied = {name: getattr(self, name) for name in ("user", "kind", "client", "day", "useful_until")}
        stand_in = Nudge(**copied, channel=Channel.EMAIL, due_at=Now())
        Nudge.objects.bulk_create([stand_in], ignore_conflicts=True)
        wake_worker()


def monday_of(day: date) -> date:
    return date.fromordinal(day.toordinal() - day.weekday())
