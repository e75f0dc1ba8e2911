"""A client's calendar, fed by our mails through a second parser, shows what is true."""

from datetime import UTC, datetime, timedelta

import pytest

from coaching.scheduling import actions, groups
from coaching.scheduling.models import CalendarFeed, CoachingSession
from tests.coaching.scheduling.calendar_program import ClientCalendar, read

pytestmark = pytest.mark.django_db
TEN = datetime(2027, 6, 1, 8, tzinfo=UTC)


def entries(session: CoachingSession, kind: str, recipient: str = "client") -> list[str]:
    """The calendar in the mail's last alternative, and in its file."""
    row = session.reminders.filter(kind=kind, recipient=recipient).latest("schedule_version")
    mail = row.compose().message()
    row.state = "sent"
    row.save()
    mixed = list(mail.iter_parts())
    alternatives = list(mixed[0].iter_parts())
    return [alternatives[-1].get_content(), mixed[1].get_content().decode()]


def move(session: CoachingSession, hours: int) -> CoachingSession:
    return actions.reschedule_session(
        by=session.coach.user,
        session=session,
        local_start=session.local_start + timedelta(hours=hours),
        timezone=session.timezone,
        minutes=session.minutes,
    )


def test_calendar_shows_a_booking_a_move_and_a_cancellation(book, alma):
    calendar = ClientCalendar()
    session = book("2027-06-01T10:00")
    uid = f"{session.pk}@testserver"

    calendar.take(entries(session, "booked")[0])
    booked = dict(calendar.shown)
    session = move(session, 3)
    calendar.take(entries(session, "changed")[0])
    moved = dict(calendar.shown)
    session = actions.cancel_session(by=alma, session=session)
    calendar.take(entries(session, "cancelled")[0])

    assert {key: event.dtstart for key, event in booked.items()} == {uid: TEN}
    assert {key: event.dtstart for key, event in moved.items()} == {uid: TEN + timedelta(hours=3)}
    assert calendar.shown == {}


def test_calendar_that_reads_the_mails_in_the_wrong_order_ends_the_same(book, alma):
    calendar = ClientCalendar()
    session = book("2027-06-01T10:00")
    booked = entries(session, "booked")[0]
    session = move(session, 3)
    changed = entries(session, "changed")[0]
    session = actions.cancel_session(by=alma, session=session)
    cancelled = entries(session, "cancelled")[0]

    for content in (cancelled, booked, changed):
        calendar.take(content)

    assert calendar.shown == {}


def test_part_and_file_are_the_same_to_the_second_parser(book):
    part, file = entries(book("2027-06-01T10:00", place_detail="Größe; “Haus”, C:\\x 🙂"), "booked")

    assert read(part) == read(file)
    assert read(part).events[0].location == "By video: Größe; “Haus”, C:\\x 🙂"


def test_group_moves_in_each_persons_calendar(alma, ben_client):
    group = groups.schedule_group(
        by=alma,
        coach=alma.coach,
        clients=[ben_client],
        seats=3,
        name="Circle",
        local_start=datetime(2027, 6, 1, 10),  # noqa: DTZ001 - a wall time
        timezone=alma.timezone,
        minutes=60,
    )
    calendar = ClientCalendar()

    calendar.take(entries(group.members.get(), "booked")[0])
    move(group, 3)
    calendar.take(entries(group.members.get(), "changed")[0])
    moved = [event.dtstart for event in calendar.shown.values()]
    actions.cancel_session(by=alma, session=group)
    calendar.take(entries(group.members.get(), "cancelled")[0])

    assert moved == [TEN + timedelta(hours=3)]
    assert calendar.shown == {}


def test_feed_and_file_are_read_by_the_second_parser(client, ben, ben_browser, book):
    session = book("2027-06-01T10:00")
    book("2027-06-02T10:00")
    token = CalendarFeed.open_for(ben)

    feed = read(client.get(f"/calendar/{token}.ics").content)
    file = read(ben_browser.get(f"/sessions/{session.pk}/session.ics").content)

    assert [event.dtstart for event in feed.events] == [TEN, TEN + timedelta(days=1)]
    assert feed.refresh_interval == timedelta(hours=1)
    assert [event.dtstart for event in file.events] == [TEN]
