import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from structlog.testing import capture_logs

from clients.models import ErasureWarning
from coaching.accounts import deliveries, outbox
from coaching.accounts.deliveries import LEASE, DeliveryQuerySet, DeliveryState, wait_after, wake_worker
from coaching.accounts.models import Invitation, SmsNumber
from coaching.scheduling.models import CoachingSession, MessageMail, Nudge, Reminder, SummaryMail


@pytest.fixture
def make_due(ben_client):
    """Reminders that are due now, each of its own session in the future."""

    def make(count: int = 1, **fields) -> list[Reminder]:
        start = timezone.now() + timedelta(hours=1, days=CoachingSession.objects.count())
        reminders = []
        for number in range(count):
            starts_at = start + timedelta(days=number)
            session = CoachingSession.objects.create(
                coach=ben_client.coach,
                client=ben_client,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=50),
                timezone="UTC",
                local_start=starts_at.replace(tzinfo=None),
            )
            values = {
                "recipient": "client",
                "lead": timedelta(hours=2),
                "schedule_version": 1,
                "due_at": timezone.now() - timedelta(minutes=1),
                "useful_until": starts_at,
                **fields,
            }
            reminders.append(Reminder.objects.create(session=session, **values))
        return reminders

    return make


@pytest.fixture
def due(make_due) -> Reminder:
    return make_due()[0]


def be_due_again(*rows: Reminder) -> None:
    """As if the wait were over."""
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=Now(), lease_until=None)


def from_outside[T](act: Callable[[], T]) -> T:
    """Do it over a connection of this thread's own, which is closed again."""
    try:
        return act()
    finally:
        connection.close()


def test_every_outbox_is_found():
    assert set(outbox.delivery_models()) == {
        ErasureWarning,
        Invitation,
        MessageMail,
        Nudge,
        Reminder,
        SmsNumber,
        SummaryMail,
    }


def test_sent_mail_records_the_servers_answer(smtp_server, due):
    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"sent": 1}
    assert (due.state, due.server_answer) == (DeliveryState.SENT, "250 2.0.0 taken as 1")
    assert due.sent_at is not None
    assert (due.attempts, due.lease_token, due.lease_until, due.is_ambiguous) == (1, None, None, False)
    assert smtp_server.addresses == ["ben@example.org"]
    assert smtp_server.taken[0]["Message-ID"] == due.message_id == f"<{due.pk}.1@testserver>"


def test_sent_once(smtp_server, due):
    outbox.send_due()

    assert outbox.send_due() == {}
    assert len(smtp_server.taken) == 1


def test_not_sent_before_its_moment(smtp_server, make_due):
    make_due(due_at=timezone.now() + timedelta(seconds=30))

    assert outbox.send_due() == {}
    assert smtp_server.taken == []


def test_one_connection_and_several_batches(smtp_server, make_due, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    make_due(5)

    assert outbox.send_due() == {"sent": 5}
    assert len(smtp_server.taken) == 5


def test_more_than_a_batch_wakes_one_more_worker(smtp_server, make_due, monkeypatch):
    woken = []
    monkeypatch.setattr(outbox, "BATCH", 2)
    monkeypatch.setattr(outbox, "wake_worker", lambda: woken.append(True))
    make_due(1)

    outbox.send_due()
    assert woken == []
    make_due(5)
    outbox.send_due()

    assert woken == [True]


def test_one_more_mail_costs_five_statements(smtp_server, make_due):
    counts = []
    for number in (1, 4):
        make_due(number)
        with CaptureQueriesContext(connection) as queries:
            assert outbox.send_due() == {"sent": number}
        counts.append(len(queries))

    # lock and read, read the session, *submitting*, and the answer; and what begins and ends the first three
    assert counts[1] - counts[0] == 3 * 5


@pytest.mark.parametrize("mode", ["451 4.3.0 try later", "421 4.3.2 going down"])
def test_refused_for_now_waits_longer_each_time(smtp_server, due, mode):
    smtp_server.mode = mode

    ends = [outbox.send_due()]
    first = due.refresh_from_db() or due.due_at
    be_due_again(due)
    ends.append(outbox.send_due())

    due.refresh_from_db()
    assert ends == [{"waiting": 1}, {"waiting": 1}]
    assert (due.state, due.server_answer, due.attempts) == (DeliveryState.PENDING, mode, 2)
    assert due.due_at - first > timedelta(seconds=25)
    assert due.message_id == f"<{due.pk}.1@testserver>"


def test_waits_double_up_to_an_hour():
    assert [wait_after(attempts).total_seconds() for attempts in (0, 1, 2, 3, 8, 9, 500)] == [
        30, 30, 60, 120, 3600, 3600, 3600,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "answer"),
    [("554 5.7.1 no", "554 5.7.1 no"), ("refuse_recipient", "550 5.1.1 nobody here by that name")],
)
def test_refused_for_good_is_final(smtp_server, make_due, mode, answer):
    first, _second = make_due(2)
    smtp_server.mode = mode

    ends = outbox.send_due()

    first.refresh_from_db()
    assert ends == {"failed": 2}
    assert (first.state, first.server_answer, first.sent_at) == (DeliveryState.FAILED, answer, None)


