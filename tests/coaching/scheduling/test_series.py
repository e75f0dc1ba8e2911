from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from clients.models import Client
from coaching.scheduling import actions, series
from coaching.scheduling.models import CoachingSession, Reminder, Series, SessionType

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NEW = "/sessions/new/"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime(2027, 2, 1, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def anna(alma) -> Client:
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )


@pytest.fixture
def repeat(alma, ben_client):
    """Plan a series from 16 March 2027, a Tuesday, at ten in Berlin."""

    def make(how: str = "weekly", **values) -> list[CoachingSession]:
        details = {
            "local_start": "2027-03-16T10:00",
            "minutes": 50,
            "by": alma,
            "client": ben_client,
            **values,
        }
        if not values.keys() & {"times", "until"}:
            details["times"] = 4
        details["local_start"] = datetime.fromisoformat(details["local_start"])
        return series.schedule_series(repeat=how, timezone=BERLIN, **details)

    return make


def walls(sessions) -> list[str]:
    return [f"{session.starts_at.astimezone(BERLIN):%m-%d %H:%M}" for session in sessions]


def all_walls() -> list[str]:
    return walls(CoachingSession.objects.filter(status="scheduled").order_by("starts_at"))


# --- the rule ---


@pytest.mark.parametrize(
    ("how", "first", "ends", "rule", "starts"),
    [
        ("weekly", "2027-03-16", {"times": 3}, "FREQ=WEEKLY;COUNT=3", ["03-16", "03-23", "03-30"]),
        (
            "fortnightly",
            "2027-03-16",
            {"until": date(2027, 4, 13)},
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=20270413T235959",
            ["03-16", "03-30", "04-13"],
        ),
        (
            "monthly",
            "2027-03-09",
            {"times": 3},
            "FREQ=MONTHLY;BYDAY=2TU;COUNT=3",
            ["03-09", "04-13", "05-11"],
        ),
        (
            "monthly",
            "2027-03-30",
            {"times": 3},
            "FREQ=MONTHLY;BYDAY=-1TU;COUNT=3",
            ["03-30", "04-27", "05-25"],
        ),
    ],
)
def test_rule(how, first, ends, rule, starts):
    first = datetime.fromisoformat(first)

    assert series.rule_of(how, first.date(), **ends) == rule
    assert [f"{start:%m-%d}" for start in series.wall_times(rule, first)] == starts


# --- planning ---


def test_series_keeps_its_wall_time_across_a_change_of_the_clocks(repeat, ben_client):
    sessions = repeat("weekly", times=3)

    assert walls(sessions) == ["03-16 10:00", "03-23 10:00", "03-30 10:00"]
    assert [session.starts_at.hour for session in sessions] == [9, 9, 8]
    assert {session.series for session in sessions} == {Series.objects.get()}
    assert Reminder.objects.filter(kind="upcoming").count() == 9
    assert Reminder.objects.filter(kind="booked").count() == 1


def test_series_with_one_taken_day_plans_nothing_and_names_it(repeat, book, anna):
    book("2027-03-23T10:30", client=anna)
    book("2027-04-06T10:00", client=anna)

    with pytest.raises(ValidationError) as error:
        repeat("weekly", times=5)

    assert error.value.code == "clash"
    assert error.value.messages == [
        "2 sessions do not fit there, so all stays as it was: Tuesday 23 March 2027; Tuesday 6 April 2027."
    ]
    assert (CoachingSession.objects.count(), Series.objects.count()) == (2, 0)


def test_series_over_a_time_the_clocks_jump_over_names_that_day(repeat):
    with pytest.raises(ValidationError, match=r"does not fit.*Sunday 28 March 2027"):
        repeat("weekly", local_start="2027-03-21T02:30")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"until": date(2029, 1, 1)}, "long"),
        ({"until": date(2027, 3, 17)}, "short"),
        ({"local_start": "2027-01-01T10:00"}, "past"),
        ({"local_start": "2027-03-28T02:30"}, "gap"),
        ({"local_start": "2027-10-31T02:30"}, "twice"),
    ],
)
def test_series_that_cannot_be(repeat, values, code):
    with pytest.raises(ValidationError) as error:
        repeat("weekly", **values)

    assert error.value.code == code
    assert Series.objects.count() == CoachingSession.objects.count() == 0


@pytest.mark.parametrize("who", ["ben", "cora", "olga"])
def test_series_is_planned_and_changed_by_the_coach_alone(who, request, repeat):
    user = request.getfixturevalue(who)
    session = repeat()[0]

    with pytest.raises(PermissionDenied):
        repeat(by=user, local_start="2027-03-17T10:00")
    with pytest.raises(PermissionDenied):
        series.reschedule_following(
            by=user, session=session, local_start=session.local_start, timezone=BERLIN, minutes=50
        )


