"""What a nudge says, from what is true when it is sent. Nothing written in private is ever in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clients.links import address_for
from clients.models import CheckInRhythm, Client, Handover
from coaching.accounts.deliveries import Channel
from coaching.accounts.emails import write
from coaching.accounts.sms import TextMessage
from coaching.scheduling.emails import sign
from coaching.scheduling.models import CoachingSession, MailChoices, Nudge, Reminder
from coaching.scheduling.nudges import steps_again_of, steps_of, without_session
from coaching.scheduling.walltimes import ZonedTime
from coaching.scheduling.wording import DISCREET, Wording, wording_for
from goals.models import Goal


@dataclass(frozen=True)
class Words:
    """One nudge: a subject that tells nothing of a life, an SMS, a page to go to, what its template shows."""

    subject: str
    path: str
    text: str = ""
    answer: str = ""
    """The whole address of a page that answers it without signing in; it tells nothing by itself."""
    shown: Mapping[str, Any] = field(default_factory=dict)


def compose(nudge: Nudge) -> EmailMultiAlternatives | TextMessage | None:
    """The message as it should read now, or None where there is nothing to say any more."""
    wording = wording_for(MailChoices.of(nudge.user))
    words = WRITERS[nudge.kind](nudge)
    if words is None:
        return None
    number = nudge.user.sms_number
    if nudge.channel == Channel.SMS and number is not None:
        return TextMessage(number.number, str(wording.nudge_text) or words.text)
    return _mail(nudge, words, wording)


def _mail(nudge: Nudge, words: Words, wording: Wording) -> EmailMultiAlternatives:
    is_discreet = wording is DISCREET
    mail = write(
        "nudge",
        to=nudge.user.email,
        subject=str(wording.nudge) or words.subject,
        context={
            "kind": nudge.kind,
            "is_discreet": is_discreet,
            "reader": nudge.user.name,
            "day": nudge.day,
            # An address of its own tells what it is about, too.
            "link": words.answer or settings.SITE_URL + (reverse("home:home") if is_discreet else words.path),
            "is_answered_here": bool(words.answer),
            "choices_link": settings.SITE_URL + reverse("scheduling:mail_settings"),
            **words.shown,
        },
        message_id=nudge.message_id,
    )
    sign(mail, wording)
    return mail


def _step_due(nudge: Nudge) -> Words | None:
    choices = MailChoices.of(nudge.user)
    is_their_day = choices.rhythm_weekday == nudge.day.weekday()
    dated = list(steps_of(nudge.user, nudge.day, nudge.day)) if choices.wants_step_due else []
    again = steps_again_of(nudge.user) if is_their_day else []
    if not (dated or again):
        return None
    first, *others = [*dated, *again]
    subject, text = _of_today(len(dated)) if dated else _again(len(again))
    return Words(
        subject=subject,
        text=text,
        path=reverse("home:home") if others else first.get_absolute_url(),
        shown={"steps": dated, "again": again},
    )


def _of_today(count: int) -> tuple[str, str]:
    subject = ngettext("For today: a step", "For today: %(count)s steps", count)
    text = ngettext(
        "Trellis: you chose today for a step. Not today? Change its date.",
        "Trellis: you chose today for %(count)s steps. Not today? Change the dates.",
        count,
    )
    return subject % {"count": count}, text % {"count": count}


def _again(count: int) -> tuple[str, str]:
    subject = ngettext(
        "If you like: a step that comes again", "If you like: %(count)s steps that come again", count
    )
    text = ngettext(
        "Trellis: there is still time for a step that comes again. Only if you like.",
        "Trellis: there is still time for %(count)s steps that come again. Only if you like.",
        count,
    )
    return subject % {"count": count}, text % {"count": count}


def _check_in_due(nudge: Nudge) -> Words | None:
    rhythm = CheckInRhythm.objects.asking().filter(client=nudge.client_id, client__user=nudge.user).first()
    if rhythm is None or not rhythm.falls_on(nudge.day, last_on=rhythm.last_on):
        return None
    return Words(
        subject=_("How does life stand?"),
        text=_("Trellis: today is a day you chose to look how life stands. Only if you like."),
        path=reverse("clients:checkin_say", args=[nudge.client_id]),
        answer=address_for(rhythm, nudge.user, nudge.day) if rhythm.by_mail else "",
    )


def _nothing_booked(nudge: Nudge) -> Words | None:
    found = without_session().filter(pk=nudge.client_id, coach__user=nudge.user).first()
    if found is None:
        return None
    return Words(
        subject=_("A client with nothing booked"),
        path=found.get_absolute_url(),
        shown={"client": found, "quiet_on": found.quiet_since.astimezone(nudge.user.timezone).date()},
    )


def _span(nudge: Nudge) -> tuple[datetime, datetime]:
    """From now, or the week's beginning, to its end on the reader's wall."""
    begins = datetime.combine(nudge.day, time.min, tzinfo=nudge.user.timezone)
    ends = datetime.combine(nudge.day + timedelta(days=7), time.min, tzinfo=nudge.user.timezone)
    return max(begins.astimezone(UTC), timezone.now()), ends.astimezone(UTC)


def _sessions(nudge: Nudge, sessions: QuerySet[CoachingSession]) -> list[dict[str, Any]]:
    to_come: Any = sessions
    within = to_come.upcoming().filter(starts_at__range=_span(nudge)).with_people().order_by("starts_at")
    zone = nudge.user.timezone
    return [
        {"with": row.other_person(nudge.user), "own": ZonedTime(row.starts_at, row.ends_at, zone)}
        for row in within
    ]


def _own_week(nudge: Nudge) -> Words | None:
    records = Client.objects.belonging_to(nudge.user).filter(status=Client.Status.ACTIVE)
    sessions = _sessions(nudge, CoachingSession.objects.filter(client__in=records))
    steps = list(steps_of(nudge.user, nudge.day, nudge.day + timedelta(days=6)))
    waiting = Goal.objects.decidable_by(nudge.user).waiting().filter(plan__client__in=records).count()
    if not (sessions or steps or waiting):
        return None
    return Words(
        subject=_("Your week"),
        path=reverse("home:home"),
        shown={"sessions": sessions, "steps": steps, "waiting": waiting},
    )


def _coach_week(nudge: Nudge) -> Words | None:
    clients = Client.objects.coached_by(nudge.user).filter(status=Client.Status.ACTIVE)
    sessions = _sessions(nudge, CoachingSession.objects.editable_by(nudge.user).one_line_each(nudge.user))
    counts = {
        "waiting": Goal.objects.visible_to(nudge.user).waiting().filter(plan__client__in=clients).count(),
        "to_look_at": Reminder.objects.visible_to(nudge.user).to_look_at().count(),
        "nothing_booked": without_session().filter(pk__in=clients.values("pk")).count(),
        "urgent": clients.in_urgent_need().count(),
    }
    if not (sessions or any(counts.values())):
        return None
    return Words(subject=_("Your week"), path=reverse("home:home"), shown={"sessions": sessions, **counts})


def _handover(nudge: Nudge) -> Words | None:
    about = Handover.objects.filter(client=nudge.client_id).with_people()
    question = about.open().filter(client__user=nudge.user).first()
    if question:
        return Words(
            subject=_("A question for you"),
            path=reverse("scheduling:handover_answer", args=[question.pk]),
            shown={"question": question},
        )
    news = about.news_for(nudge.user).first()
    if news is None:
        return None
    return Words(subject=_("Who works with whom"), path=reverse("home:home"), shown={"news": news})


WRITERS: dict[str, Callable[[Nudge], Words | None]] = {
    Nudge.Kind.STEP_DUE: _step_due,
    Nudge.Kind.CHECK_IN_DUE: _check_in_due,
    Nudge.Kind.NOTHING_BOOKED: _nothing_booked,
    Nudge.Kind.OWN_WEEK: _own_week,
    Nudge.Kind.COACH_WEEK: _coach_week,
    Nudge.Kind.HANDOVER: _handover,
}