def test_no_server_loses_nothing_and_says_so(settings, make_due):
    rows = make_due(3)
    settings.MAILERS = {
        "default": {
            "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }

    ends = outbox.send_due()

    rows[2].refresh_from_db()
    assert ends == {"waiting": 3}
    assert rows[2].state == DeliveryState.PENDING
    assert rows[2].server_answer == (
        "The mail server could not be reached (Connection refused). We will try again."
    )
    assert rows[2].due_at > timezone.now()


def test_server_that_does_not_let_us_in(smtp_server, settings, due, monkeypatch):
    import smtplib  # noqa: PLC0415

    def refuse(self, *args, **kwargs):
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong password")

    monkeypatch.setattr(smtplib.SMTP, "login", refuse)
    settings.MAILERS["default"]["OPTIONS"] |= {"username": "trellis", "password": "x"}

    assert outbox.send_due() == {"waiting": 1}
    due.refresh_from_db()
    assert due.server_answer == (
        "The mail server did not let us in (535 5.7.8 wrong password). We will try again."
    )


def test_broken_off_before_the_mail_is_not_ambiguous(smtp_server, due):
    smtp_server.mode = "hang_up_at_data"

    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"waiting": 1}
    assert due.is_ambiguous is False
    assert due.server_answer == "The mail server broke off before it had the mail. We will try again."


@pytest.mark.parametrize("mode", ["hang_up_after_data", "silent"])
def test_lost_answer_is_tried_once_more_with_the_same_id(smtp_server, due, mode):
    smtp_server.mode = mode

    first = outbox.send_due()
    be_due_again(due)
    smtp_server.mode = "accept"
    second = outbox.send_due()

    due.refresh_from_db()
    assert (first, second) == ({"answer_lost": 1}, {"sent": 1})
    assert due.is_ambiguous is True
    assert due.state == DeliveryState.SENT
    assert {mail["Message-ID"] for mail in smtp_server.taken} == {due.message_id}
    assert len(smtp_server.taken) == 2


def test_answer_lost_twice_is_given_up(smtp_server, due):
    smtp_server.mode = "hang_up_after_data"

    outbox.send_due()
    be_due_again(due)
    ends = outbox.send_due()
    be_due_again(due)

    due.refresh_from_db()
    assert ends == {"failed": 1}
    assert due.state == DeliveryState.FAILED
    assert due.server_answer.startswith("The mail server's answer was lost twice")
    assert outbox.send_due() == {}
    assert len(smtp_server.taken) == 2


def crash_in_submission(row: Reminder) -> None:
    """What a worker that was killed after the commit leaves behind, once its lease has run out."""
    Reminder.objects.filter(pk=row.pk).update(
        state=DeliveryState.SUBMITTING,
        message_id=f"<{row.pk}.1@testserver>",
        lease_token=uuid.uuid4(),
        lease_until=Now() - timedelta(seconds=1),
    )


def test_crash_in_submission_is_sent_once_more_and_flagged(smtp_server, due):
    crash_in_submission(due)

    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"sent": 1}
    assert (due.state, due.is_ambiguous) == (DeliveryState.SENT, True)
    assert smtp_server.taken[0]["Message-ID"] == f"<{due.pk}.1@testserver>"


