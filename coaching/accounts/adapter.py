"""How allauth behaves here: people come in by invitation, and a mail server that is away is said."""

from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come in by invitation only."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send at once: the person is waiting. Where that cannot be, say so instead of "we have sent it"."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            page = render(self.request, "account/mail_away.html", status=503)
            raise ImmediateHttpResponse(page) from error
