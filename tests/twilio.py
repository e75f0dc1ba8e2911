"""Twilio's HTTP API on the loopback: keeps what it took, misbehaves when told to, and reports."""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client as Browser
from twilio.request_validator import RequestValidator

REFUSALS = {
    "21211": (400, "The 'To' number +447700900123 is not a valid phone number."),
    "21610": (400, "Attempt to send to unsubscribed recipient"),
    "20003": (401, "Authenticate"),
    "20429": (429, "Too Many Requests"),
    "20503": (503, "Service unavailable"),
    "20500": (500, "Internal Server Error"),
}


class Provider:
    """`mode` is `accept`, one of Twilio's own error numbers, `close` (took it, no answer) or `silent`."""

    def __init__(self) -> None:
        self.mode = "accept"
        self.taken: list[dict[str, str]] = []
        self.signed_in_as: set[str] = set()
        self.paths: set[str] = set()

    @property
    def url(self) -> str:
        return f"twilio+http://AC42:token@127.0.0.1:{self.port}?from=+15005550006"

    port = 0

    def report(self, browser: Browser, status: str, *, number: int = 1, token: str = "token", **values: str):
        """Twilio's status callback about the SMS that it took as `number`, signed by its own library."""
        taken = self.taken[number - 1]
        address = values.pop("address", taken["StatusCallback"])
        form = {
            "AccountSid": "AC42",
            "ApiVersion": "2010-04-01",
            "From": "+15005550006",
            "To": taken["To"],
            "MessageSid": f"SM{number}",
            "SmsSid": f"SM{number}",
            "MessageStatus": status,
            "SmsStatus": status,
            **values,
        }
        signature = RequestValidator(token).compute_signature(address, form)
        return browser.post(urlsplit(address).path, form, headers={"X-Twilio-Signature": signature})


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.paths.add(self.path)
            provider.signed_in_as.add(b64decode(self.headers["Authorization"].split()[1]).decode())
            if provider.mode in REFUSALS:
                status, words = REFUSALS[provider.mode]
                return self.answer(status, {"code": int(provider.mode), "message": words, "status": status})
            provider.taken.append({name: values[0] for name, values in parse_qs(body).items()})
            if provider.mode == "close":
                self.close_connection = True
                return None
            if provider.mode == "silent":
                time.sleep(1.5)
            return self.answer(201, {"sid": f"SM{len(provider.taken)}", "status": "queued"})

        def answer(self, status: int, body: dict) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_args) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def twilio(settings) -> Iterator[Provider]:
    """A running provider that Trellis's own settings point to."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.port = server.server_address[1]
    settings.SMS_URL = provider.url
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sms_mailbox(settings, tmp_path):
    """The demo's mailbox, empty; returns the SMS in it as (to, text)."""
    import mailbox  # noqa: PLC0415

    settings.SMS_URL, settings.MAILBOX_DIR = "mailbox:", tmp_path / "mailbox"

    def read() -> list[tuple[str, str]]:
        return [(mail["To"], mail["Subject"]) for mail in mailbox.Maildir(settings.MAILBOX_DIR, create=True)]

    return read
