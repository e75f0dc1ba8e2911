"""The SMS about sessions: when, on the reader's own wall, and nothing of whom or what."""

from typing import TYPE_CHECKING

from django.utils import formats
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from coaching.scheduling.models import Reminder

TEXTS = {
    "upcoming": _("Trellis: reminder of your session on %(when)s."),
    "booked": _("Trellis: your session is booked for %(when)s."),
    "changed": _("Trellis: your session has changed. Now it is on %(when)s."),
    "cancelled": _("Trellis: your session on %(when)s is called off."),
}
DISCREET_TEXTS = {
    "upcoming": _("Appointment: %(when)s."),
    "booked": _("Appointment: %(when)s."),
    "changed": _("Appointment, new: %(when)s."),
    "cancelled": _("Appointment, off: %(when)s."),
}


SERIES_TEXTS = {
    "booked": _("Trellis: %(count)s sessions are booked, the first on %(when)s."),
    "changed": _("Trellis: %(count)s sessions have changed. The first is now on %(when)s."),
    "cancelled": _("Trellis: %(count)s sessions are called off, the first on %(when)s."),
}
DISCREET_SERIES_TEXTS = {
    "booked": _("%(count)s appointments, the first: %(when)s."),
    "changed": _("%(count)s appointments, new, the first: %(when)s."),
    "cancelled": _("%(count)s appointments, off, the first: %(when)s."),
}


def session_text(reminder: "Reminder", *, count: int = 1) -> str:
    """One part of an SMS (160 letters) at most, such as `Appointment: Tuesday 1 June, 10:00 (Berlin).`

    Where it tells of several sessions, how many, and when the first one is.
    """
    own, *_other = reminder.session.times(is_client=reminder.recipient == reminder.Recipient.CLIENT)
    day, time = formats.date_format(own.start, "l j F"), formats.date_format(own.start, "TIME_FORMAT")
    place = own.zone.key.rpartition("/")[2].replace("_", " ")
    one, several = TEXTS, SERIES_TEXTS
    if reminder.choices.is_discreet:
        one, several = DISCREET_TEXTS, DISCREET_SERIES_TEXTS
    texts = one if count == 1 else several
    return texts[reminder.kind] % {"count": count, "when": f"{day}, {time} ({place})"}
