"""What other schedulers are known to do wrong, each by its name. None of it may happen here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, MailChoices
from coaching.scheduling.series import schedule_series

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
"""Before both changes of the clocks: New York's on 14 March, Berlin's on 28 March 2027."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


def move(session: CoachingSession, local: str) -> CoachingSession:
    return actions.reschedule_session(
        by=session.coach.user,
        session=session,
        local_start=datetime.fromisoformat(local),
        timezone=session.timezone,
        minutes=session.minutes,
    )


def moments(session: CoachingSession, recipient: str = "client") -> list[datetime]:
    """When the reminders that wait are sent."""
    rows = session.reminders.filter(kind="upcoming", recipient=recipient, state="pending")
    return list(rows.order_by("due_at").values_list("due_at", flat=True))


def test_reminder_for_the_old_time_after_a_reschedule(book):
    session = book("2027-03-10T15:00")

    session = move(session, "2027-03-12T15:00")

    assert moments(session) == [session.starts_at - 48 * HOUR, session.starts_at - 2 * HOUR]
    old = session.reminders.filter(schedule_version=1)
    assert set(old.values_list("state", flat=True)) == {"cancelled"}


def test_reminder_for_the_old_time_that_a_worker_holds_while_it_moves(book):
    """Claimed before the move, written after it: the row is read again, and nothing is sent."""
    session = book("2027-03-10T15:00")
    held = session.reminders.filter(kind="upcoming", recipient="client").first()

    move(session, "2027-03-12T15:00")

    assert held.compose() is None


def test_reminder_after_a_cancel(book, alma):
    session = book("2027-03-10T15:00")
    held = session.reminders.filter(kind="upcoming", recipient="client").first()

    actions.cancel_session(by=alma, session=session)

    assert moments(session) == moments(session, "coach") == []
    assert held.compose() is None


def test_the_organisers_zone_shown_to_the_client(book):
    session = book("2027-03-10T15:00")

    written = session.reminders.filter(kind="upcoming", recipient="client").first().compose()

    assert written.subject == "Reminder for Wednesday 10 March 2027, 09:00"
    assert written.body.index("09:00 to 09:50") < written.body.index("15:00 to 15:50")
    assert "New York time (America/New_York, UTC−5)" in written.body  # noqa: RUF001


@pytest.mark.parametrize(
    ("local", "utc", "in_new_york"),
    [
        ("2027-03-13T15:00", 14, "09:00"),  # before both
        ("2027-03-15T15:00", 14, "10:00"),  # New York has changed, Berlin has not
        ("2027-03-29T15:00", 13, "09:00"),  # both have
        ("2027-11-01T15:00", 14, "10:00"),  # Berlin has changed back, New York has not
        ("2027-11-08T15:00", 14, "09:00"),
    ],
)
def test_an_hour_off_after_a_clock_change(book, local, utc, in_new_york):
    session = book(local)

    written = session.reminders.filter(kind="upcoming", recipient="client").first().compose()

    assert session.starts_at.hour == utc
    assert moments(session) == [session.starts_at - 48 * HOUR, session.starts_at - 2 * HOUR]
    assert written.subject.endswith(f", {in_new_york}")
    assert "15:00 to 15:50" in written.body


def test_an_hour_off_in_a_series_over_a_clock_change(book, alma, ben_client):
    planned = schedule_series(
        by=alma,
        client=ben_client,
        local_start=datetime(2027, 3, 22, 15),  # noqa: DTZ001 - a wall time
        timezone=alma.timezone,
        minutes=50,
        repeat="weekly",
        times=2,
    )

    assert [session.starts_at.hour for session in planned] == [14, 13]
    assert [session.starts_at.astimezone(alma.timezone).hour for session in planned] == [15, 15]


@pytest.mark.parametrize(
    ("zone", "subject"),
    [
        ("Pacific/Auckland", "Reminder for Thursday 11 March 2027, 11:30"),
        ("Pacific/Kiritimati", "Reminder for Thursday 11 March 2027, 12:30"),
        ("America/Los_Angeles", "Reminder for Wednesday 10 March 2027, 14:30"),
        ("Asia/Kolkata", "Reminder for Thursday 11 March 2027, 04:00"),
    ],
)
def test_weekday_off_by_one(book, ben, zone, subject):
    """Wednesday 23:30 in Berlin is Thursday for half of the world."""
    ben.timezone = zone
    ben.save()

    session = book("2027-03-10T23:30")

    written = session.reminders.filter(kind="upcoming", recipient="client").first().compose()
    assert written.subject == subject
    assert "Wednesday 10 March 2027, 23:30" in written.body


def test_weekday_off_by_one_in_a_series_planned_at_night(alma, ben_client):
    planned = schedule_series(
        by=alma,
        client=ben_client,
        local_start=datetime(2027, 3, 10, 0, 30),  # noqa: DTZ001 - a wall time; still Tuesday in UTC
        timezone=alma.timezone,
        minutes=50,
        repeat="monthly",
        times=3,
    )

    assert [f"{session.local_start:%a %d}" for session in planned] == ["Wed 10", "Wed 14", "Wed 12"]


def test_a_reminder_inside_its_own_lead_time(book, alma):
    """Booked five hours ahead: no two-day notice, and the two-hour one in its time."""
    MailChoices.objects.create(user=alma, client_leads=[72 * HOUR, 2 * HOUR])

    session = book(ahead=5 * HOUR)

    assert moments(session) == [session.starts_at - 2 * HOUR]


def test_a_reminder_inside_its_own_lead_time_after_a_move(book):
    session = book("2027-03-10T15:00")

    session = move(session, "2027-03-01T16:00")

    assert moments(session) == [session.starts_at - 2 * HOUR]


def test_news_of_what_was_never_heard_of(book, alma):
    """Moved twice and called off within a minute: no word to somebody who has heard nothing yet."""
    session = book("2027-03-10T15:00")
    session = move(session, "2027-03-11T15:00")
    session = move(session, "2027-03-12T15:00")
    actions.cancel_session(by=alma, session=session)

    assert session.reminders.filter(state="pending").count() == 0
