"""The mails about a session: that it was booked, changed or called off, and that it is coming up."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.deliveries import Channel, Delivery, wake_worker
from coaching.accounts.models import ReturnedMail, User
from coaching.accounts.records import uuid7
from coaching.accounts.sms import TextMessage
from coaching.scheduling import emails, texts
from coaching.scheduling.models.also_told import AlsoTold
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.querysets import ReminderQuerySet

SETTLING = settings.MAIL_SETTLING


class Reminder(Delivery):
    """One mail to one of the two people about their session.

    The address is read when the mail is sent: it follows a client who changes
    it, or who joins after the booking. Somebody who has not joined yet gets
    mails too, at the address the coach has.
    """

    HOLD_AFTER = settings.MAIL_HOLD_AFTER

    class Kind(models.TextChoices):
        UPCOMING = "upcoming", _("Session coming up")
        BOOKED = "booked", _("Session booked")
        CHANGED = "changed", _("Session changed")
        CANCELLED = "cancelled", _("Session called off")

    class Recipient(models.TextChoices):
        CLIENT = "client", _("Client")
        COACH = "coach", _("Coach")

    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="reminders")
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.UPCOMING)
    recipient = models.CharField(max_length=6, choices=Recipient)
    lead = models.DurationField(
        null=True, blank=True, help_text=_("How long before the session it is sent; empty for news of it.")
    )
    schedule_version = models.PositiveIntegerField()
    resend_of = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="resent_as", editable=False
    )

    objects = ReminderQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind", "lead", "channel", "recipient", "schedule_version"],
                name="reminder_once_per_time_of_session",
                condition=Q(resend_of=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="upcoming", lead__isnull=False) | ~Q(kind="upcoming") & Q(lead=None),
                name="reminder_has_lead_if_upcoming",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reminder_due",
                condition=Q(state__in=["pending", "submitting", "on_hold"]),
            )
        ]

    def __str__(self) -> str:
        when = f"{self.lead} before" if self.lead else self.get_kind_display()
        return f"{self.get_recipient_display()}, {when}"

    @staticmethod
    def of(session: CoachingSession, *, now: datetime) -> list["Reminder"]:
        """Every reminder still to be sent of the time this session has now, unsaved.

        Each is useful until the next one for the same person: two at once would
        say the same. One whose moment has passed is left out: nobody wants a
        two-day notice five hours ahead. In a group the clients are reminded of
        their own session each, and the coach once, of the group.
        """
        coach = MailChoices.of(session.coach.user)
        leads = {Reminder.Recipient.CLIENT: coach.client_leads, Reminder.Recipient.COACH: coach.coach_leads}
        reminders = []
        if session.is_group:
            del leads[Reminder.Recipient.CLIENT]
        if session.group_id:
            del leads[Reminder.Recipient.COACH]
        for recipient in leads:
            choices = Reminder(session=session, recipient=recipient).choices
            if not choices.wants_upcoming:
                continue
            useful_until = session.starts_at
            for lead in sorted(leads[recipient]):
                due_at = choices.moment_for(session.starts_at - lead, now=now, starts_at=session.starts_at)
                if not now < due_at < useful_until:
                    continue
                reminders += [
                    Reminder(
                        session=session,
                        recipient=recipient,
                        channel=channel,
                        lead=lead,
                        schedule_version=session.schedule_version,
                        due_at=due_at,
                        useful_until=useful_until,
                    )
                    for channel in choices.channels
                ]
                useful_until = due_at
        return reminders

    @staticmethod
    def write_for(session: CoachingSession, *, by: User | None) -> None:
        """Write the mails that follow from what this person has just made of the session.

        Call it after each booking, move and cancellation, in the same
        transaction. What waits about an earlier state of it is called off.
        """
        AlsoTold.leave(session)
        waiting = session.reminders.filter(also=None)
        if session.is_scheduled:
            waiting = waiting.exclude(schedule_version=session.schedule_version)
        waiting.call_off()
        now = timezone.now()
        rows = list(Reminder._news(session, by=by)) if session.ends_at > now else []
        if session.is_scheduled:
            rows += Reminder.of(session, now=now)
        Reminder.objects.bulk_create(rows)
        wake_worker()

    @staticmethod
    @transaction.atomic
    def rewrite_for(user: User) -> None:
        """Write the reminders of this person's coming sessions anew, after they chose other times.

        Only those that nobody has tried to send yet change: what was sent stays
        sent, and is not sent again under another rule.
        """
        now = timezone.now()
        sessions = CoachingSession.objects.visible_to(user).upcoming().with_people().with_choices()
        held = list(sessions.select_for_update(of=("self",)).order_by("pk"))
        # Locked first: a worker must not begin to send a row that is about to be deleted.
        waiting = Reminder.objects.filter(session__in=held).untouched(now).select_for_update(of=("self",))
        Reminder.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).delete()
        rows = [row for session in held for row in Reminder.of(session, now=now)]
        Reminder.objects.bulk_create(rows, ignore_conflicts=True)

    @classmethod
    def _news(cls, session: CoachingSession, *, by: User | None) -> Iterable["Reminder"]:
        """Tell the client; and the coach if it was not their own doing, or a mail put it into their calendar.

        Somebody whose mail about the booking was called off before it left has
        heard nothing: a move is a booking to them, and a cancellation no news.
        Where it was tried and reached nobody, the session may have been seen on
        a page: a cancellation is told.
        """
        past = [*session.reminders.all(), *Reminder.objects.filter(also__session=session)]
        for recipient in cls.Recipient.values:
            announced = [row for row in past if row.recipient == recipient and row.is_news]
            has_heard = any(row.may_have_arrived for row in past if row.recipient == recipient)
            if recipient == cls.Recipient.CLIENT and session.is_group:
                continue
            is_own_doing = recipient == cls.Recipient.COACH and by and session.is_coached_by(by)
            if is_own_doing and not (announced and has_heard and session.group_id is None):
                continue
            is_new = bool(announced) and not has_heard
            if not session.is_scheduled:
                is_secret = is_new and not any(row.was_tried for row in announced)
                kind = None if is_secret else cls.Kind.CANCELLED
            else:
                kind = cls.Kind.BOOKED if is_new or session.schedule_version == 1 else cls.Kind.CHANGED
            choices = Reminder(session=session, recipient=recipient).choices
            if kind is None or not choices.wants(kind):
                continue
            for channel in choices.channels:
                yield cls(
                    session=session,
                    kind=kind,
                    recipient=recipient,
                    channel=channel,
                    schedule_version=session.schedule_version,
                    due_at=Now() if kind == cls.Kind.CANCELLED else Now() + SETTLING,
                    useful_until=session.ends_at,
                )

    @property
    def is_news(self) -> bool:
        """Whether it tells of an act, not of a session that is coming up."""
        return self.kind != self.Kind.UPCOMING

    @property
    def may_have_arrived(self) -> bool:
        """Whether the mail server took it, as far as anybody knows."""
        arrived = {self.State.SUBMITTING, self.State.SENT, self.State.UNWANTED}
        return self.is_ambiguous or self.state in arrived

    @property
    def was_tried(self) -> bool:
        """Whether it came to its moment, whatever became of it then."""
        return self.state not in {self.State.PENDING, self.State.ON_HOLD, self.State.CANCELLED}

    @property
    def stable_message_id(self) -> str:
        return super().stable_message_id.replace("@", f".{self.schedule_version}@")

    @property
    def reader(self) -> User | None:
        """The person it goes to; None where they have no account yet."""
        is_coach = self.recipient == self.Recipient.COACH
        return self.session.coach.user if is_coach else self.session.client.user

    @property
    def choices(self) -> MailChoices:
        """What the person it goes to has chosen."""
        return MailChoices.of(self.reader)

    @property
    def address(self) -> str:
        """Where it goes now."""
        if self.recipient == self.Recipient.COACH:
            return self.session.coach.user.email
        return self.session.client.address

    @property
    def is_still_true(self) -> bool:
        """Whether the session, as it was read, is what this mail says of it."""
        if self.session.schedule_version != self.schedule_version or not self.is_wanted_by_reader:
            return False
        if self.kind == self.Kind.CANCELLED:
            return self.session.cancelled_at is not None
        return self.session.is_scheduled

    @property
    def is_wanted_by_reader(self) -> bool:
        """Whether the reader is still there; after the end of the work only a cancellation is of use."""
        client = self.session.client
        if self.reader is not None and not self.reader.is_active:
            return False
        if self.session.is_group:
            return True
        return client.status != client.Status.ENDED or self.kind == self.Kind.CANCELLED

    def compose(self) -> EmailMultiAlternatives | TextMessage | None:
        """Reads the sessions again: nothing is said of one that was called off, held, or moved since."""
        told = [row for row in self.told() if row.is_still_true]
        if not told:
            return None
        first, sessions = told[0], [row.session for row in told]
        if self.channel == Channel.EMAIL:
            first.message_id = self.message_id
            return emails.session_mail(first) if len(told) == 1 else emails.series_mail(first, sessions)
        number = first.reader.sms_number if first.reader else None
        if number is None or not number.is_usable:
            self.write_stand_in()
            return None
        return TextMessage(number.number, texts.session_text(first, count=len(told)))

    def told(self) -> list["Reminder"]:
        """What it says of each of its sessions, as unsaved rows about one each, in order of time."""
        versions = dict(self.also.values_list("session", "schedule_version")) if self.is_news else {}
        versions[self.session_id] = self.schedule_version
        sessions = CoachingSession.objects.filter(pk__in=versions).order_by()
        is_client = self.recipient == self.Recipient.CLIENT
        sessions = sessions.for_mail_to_client() if is_client else sessions.for_mail_to_coach()
        copied = {name: getattr(self, name) for name in ("kind", "recipient", "channel", "lead")}
        return [
            Reminder(session=session, schedule_version=versions[session.pk], **copied)
            for session in sorted(sessions, key=lambda session: session.starts_at)
        ]

    def write_stand_in(self) -> None:
        """A mail in the place of this SMS, unless the same goes out by mail anyway."""
        copied = ("session", "kind", "recipient", "lead", "schedule_version", "useful_until")
        stand_in = Reminder(
            **{name: getattr(self, name) for name in copied},
            pk=uuid7(),
            channel=Channel.EMAIL,
            due_at=Now(),
            resend_of=self if self.resend_of_id else None,
        )
        Reminder.objects.bulk_create([stand_in], ignore_conflicts=True)
        if Reminder.objects.filter(pk=stand_in.pk).exists():
            AlsoTold.copy(self, to=stand_in)
        wake_worker()

    def stop_kind(self) -> bool:
        """The same as if the reader had switched it off."""
        if self.reader is None:
            return False
        off = {MailChoices.choice_of(self.kind): False}
        MailChoices.objects.update_or_create(user=self.reader, defaults=off)
        Reminder.rewrite_for(User.objects.get(pk=self.reader.pk))
        return True

    @property
    def reader_name(self) -> str:
        """Whom it goes to, by name: a log is no place for addresses."""
        if self.recipient == self.Recipient.COACH:
            return self.session.coach.user.name
        return self.session.client.name

    @property
    def can_be_sent_again(self) -> bool:
        """Whether it has come to an end, still says what is true, and has not been sent again already."""
        is_over = self.state in {self.State.SENT, self.State.FAILED, self.State.MISSED, self.State.RETURNED}
        if not is_over or hasattr(self, "resent_as"):
            return False
        if self.is_still_true and self._until > timezone.now():
            return True
        others = self.told() if self.also.all() else []
        return any(row.is_still_true and row._until > timezone.now() for row in others)

    @property
    def _until(self) -> datetime:
        return self.session.ends_at if self.is_news else self.session.starts_at

    @transaction.atomic
    def send_again(self) -> "Reminder":
        """Send the same once more because a person wants it: a new mail, and each row leads to one at most.

        Raises ValidationError (code `closed`) where it still waits, is no longer
        true, or has been sent again already.
        """
        # Whoever presses twice waits here, and then finds the first one's row.
        self.session = CoachingSession.objects.select_for_update().get(pk=self.session_id)
        fresh = Reminder.objects.select_related("resent_as").get(pk=self.pk)
        fresh.session = self.session
        if not fresh.can_be_sent_again:
            raise ValidationError(_("This mail cannot be sent again as it is."), code="closed")
        copied = ("session", "kind", "recipient", "channel", "lead", "schedule_version")
        ReturnedMail.objects.stopping(fresh.address).clear()  # whoever sends it again believes in the address
        row = Reminder.objects.create(
            **{name: getattr(fresh, name) for name in copied},
            resend_of=fresh,
            due_at=Now(),
            useful_until=max(row._until for row in fresh.told()),
        )
        AlsoTold.copy(fresh, to=row)
        wake_worker()
        return row

    @property
    def told_before(self) -> Any:
        """The session as this person last heard of it, from its history; None where they never did."""
        own = [(row, row.schedule_version) for row in self.session.reminders.filter(recipient=self.recipient)]
        shared = self.session.also_told.filter(reminder__recipient=self.recipient).select_related("reminder")
        rows = [*own, *((also.reminder, also.schedule_version) for also in shared)]
        versions = [version for row, version in rows if row.may_have_arrived]
        heard = max((version for version in versions if version < self.schedule_version), default=0)
        history = CoachingSession.pgh_event_models["update"].objects  # type: ignore[attr-defined]
        return history.filter(pgh_obj_id=self.session_id, schedule_version=heard).order_by("pgh_id").last()
