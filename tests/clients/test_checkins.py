"""How life stands: chosen parts, chosen days, and the curves of them."""

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.curves import curves_of
from clients.models import CheckIn, LifeArea, Score, Trace
from tests.clients.rows import a_check_in, an_area

LIST = "clients:checkin_list"


@pytest.fixture
def sleep(ben, ben_client) -> LifeArea:
    return an_area(ben_client, ben, "Sleep")


def say(browser, client, **values):
    return browser.post(reverse("clients:checkin_say", args=[client.pk]), {"on": "2026-11-01", **values})


def test_nothing_is_chosen_at_the_start(ben_browser, ben_client):
    page = ben_browser.get(reverse(LIST))

    assert LifeArea.objects.count() == 0
    assert "Which parts of life?" in page.content.decode()


def test_area_is_chosen_and_named_by_the_client(ben_browser, ben_client):
    ben_browser.post(reverse("clients:area_create", args=[ben_client.pk]), {"name": "Sleep"})

    assert [area.name for area in LifeArea.objects.belonging_to(ben_client.user)] == ["Sleep"]


def test_check_in_with_a_number_and_without(ben_browser, ben, ben_client, sleep):
    an_area(ben_client, ben, "Money")

    response = say(ben_browser, ben_client, words="Better", **{f"area-{sleep.pk.hex}": "0"})

    check_in = CheckIn.objects.get()
    assert response.status_code == 302
    assert (check_in.on, check_in.words) == (date(2026, 11, 1), "Better")
    assert list(check_in.scores.values_list("area", "level")) == [(sleep.pk, 0)]


def test_saying_it_again_replaces_what_was_said_of_that_day(ben_browser, ben_client, sleep):
    for level in ("3", "7"):
        say(ben_browser, ben_client, **{f"area-{sleep.pk.hex}": level})

    assert CheckIn.objects.count() == 1
    assert Score.objects.get().level == 7


@pytest.mark.parametrize(
    "wrong", [{"level": "11"}, {"level": "-1"}, {"level": "a"}, {"on": "2999-01-01"}, {}]
)
def test_check_in_says_what_is_wrong(ben_browser, ben_client, sleep, wrong):
    values = {f"area-{sleep.pk.hex}": wrong.get("level", "5" if wrong else "")}

    response = say(ben_browser, ben_client, **{"on": wrong.get("on", "2026-11-01"), **values})

    assert response.status_code == 422
    assert CheckIn.objects.count() == 0


@time_machine.travel("2026-11-02 03:00+00:00", tick=False)
def test_today_is_the_clients_own_day(ben_browser, ben_client, sleep):
    page = ben_browser.get(reverse("clients:checkin_say", args=[ben_client.pk]))

    assert page.context["form"]["on"].value() == date(2026, 11, 1)  # still Sunday evening in New York
    assert say(ben_browser, ben_client, on="2026-11-02", words="x").status_code == 422


def test_area_of_somebody_else_is_not_asked_about(ben_browser, ben_client, dan, dan_client):
    foreign = an_area(dan_client, dan, "Dan's secret area")

    page = ben_browser.get(reverse("clients:checkin_say", args=[ben_client.pk])).content.decode()
    say(ben_browser, ben_client, words="x", **{f"area-{foreign.pk.hex}": "5"})

    assert "secret" not in page
    assert Score.objects.count() == 0


def test_area_that_was_put_away_keeps_its_past(ben_browser, ben, ben_client, sleep):
    unused = an_area(ben_client, ben, "Never spoken of")
    a_check_in(ben_client, ben, Sleep=4)

    for area in (sleep, unused):
        ben_browser.post(reverse("clients:area_put_away", args=[area.pk]))

    assert list(LifeArea.objects.all()) == [sleep]
    assert list(LifeArea.objects.in_use()) == []
    assert Score.objects.get().level == 4


def test_curves_stand_at_their_days_and_not_in_the_order_of_entry(ben, ben_client, sleep):
    for day, level in [(11, 10), (1, 0), (6, 5)]:
        a_check_in(ben_client, ben, on=date(2026, 11, day), Sleep=level)

    curves = curves_of([sleep], CheckIn.objects.latest_days(12))

    (curve,) = curves.curves
    assert [(point.level, point.x, point.y) for point in curve.points] == [
        (0, 10, 86), (5, 130, 48), (10, 250, 10),
    ]  # fmt: skip
    assert curve.path == "M10 86L130 48L250 10"
    assert [row.check_in.on.day for row in curves.rows] == [11, 6, 1]
    assert [row.levels for row in curves.rows] == [[10], [5], [0]]


def test_one_day_alone_is_a_point_and_no_answer_is_a_gap(ben, ben_client, sleep):
    money = an_area(ben_client, ben, "Money")
    a_check_in(ben_client, ben, "Only words")
    curves = curves_of([sleep, money], CheckIn.objects.latest_days(12))
    assert (curves.curves, curves.rows[0].levels) == ([], [])

    a_check_in(ben_client, ben, Money=3)
    curves = curves_of([sleep, money], CheckIn.objects.latest_days(12))

    assert [curve.area for curve in curves.curves] == [money]
    assert [row.levels for row in curves.rows] == [[3], [None]]


def test_coach_sees_them_and_it_is_noted(alma_browser, cora_browser, ben, ben_client, dan, dan_client, sleep):
    a_check_in(ben_client, ben, "Ben's words", Sleep=4)
    an_area(dan_client, dan)
    a_check_in(dan_client, dan, "Dan's secret", Sleep=1)

    page = alma_browser.get(ben_client.get_absolute_url()).content.decode()

    assert "Ben&#x27;s words" in page
    assert "secret" not in page
    assert Trace.objects.filter(act="read", part="check_ins", client=ben_client).count() == 1
    assert cora_browser.get(ben_client.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("level", [11, 32767])
def test_database_refuses_what_is_no_level(ben, ben_client, sleep, level):
    check_in = a_check_in(ben_client, ben)

    with pytest.raises(IntegrityError), transaction.atomic():
        Score.objects.create(check_in=check_in, area=sleep, level=level)


@pytest.mark.parametrize("count", [3, 28])
def test_checkin_list_takes_the_same_queries_with_any_number(
    ben, ben_browser, ben_client, sleep, count, django_assert_num_queries
):
    for _number in range(count):
        a_check_in(ben_client, ben, Sleep=5)

    with django_assert_num_queries(10):
        ben_browser.get(reverse(LIST))