def no_server(settings) -> None:
    settings.MAILERS["default"]["OPTIONS"] |= {"host": "127.0.0.1", "port": 9, "timeout": 1}


def compose_fails(monkeypatch) -> None:
    def poisoned(self):
        raise ValueError("not to be written")

    monkeypatch.setattr(Reminder, "compose", poisoned)


@pytest.mark.parametrize("trouble", ["no server", "poisonous"])
def test_crash_in_submission_is_remembered_where_the_next_try_gets_nowhere(
    smtp_server, settings, due, monkeypatch, trouble
):
    crash_in_submission(due)
    with monkeypatch.context() as patch:
        if trouble == "no server":
            port = settings.MAILERS["default"]["OPTIONS"]["port"]
            no_server(settings)
        else:
            compose_fails(patch)
        outbox.send_due()
    due.refresh_from_db()
    waiting = (due.state, due.is_ambiguous)
    if trouble == "no server":
        settings.MAILERS["default"]["OPTIONS"] |= {"port": port}
    be_due_again(due)

    ends = outbox.send_due()

    due.refresh_from_db()
    assert waiting == (DeliveryState.PENDING, True)
    assert ends == {"sent": 1}
    assert (due.state, due.is_ambiguous) == (DeliveryState.SENT, True)


def test_crash_in_its_second_submission_is_no_reason_for_a_third(smtp_server, settings, due):
    crash_in_submission(due)
    Reminder.objects.update(is_ambiguous=True)
    no_server(settings)

    outbox.send_due()

    due.refresh_from_db()
    assert due.state == DeliveryState.FAILED
    assert due.server_answer.startswith("The mail server's answer was lost twice")


def test_crash_in_submission_before_it_was_called_off_stays_flagged(smtp_server, due):
    crash_in_submission(due)
    CoachingSession.objects.update(status=CoachingSession.Status.CANCELLED_BY_COACH)

    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"cancelled": 1}
    assert (due.state, due.is_ambiguous) == (DeliveryState.CANCELLED, True)
    assert smtp_server.taken == []


def test_second_crash_in_submission_is_given_up(smtp_server, due):
    crash_in_submission(due)
    Reminder.objects.update(is_ambiguous=True)

    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"failed": 1}
    assert due.server_answer.startswith("The mail server's answer was lost twice")
    assert smtp_server.taken == []


@pytest.mark.django_db(transaction=True)
def test_submission_is_committed_before_the_server_is_asked(smtp_server, due, monkeypatch):
    seen = []

    def hand_over(self, mail):
        seen.append(from_outside(lambda: Reminder.objects.get().state))
        return "250 OK"

    monkeypatch.setattr(outbox.Post, "hand_over", hand_over)

    outbox.send_due()

    assert seen == [DeliveryState.SUBMITTING]


@pytest.mark.django_db(transaction=True)
def test_next_is_written_while_the_server_answers(smtp_server, make_due, monkeypatch):
    _first, second = make_due(2)
    is_written = threading.Event()
    prepare, hand_over = outbox._prepare, outbox.Post.hand_over
    seen = []

    def prepared(row, *, found):
        mail = prepare(row, found=found)
        if row.pk == second.pk:
            is_written.set()
        return mail

    def slow(self, mail):
        if not seen:
            seen.append(is_written.wait(10))
            seen.append(from_outside(lambda: Reminder.objects.get(pk=second.pk).state))
        return hand_over(self, mail)

    monkeypatch.setattr(outbox, "_prepare", prepared)
    monkeypatch.setattr(outbox.Post, "hand_over", slow)

    assert outbox.send_due() == {"sent": 2}

    assert seen == [True, DeliveryState.PENDING]
    assert len(smtp_server.taken) == 2


