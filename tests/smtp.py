"""A real SMTP server for tests: keeps what it took, and misbehaves when told to."""

import asyncio
import contextlib
import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services import free_port


class Sink:
    """What the server took, in order, and how it behaves: `mode` for the next messages.

    `accept`; a reply such as `451 later` or `550 no` at the end of DATA;
    `refuse_recipient`; `hang_up_after_data` (takes the mail, then ends the
    connection without an answer); `hang_up_at_data` (ends it before the mail);
    `silent` (takes the mail and never answers).
    """

    def __init__(self) -> None:
        self.mode = "accept"
        self.taken: list[EmailMessage] = []
        self.addresses: list[str] = []
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def be_connected(self) -> None:
        """Somebody has connected, and has not been greeted yet."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mode == "refuse_recipient":
            return "550 5.1.1 nobody here by that name"
        if self.mode == "hang_up_at_data":
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.mode[0].isdigit():
            return self.mode
        self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        self.addresses += envelope.rcpt_tos
        if self.mode == "hang_up_after_data":
            server.transport.close()
        if self.mode == "silent":
            await asyncio.sleep(30)
        return f"250 2.0.0 taken as {len(self.taken)}"


class Door(Controller):
    """Tells the sink of each connection before the greeting."""

    def factory(self) -> SMTP:
        self.handler.be_connected()
        return super().factory()


@contextlib.contextmanager
def running_sink(sink: Sink | None = None) -> Iterator[Sink]:
    sink = sink or Sink()
    controller = Door(sink, hostname="127.0.0.1", port=sink.port)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@pytest.fixture
def smtp_server(settings) -> Iterator[Sink]:
    """A running server that Trellis's own settings point to."""
    with running_sink() as sink:
        settings.MAILERS = {
            "default": {
                "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": sink.port, "timeout": 2},
            }
        }
        yield sink
