from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.db import IntegrityError, transaction

from clients.models import Client
from coaching.scheduling import actions
from coaching.scheduling.availability import Wish
from coaching.scheduling.forms.hours import HoursField, written
from coaching.scheduling.models import BookingRules, SpecialDays, WeeklyHours

pytestmark = pytest.mark.django_db
PAGE = "/sessions/availability/"
DAYS = "/sessions/availability/days/new/"
WEEK = {
    "day_0": "9:00 to 12:00, 13-17",
    "day_1": "",
    "day_2": "",
    "day_3": "9am to 5pm",
    "day_4": "",
    "day_5": "",
    "day_6": "",
}
TYPED = {
    **WEEK,
    "is_open": "on",
    "notice_hours": "12",
    "days_ahead": "30",
    "increment": "15",
    "most_per_day": "4",
    "change_notice_hours": "48",
}


# --- hours as people write them ---


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("", []),
        ("9-12", [(540, 720)]),
        ("13:30 – 17:00; 9:00 – 12:15", [(540, 735), (810, 1020)]),  # noqa: RUF001
        ("9am to noon", None),
        ("9.15 until 10.45 and 3pm-4:30 PM", [(555, 645), (900, 990)]),
        ("12am-12pm", [(0, 720)]),
        ("18:00-24:00", [(1080, 1440)]),
        ("9:00", None),
        ("12-9", None),
        ("9:00-9:00", None),
        ("9:60-10:00", None),
        ("9:00-25:00", None),
        ("24:00-24:00", None),
        ("13pm-14pm", None),
        ("9-12, 11-13", None),
        ("x" * 200, None),
    ],
)
def test_hours_are_read(typed, spans):
    if spans is None:
        with pytest.raises(forms.ValidationError):
            HoursField().clean(typed)
    else:
        assert HoursField().clean(typed) == spans
        assert HoursField().clean(written(spans)) == spans


# --- the page of a usual week ---


def test_availability_is_kept_and_shown_again(alma_browser, alma):
    first = alma_browser.get(PAGE)
    response = alma_browser.post(PAGE, TYPED)

    rules = BookingRules.objects.get()
    assert (first.status_code, response.url) == (200, PAGE)
    assert (rules.coach, rules.is_open, rules.most_per_day, rules.increment) == (alma.coach, True, 4, 15)
    assert dict(WeeklyHours.objects.values_list("weekday", "spans")) == {
        0: [[540, 720], [780, 1020]],
        3: [[540, 1020]],
    }
    html = alma_browser.get(PAGE).content.decode()
    assert 'value="09:00 to 12:00, 13:00 to 17:00"' in html
    assert 'value="48"' in html