# --- this and the following ---


def follow(session: CoachingSession, local: str, **values) -> list[CoachingSession]:
    return series.reschedule_following(
        by=session.coach.user,
        session=session,
        local_start=datetime.fromisoformat(local),
        timezone=BERLIN,
        **{"minutes": 50, **values},
    )


@pytest.mark.parametrize(
    ("local", "starts"),
    [
        # A week later: each takes the place of the next one, which moves away first.
        ("2027-03-30T10:00", ["03-16 10:00", "03-30 10:00", "04-06 10:00", "04-13 10:00"]),
        ("2027-03-22T08:00", ["03-16 10:00", "03-22 08:00", "03-29 08:00", "04-05 08:00"]),
        ("2027-03-23T10:15", ["03-16 10:00", "03-23 10:15", "03-30 10:15", "04-06 10:15"]),
    ],
)
def test_following_move_along_on_the_wall(repeat, local, starts):
    first, second, *rest = repeat()

    follow(second, local, minutes=45)

    assert all_walls() == starts
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.minutes, second.minutes, second.schedule_version) == (50, 45, 2)
    assert second.series != first.series
    assert {row.series for row in CoachingSession.objects.filter(pk__in=[row.pk for row in rest])} == {
        second.series
    }
    earlier = Reminder.objects.filter(session=rest[-1], schedule_version=1)
    assert set(earlier.values_list("state", flat=True)) == {"cancelled"}


def test_following_move_all_or_none(repeat, book, anna):
    _first, second, *_rest = repeat()
    book("2027-03-31T12:00", client=anna)

    with pytest.raises(ValidationError, match="Wednesday 31 March 2027"):
        follow(second, "2027-03-24T12:00")

    assert all_walls() == ["03-16 10:00", "03-23 10:00", "03-30 10:00", "03-31 12:00", "04-06 10:00"]
    assert Series.objects.count() == 1


def test_following_leave_out_what_was_called_off_and_what_came_before(repeat, alma):
    _first, second, third, fourth = repeat()
    series.actions.cancel_session(by=alma, session=third)

    count = series.cancel_following(by=alma, session=second)

    assert count == 2
    assert all_walls() == ["03-16 10:00"]
    fourth.refresh_from_db()
    assert fourth.status == "cancelled_by_coach"


# --- the pages ---


@pytest.fixture
def answers(ben_client) -> dict[str, str]:
    return {
        "client": str(ben_client.pk),
        "date": "2027-03-16",
        "time": "10:00",
        "minutes": "50",
        "place": "video",
        "repeat": "fortnightly",
        "how_many": "3",
    }


def test_session_create_plans_a_series(alma_browser, ben_browser, answers, alma):
    usual = SessionType.objects.create(coach=alma.coach, name="Usual", buffer_after=10)

    response = alma_browser.post(NEW, {**answers, "session_type": str(usual.pk)}, follow=True)

    html = response.content.decode()
    assert all_walls() == ["03-16 10:00", "03-30 10:00", "04-13 10:00"]
    assert set(CoachingSession.objects.values_list("buffer_after", "place")) == {(10, "video")}
    assert "3 sessions are planned, the first for Tuesday 16 March 2027, 10:00 to 10:50" in html
    assert "A series: every two weeks" in html


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"how_many": ""}, "how_many", "either how many"),
        ({"until": "2027-05-01"}, "how_many", "either how many"),
        ({"how_many": "1"}, "how_many", "at least 2"),
        ({"how_many": "53"}, "how_many", "at most 52"),
        ({"how_many": "", "until": "soon"}, "until", "valid date"),
        ({"how_many": "", "until": "2027-03-17"}, "repeat", "before a second session"),
        ({"how_many": "", "until": "0999-01-01"}, "repeat", "before a second session"),
        ({"minutes": "9" * 310}, "minutes", "at most 480"),
        ({"minutes": "52"}, "minutes", "in steps of 5 minutes"),
        ({"how_many": "", "until": "2030-03-17"}, "repeat", "52 sessions at most"),
        ({"repeat": "daily"}, "repeat", "valid choice"),
    ],
)
def test_session_create_says_what_is_wrong_with_a_series(alma_browser, answers, change, field, words):
    response = alma_browser.post(NEW, {**answers, **change})

    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    assert '<details class="more field" open>' in response.content.decode()
    assert CoachingSession.objects.count() == 0


def test_session_create_hides_what_is_only_for_a_series(alma_browser, ben_client):
    assert (
        '<details class="more field"><summary>It repeats</summary>' in alma_browser.get(NEW).content.decode()
    )


def test_session_create_of_a_series_with_a_clash(alma_browser, answers, book, anna):
    book("2027-03-30T10:00", client=anna)

    errors = alma_browser.post(NEW, answers).context["form"].errors["time"]

    assert errors == ["One session does not fit there, so all stays as it was: Tuesday 30 March 2027."]


