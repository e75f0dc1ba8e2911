"""Who is told that a session was booked, changed or called off; who never heard of it is not told again."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, Reminder
from coaching.scheduling.models.reminder import SETTLING

pytestmark = pytest.mark.django_db


def news(session: CoachingSession) -> list[tuple]:
    """Version, kind, recipient and state of all but the reminders, oldest first."""
    rows = session.reminders.exclude(kind="upcoming").order_by("schedule_version", "created_at", "recipient")
    return [(row.schedule_version, row.kind, row.recipient, row.state) for row in rows]


def move(session: CoachingSession, local: str, **values) -> CoachingSession:
    return actions.reschedule_session(
        **{
            "by": session.coach.user,
            "session": session,
            "local_start": datetime.fromisoformat(local),
            "timezone": session.coach.user.timezone,
            "minutes": 50,
            **values,
        }
    )


@pytest.fixture
def deliver(smtp_server):
    """Let a minute pass and send; returns who got which subject."""

    def send() -> list[tuple[str, str]]:
        seen = len(smtp_server.taken)
        Reminder.objects.exclude(kind="upcoming").filter(state=DeliveryState.PENDING).update(
            due_at=timezone.now()
        )
        outbox.send_due()
        return sorted((mail["To"], mail["Subject"]) for mail in smtp_server.taken[seen:])

    return send


def test_client_is_told_of_a_booking(book, deliver):
    session = book("2027-06-01T10:00")

    (row,) = session.reminders.filter(kind="booked")
    assert news(session) == [(1, "booked", "client", "pending")]
    assert timedelta(0) < row.due_at - timezone.now() <= SETTLING
    assert row.useful_until == session.ends_at
    assert deliver() == [("ben@example.org", "Booked: Tuesday 1 June 2027, 04:00")]


def test_booking_at_the_last_moment_is_told_too(book):
    assert news(book(ahead=timedelta(seconds=20))) == [(1, "booked", "client", "pending")]


def test_client_is_told_of_a_move_with_the_time_before(book, deliver, smtp_server):
    session = book("2027-06-01T10:00", place="phone", place_detail="+49 30 1")
    deliver()

    move(session, "2027-06-02T11:00", place="video", place_detail="")

    assert deliver() == [("ben@example.org", "Changed: Wednesday 2 June 2027, 05:00")]
    text = smtp_server.taken[-1].get_body(("plain",)).get_content().replace("\r", "")
    assert "your session with Alma has changed" in text
    assert "Before, it was: Tuesday 1 June 2027, 04:00 to 04:50\nBy phone: +49 30 1" in text
    assert text.index("05:00 to 05:50") < text.index("04:00 to 04:50")


def test_another_place_is_news(book, deliver, smtp_server):
    session = book("2027-06-01T10:00", place_detail="https://meet.example.org/old")
    deliver()

    move(session, "2027-06-01T10:00", place_detail="https://meet.example.org/new")

    assert deliver() == [("ben@example.org", "Changed: Tuesday 1 June 2027, 04:00")]
    html = smtp_server.taken[-1].get_body(("html",)).get_content()
    assert html.index("meet.example.org/new") < html.index("meet.example.org/old")


def test_another_agenda_is_no_news(book, deliver):
    session = book("2027-06-01T10:00")
    deliver()

    move(session, "2027-06-01T10:00", agenda="Debts")

    assert deliver() == []


def test_slip_corrected_within_a_minute_is_one_booking(book, deliver):
    session = move(book("2027-06-01T10:00"), "2027-06-02T11:00")

    assert news(session) == [(1, "booked", "client", "cancelled"), (2, "booked", "client", "pending")]
    assert deliver() == [("ben@example.org", "Booked: Wednesday 2 June 2027, 05:00")]


def test_two_moves_within_a_minute_are_one_and_name_the_time_last_heard(book, deliver, smtp_server):
    session = book("2027-06-01T10:00")
    deliver()

    move(move(session, "2027-06-02T11:00"), "2027-06-03T12:00")

    assert deliver() == [("ben@example.org", "Changed: Thursday 3 June 2027, 06:00")]
    text = smtp_server.taken[-1].get_body(("plain",)).get_content()
    assert "Before, it was: Tuesday 1 June 2027, 04:00" in text


@pytest.mark.parametrize(
    ("state", "fields", "kind"),
    [
        (DeliveryState.SENT, {}, "changed"),
        (DeliveryState.SUBMITTING, {}, "changed"),  # perhaps they have it already
        (DeliveryState.PENDING, {"is_ambiguous": True}, "changed"),
        (DeliveryState.FAILED, {}, "booked"),
    ],
)
def test_move_is_told_as_one_to_those_who_may_have_heard(book, state, fields, kind):
    session = book("2027-06-01T10:00")
    session.reminders.filter(kind="booked").update(state=state, **fields)

    assert news(move(session, "2027-06-02T11:00"))[-1] == (2, kind, "client", "pending")


def test_cancellation_is_told_at_once(book, alma, deliver, smtp_server):
    session = book("2027-06-01T10:00")
    deliver()

    actions.cancel_session(by=alma, session=session)

    assert session.reminders.get(kind="cancelled").due_at <= timezone.now()
    assert deliver() == [("ben@example.org", "Called off: Tuesday 1 June 2027, 04:00")]
    text = smtp_server.taken[-1].get_body(("plain",)).get_content()
    assert "your session with Alma is called off" in text
    assert "By video" not in text


def test_both_are_told_what_the_client_calls_off(book, ben, deliver):
    session = book("2027-06-01T10:00")
    deliver()

    actions.cancel_session(by=ben, session=session)

    assert deliver() == [
        ("alma@example.org", "Called off: Tuesday 1 June 2027, 10:00"),
        ("ben@example.org", "Called off: Tuesday 1 June 2027, 04:00"),
    ]


def test_session_called_off_before_its_booking_was_told_is_not_told(book, alma, deliver):
    session = actions.cancel_session(by=alma, session=book("2027-06-01T10:00"))

    assert news(session) == [(1, "booked", "client", "cancelled")]
    assert deliver() == []


def test_coach_hears_of_a_cancellation_though_the_client_never_heard_of_the_booking(book, ben, deliver):
    actions.cancel_session(by=ben, session=book("2027-06-01T10:00"))

    assert deliver() == [("alma@example.org", "Called off: Tuesday 1 June 2027, 10:00")]


def test_session_from_before_there_were_such_mails(book, alma, deliver):
    session = book("2027-06-01T10:00")
    session.reminders.filter(kind="booked").delete()

    moved = move(session, "2027-06-02T11:00")
    assert news(moved) == [(2, "changed", "client", "pending")]
    assert deliver() == [("ben@example.org", "Changed: Wednesday 2 June 2027, 05:00")]


def test_coach_whose_calendar_holds_it_is_told_of_their_own_move(book, ben, alma, deliver):
    """A mail told them that the client booked it, so only a mail takes it out of their calendar again."""
    session = book("2027-06-01T10:00")
    session.reminders.all().delete()
    Reminder.write_for(session, by=ben)
    told = deliver()

    actions.cancel_session(by=alma, session=session)

    assert [to for to, _subject in told] == ["alma@example.org", "ben@example.org"]
    assert ("alma@example.org", "Called off: Tuesday 1 June 2027, 10:00") in deliver()


def test_cancellation_of_a_session_that_is_over_is_no_news(make_past, alma):
    session = actions.cancel_session(by=alma, session=make_past())

    assert news(session) == []


def test_cancellation_overtakes_a_waiting_move(book, alma, deliver):
    session = book("2027-06-01T10:00")
    deliver()
    moved = move(session, "2027-06-02T11:00")

    actions.cancel_session(by=alma, session=moved)

    assert deliver() == [("ben@example.org", "Called off: Wednesday 2 June 2027, 05:00")]


def test_news_is_written_with_the_change_or_not_at_all(book, alma):
    session = book("2027-06-01T10:00")

    with transaction.atomic():
        actions.cancel_session(by=alma, session=session)
        transaction.set_rollback(True)

    assert news(session) == [(1, "booked", "client", "pending")]
