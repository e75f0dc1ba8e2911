"""Sending what is due: claim, read again, write the mail, commit *submitting*, ask the mail server, record.

A worker may be killed between any two of these lines. Before the commit of
*submitting*, the row is tried again when its lease has run out. After it,
nobody knows whether the mail server took the mail: it is sent once more with
the same Message-ID, and flagged.

While the server answers for one mail, the next is read and written; its row
stays locked until it leaves, so that nothing comes between (see `_Desk`).
"""

import smtplib
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent import futures
from copy import copy
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

import structlog
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, mailers
from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.backends.signals import connection_created
from django.utils.translation import gettext as _

from coaching.accounts.answers import NoServer, Refused
from coaching.accounts.deliveries import Channel, Delivery, DeliveryQuerySet, DeliveryState, wake_worker
from coaching.accounts.returned import ReturnedMail
from coaching.accounts.sms import TextMessage, TextPost, text_post
from coaching.logs import fault

logger = structlog.get_logger("trellis.mail")

BATCH = 20
PASS_SECONDS = 100
"""One channel's part of a pass takes no new row after this, so that both end well within the task's limit."""

SWITCH_SECONDS = 0.001
"""Python's usual 5 ms, spent at each of the mail server's answers, would be a third of what a mail takes."""

LOCK_SECONDS = 0.25
"""How long the next row may stay locked for an answer about the one before: calling it off has to wait."""


