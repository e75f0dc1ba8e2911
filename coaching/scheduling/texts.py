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


def session_text(reminder: "Reminder") -> str:
    """One part of an SMS (160 letters) at most, such as `Appointment: Tuesday 1 June, 10:00 (Berlin).`"""
    own, *_other = reminder.session.times(is_client=reminder.recipient == reminder.Recipient.CLIENT)
    day, time = formats.date_format(own.start, "l j F"), formats.date_format(own.start, "TIME_FORMAT")
    place = own.zone.key.rpartition("/")[2].replace("_", " ")
    texts = DISCREET_TEXTS if reminder.choices.is_discreet else TEXTS
    return texts[reminder.kind] % {"when": f"{day}, {time} ({place})"}