@pytest.mark.django_db(transaction=True)
def test_called_off_while_the_server_is_slow(smtp_server, make_due, monkeypatch):
    first, second = make_due(2)
    hand_over = outbox.Post.hand_over

    def slow(self, mail):
        time.sleep(outbox.LOCK_SECONDS / 2)  # the second is locked now, most likely
        from_outside(Reminder.objects.filter(pk=second.pk).call_off)
        return hand_over(self, mail)

    monkeypatch.setattr(outbox.Post, "hand_over", slow)

    assert outbox.send_due() == {"sent": 1, "taken_over": 1}

    second.refresh_from_db()
    assert second.state == DeliveryState.CANCELLED
    assert [mail["Message-ID"] for mail in smtp_server.taken] == [f"<{first.pk}.1@testserver>"]


def test_too_late_is_missed(smtp_server, make_due):
    (late,) = make_due(useful_until=timezone.now() - timedelta(seconds=1))

    ends = outbox.send_due()

    late.refresh_from_db()
    assert ends == {"missed": 1}
    assert (late.state, late.is_ambiguous) == (DeliveryState.MISSED, False)
    assert smtp_server.taken == []


def test_too_late_after_a_crash_stays_flagged(smtp_server, make_due):
    (late,) = make_due(useful_until=timezone.now() - timedelta(seconds=1))
    crash_in_submission(late)

    outbox.send_due()

    late.refresh_from_db()
    assert (late.state, late.is_ambiguous) == (DeliveryState.MISSED, True)


def test_what_is_not_needed_any_more_is_cancelled(smtp_server, due):
    CoachingSession.objects.update(status=CoachingSession.Status.CANCELLED_BY_COACH)

    ends = outbox.send_due()

    due.refresh_from_db()
    assert ends == {"cancelled": 1}
    assert due.state == DeliveryState.CANCELLED
    assert smtp_server.taken == []


def test_invitation_that_was_accepted_is_not_sent(smtp_server, practice, alma):
    Invitation.objects.create(
        practice=practice,
        invited_by=alma,
        role=Invitation.Role.CLIENT,
        email="new@example.org",
        name="New",
        token_hash="x",
        expires_at=timezone.now() + timedelta(days=1),
        due_at=timezone.now(),
        useful_until=timezone.now() + timedelta(days=1),
        accepted_at=timezone.now(),
    )

    assert outbox.send_due() == {"cancelled": 1}


def test_invitation_message_id(practice):
    invitation = Invitation(pk=uuid.UUID(int=1))

    assert invitation.stable_message_id == "<00000000-0000-0000-0000-000000000001@testserver>"


def test_poisonous_mail_stops_only_itself(smtp_server, make_due, monkeypatch):
    bad, good = make_due(2)
    compose = Reminder.compose

    def poisoned(self):
        if self.pk == bad.pk:
            raise ValueError("Ben's private words")
        return compose(self)

    monkeypatch.setattr(Reminder, "compose", poisoned)

    with capture_logs() as logs:
        ends = outbox.send_due()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert ends == {"unwritten": 1, "sent": 1}
    assert (bad.state, good.state) == (DeliveryState.PENDING, DeliveryState.SENT)
    assert bad.server_answer.startswith("The mail could not be written")
    assert bad.due_at > timezone.now()
    assert "private" not in str(logs)
    assert [log["error"] for log in logs if log["event"] == "mail_unwritten"] == ["ValueError"]


def test_mail_that_no_header_can_hold_stops_only_itself(smtp_server, make_due, monkeypatch):
    make_due(1)
    monkeypatch.setattr(
        Reminder, "compose", lambda self: EmailMultiAlternatives("a", "b", to=["not an address"])
    )

    assert outbox.send_due() == {"unwritten": 1}
    assert smtp_server.taken == []


