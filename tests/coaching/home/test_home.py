"""The first page of each kind of person."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import add_client
from clients.models import Client
from coaching.scheduling.actions import schedule_session
from coaching.scheduling.models import CoachingSession
from goals import actions as plans
from tests.clients.rows import a_circumstance


@pytest.fixture
def book(alma):
    """A session of Alma's with this client, so many days ahead at this hour of hers."""

    def make(client: Client, *, days: int = 7, hour: int = 15) -> CoachingSession:
        day = timezone.localdate(timezone=alma.timezone) + timedelta(days=days)
        return schedule_session(
            by=alma,
            client=client,
            local_start=datetime(day.year, day.month, day.day, hour),  # noqa: DTZ001 - a wall time
            timezone=alma.timezone,
            minutes=50,
        )

    return make


def main_of(response) -> str:
    return response.content.decode().split("<main", 1)[1]


def test_home_of_a_client_shows_the_next_session_on_both_walls(book, ben_client, ben_browser):
    session = book(ben_client)
    book(ben_client, days=8)

    page = main_of(ben_browser.get("/home/"))

    here, there = (
        session.starts_at.astimezone(zone)
        for zone in (ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"))
    )
    assert f"{here:%H:%M} to" in page
    assert f"{there:%H:%M} to" in page
    assert "For Alma:" in page
    assert page.count("<time") == 1


def test_home_of_a_client_begins_with_what_cannot_wait(book, ben, ben_client, ben_browser, dan, dan_client):
    a_circumstance(ben_client, ben, urgency="urgent", words="The letter says Friday.")
    a_circumstance(ben_client, ben, domain="transport", words="One bus a day.")
    a_circumstance(dan_client, dan, urgency="urgent", words="Dan's own trouble.")
    book(ben_client)

    page = main_of(ben_browser.get("/home/"))

    assert -1 < page.find("The letter says Friday.") < page.find("Your next session")
    assert reverse("clients:connection_list") in page
    assert "One bus a day." not in page
    assert "Dan's own trouble." not in page


def test_home_of_a_coach_begins_with_whom_something_cannot_wait(book, alma_browser, ben, ben_client):
    book(ben_client)
    sessions, people = "Sessions to come", "Needs attention"
    circumstance = a_circumstance(ben_client, ben, urgency="urgent")
    page = main_of(alma_browser.get("/home/"))
    assert -1 < page.find(people) < page.find(sessions)

    circumstance.urgency = "background"
    circumstance.write(by=ben)

    page = main_of(alma_browser.get("/home/"))
    assert page.find(people) == -1 or page.find(sessions) < page.find(people)


def test_home_of_a_client_shows_nothing_of_another_clients(
    book, alma, ben_browser, ben_client, cora, dan, dan_client
):
    plan = plans.start_plan(by=dan, client=dan_client, title="Dan's year")
    plans.propose_goal(by=cora, plan=plan, side="personal", title="Dan's proposal")

    page = main_of(ben_browser.get("/home/"))

    assert "Dan's year" not in page
    assert "Dan's proposal" not in page
    assert "None is booked" in page
    assert "Your plan will stand here" in page


def test_home_of_a_client_asks_each_question_once(alma, ben, ben_client, ben_browser):
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    plans.propose_goal(by=alma, plan=plan, side="community", title="Cook with the neighbours")

    page = main_of(ben_browser.get("/home/"))

    assert page.count("No thanks") == 1
    assert page.count("Accept<") == 1
    assert page.count("Change the words<") == 1


def test_home_of_a_coach_shows_who_waits_and_who_has_nothing_booked(
    book, alma, alma_browser, ben, ben_client, dan_client
):
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    plans.propose_goal(by=alma, plan=plan, side="personal", title="Sleep before midnight")

    before = main_of(alma_browser.get("/home/"))
    book(ben_client)
    after = main_of(alma_browser.get("/home/"))

    assert "Sleep before midnight" in before
    assert "No session is booked" in before
    assert "No session is booked" not in after
    assert "with Ben" in after
    assert "Dan" not in before + after


def test_home_of_a_coach_who_is_a_client_too_has_both_desks(cora, cora_browser, alma, dan_client):
    Client.objects.create(
        coach=alma.coach, practice=alma.coach.practice, user=cora, name="Cora", email=cora.email
    )

    page = main_of(cora_browser.get("/home/"))

    assert "Your next session" in page
    assert "Sessions to come" in page
    assert 'href="/me/"' in page


@pytest.mark.parametrize("who", ["finn", "gita"])
def test_home_of_everybody_else_has_one_next_act(who, browser_of, request):
    user = request.getfixturevalue(who)

    page = main_of(browser_of(user).get("/home/"))

    assert {"finn": 'href="/curate/"', "gita": 'href="/admin/"'}[who] in page


def test_home_of_somebody_in_no_practice(dan, dan_browser):
    page = main_of(dan_browser.get("/home/"))

    assert "Your account is not part of a practice at the moment." in page


@pytest.mark.parametrize("count", [3, 30])
def test_home_takes_the_same_queries_with_any_number(
    book, alma, alma_browser, count, django_assert_num_queries
):
    for number in range(count):
        client = add_client(by=alma, name=f"C{number:02}", email=f"c{number}@example.org")
        book(client, days=2 + number)

    with django_assert_num_queries(9):
        alma_browser.get("/home/")


@pytest.mark.parametrize("count", [3, 30])
def test_client_detail_takes_the_same_queries_with_any_number(
    book, alma_browser, ben, ben_client, count, django_assert_num_queries
):
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    for number in range(count):
        book(ben_client, days=2 + number)
        plans.propose_goal(by=ben, plan=plan, side="personal", title=f"Goal {number}")

    with django_assert_num_queries(20):
        alma_browser.get(ben_client.get_absolute_url())


def test_nav_of_a_client_leads_to_sessions_and_record(ben_browser, ben_client, alma_browser):
    mine = ben_browser.get("/home/").content.decode()
    hers = alma_browser.get("/home/").content.decode()

    assert 'href="/sessions/"' in mine
    assert 'href="/me/"' in mine
    assert 'href="/me/"' not in hers