@pytest.mark.parametrize(
    ("scope", "starts"),
    [
        ("this", ["03-16 10:00", "03-24 11:00", "03-30 10:00", "04-06 10:00"]),
        ("following", ["03-16 10:00", "03-24 11:00", "03-31 11:00", "04-07 11:00"]),
    ],
)
def test_session_reschedule_of_a_series(alma_browser, repeat, answers, scope, starts):
    second = repeat()[1]
    url = f"/sessions/{second.pk}/reschedule/"

    html = alma_browser.get(url).content.decode()
    response = alma_browser.post(url, {**answers, "date": "2027-03-24", "time": "11:00", "scope": scope})

    assert "This session and the following" in html
    assert response.url == second.get_absolute_url()
    assert all_walls() == starts


def test_session_reschedule_asks_about_a_series_only_where_there_is_one(alma_browser, book):
    html = alma_browser.get(f"/sessions/{book('2027-03-16T10:00').pk}/reschedule/").content.decode()

    assert "part of a series" not in html


@pytest.mark.parametrize(
    ("who", "scope", "left"),
    [("alma", "this", 3), ("alma", "following", 1), ("ben", "following", 3)],
)
def test_session_cancel_of_a_series(who, scope, left, request, browser_of, repeat):
    """A client calls off one session at a time, whatever they send."""
    browser = browser_of(request.getfixturevalue(who))
    second = repeat()[1]
    url = f"/sessions/{second.pk}/cancel/"

    html = browser.get(url).content.decode()
    browser.post(url, {"scope": scope})

    assert ("part of a series" in html) is (who == "alma")
    assert len(all_walls()) == left


@pytest.mark.parametrize("version", ["1", "", "two"])
def test_session_cancel_of_a_series_that_was_moved_meanwhile(alma_browser, alma, repeat, version):
    second = repeat()[1]
    later = second.local_start + timedelta(hours=1)
    actions.reschedule_session(by=alma, session=second, local_start=later, timezone=alma.timezone, minutes=50)

    response = alma_browser.post(f"/sessions/{second.pk}/cancel/", {"scope": "following", "version": version})

    assert response.status_code == 409
    assert len(all_walls()) == 4
    assert response.context["is_following"]


def test_following_of_a_session_that_went_before_the_page_was_sent(alma, repeat):
    """What follows is reckoned from where the session stands now, and it itself is among them."""
    second = repeat()[1]
    seen = CoachingSession.objects.with_people().get(pk=second.pk)
    earlier = second.local_start - timedelta(days=3)
    actions.reschedule_session(
        by=alma, session=second, local_start=earlier, timezone=alma.timezone, minutes=50
    )

    moved = series.reschedule_following(
        by=alma,
        session=seen,
        local_start=earlier + timedelta(hours=1),
        timezone=alma.timezone,
        minutes=50,
    )

    assert second.pk in {row.pk for row in moved}


def test_following_take_on_what_was_changed_and_keep_what_is_their_own(alma_browser, repeat, answers, alma):
    first, _second, third, fourth = repeat()
    actions.reschedule_session(
        by=alma,
        session=third,
        local_start=datetime.fromisoformat("2027-03-30T10:00"),
        timezone=BERLIN,
        minutes=90,
        place="in_person",
        place_detail="Room 7",
    )
    actions.say_agenda(by=alma, session=fourth, agenda="Words of Ben.")
    url = f"/sessions/{first.pk}/reschedule/"
    shown = alma_browser.get(url).context["form"].initial

    alma_browser.post(
        url,
        {**answers, "agenda": "Hello", "time": "11:00", "scope": "following", "edition": shown["edition"]},
    )

    found = CoachingSession.objects.order_by("starts_at")
    assert [(row.agenda, row.minutes, row.place_detail) for row in found] == [
        ("Hello", 50, ""),
        ("Hello", 50, ""),
        ("Hello", 90, "Room 7"),
        ("Words of Ben.", 50, ""),
    ]
    assert all_walls() == ["03-16 11:00", "03-23 11:00", "03-30 11:00", "04-06 11:00"]


def test_following_keep_what_they_are_about_where_it_is_not_touched(alma_browser, repeat, answers, alma):
    first, _second, _third, fourth = repeat()
    actions.say_agenda(by=alma, session=fourth, agenda="Words of Ben.")

    answer = alma_browser.post(
        f"/sessions/{first.pk}/reschedule/", {**answers, "time": "11:00", "scope": "following"}, follow=True
    )

    fourth.refresh_from_db()
    assert fourth.agenda == "Words of Ben."
    assert "4 sessions are saved as you wrote" in answer.text
