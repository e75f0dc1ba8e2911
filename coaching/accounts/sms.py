"""SMS: one small door for every provider, chosen by `SMS_URL`.

`twilio://ACCOUNT:TOKEN@api.twilio.com?from=+15005550006` sends through Twilio
(`from` may be a messaging service, `MG…`); `mailbox:` puts them into the demo's
mailbox. Without it there are no SMS, and whoever chose them gets mails.
"""

import logging
import mailbox
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coaching.accounts.answers import NoServer, Refused

TIMEOUT_SECONDS = 20
"""For the connection, and again for the answer."""
NOT_SENT_FOR_NOW = {401, 403, 408, 429, 503}
"""Answers after which Twilio has sent nothing and may do so later; the first two are ours to mend."""


@dataclass(frozen=True)
class TextMessage:
    """One SMS. `to` is in international form (E.164): `+441632960123`; `row` is the id of its delivery."""

    to: str
    text: str
    row: str = ""


class TextPost:
    """What the outbox asks of a provider. Opened for one pass.

    `hand_over` returns the provider's answer; raises Refused; or an OSError,
    after which `is_answer_lost` says whether the message may have been taken.
    """

    is_answer_lost = False
    is_away = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()

    @property
    def is_open(self) -> bool:
        return not self.is_away

    def open(self) -> None:
        if self.is_away:
            raise NoServer(_("The SMS provider could not be reached. We will try again."))

    def seal(self, message: TextMessage) -> TextMessage:
        return message

    def hand_over(self, message: TextMessage) -> str:
        raise NoServer(_("SMS are not set up here."))

    def drop(self) -> None:
        """Let go of what may be open."""


class MailboxPost(TextPost):
    """Puts each SMS into the demo's mailbox, where it is shown among the mails."""

    def hand_over(self, message: TextMessage) -> str:
        page = EmailMessage()
        page["From"], page["To"] = "SMS", message.to
        page["Subject"] = message.text
        page["Date"] = format_datetime(timezone.now())
        page.set_content(message.text)
        key = mailbox.Maildir(settings.MAILBOX_DIR, create=True).add(page)
        return f"put into the mailbox as {key}"


class TwilioPost(TextPost):
    """Twilio's own library, over a connection of our own: with time-outs, and without second tries.

    The outbox tries again by itself and knows when that may double; a library
    that repeats a request silently does not.
    """

    def __init__(self, url: str) -> None:
        # 22 MB that only an installation with Twilio has to load.
        import requests  # noqa: PLC0415
        from requests.adapters import HTTPAdapter  # noqa: PLC0415
        from twilio.base.exceptions import TwilioException, TwilioRestException  # noqa: PLC0415
        from twilio.http.http_client import TwilioHttpClient  # noqa: PLC0415
        from twilio.rest import Client  # noqa: PLC0415

        parts = urlsplit(url)
        self._requests = requests
        self._refusal, self._unclear = TwilioRestException, TwilioException
        quiet = logging.getLogger("trellis.twilio")
        quiet.setLevel(logging.WARNING)  # its lines name the account
        http = TwilioHttpClient(timeout=TIMEOUT_SECONDS, logger=quiet)
        http.session.mount("https://", HTTPAdapter(max_retries=0))
        client = Client(unquote(parts.username or ""), unquote(parts.password or ""), http_client=http)
        scheme = "http" if parts.scheme == "twilio+http" else "https"
        client.api.base_url = f"{scheme}://{parts.netloc.rpartition('@')[2]}"
        self._session, self._messages = http.session, client.messages
        sender = parse_qs(parts.query.replace("+", "%2B"))["from"][0]
        self._sender = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}

    def hand_over(self, message: TextMessage) -> str:
        self.is_answer_lost = False
        try:
            answer = self._messages.create(
                to=message.to, body=message.text, **self._sender, **_report_to(message)
            )
        except self._refusal as error:
            raise self._read(error, to=message.to) from error
        except self._unclear as error:
            # An answer that is none: it may have taken the message.
            self.is_answer_lost = True
            raise OSError("unreadable answer") from error
        except self._requests.exceptions.ConnectTimeout:
            self.is_away = True
            raise
        except self._requests.exceptions.RequestException as error:
            self.is_away = _never_connected(error)
            self.is_answer_lost = not self.is_away
            raise
        return f"{answer.status} {answer.sid}"

    def _read(self, error: Any, *, to: str) -> Exception:
        # The coach may read the answer; the number is the person's own.
        words = " ".join(f"{error.status} {error.code or ''} {error.msg}".replace(to, "…").split())
        if error.status in NOT_SENT_FOR_NOW:
            return Refused(words, is_final=False)
        if error.status >= 500:
            self.is_answer_lost = True
            return OSError(words)
        return Refused(words, is_final=True)

    def drop(self) -> None:
        self._session.close()


def _report_to(message: TextMessage) -> dict[str, str]:
    """Where Twilio reports what became of it. It takes an SMS only if it could reach that address."""
    if not (message.row and reports()):
        return {}
    return {"status_callback": settings.SITE_URL + reverse("accounts:sms_events", args=[message.row])}


def _never_connected(error: BaseException) -> bool:
    """Whether there was no connection at all, so that nothing can have been taken."""
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415

    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)


def is_set_up() -> bool:
    """Whether this installation sends SMS."""
    return bool(settings.SMS_URL)


def reports() -> bool:
    """Whether the provider is asked to report: it is Twilio, and the site has an address of its own."""
    return settings.SMS_URL.startswith("twilio") and settings.SITE_URL.startswith("https://")


def is_signed(address: str, form: Mapping[str, Any], signature: str) -> bool:
    """Whether Twilio signed this report to this address, with the token of our account."""
    from twilio.request_validator import RequestValidator  # noqa: PLC0415

    token = unquote(urlsplit(settings.SMS_URL).password or "")
    return bool(RequestValidator(token).validate(address, form, signature))


def text_post() -> TextPost:
    """The provider that the settings name."""
    if not is_set_up():
        return TextPost()
    return MailboxPost() if settings.SMS_URL == "mailbox:" else TwilioPost(settings.SMS_URL)
