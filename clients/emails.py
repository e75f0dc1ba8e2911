"""The mails about a client's record."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from coaching.accounts.emails import write

if TYPE_CHECKING:
    from clients.models import Client, Erasure, ErasureWarning


def erasure_warning(
    warning: "ErasureWarning", client: "Client", erasure: "Erasure"
) -> EmailMultiAlternatives:
    """The day, and the way to take everything with them.

    It names nobody, and not what the record is about: years may have passed, and others may read along.
    """
    assert client.user is not None  # noqa: S101 - nobody else can open it
    with timezone.override(client.own_timezone):
        day = formats.date_format(timezone.localtime(erasure.due_at), "DATE_FORMAT")
    return write(
        "erasure_warning",
        to=client.user.email,
        subject=_("Until %(day)s: take your record with you") % {"day": day},
        context={"reader": client.name, "day": day, "link": settings.SITE_URL + reverse("clients:export")},
        message_id=warning.message_id,
    )