def test_database_away_is_not_the_mails_fault(smtp_server, due, monkeypatch):
    def away(self):
        raise OperationalError

    monkeypatch.setattr(Reminder, "compose", away)

    with pytest.raises(OperationalError):
        outbox.send_due()

    due.refresh_from_db()
    assert (due.state, due.server_answer) == (DeliveryState.PENDING, "")


@pytest.mark.parametrize("error", [OperationalError, DatabaseError])
def test_answer_is_recorded_when_the_database_is_back(error, smtp_server, settings, due, monkeypatch):
    settle, tries = Reminder.settle, []

    def flaky(self, *args):
        tries.append(args)
        if len(tries) < 3:
            raise error
        return settle(self, *args)

    monkeypatch.setattr(Reminder, "settle", flaky)
    settings.MAIL_RECORD_WAITS = [0, 0]
    monkeypatch.setattr(connection, "close", lambda: None)

    assert outbox.send_due() == {"sent": 1}
    due.refresh_from_db()
    assert due.state == DeliveryState.SENT


def test_lost_lease_is_not_recorded_over(smtp_server, due):
    (held,) = Reminder.objects.claim()
    other = uuid.uuid4()
    Reminder.objects.update(lease_token=other, state=DeliveryState.SUBMITTING)

    assert held.settle(DeliveryState.FAILED, "mine") is False
    assert held.put_back("mine") is False
    due.refresh_from_db()
    assert (due.state, due.lease_token, due.server_answer) == (DeliveryState.SUBMITTING, other, "")


def test_lost_lease_is_not_sent(smtp_server, due, monkeypatch):
    claim = DeliveryQuerySet.claim

    def slow_claim(self, **kwargs):
        rows = claim(self, **kwargs)
        if rows and isinstance(rows[0], Reminder):
            Reminder.objects.update(lease_token=uuid.uuid4())
        return rows

    monkeypatch.setattr(DeliveryQuerySet, "claim", slow_claim)

    assert outbox.send_due() == {"taken_over": 1}
    assert smtp_server.taken == []


def test_answer_after_the_lease_was_lost_is_dropped(smtp_server, due, monkeypatch):
    persist = outbox._persist

    def too_late(end, write):
        Reminder.objects.update(lease_token=uuid.uuid4())
        return persist(end, write)

    monkeypatch.setattr(outbox, "_persist", too_late)

    assert outbox.send_due() == {"taken_over": 1}
    due.refresh_from_db()
    assert due.state == DeliveryState.SUBMITTING


def test_claim_holds_for_the_lease_only(due):
    (held,) = Reminder.objects.claim()

    assert Reminder.objects.claim() == []
    assert timedelta(0) < held.lease_until - timezone.now() <= LEASE
    Reminder.objects.update(lease_until=Now() - timedelta(seconds=1))
    (again,) = Reminder.objects.claim()
    assert (again.pk, again.attempts) == (held.pk, 2)
    assert again.lease_token != held.lease_token


def test_pass_ends_in_time_and_gives_back_the_rest(smtp_server, make_due, monkeypatch):
    make_due(3)
    taken = []
    send = outbox._Desk.send
    monkeypatch.setattr(outbox._Desk, "send", lambda desk, row: send(desk, row) or taken.append(row))
    monkeypatch.setattr(outbox, "time", SimpleNamespace(monotonic=lambda: 101 * len(taken)))

    ends = outbox.send_due()

    assert ends == {"sent": 1}
    left = Reminder.objects.filter(state=DeliveryState.PENDING).order_by("pk")
    assert list(left.values_list("attempts", "lease_token")) == [(0, None), (0, None)]


def test_calling_off_leaves_what_is_being_sent(make_due):
    waiting, underway = make_due(2)
    Reminder.objects.filter(pk=underway.pk).update(state=DeliveryState.SUBMITTING)

    assert Reminder.objects.all().call_off() == 1

    waiting.refresh_from_db()
    underway.refresh_from_db()
    assert (waiting.state, underway.state) == (DeliveryState.CANCELLED, DeliveryState.SUBMITTING)


