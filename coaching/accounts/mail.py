"""The SMTP connection, which also remembers what the mail server said."""

import email.policy
import smtplib
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

_END_OF_MESSAGE = b"\r\n.\r\n"


class _Listening:
    """An smtplib connection that keeps the server's last answer, and knows when it is owed one."""

    last_answer = ""
    is_answer_lost = False

    def send(self, s: Any) -> None:
        super().send(s)  # type: ignore[misc]
        if isinstance(s, bytes | bytearray) and s.endswith(_END_OF_MESSAGE):
            # The whole message has left: from here until the answer is read,
            # only the server knows whether it took it.
            self.is_answer_lost = True

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.last_answer = ""
        code, text = super().data(msg)  # type: ignore[misc]
        self.is_answer_lost = False
        self.last_answer = f"{code} {text.decode(errors='replace')}"[:500]
        return code, text


class _ListeningSMTP(_Listening, smtplib.SMTP):
    pass


class _ListeningSMTPSSL(_Listening, smtplib.SMTP_SSL):
    pass


class SealedMail:
    """A mail as it goes over the line, with what Django's backend asks of one."""

    def __init__(self, mail: EmailMessage) -> None:
        self.from_email, self.recipients = mail.from_email, mail.recipients
        self._octets = mail.message(policy=email.policy.SMTP).as_bytes()

    def message(self, **_policy: Any) -> "SealedMail":
        return self

    def as_bytes(self) -> bytes:
        return self._octets


class RecordingEmailBackend(EmailBackend):
    """Django's SMTP backend; `last_answer` is the server's answer to the last message, such as `250 OK`.

    `is_answer_lost` is true where the whole message was handed over and the
    connection ended before an answer came.
    """

    last_answer = ""
    is_answer_lost = False

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _ListeningSMTPSSL if self.use_ssl else _ListeningSMTP

    def seal(self, mail: EmailMessage) -> SealedMail:
        """Do of the sending what takes no server, and takes the most time."""
        return SealedMail(mail)

    def _send(self, email_message: Any) -> bool:
        self.last_answer, self.is_answer_lost = "", False
        try:
            return super()._send(email_message)  # type: ignore[misc]  # the stubs leave it out
        finally:
            if isinstance(self.connection, _Listening):
                self.last_answer = self.connection.last_answer
                self.is_answer_lost = self.connection.is_answer_lost

    def drop(self) -> None:
        """Forget the connection without a farewell: the server may be hanging, and would be waited for."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None