class Post:
    """A connection to the mail server, opened when first needed and kept for the pass."""

    is_open = False

    def __init__(self) -> None:
        self._backend = mailers["default"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._backend.close()
        except OSError:
            self.drop()

    def open(self) -> None:
        try:
            self._backend.open()
        except smtplib.SMTPResponseException as error:
            raise NoServer(
                _("The mail server did not let us in (%(why)s). We will try again.") % {"why": _words(error)}
            ) from error
        except OSError as error:
            raise NoServer(
                _("The mail server could not be reached (%(why)s). We will try again.")
                % {"why": error.strerror or str(error) or type(error).__name__}
            ) from error
        self.is_open = True

    def seal(self, mail: EmailMultiAlternatives) -> Any:
        """What to hand over: the same, made ready to leave where the backend can."""
        return self._backend.seal(mail) if hasattr(self._backend, "seal") else mail

    def hand_over(self, mail: Any) -> str:
        """Give it to the mail server and return the server's answer."""
        self._backend.send_messages([mail])
        return getattr(self._backend, "last_answer", "")

    @property
    def is_answer_lost(self) -> bool:
        return getattr(self._backend, "is_answer_lost", False)

    def drop(self) -> None:
        self.is_open = False
        if hasattr(self._backend, "drop"):
            self._backend.drop()


def delivery_models() -> list[type[Delivery]]:
    """Every kind of mail that waits in an outbox, whichever app it belongs to."""
    return [model for model in apps.get_models() if issubclass(model, Delivery)]


def find_delivery(pk: str | UUID) -> Delivery | None:
    """The row with this id, of whichever kind."""
    rows = (_rows_of(model).filter(pk=pk).first() for model in delivery_models())
    return cast("Delivery | None", next((row for row in rows if row is not None), None))


def _rows_of(model: type[Delivery]) -> DeliveryQuerySet:
    """Every row of one kind, whatever its manager leaves out."""
    return DeliveryQuerySet(model)


def send_due(*, seconds: float = PASS_SECONDS) -> Counter[str]:
    """One pass over everything due. Says how many rows came to which end.

    Safe to run any number of times, at once and in several places.
    """
    ends: Counter[str] = Counter()
    for model in delivery_models():
        ends["missed"] += _rows_of(model).give_up_late()
        if model.HOLD_AFTER:
            ends["on_hold"] += _rows_of(model).hold_stale(model.HOLD_AFTER)
    with Post() as post:
        _send_channel(Channel.EMAIL, post, ends, seconds)
    with text_post() as texts:
        _send_channel(Channel.SMS, texts, ends, seconds)
    return +ends


def _send_channel(channel: str, post: Post | TextPost, ends: Counter[str], seconds: float) -> None:
    """Everything due on one channel, in time of its own: neither of the two holds the other up."""
    stop_at = time.monotonic() + seconds
    has_called_for_help = False
    with _Desk(post, ends) as desk:
        for model in delivery_models():
            while time.monotonic() < stop_at and (
                rows := _rows_of(model).claim(limit=BATCH, channel=channel)
            ):
                if len(rows) == BATCH and not has_called_for_help:
                    # More than one can carry, perhaps: one other is woken, which may wake the next.
                    has_called_for_help = True
                    wake_worker()
                try:
                    _send_all(rows, desk, ends, stop_at)
                except NoServer:
                    return


def _send_all(rows: Sequence[Delivery], desk: "_Desk", ends: Counter[str], stop_at: float) -> None:
    for position, row in enumerate(rows):
        if time.monotonic() >= stop_at:
            untried = [one.pk for one in rows[position:]]  # the one that is being asked about stays ours
            _rows_of(type(row)).filter(pk__in=untried, lease_token=row.lease_token).release()
            return
        try:
            desk.send(row)
        except NoServer as error:
            for waiting in rows[position:]:
                _not_offered(waiting, str(error))
            ends["waiting"] += len(rows) - position
            logger.warning("no_mail_server", error=type(error.__cause__).__qualname__)
            raise


class _Desk:
    """Brings claimed rows to an end, one after the other, and counts which.

    The server is asked in a thread of its own, which never touches the
    database. Meanwhile the next row is read and its mail written, in a
    transaction that is committed when the server has answered for the one
    before; where it is slow to answer, the lock is given up and the row is
    read anew.
    """

    def __init__(self, post: Post | TextPost, ends: Counter[str]) -> None:
        self._post, self._ends = post, ends
        self._beside = futures.ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")
        self._asked: tuple[Delivery, futures.Future[Callable[[], str]]] | None = None

    def __enter__(self) -> Self:
        _let_go_in_the_end(connection=connection)
        connection_created.connect(_let_go_in_the_end)
        self._usual_switch = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._record()
        finally:
            self._beside.shutdown()
            sys.setswitchinterval(self._usual_switch)
            connection_created.disconnect(_let_go_in_the_end)
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("RESET idle_in_transaction_session_timeout")

    def send(self, row: Delivery) -> None:
        """Bring this one as far as the server. NoServer, before it is touched, where there is none."""
        while not self._has_left(row):
            self._record()

    def _has_left(self, claimed: Delivery) -> bool:
        """False where it would have to wait longer than a row may stay locked."""
        if self._asked is None:
            self._post.open()
        mail, end = None, "taken_over"
        row = copy(claimed)
        try:
            with transaction.atomic():
                if row.begin_submission():
                    mail = _prepare(row, found=claimed)
                    end = row.state
                    sealed = mail and self._post.seal(cast(Any, mail))  # each channel gets its own kind
                    if mail and not self._is_free():
                        transaction.set_rollback(True)
                        return False
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError) or not connection.is_usable():
                raise  # the database is away: every row waits, and no blame falls on this one
            # Whatever is wrong with this mail must not stop the others.
            mail, end = None, _poisoned(claimed, error, _not_offered)
        if mail is None:
            self._count(row, end)
        else:
            self._record(then=(row, self._beside.submit(_ask, row, sealed, self._post)))
        return True

    def _is_free(self) -> bool:
        """Whether the server can be asked at once."""
        if self._asked is None:
            return True
        return not futures.wait([self._asked[1]], LOCK_SECONDS).not_done and self._post.is_open

    def _record(self, then: tuple[Delivery, futures.Future[Callable[[], str]]] | None = None) -> None:
        """Write down what became of the one that was asked about, when that is known."""
        asked, self._asked = self._asked, then
        if asked is not None:
            row, answer = asked
            self._count(row, answer.result()())

    def _count(self, row: Delivery, end: str) -> None:
        self._ends[end] += 1
        logger.info("mail", kind=row._meta.label_lower, id=str(row.pk), end=end, attempts=row.attempts)


def _let_go_in_the_end(*, connection: Any, **_signal: Any) -> None:
    """A worker that stands still with a locked row loses the lock after the mail's lease."""
    with connection.cursor() as cursor:
        milliseconds = round(settings.MAIL_LEASE.total_seconds() * 1000)
        cursor.execute("SET idle_in_transaction_session_timeout = %s", [milliseconds])


