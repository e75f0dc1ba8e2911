"""The mails about sessions."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import formats
from django.utils.translation import gettext as _

from coaching.accounts.emails import write

if TYPE_CHECKING:
    from coaching.scheduling.models import Reminder


def session_reminder(reminder: "Reminder") -> EmailMultiAlternatives:
    """The time on the reader's own wall first, then on the other person's where it differs.

    The subject names neither person nor what the mail is about beyond "a reminder": others see it too.
    """
    session = reminder.session
    is_client = reminder.recipient == reminder.Recipient.CLIENT
    own, *other = session.times(is_client=is_client)
    can_sign_in = session.client.has_joined if is_client else True
    return write(
        "session_reminder",
        to=reminder.address,
        subject=_("Reminder for %(day)s, %(time)s")
        % {"day": own.day, "time": formats.date_format(own.start, "TIME_FORMAT")},
        context={
            "session": session,
            "reader": session.client.name if is_client else session.coach.user.name,
            "other_person": session.coach if is_client else session.client,
            "own": own,
            "other": other[0] if other else None,
            "link": settings.SITE_URL + session.get_absolute_url() if can_sign_in else "",
        },
        message_id=reminder.message_id,
    )
