"""What calendar programs are given, parsed back as they would."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar, Event

from clients.models import Client
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession

pytestmark = pytest.mark.django_db


def only_event(content: bytes | str) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def parsed(session: CoachingSession, kind: str, recipient: str = "client"):
    """The mail as a mail program takes it apart: its parts, the calendar and the one event."""
    row = session.reminders.filter(kind=kind, recipient=recipient).latest("schedule_version")
    mail = row.compose().message()
    mixed = list(mail.iter_parts())
    alternatives = list(mixed[0].iter_parts())
    calendar, event = only_event(alternatives[-1].get_content())
    return mixed, alternatives, calendar, event


def move(session: CoachingSession, days: int) -> CoachingSession:
    return actions.reschedule_session(
        by=session.coach.user,
        session=session,
        local_start=session.local_start + timedelta(days=days),
        timezone=session.timezone,
        minutes=session.minutes,
    )


def test_parts_are_where_outlook_google_and_apple_look(book):
    mixed, alternatives, calendar, _event = parsed(book(), "booked")

    assert [part.get_content_type() for part in alternatives] == ["text/plain", "text/html", "text/calendar"]
    assert alternatives[-1].get_param("method") == "REQUEST"
    assert alternatives[-1].get_param("charset") == "utf-8"
    assert [part.get_filename() for part in mixed] == [None, "session.ics"]
    assert mixed[1].get_content_type() == "application/ics"
    assert Calendar.from_ical(mixed[1].get_content()).to_ical() == calendar.to_ical()


def test_booking_is_a_request(book):
    session = book("2027-06-01T10:00", place="in_person", place_detail="12 Mill Lane; 1st floor, left")

    _mixed, _alternatives, calendar, event = parsed(session, "booked")

    assert (calendar["method"], calendar["version"]) == ("REQUEST", "2.0")
    assert event["uid"] == f"{session.pk}@testserver"
    assert event["sequence"] == 1
    assert event.decoded("dtstart") == datetime(2027, 6, 1, 8, tzinfo=UTC)
    assert event.decoded("dtend") == datetime(2027, 6, 1, 8, 50, tzinfo=UTC)
    assert event["dtstart"].to_ical() == b"20270601T080000Z"
    assert (event["status"], event["class"]) == ("CONFIRMED", "PRIVATE")
    assert event["location"] == "In person: 12 Mill Lane; 1st floor, left"
    assert event["url"] == f"http://testserver/sessions/{session.pk}/"
    assert event["organizer"] == "mailto:no-reply@testserver"
    assert event["attendee"] == "mailto:ben@example.org"
    assert event["attendee"].params["RSVP"] == "FALSE"


def test_title_names_nobody(book):
    _mixed, _alternatives, _calendar, event = parsed(book(agenda="Debts"), "booked")

    words = event.to_ical().decode()
    assert event["summary"] == "Session"
    for private in ("Alma", "Ben\r", "Debts", "alma@"):
        assert private not in words


def test_move_and_cancellation_are_the_same_event_with_a_higher_sequence(book, alma):
    session = book("2027-06-01T10:00")
    booked = parsed(session, "booked")[-1]
    session.reminders.filter(kind="booked").update(state="sent")
    session = move(session, 1)
    changed = parsed(session, "changed")[-1]
    session.reminders.filter(kind="changed").update(state="sent")
    session = actions.cancel_session(by=alma, session=session)
    mixed, alternatives, calendar, cancelled = parsed(session, "cancelled")

    assert booked["uid"] == changed["uid"] == cancelled["uid"]
    assert [event["sequence"] for event in (booked, changed, cancelled)] == [1, 2, 3]
    assert changed.decoded("dtstart") == datetime(2027, 6, 2, 8, tzinfo=UTC)
    assert cancelled.decoded("dtstart") == changed.decoded("dtstart")
    assert (calendar["method"], cancelled["status"]) == ("CANCEL", "CANCELLED")
    assert alternatives[-1].get_param("method") == "CANCEL"
    assert Calendar.from_ical(mixed[1].get_content())["method"] == "CANCEL"


@pytest.mark.parametrize(
    ("local", "start"),
    [
        ("2027-03-29T10:00", b"20270329T080000Z"),  # the day after Berlin's clocks went forward
        ("2027-10-31T02:30", b"20271031T003000Z"),  # the first of the two
        ("2027-11-01T10:00", b"20271101T090000Z"),
    ],
)
def test_moment_is_right_around_a_change_of_the_clocks(book, local, start):
    assert parsed(book(local), "booked")[-1]["dtstart"].to_ical() == start


def test_client_who_has_not_joined_gets_no_link(book, alma):
    anna = Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )

    event = parsed(book(client=anna), "booked")[-1]

    assert event["attendee"] == "mailto:anna@example.org"
    assert "url" not in event


def test_reminder_puts_nothing_into_the_calendar(book):
    mail = book().reminders.filter(kind="upcoming").first().compose().message()

    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_long_and_strange_places_survive(book):
    place = "Größe, “Haus”; C:\\x " + "🙂" * 60

    assert parsed(book(place_detail=place), "booked")[-1]["location"] == f"By video: {place}"


@pytest.mark.parametrize("who", ["alma", "ben"])
def test_session_calendar_is_a_file(who, request, browser_of, book):
    session = book("2027-06-01T10:00")

    response = browser_of(request.getfixturevalue(who)).get(f"/sessions/{session.pk}/session.ics")

    calendar, event = only_event(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="session.ics"'
    assert response["Cache-Control"] == "private, no-store"
    assert (calendar["method"], event["uid"]) == ("PUBLISH", f"{session.pk}@testserver")
    assert "organizer" not in event


@pytest.mark.parametrize("who", ["cora", "dan", "olga", "gita"])
def test_session_calendar_of_others_is_absent(who, request, browser_of, book):
    response = browser_of(request.getfixturevalue(who)).get(f"/sessions/{book().pk}/session.ics")

    assert response.status_code == 404


def test_session_detail_offers_the_file_while_it_is_to_come(ben_browser, book, make_past):
    assert "session.ics" in ben_browser.get(book().get_absolute_url()).content.decode()
    assert "session.ics" not in ben_browser.get(make_past().get_absolute_url()).content.decode()