def test_availability_is_replaced(alma_browser):
    alma_browser.post(PAGE, TYPED)
    alma_browser.post(PAGE, {**TYPED, "day_0": "", "day_6": "10-11", "most_per_day": ""})

    assert list(WeeklyHours.objects.values_list("weekday", flat=True)) == [3, 6]
    assert BookingRules.objects.get().most_per_day is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"day_2": "some time"}, "day_2"),
        ({"notice_hours": "-1"}, "notice_hours"),
        ({"days_ahead": "0"}, "days_ahead"),
        ({"days_ahead": "400"}, "days_ahead"),
        ({"increment": "7"}, "increment"),
        ({"most_per_day": "0"}, "most_per_day"),
        ({"change_notice_hours": ""}, "change_notice_hours"),
    ],
)
def test_availability_says_what_is_wrong_and_keeps_what_was_typed(alma_browser, change, field):
    response = alma_browser.post(PAGE, {**TYPED, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert 'value="9am to 5pm"' in response.content.decode()
    assert BookingRules.objects.count() == WeeklyHours.objects.count() == 0


def test_availability_is_ones_own(alma_browser, cora_browser, cora):
    alma_browser.post(PAGE, TYPED)

    html = cora_browser.get(PAGE).content.decode()
    cora_browser.post(PAGE, {**TYPED, **dict.fromkeys(WEEK, "")})

    assert "09:00" not in html
    assert WeeklyHours.objects.count() == 2


def test_availability_is_found_from_the_sessions(alma_browser):
    assert PAGE in alma_browser.get("/sessions/").content.decode()


# --- days that are otherwise ---


def test_special_days_come_and_go(alma_browser, alma):
    alma_browser.post(DAYS, {"first_on": "2027-08-02", "last_on": "2027-08-13", "spans": ""})
    alma_browser.post(DAYS, {"first_on": "2027-06-01", "last_on": "", "spans": "10-14"})

    day, away = SpecialDays.objects.all()
    html = alma_browser.get(PAGE).content.decode()
    assert (day.first_on, day.last_on, day.spans) == (day.last_on, day.first_on, [[600, 840]])
    assert (away.first_on.isoformat(), away.last_on.isoformat(), away.spans) == (
        "2027-08-02",
        "2027-08-13",
        [],
    )
    assert html.index("Tuesday 1 June 2027") < html.index("Monday 2 August 2027")
    assert "10:00 to 14:00" in html
    response = alma_browser.post(f"/sessions/availability/days/{away.pk}/remove/")
    assert response.url == PAGE
    assert SpecialDays.objects.get() == day


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_on": ""}, "first_on"),
        ({"first_on": "2020-01-01", "last_on": ""}, "first_on"),
        ({"last_on": "2027-05-01"}, "last_on"),
        ({"last_on": "nonsense"}, "last_on"),
        ({"spans": "12-9"}, "spans"),
        ({"first_on": "2027-07-20", "last_on": "2027-08-02"}, "first_on"),
    ],
)
def test_special_days_say_what_is_wrong(alma_browser, alma, change, field):
    alma.coach.special_days.create(first_on="2027-08-02", last_on="2027-08-13")

    response = alma_browser.post(DAYS, {"first_on": "2027-06-01", "last_on": "2027-06-02", **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert SpecialDays.objects.count() == 1


def test_special_days_of_another_coach_are_no_hindrance(alma_browser, cora):
    cora.coach.special_days.create(first_on="2027-06-01", last_on="2027-06-01")

    assert alma_browser.post(DAYS, {"first_on": "2027-06-01"}).status_code == 302


def test_special_days_once_per_day_in_the_database_and_in_a_race(alma_browser, alma, monkeypatch):
    alma.coach.special_days.create(first_on="2027-06-01", last_on="2027-06-03")

    with pytest.raises(IntegrityError, match="once_per_day"), transaction.atomic():
        alma.coach.special_days.create(first_on="2027-06-03", last_on="2027-06-04")
    monkeypatch.setattr(
        "coaching.scheduling.querysets.SpecialDaysQuerySet.editable_by", lambda rows, user: rows.none()
    )
    response = alma_browser.post(DAYS, {"first_on": "2027-06-02"})

    assert "already written something" in str(response.context["form"].errors["first_on"])


def test_special_days_remove_by_others(cora_browser, alma):
    days = alma.coach.special_days.create(first_on="2027-06-01", last_on="2027-06-03")

    assert cora_browser.post(f"/sessions/availability/days/{days.pk}/remove/").status_code == 404
    assert SpecialDays.objects.count() == 1


@pytest.mark.parametrize("count", [3, 30])
def test_availability_queries(alma_browser, alma, count, django_assert_num_queries):
    for number in range(count):
        day = datetime(2027, 6, 1, tzinfo=UTC).date() + timedelta(days=number)
        alma.coach.special_days.create(first_on=day, last_on=day)

    with django_assert_num_queries(7):
        alma_browser.get(PAGE)


# --- what is free ---


@pytest.fixture
def rules(alma) -> BookingRules:
    """Alma is there on weekday mornings, Berlin time."""
    week = {key: [(540, 720)] for key in range(5)}
    return BookingRules.keep(alma.coach, week=week, is_open=True, notice_hours=24, increment=60)


@pytest.fixture
def anna(alma) -> Client:
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )


def june(day: int) -> datetime:
    return datetime(2027, 6, day, tzinfo=UTC)


def walls(starts: list[datetime], rules: BookingRules) -> list[str]:
    return [f"{start.astimezone(rules.coach.user.timezone):%d %H:%M}" for start in starts]


@time_machine.travel(datetime(2027, 5, 31, 7, 30, tzinfo=UTC), tick=False)
def test_free_starts_respect_what_is_planned_notice_and_days_ahead(rules, book, anna):
    """It is Monday 31 May, 09:30 in Berlin: with a day's notice the first hour is Tuesday's 10:00."""
    rules.days_ahead = 3
    book("2027-06-02T09:30", client=anna)

    starts = rules.free_starts(Wish(60), june(1), june(30))

    assert walls(starts, rules) == ["01 10:00", "01 11:00", "02 11:00", "03 09:00"]


@time_machine.travel(datetime(2027, 5, 25, tzinfo=UTC), tick=False)
def test_free_starts_leave_out_what_stands_in_the_clients_other_calendar(
    rules, book, ben, ben_client, cora, dan_client
):
    """Ben is coached by Cora as well, and meets her at ten. Dan's meeting with Cora is no hindrance."""
    second = Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben", email="other@example.org"
    )
    book("2027-06-01T10:00", client=second)
    book("2027-06-01T11:00", client=dan_client)

    for_ben = rules.free_starts(Wish(60), june(1), june(2), client=ben_client)

    assert walls(for_ben, rules) == ["01 09:00", "01 11:00"]


