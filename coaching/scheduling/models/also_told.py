"""The further sessions that one mail tells of, where several were planned, moved or called off at once."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from django.db import models
from django.db.models import F, Q

from coaching.accounts.deliveries import DeliveryState
from coaching.accounts.records import Record
from coaching.scheduling.models.session import CoachingSession

if TYPE_CHECKING:
    from coaching.scheduling.models.reminder import Reminder


class AlsoTold(Record):
    """One more session of a mail about several, in the state that the mail is to tell.

    The mail's own row names the first of them. Whichever of them has changed
    when the mail is written is left out of it.
    """

    reminder = models.ForeignKey("scheduling.Reminder", on_delete=models.CASCADE, related_name="also")
    session = models.ForeignKey(CoachingSession, on_delete=models.CASCADE, related_name="also_told")
    schedule_version = models.PositiveIntegerField()

    class Meta:
        verbose_name_plural = "also told"
        constraints = [
            models.UniqueConstraint(fields=["reminder", "session"], name="also_told_once_per_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.reminder}, {self.session}"

    @classmethod
    def gather(cls, sessions: Iterable[CoachingSession]) -> None:
        """Make one mail out of the news of several sessions that one act has just changed.

        Call it in the same transaction. Each reader gets one mail (and one SMS)
        of each kind, those who meet in a group included; the reminders stay one
        for each session.
        """
        pks = [session.pk for session in sessions]
        reminders = _reminders().filter(
            Q(session__in=pks) | Q(session__group__in=pks),
            schedule_version=F("session__schedule_version"),
            state=DeliveryState.PENDING,
            attempts=0,
            lead=None,
            resend_of=None,
            also=None,
        )
        together: dict[tuple[object, ...], list[Reminder]] = {}
        for row in reminders.select_related("session").order_by("session__starts_at"):
            key = (row.recipient, row.session.client_id, row.channel, row.kind)
            together.setdefault(key, []).append(row)
        for first, *others in together.values():
            AlsoTold.objects.bulk_create(
                AlsoTold(reminder=first, session=row.session, schedule_version=row.schedule_version)
                for row in others
            )
            first.useful_until = max(row.useful_until for row in [first, *others])
            first.save(update_fields=["useful_until"])
            _reminders().filter(pk__in=[row.pk for row in others]).delete()

    @classmethod
    def leave(cls, session: CoachingSession) -> None:
        """Take a session that has changed out of mails about several that still wait.

        What is left of such a mail is for the others; a row that was called off
        says that this session was to be told. A mail that may have arrived is
        left as it is: it is sent again as one, with what is still true.
        """
        shared = cls.objects.filter(Q(session=session) | Q(reminder__session=session))
        waiting = _reminders().filter(
            pk__in=shared.values("reminder"),
            state__in=[DeliveryState.PENDING, DeliveryState.ON_HOLD],
            is_ambiguous=False,
        )
        for row in waiting.select_for_update(of=("self",)):
            version = row.schedule_version
            if row.session_id == session.pk:
                part = row.also.order_by("session__starts_at")[0]
                row.session_id, row.schedule_version = part.session_id, part.schedule_version
                row.save(update_fields=["session", "schedule_version"])
            else:
                part = row.also.get(session=session)
                version = part.schedule_version
            part.delete()
            copied = ("kind", "recipient", "channel", "due_at", "useful_until")
            _reminders().create(
                **{name: getattr(row, name) for name in copied},
                session=session,
                schedule_version=version,
                state=DeliveryState.CANCELLED,
            )

    @classmethod
    def copy(cls, row: "Reminder", *, to: "Reminder") -> None:
        """Let another row tell of the same further sessions."""
        AlsoTold.objects.bulk_create(
            AlsoTold(reminder=to, session_id=also.session_id, schedule_version=also.schedule_version)
            for also in row.also.all()
        )


def _reminders() -> "models.QuerySet[Reminder]":
    """Every mail and SMS. The two models refer to each other."""
    model = cast("type[Reminder]", AlsoTold._meta.get_field("reminder").related_model)
    return model._base_manager.all()
