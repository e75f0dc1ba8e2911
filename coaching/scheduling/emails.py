"""The mails about sessions."""

from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coaching.accounts.emails import write
from coaching.accounts.models import User
from coaching.scheduling import calendars
from coaching.scheduling.links import acts_for
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.querysets import PRESENT
from coaching.scheduling.walltimes import ZonedTime
from coaching.scheduling.wording import DISCREET, USUAL, Wording, Words, wording_for

if TYPE_CHECKING:
    from coaching.scheduling.models import CoachingSession, MessageMail, Reminder, SummaryMail


def session_mail(reminder: "Reminder") -> EmailMultiAlternatives:
    """The time on the reader's own wall first, then on the other person's where it differs.

    Discreet, where the reader wishes so: a neutral sender, and no names at all.
    """
    words = wording_for(reminder.choices)
    session = reminder.session
    is_client = reminder.recipient == reminder.Recipient.CLIENT
    own, *other = session.times(is_client=is_client)
    before = reminder.told_before if reminder.kind == reminder.Kind.CHANGED else None
    link = settings.SITE_URL + session.get_absolute_url() if _can_sign_in(reminder) else ""
    mail = write(
        "session_mail",
        to=reminder.address,
        subject=words.subjects[reminder.kind]
        % {"day": own.day, "time": formats.date_format(own.start, "TIME_FORMAT")},
        context={
            **_people(reminder),
            "session": session,
            "group": session.group.title if session.group and words is USUAL else "",
            "own": own,
            "other": other[0] if other else None,
            "before": before,
            "time_before": ZonedTime(before.starts_at, before.ends_at, own.zone) if before else None,
            "link": link,
            "acts": acts_for(session) if is_client else {},
        },
        message_id=reminder.message_id,
    )
    organizer = sign(mail, words)
    # A group stands in the coach's calendar once, from the feed; who joins or leaves is no entry of its own.
    if reminder.is_news and (is_client or session.group_id is None):
        method, calendar = calendars.invitation(
            session,
            attendee=reminder.address,
            organizer=organizer,
            title=str(words.title),
            link=link,
        )
        _attach_calendar(mail, method, calendar)
    return mail


def series_mail(reminder: "Reminder", sessions: list["CoachingSession"]) -> EmailMultiAlternatives:
    """One mail that several sessions (in order of time) were booked, have moved or are off.

    Calendar programs take one entry from a mail, so all of them are in a file to be opened.
    """
    words = wording_for(reminder.choices)
    is_client = reminder.recipient == reminder.Recipient.CLIENT
    lines: list[dict[str, Any]] = []
    for session in sessions:
        own, *other = session.times(is_client=is_client)
        acts = acts_for(session) if is_client and session.is_scheduled else {}
        lines.append({"own": own, "other": other[0] if other else None, "session": session, "acts": acts})
    link = settings.SITE_URL + reverse("scheduling:session_list") if _can_sign_in(reminder) else ""
    mail = write(
        "series_mail",
        to=reminder.address,
        subject=words.series_subjects[reminder.kind] % {"count": len(sessions), "day": lines[0]["own"].day},
        context={
            **_people(reminder),
            "lines": lines,
            "count": len(lines),
            "has_acts": any(line["acts"] for line in lines),
            "link": link,
        },
        message_id=reminder.message_id,
    )
    calendar = calendars.publication(sessions, organizer=sign(mail, words), title=str(words.title))
    mail.attach("sessions.ics", calendar, "application/ics")
    return mail


def _people(reminder: "Reminder") -> dict[str, Any]:
    session, is_client = reminder.session, reminder.recipient == reminder.Recipient.CLIENT
    is_discreet = reminder.choices.is_discreet
    named = session.coach if is_client else _group(session) if session.is_group else session.client
    return {
        "kind": reminder.kind,
        "is_discreet": is_discreet,
        "reader": session.client.name if is_client else session.coach.user.name,
        "other_person": _("the other person") if is_discreet else named,
    }


def _can_sign_in(reminder: "Reminder") -> bool:
    return reminder.recipient == reminder.Recipient.COACH or reminder.session.client.has_joined


def sign(mail: EmailMultiAlternatives, words: Wording) -> tuple[str, str]:
    """Write name and address of the sender into it, and say them."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    name = str(words.sender) or name
    mail.from_email = formataddr((name, address))
    return name, address


def summary_mail(news: "SummaryMail") -> EmailMultiAlternatives:
    """There is something to read, and where; not what. To a client who has joined."""
    client = news.summary.client
    assert client.user is not None  # noqa: S101 - nobody else can open it
    return _to_be_read(
        "summary_mail",
        client.user,
        _("Something new for you to read"),
        news.message_id,
        reader=client.name,
        coach=client.coach,
        link=settings.SITE_URL + news.summary.session.get_absolute_url(),
    )


def message_mail(news: "MessageMail") -> EmailMultiAlternatives:
    """There is something new, behind the sign-in: not from whom, and the link is everybody's home."""
    reader = news.about.reader
    assert reader is not None  # noqa: S101 - what was sent has one
    return _to_be_read(
        "message_mail",
        reader,
        wording_for(MailChoices.of(reader)).message,
        news.message_id,
        reader=reader.name,
        link=settings.SITE_URL + reverse("home:home"),
        choices_link=settings.SITE_URL + reverse("scheduling:mail_settings"),
    )


def _to_be_read(
    template: str, to: User, subject: Words, message_id: str, **context: Any
) -> EmailMultiAlternatives:
    """That there is something to read, in the words that its reader wants."""
    words = wording_for(MailChoices.of(to))
    mail = write(
        template,
        to=to.email,
        subject=str(subject),
        context={"is_discreet": words is DISCREET, **context},
        message_id=message_id,
    )
    sign(mail, words)
    return mail


def _group(session: "CoachingSession") -> str:
    """A group by its name and, as long as it is to meet, its number; for its coach."""
    if session.cancelled_at:
        return session.title
    count = session.members.filter(status__in=PRESENT).count()
    people = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    return _("%(group)s (%(people)s)") % {"group": session.title, "people": people}


def _attach_calendar(mail: EmailMultiAlternatives, method: str, calendar: bytes) -> None:
    """Twice: most calendar programs act on the last alternative, others look only for a file."""
    mail.attach_alternative(calendar.decode(), f"text/calendar; method={method}")
    mail.attach("session.ics", calendar, "application/ics")