@time_machine.travel(datetime(2027, 5, 25, tzinfo=UTC), tick=False)
def test_free_starts_count_the_sessions_of_a_day_without_those_called_off(rules, book, anna, alma):
    rules.most_per_day = 1
    book("2027-06-01T20:00", client=anna)
    actions.cancel_session(by=alma, session=book("2027-06-02T20:00", client=anna))

    starts = rules.free_starts(Wish(180), june(1), june(3))

    assert walls(starts, rules) == ["02 09:00"]


@time_machine.travel(datetime(2027, 5, 25, tzinfo=UTC), tick=False)
def test_free_starts_of_a_session_that_would_be_moved(rules, book):
    session = book("2027-06-01T09:00")

    assert walls(rules.free_starts(Wish(60), june(1), june(2)), rules) == ["01 10:00", "01 11:00"]
    assert len(rules.free_starts(Wish(60), june(1), june(2), leave_out=session)) == 3


def test_free_starts_in_the_past_are_none_and_ask_nothing(rules, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert (
            rules.free_starts(Wish(60), datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
            == []
        )


@pytest.mark.parametrize("count", [3, 30])
@time_machine.travel(datetime(2027, 5, 25, tzinfo=UTC), tick=False)
def test_free_starts_of_a_month_take_three_queries(rules, book, anna, count, django_assert_num_queries):
    for number in range(count):
        book(ahead=timedelta(days=1, hours=number), client=anna, minutes=30)

    with django_assert_num_queries(3):
        assert rules.free_starts(Wish(60), june(1), june(30))


def test_rules_of_a_coach_who_has_set_none_are_closed(cora):
    assert BookingRules.of(cora.coach).is_open is False


def test_hours_of_endless_blanks_are_refused_at_once(alma_browser):
    response = alma_browser.post(PAGE, {**TYPED, "day_0": "9" + " " * 40_000 + "x"})

    assert response.status_code == 422
    assert "That is too long for the hours of a day." in response.text


def test_hours_with_blanks_between_are_read():
    assert HoursField().clean("9   am  -   5 \t pm") == [(9 * 60, 17 * 60)]


def test_special_days_say_how_many_sessions_lie_in_them(alma_browser, book):
    for day in ["01", "02", "09"]:
        book(f"2027-06-{day}T10:00")

    answer = alma_browser.post(DAYS, {"first_on": "2027-06-01", "last_on": "2027-06-03"}, follow=True)
    none = alma_browser.post(DAYS, {"first_on": "2027-07-01"}, follow=True)

    assert "2 sessions are planned on these days and stay as they are" in answer.text
    assert "planned on these days" not in none.text


@pytest.mark.parametrize("last", ["9999-12-31", "2050-01-01"])
def test_special_days_for_ever_are_a_slip(alma_browser, last):
    response = alma_browser.post(DAYS, {"first_on": "2027-06-01", "last_on": last})

    assert response.status_code == 422
    assert "within the next five years" in response.text


def test_hours_that_another_window_saved_are_shown_before_they_are_replaced(alma_browser):
    alma_browser.post(PAGE, TYPED)
    mark = alma_browser.get(PAGE).context["form"]["seen"].value()
    assert f'name="seen" value="{mark}"' in alma_browser.get(PAGE).text
    alma_browser.post(PAGE, {**TYPED, "day_1": "8 to 9", "seen": mark})

    first = alma_browser.post(PAGE, {**TYPED, "day_2": "10 to 11", "seen": mark})
    second = alma_browser.post(
        PAGE, {**TYPED, "day_2": "10 to 11", "seen": first.context["form"]["seen"].value()}
    )

    assert (first.status_code, second.status_code) == (409, 302)
    assert "It says “08:00 to 09:00” now." in first.text
    assert "09:00 to 12:00" not in first.context["form"].errors.as_text()
    assert WeeklyHours.objects.get(weekday=2).spans == [[10 * 60, 11 * 60]]
