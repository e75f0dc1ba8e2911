"""The private calendar address."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar
from structlog.testing import capture_logs

from coaching.scheduling import actions
from coaching.scheduling.models import CalendarFeed

pytestmark = pytest.mark.django_db
PAGE = "/settings/calendar/"


def entries(browser, token: str) -> list[tuple[str, str]]:
    """Title and start (UTC) of every entry, as a calendar program reads them."""
    response = browser.get(f"/calendar/{token}.ics")
    assert response.status_code == 200
    events = Calendar.from_ical(response.content).walk("VEVENT")
    return [(str(event["summary"]), event["dtstart"].to_ical().decode()) for event in events]


def test_calendar_feed_shows_each_their_own(client, book, dan_client, alma, ben, make_past):
    book("2027-06-01T10:00")
    book("2027-06-02T11:00", client=dan_client)
    held = make_past(timedelta(days=3))
    held.complete(by=alma)
    long_ago = make_past(timedelta(days=90))

    for person in (alma, ben):
        shown = entries(client, CalendarFeed.open_for(person))
        assert shown[1:] == [("Session", "20270601T080000Z")]
        assert len(shown) == 2
    assert long_ago.pk


def test_calendar_feed_shows_a_move_and_a_cancellation(client, book, alma, ben):
    token = CalendarFeed.open_for(ben)
    session = book("2027-06-01T10:00")
    before = entries(client, token)
    actions.reschedule_session(
        by=alma,
        session=session,
        local_start=session.local_start + timedelta(days=1),
        timezone=alma.timezone,
        minutes=50,
    )
    moved = entries(client, token)
    actions.cancel_session(by=ben, session=session)

    assert before == [("Session", "20270601T080000Z")]
    assert moved == [("Session", "20270602T080000Z")]
    assert entries(client, token) == []


def test_calendar_feed_names_people_only_if_asked_to(client, book, alma, ben):
    book("2027-06-01T10:00", agenda="Debts")
    token = CalendarFeed.open_for(ben)
    neutral = client.get(f"/calendar/{token}.ics").content.decode()
    CalendarFeed.objects.update(shows_names=True)

    assert entries(client, token) == [("Session with Alma", "20270601T080000Z")]
    assert entries(client, CalendarFeed.open_for(alma))[0][0] == "Session"
    assert "Alma" not in neutral
    assert "Debts" not in neutral


def test_calendar_feed_says_how_often_to_read_it(client, ben):
    response = client.get(f"/calendar/{CalendarFeed.open_for(ben)}.ics")

    calendar = Calendar.from_ical(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in response.content
    assert b"X-PUBLISHED-TTL:PT1H\r\n" in response.content
    assert (calendar["method"], calendar["name"]) == ("PUBLISH", "Sessions")


def test_calendar_feed_is_dead_after_a_new_one_after_closing_and_with_the_account(
    client, ben_browser, ben, book
):
    book()
    first = CalendarFeed.open_for(ben)
    second = CalendarFeed.open_for(ben)
    alive = client.get(f"/calendar/{second}.ics").status_code
    ben.is_active = False
    ben.save()
    statuses = [client.get(f"/calendar/{token}.ics").status_code for token in (first, second)]
    ben.is_active = True
    ben.save()
    ben_browser.force_login(ben)
    ben_browser.post(f"{PAGE}close/")

    assert (alive, statuses) == (200, [404, 404])
    assert client.get(f"/calendar/{second}.ics").status_code == 404
    assert not CalendarFeed.objects.exists()


def test_calendar_feed_cannot_be_written_to(client, ben):
    assert client.post(f"/calendar/{CalendarFeed.open_for(ben)}.ics").status_code == 405


def test_token_is_long_and_not_stored(ben):
    token = CalendarFeed.open_for(ben)

    (row,) = CalendarFeed.objects.values()
    assert len(token) >= 43
    assert token not in str(row)
    assert CalendarFeed.open_for(ben) != token


def test_token_is_in_no_log(client, ben):
    token = CalendarFeed.open_for(ben)

    with capture_logs() as logs:
        client.get(f"/calendar/{token}.ics")
        client.get(f"/calendar/{token}x.ics")
        client.get(f"/calendar/{token}.ics?x=1")

    assert [log["route"] for log in logs] == ["scheduling:calendar_feed"] * 3
    assert token not in str(logs)


def test_last_use_is_written_once_an_hour(client, ben):
    token = CalendarFeed.open_for(ben)

    client.get(f"/calendar/{token}.ics")
    first = CalendarFeed.objects.get().last_used_at
    client.get(f"/calendar/{token}.ics")
    second = CalendarFeed.objects.get().last_used_at
    CalendarFeed.objects.update(last_used_at=timezone.now() - timedelta(hours=2))
    client.get(f"/calendar/{token}.ics")

    assert first == second
    assert CalendarFeed.objects.get().last_used_at > first


@pytest.mark.parametrize("count", [3, 30])
def test_calendar_feed_queries(client, ben, book, count, django_assert_num_queries):
    token = CalendarFeed.open_for(ben)
    CalendarFeed.objects.update(shows_names=True, last_used_at=timezone.now())
    for number in range(count):
        book(ahead=timedelta(days=number + 1))

    with django_assert_num_queries(2):
        assert len(entries(client, token)) == count


def test_calendar_settings_shows_the_address_once(ben_browser, client, book):
    book("2027-06-01T10:00")

    empty = ben_browser.get(PAGE).content.decode()
    response = ben_browser.post(f"{PAGE}open/")
    again = ben_browser.get(PAGE)

    (token,) = re.findall(r"http://testserver/calendar/([\w-]+)\.ics", response.content.decode())
    assert entries(client, token) == [("Session", "20270601T080000Z")]
    assert "Make an address" in empty
    assert response["Cache-Control"] == again["Cache-Control"] == "private, no-store"
    assert token not in again.content.decode()
    assert "/calendar/" not in again.content.decode().replace("/settings/calendar/", "")


def test_calendar_settings_saves_what_is_shown(ben_browser, alma, ben):
    CalendarFeed.open_for(ben)
    CalendarFeed.open_for(alma)

    response = ben_browser.post(PAGE, {"shows_names": "on"})

    assert response.url == PAGE
    assert [
        feed.shows_names for feed in (CalendarFeed.objects.get(user=ben), CalendarFeed.objects.get(user=alma))
    ] == [
        True,
        False,
    ]


def test_calendar_settings_without_an_address_saves_nothing(ben_browser):
    assert ben_browser.post(PAGE, {"shows_names": "on"}).status_code == 200
    assert not CalendarFeed.objects.exists()


def test_calendar_close_leaves_those_of_others(ben_browser, alma, ben):
    CalendarFeed.open_for(alma)

    ben_browser.post(f"{PAGE}close/")

    assert CalendarFeed.objects.get().user == alma


def test_feed_in_words(ben):
    CalendarFeed.open_for(ben)

    assert str(CalendarFeed.objects.get()) == "Ben"