def _ask(row: Delivery, mail: Any, post: Post | TextPost) -> Callable[[], str]:
    """Hand it over, without the database. Returns what writes the answer down and names the end."""
    try:
        answer = post.hand_over(mail)
    except Refused as error:
        post.drop()
        return partial(_refused, row, error)
    except smtplib.SMTPRecipientsRefused as error:
        post.drop()
        code, text = next(iter(error.recipients.values()))
        return partial(_refused, row, _read(smtplib.SMTPResponseException(code, text)))
    except smtplib.SMTPResponseException as error:
        post.drop()
        return partial(_refused, row, _read(error))
    except (OSError, smtplib.SMTPException):
        is_answer_lost = post.is_answer_lost
        post.drop()
        return partial(_broken_off, row, is_answer_lost=is_answer_lost)
    except Exception as error:  # noqa: BLE001 - for example an address that no header can hold
        post.drop()
        return partial(_poisoned, row, error, Delivery.put_back)
    return partial(_persist, DeliveryState.SENT, lambda: row.settle(DeliveryState.SENT, answer))


def _prepare(row: Delivery, *, found: Delivery) -> EmailMultiAlternatives | TextMessage | None:
    """The mail or SMS to hand over; or None, after the row has been settled because there is none to send.

    `found` is the same row as it was claimed.
    """
    if found.state == DeliveryState.SUBMITTING and found.is_ambiguous:
        row.give_up(_lost_twice())
        row.state = DeliveryState.FAILED
        return None
    mail = row.compose()
    if mail is None:
        row.settle(DeliveryState.CANCELLED)
        row.state = DeliveryState.CANCELLED
        return None
    if isinstance(mail, EmailMultiAlternatives):
        reports = ReturnedMail.objects.stopping(mail.to[0])
        if settings.MAIL_PROVIDER and (report := reports.first()):
            row.give_up(report.why_no_more)
            row.state = DeliveryState.FAILED
            return None
        mail.extra_headers["Message-ID"] = row.message_id
        if settings.MAIL_PROVIDER == "postmark":
            # Its reports name a number of its own, and give this back.
            mail.extra_headers["X-PM-Metadata-anymail_id"] = str(row.pk)
        return mail
    return replace(mail, row=str(row.pk))


def _read(error: smtplib.SMTPResponseException) -> Refused:
    """4xx is for now, everything else for good."""
    return Refused(_words(error), is_final=not 400 <= error.smtp_code < 500)


def _refused(row: Delivery, error: Refused) -> str:
    """The server said no: for now, or for good."""
    if error.is_final:
        return _persist(DeliveryState.FAILED, lambda: row.give_up(error.words))
    return _persist("waiting", lambda: _wait(row, error.words))


def _wait(row: Delivery, answer: str) -> bool:
    """Let it be tried again; an SMS only so often."""
    return row.give_up(answer) if row.is_out_of_patience else row.put_back(answer)


def _not_offered(row: Delivery, answer: str) -> bool:
    """It was not tried this time. What had lost its answer before still has."""
    if row.state != DeliveryState.SUBMITTING:
        return _wait(row, answer)
    if row.is_ambiguous:
        return row.give_up(_lost_twice())
    return row.put_back(answer, is_ambiguous=True)


def _broken_off(row: Delivery, *, is_answer_lost: bool) -> str:
    """The connection ended, or the server fell silent. What matters is whether it had the whole mail."""
    if not is_answer_lost:
        sentence = _("The mail server broke off before it had the mail. We will try again.")
        return _persist("waiting", lambda: _wait(row, sentence))
    if row.is_ambiguous:
        return _persist(DeliveryState.FAILED, lambda: row.give_up(_lost_twice()))
    sentence = _("The mail server's answer was lost. The same mail will be sent once more.")
    return _persist("answer_lost", lambda: row.put_back(sentence, is_ambiguous=True))


def _poisoned(row: Delivery, error: Exception, put_back: Callable[[Delivery, str], bool]) -> str:
    """This mail cannot be written. The log says where; the error's words may hold private ones."""
    logger.error("mail_unwritten", kind=row._meta.label_lower, id=str(row.pk), **fault(error))
    sentence = _("The mail could not be written because of a fault in Trellis. We will try again.")
    return _persist("unwritten", lambda: put_back(row, sentence))


def _persist(end: str, write: Callable[[], bool]) -> str:
    """Record what became of a row, also where the database is away for a moment: an answer comes once."""
    for wait in settings.MAIL_RECORD_WAITS:
        try:
            return str(end) if write() else "taken_over"
        except Error:  # psycopg2 also says plain DatabaseError where a connection breaks in the middle
            connection.close()
            time.sleep(wait)
    return str(end) if write() else "taken_over"


def _lost_twice() -> str:
    return _(
        "The mail server's answer was lost twice, so nobody knows whether the mail arrived. "
        "It will not be sent again."
    )


def _words(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error
    return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
