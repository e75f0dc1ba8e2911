"""The SMS about sessions: when, on the reader's own wall, and nothing of whom or what."""

from typing import TYPE_CHECKING

from django.utils import formats

from coaching.scheduling.wording import wording_for

if TYPE_CHECKING:
    from coaching.scheduling.models import Reminder


def session_text(reminder: "Reminder", *, count: int = 1) -> str:
    """One part of an SMS (160 letters) at most, such as `Appointment: Tuesday 1 June, 10:00 (Berlin).`

    Where it tells of several sessions, how many, and when the first one is.
    """
    own, *_other = reminder.session.times(is_client=reminder.recipient == reminder.Recipient.CLIENT)
    day, time = formats.date_format(own.start, "l j F"), formats.date_format(own.start, "TIME_FORMAT")
    place = own.zone.key.rpartition("/")[2].replace("_", " ")
    words = wording_for(reminder.choices)
    texts = words.texts if count == 1 else words.series_texts
    return texts[reminder.kind] % {"count": count, "when": f"{day}, {time} ({place})"}
