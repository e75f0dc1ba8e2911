"""What others may read over somebody's shoulder, in usual and in discreet words.

Sender, subject, SMS and the title in a calendar. Neither names a person or
what it is about; the discreet ones do not say that somebody is coached, either.
What stands inside a mail is in its template.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from coaching.scheduling.models.mail_choices import MailChoices

type Words = str | Promise
"""A sentence, or one that is translated when it is read."""


@dataclass(frozen=True)
class Wording:
    """Words by the kind of mail (`Reminder.Kind`); `series_…` are for several sessions at once.

    `message` is the subject of a mail about a new message. `sender` is empty
    where it is the installation's own; `nudge` and `nudge_text` are empty where
    each nudge has words of its own.
    """

    title: Words
    message: Words
    subjects: Mapping[str, Words]
    series_subjects: Mapping[str, Words]
    texts: Mapping[str, Words]
    series_texts: Mapping[str, Words]
    sender: Words = ""
    nudge: Words = ""
    nudge_text: Words = ""


USUAL = Wording(
    title=_("Session"),
    message=_("There is something new for you on Trellis"),
    subjects={
        "upcoming": _("Reminder for %(day)s, %(time)s"),
        "booked": _("Booked: %(day)s, %(time)s"),
        "changed": _("Changed: %(day)s, %(time)s"),
        "cancelled": _("Called off: %(day)s, %(time)s"),
    },
    series_subjects={
        "booked": _("Booked: %(count)s sessions, the first on %(day)s"),
        "changed": _("Changed: %(count)s sessions, the first now on %(day)s"),
        "cancelled": _("Called off: %(count)s sessions, the first on %(day)s"),
    },
    texts={
        "upcoming": _("Trellis: reminder of your session on %(when)s."),
        "booked": _("Trellis: your session is booked for %(when)s."),
        "changed": _("Trellis: your session has changed. Now it is on %(when)s."),
        "cancelled": _("Trellis: your session on %(when)s is called off."),
    },
    series_texts={
        "booked": _("Trellis: %(count)s sessions are booked, the first on %(when)s."),
        "changed": _("Trellis: %(count)s sessions have changed. The first is now on %(when)s."),
        "cancelled": _("Trellis: %(count)s sessions are called off, the first on %(when)s."),
    },
)
DISCREET = Wording(
    sender=_("Appointments"),
    title=_("Appointment"),
    message=_("There is something new for you"),
    subjects={
        "upcoming": _("Appointment: %(day)s, %(time)s"),
        "booked": _("Appointment: %(day)s, %(time)s"),
        "changed": _("Appointment, new: %(day)s, %(time)s"),
        "cancelled": _("Appointment, off: %(day)s, %(time)s"),
    },
    series_subjects={
        "booked": _("%(count)s appointments, the first on %(day)s"),
        "changed": _("%(count)s appointments, new: the first on %(day)s"),
        "cancelled": _("%(count)s appointments, off: the first on %(day)s"),
    },
    texts={
        "upcoming": _("Appointment: %(when)s."),
        "booked": _("Appointment: %(when)s."),
        "changed": _("Appointment, new: %(when)s."),
        "cancelled": _("Appointment, off: %(when)s."),
    },
    series_texts={
        "booked": _("%(count)s appointments, the first: %(when)s."),
        "changed": _("%(count)s appointments, new, the first: %(when)s."),
        "cancelled": _("%(count)s appointments, off, the first: %(when)s."),
    },
    nudge=_("A note for today"),
    nudge_text=_("A note for today."),
)


def wording_for(choices: "MailChoices") -> Wording:
    """The words that this person wants."""
    return DISCREET if choices.is_discreet else USUAL
