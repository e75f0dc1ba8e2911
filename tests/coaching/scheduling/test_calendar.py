from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from coaching.scheduling import actions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    """Tuesday 25 May 2027; in Berlin ten in the morning."""
    with time_machine.travel(datetime(2027, 5, 25, 8, tzinfo=UTC), tick=False):
        yield


def shown(response) -> dict[str, list[str]]:
    """The sessions of each day that has any, by their time on the reader's wall."""
    return {
        day.date.isoformat(): [line.times[0].hours for line in day.lines]
        for day in response.context["days"]
        if day.lines
    }


def test_week_shows_each_their_own_on_their_own_wall(
    alma_browser, ben_browser, cora_browser, book, dan_client
):
    """Half past midnight on Thursday in Berlin is Wednesday evening in New York."""
    book("2027-05-27T00:30")
    book("2027-05-25T12:00")
    book("2027-05-27T11:00", client=dan_client)

    for_alma, for_ben = alma_browser.get("/sessions/week/"), ben_browser.get("/sessions/week/")

    assert shown(for_alma) == {"2027-05-25": ["12:00 to 12:50"], "2027-05-27": ["00:30 to 01:20"]}
    assert shown(for_ben) == {"2027-05-25": ["06:00 to 06:50"], "2027-05-26": ["18:30 to 19:20"]}
    assert shown(cora_browser.get("/sessions/week/")) == {"2027-05-27": ["11:00 to 11:50"]}
    assert "For Ben: Wednesday, 18:30 to 19:20" in for_alma.content.decode()
    assert [day.date.day for day in for_alma.context["days"] if day.is_today] == [25]


def test_week_begins_on_monday_and_leads_on(alma_browser, book):
    book("2027-05-30T23:00")
    book("2027-05-31T00:00")

    this = alma_browser.get("/sessions/week/")
    following = alma_browser.get("/sessions/week/", {"day": "2027-06-02"})

    assert list(shown(this)) == ["2027-05-30"]
    assert list(shown(following)) == ["2027-05-31"]
    assert 'href="?day=2027-05-31"' in this.content.decode()
    assert 'href="?day=2027-05-24"' in following.content.decode()
    assert "This week" not in this.content.decode()
    assert "This week" in following.content.decode()


def test_month_has_whole_weeks_and_its_neighbours(alma_browser, book):
    book("2027-06-30T10:00")
    book("2027-07-01T10:00")
    book("2027-07-05T10:00")

    response = alma_browser.get("/sessions/month/", {"month": "2027-06"})

    days = response.context["days"]
    assert (days[0].date.isoformat(), days[-1].date.isoformat()) == ("2027-05-31", "2027-07-04")
    assert list(shown(response)) == ["2027-06-30", "2027-07-01"]
    assert [day.is_within for day in days[:2]] == [False, True]
    assert 'href="?month=2027-05"' in response.content.decode()
    assert 'href="?month=2027-07"' in response.content.decode()


@pytest.mark.parametrize("address", ["week/?day=x", "week/?day=9999-12-31", "month/?month=2027-13"])
def test_strange_addresses_show_now(alma_browser, address):
    assert alma_browser.get(f"/sessions/{address}").context["is_now"] is True


def test_calendar_leaves_out_what_was_called_off_and_keeps_what_was_held(alma_browser, book, alma, make_past):
    actions.cancel_session(by=alma, session=book("2027-05-27T10:00"))
    make_past(timedelta(days=1)).complete(by=alma)

    assert list(shown(alma_browser.get("/sessions/week/"))) == ["2027-05-24"]
    assert list(shown(alma_browser.get("/sessions/month/"))) == ["2027-05-24"]


@pytest.mark.parametrize("page", ["/sessions/week/?day=2027-06-02", "/sessions/month/?month=2027-06"])
@pytest.mark.parametrize("count", [3, 30])
def test_calendar_queries(alma_browser, book, page, count, django_assert_num_queries):
    for number in range(count):
        book((datetime(2027, 6, 1) + number * timedelta(hours=2)).isoformat())  # noqa: DTZ001 - on the wall

    with django_assert_num_queries(4):
        response = alma_browser.get(page)

    assert sum(len(times) for times in shown(response).values()) == count


def test_views_lead_to_one_another(alma_browser):
    for page in ("/sessions/", "/sessions/week/", "/sessions/month/"):
        html = alma_browser.get(page).content.decode()
        for other in ("/sessions/", "/sessions/week/", "/sessions/month/"):
            assert f'href="{other}"' in html
        assert f'href="{page}" aria-current="page"' in html


@pytest.mark.parametrize("page", ["/sessions/", "/sessions/week/", "/sessions/month/"])
def test_every_view_lets_a_coach_plan(alma_browser, ben_browser, ben_client, page):
    html = alma_browser.get(page).content.decode()
    for act in ("/sessions/new/", "/sessions/groups/new/", "/sessions/types/", "/sessions/availability/"):
        assert f'href="{act}"' in html
        assert f'href="{act}"' not in ben_browser.get(page).content.decode()


def test_days_away_and_other_hours_stand_in_the_coachs_calendar_alone(alma_browser, ben_browser, alma, book):
    days = alma.coach.special_days
    days.create(first_on=date(2027, 6, 1), last_on=date(2027, 6, 2), spans=[])
    days.create(first_on=date(2027, 6, 4), last_on=date(2027, 6, 4), spans=[[600, 720]])
    book("2027-06-02T10:00")

    for page in ("/sessions/week/?day=2027-06-02", "/sessions/month/?month=2027-06"):
        own, theirs = alma_browser.get(page), ben_browser.get(page)

        assert [day.date.day for day in own.context["days"] if day.special] == [1, 2, 4]
        assert own.text.count("Away") == 2
        assert "Other hours: 10:00 to 12:00" in own.text
        assert "Away" not in theirs.text
        assert "Other hours" not in theirs.text


def test_a_session_planned_on_a_day_away_says_so(alma_browser, alma, ben_client):
    alma.coach.special_days.create(first_on=date(2027, 6, 1), last_on=date(2027, 6, 2), spans=[])
    typed = {"client": str(ben_client.pk), "time": "10:00", "minutes": "50", "place": "video"}

    look = alma_browser.post("/sessions/new/", {**typed, "date": "2027-06-01", "check": "1"})
    away = alma_browser.post("/sessions/new/", {**typed, "date": "2027-06-01"}, follow=True)
    there = alma_browser.post("/sessions/new/", {**typed, "date": "2027-06-03"}, follow=True)

    assert ["You said that you are away on this day." in answer.text for answer in (look, away, there)] == [
        True,
        True,
        False,
    ]
