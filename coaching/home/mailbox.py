"""The demo's mailbox: what its own mail server was given, newest first. Never in production."""

import base64
import email
import email.policy
import hashlib
import mailbox
import re
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.csp import CSP

SHOWN = 50


def _box() -> mailbox.Maildir:
    return mailbox.Maildir(settings.MAILBOX_DIR, create=True)


def _read(key: str) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(_box().get_bytes(key), policy=email.policy.default))


def _mail_or_404(key: str) -> EmailMessage:
    try:
        return _read(key)
    except KeyError:
        raise Http404 from None


def _sent_at(mail: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(mail["Date"]))


@login_not_required
def mailbox_list(request: HttpRequest) -> HttpResponse:
    keys = _box().keys()
    rows = sorted(((_sent_at(mail), key, mail) for key in keys if (mail := _read(key))), reverse=True)
    mails = [{"sent_at": sent_at, "key": key, "mail": mail} for sent_at, key, mail in rows[:SHOWN]]
    return render(request, "home/mailbox_list.html", {"mails": mails})


@login_not_required
def mailbox_mail(request: HttpRequest, key: str) -> HttpResponse:
    mail = _mail_or_404(key)
    text = mail.get_body(("plain",))
    context = {
        "mail": mail,
        "sent_at": _sent_at(mail),
        "text": text.get_content() if text else "",
        "html_url": reverse("local:mailbox_html", args=[key]) if mail.get_body(("html",)) else "",
    }
    return render(request, "home/mailbox_mail.html", context)


@login_not_required
def mailbox_html(request: HttpRequest, key: str) -> HttpResponse:
    """The mail as a mail program shows it: its own style block, named by hash, and nothing else."""
    body = _mail_or_404(key).get_body(("html",))
    if body is None:
        raise Http404
    html = body.get_content()
    styles = re.findall(r"<style[^>]*>(.*?)</style>", html, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in styles]
    response = HttpResponse(html)
    response._csp_config = {  # type: ignore[attr-defined]  # what csp_override sets, but per mail
        "default-src": [CSP.NONE],
        "style-src": hashes or [CSP.NONE],
        "frame-ancestors": [CSP.NONE],
    }
    return response
