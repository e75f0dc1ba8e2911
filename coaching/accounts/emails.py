"""The mails of this app, and the one way a mail is written."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

if TYPE_CHECKING:
    from coaching.accounts.models import Invitation


def write(
    template: str, *, to: str, subject: str, context: Mapping[str, Any], message_id: str = ""
) -> EmailMultiAlternatives:
    """A mail in text and HTML from `emails/TEMPLATE.txt` and `.html`, which get `context` and `site_url`."""
    context = {**context, "site_url": settings.SITE_URL, "subject": subject}
    mail = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string(f"emails/{template}.txt", context),
        to=[to],
        headers={"Auto-Submitted": "auto-generated", **({"Message-ID": message_id} if message_id else {})},
    )
    mail.attach_alternative(render_to_string(f"emails/{template}.html", context), "text/html")
    return mail


def invitation(invitation: "Invitation") -> EmailMultiAlternatives:
    link = settings.SITE_URL + reverse("clients:invitation_accept", args=[invitation.token])
    return write(
        "invitation",
        to=invitation.email,
        subject=f"{invitation.invited_by} invites you to {invitation.practice}",
        context={"invitation": invitation, "link": link},
        message_id=invitation.message_id,
    )
