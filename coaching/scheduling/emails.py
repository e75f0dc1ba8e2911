"""The mails about sessions."""

from email.utils import formataddr, parseaddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import formats
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from coaching.accounts.emails import write
from coaching.scheduling import calendars
from coaching.scheduling.links import acts_for
from coaching.scheduling.querysets import PRESENT
from coaching.scheduling.walltimes import ZonedTime

if TYPE_CHECKING:
    from coaching.scheduling.models import CoachingSession, Reminder

SUBJECTS = {
    "upcoming": _("Reminder for %(day)s, %(time)s"),
    "booked": _("Booked: %(day)s, %(time)s"),
    "changed": _("Changed: %(day)s, %(time)s"),
    "cancelled": _("Called off: %(day)s, %(time)s"),
}
"""They name neither person nor what it is about: others see a subject, too."""

DISCREET_SUBJECTS = {
    "upcoming": _("Appointment: %(day)s, %(time)s"),
    "booked": _("Appointment: %(day)s, %(time)s"),
    "changed": _("Appointment, new: %(day)s, %(time)s"),
    "cancelled": _("Appointment, off: %(day)s, %(time)s"),
}
DISCREET_SENDER = _("Appointments")


def session_mail(reminder: "Reminder") -> EmailMultiAlternatives:
    """The time on the reader's own wall first, then on the other person's where it differs.

    Discreet, where the reader wishes so: a neutral sender, and no names at all.
    """
    is_discreet = reminder.choices.is_discreet
    session = reminder.session
    is_client = reminder.recipient == reminder.Recipient.CLIENT
    own, *other = session.times(is_client=is_client)
    can_sign_in = session.client.has_joined if is_client else True
    before = reminder.told_before if reminder.kind == reminder.Kind.CHANGED else None
    link = settings.SITE_URL + session.get_absolute_url() if can_sign_in else ""
    mail = write(
        "session_mail",
        to=reminder.address,
        subject=(DISCREET_SUBJECTS if is_discreet else SUBJECTS)[reminder.kind]
        % {"day": own.day, "time": formats.date_format(own.start, "TIME_FORMAT")},
        context={
            "kind": reminder.kind,
            "is_discreet": is_discreet,
            "session": session,
            "reader": session.client.name if is_client else session.coach.user.name,
            "other_person": _("the other person")
            if is_discreet
            else (session.coach if is_client else _group(session) if session.is_group else session.client),
            "group": "" if is_discreet or session.group is None else session.group.title,
            "own": own,
            "other": other[0] if other else None,
            "before": before,
            "time_before": ZonedTime(before.starts_at, before.ends_at, own.zone) if before else None,
            "link": link,
            "acts": acts_for(session) if is_client else {},
        },
        message_id=reminder.message_id,
    )
    sender, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if is_discreet:
        sender = str(DISCREET_SENDER)
    mail.from_email = formataddr((sender, address))
    # A group stands in the coach's calendar once, from the feed; who joins or leaves is no entry of its own.
    if reminder.is_news and (is_client or session.group_id is None):
        title = _("Appointment") if is_discreet else _("Session")
        entry = calendars.invitation(
            session, attendee=reminder.address, organizer=(sender, address), title=str(title), link=link
        )
        _attach_calendar(mail, *entry)
    return mail


def _group(session: "CoachingSession") -> str:
    """A group by its name and number, for its coach."""
    count = session.members.filter(status__in=PRESENT).count()
    people = ngettext("%(count)s person", "%(count)s people", count) % {"count": count}
    return _g("%(group)s (%(people)s)") % {"group": session.title, "people": people}


def _attach_calendar(mail: EmailMultiAlternatives, method: str, calendar: bytes) -> None:
    """Twice: most calendar programs act on the last alternative, others look only for a file."""
    mail.attach_alternative(calendar.decode(), f"text/calendar; method={method}")
    mail.attach("session.ics", calendar, "application/ics")