def test_called_off_between_claim_and_sending(smtp_server, due, monkeypatch):
    open_connection = outbox.Post.open

    def slow_open(self):
        open_connection(self)
        Reminder.objects.all().call_off()

    monkeypatch.setattr(outbox.Post, "open", slow_open)

    assert outbox.send_due() == {"taken_over": 1}
    assert smtp_server.taken == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_workers_never_send_twice(smtp_server, make_due):
    rows = make_due(40)
    ends: list[Counter] = []
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            ends.append(outbox.send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sum(ends, Counter()) == {"sent": 40}
    ids = [mail["Message-ID"] for mail in smtp_server.taken]
    assert sorted(ids) == sorted(f"<{row.pk}.1@testserver>" for row in rows)
    assert Reminder.objects.filter(state=DeliveryState.SENT, attempts=1).count() == 40


@pytest.mark.django_db(transaction=True)
def test_worker_that_stands_still_lets_go_of_its_row(smtp_server, due, settings, monkeypatch):
    settings.MAIL_LEASE = timedelta(seconds=0.2)
    is_locked, is_over = threading.Event(), threading.Event()

    def stand_still(row, *, found):
        is_locked.set()
        is_over.wait(10)
        return

    monkeypatch.setattr(outbox, "_prepare", stand_still)
    ends: list[Any] = []

    def work() -> None:
        try:
            ends.append(outbox.send_due())
        except DatabaseError as error:
            ends.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert is_locked.wait(10)
    assert Reminder.objects.all().call_off() == 1  # waits for the lock, and gets it
    is_over.set()
    thread.join(timeout=10)

    assert isinstance(ends[0], DatabaseError)
    due.refresh_from_db()
    assert due.state == DeliveryState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_only_a_pass_is_that_impatient(smtp_server, due):
    outbox.send_due()

    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("0",)


def test_pass_without_an_smtp_backend(due, mailoutbox):
    """Other backends know neither answers nor lost ones."""
    assert outbox.send_due() == {"sent": 1}
    assert len(mailoutbox) == 1


def test_dropping_a_backend_that_cannot(monkeypatch, due, mailoutbox):
    def break_off(self, messages):
        raise ConnectionResetError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", break_off)

    assert outbox.send_due() == {"waiting": 1}


def test_farewell_to_a_hanging_server_is_not_waited_for(smtp_server, due, monkeypatch):
    def hang(self):
        raise TimeoutError

    monkeypatch.setattr("coaching.accounts.mail.RecordingEmailBackend.close", hang)

    assert outbox.send_due() == {"sent": 1}


def test_wake_up_goes_out_after_the_commit(django_capture_on_commit_callbacks, monkeypatch, db):
    sent = []
    monkeypatch.setattr(deliveries, "_quiet_until", 0)
    monkeypatch.setattr(
        deliveries.current_app, "send_task", lambda name, **options: sent.append((name, options))
    )

    with django_capture_on_commit_callbacks(execute=True):
        wake_worker()
        assert sent == []

    assert sent == [("coaching.send_due", {"retry": False, "ignore_result": True})]


def test_broker_that_is_down_is_left_alone_for_a_while(django_capture_on_commit_callbacks, monkeypatch, db):
    tries = []

    def down(name, **options):
        tries.append(name)
        raise redis.ConnectionError

    monkeypatch.setattr(deliveries, "_quiet_until", 0)
    monkeypatch.setattr(deliveries.current_app, "send_task", down)

    with capture_logs() as logs, django_capture_on_commit_callbacks(execute=True):
        wake_worker()
        wake_worker()

    assert tries == ["coaching.send_due"]
    assert [(log["event"], log["error"]) for log in logs] == [("wake_up_failed", "ConnectionError")]


def test_message_id_survives_a_reset_of_the_row(due):
    Reminder.objects.update(attempts=F("attempts") + 1)

    assert due.stable_message_id == f"<{due.pk}.1@testserver>"
