"""How allauth behaves here: people come in by invitation, and a mail server that is away is said."""

from smtplib import SMTPException
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render

from coaching.accounts.forms import refuse_control_characters
from coaching.accounts.models import ReturnedMail, User

logger = structlog.get_logger("trellis.mail")


ASKED_BY_A_VISITOR = {"account/email/password_reset_key", "account/email/unknown_account"}
"""What is sent to whoever asks for a new password: the one or the other, and the page does not say which."""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come in by invitation only."""
        return False

    def clean_email(self, email: str) -> str:
        refuse_control_characters(email)
        return super().clean_email(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send at once: the person is waiting. Where that cannot be, say so instead of "we have sent it"."""
        if template_prefix in ASKED_BY_A_VISITOR:
            ReturnedMail.objects.note_password_asked(email)
        links = {name: _on_this_site(link) for name, link in context.items() if name.endswith("_url")}
        try:
            super().send_mail(template_prefix, email, context | links)
        except (OSError, SMTPException) as error:
            page = render(self.request, "account/mail_away.html", status=503)
            raise ImmediateHttpResponse(page) from error

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell of what has been done already. It stays done where the mail cannot be sent."""
        try:
            super().send_notification_mail(template_prefix, user, context, email)
        except ImmediateHttpResponse as error:
            logger.warning("notice_not_sent", mail=template_prefix, error=type(error.__cause__).__qualname__)


def _on_this_site(link: str) -> str:
    """The same page at the installation's own address, whatever host the request named."""
    return settings.SITE_URL + urlunsplit(urlsplit(link)._replace(scheme="", netloc=""))
