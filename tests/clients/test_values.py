"""What matters to a client."""

import pytest
from django.urls import reverse

from clients.models import Trace, Value
from tests.clients.rows import a_value

LIST = "clients:value_list"


def words() -> list[str]:
    return [value.words for value in Value.objects.all()]


def test_values_start_empty_and_nothing_is_suggested(ben_browser, ben_client):
    response = ben_browser.get(reverse(LIST))

    assert list(response.context["values"]) == []
    assert response.context["form"].initial == {}


def test_value_is_added_at_the_end(ben_browser, ben_client):
    for text in ("Music", "Being there for my people"):
        ben_browser.post(reverse(LIST), {"words": text})

    assert words() == ["Music", "Being there for my people"]
    assert Trace.objects.get().times == 2


def test_value_must_say_something(ben_browser, ben_client):
    response = ben_browser.post(reverse(LIST), {"words": " "})

    assert response.status_code == 422
    assert words() == []


def test_value_move_changes_places_and_stops_at_the_ends(ben_browser, ben, ben_client):
    values = [a_value(ben_client, ben, text) for text in "ABC"]

    def move(number: int, to: str) -> None:
        ben_browser.post(reverse("clients:value_move", args=[values[number].pk]), {"to": to})

    move(2, "up")
    move(0, "up")
    assert words() == ["A", "C", "B"]
    move(0, "down")
    move(1, "down")
    assert words() == ["C", "A", "B"]


def test_value_edit_and_remove(ben_browser, ben, ben_client):
    first, second = a_value(ben_client, ben, "A"), a_value(ben_client, ben, "B")

    ben_browser.post(reverse("clients:value_edit", args=[first.pk]), {"words": "Other words"})
    ben_browser.post(reverse("clients:value_remove", args=[second.pk]))

    assert words() == ["Other words"]


def test_all_values_go_at_once_and_only_ones_own(ben_browser, ben, dan, ben_client, dan_client):
    a_value(ben_client, ben, "A"), a_value(ben_client, ben, "B")
    a_value(dan_client, dan, "Dan's")

    ben_browser.post(reverse("clients:value_remove_all"))

    assert words() == ["Dan's"]


def test_coach_reads_and_does_not_word_them(alma_browser, ben, dan, ben_client, dan_client):
    value = a_value(ben_client, ben, "Ben's value")
    a_value(dan_client, dan, "Dan's value")

    page = alma_browser.get(ben_client.get_absolute_url())
    statuses = [
        alma_browser.post(reverse(f"clients:value_{name}", args=[value.pk]), {"words": "Coach's"}).status_code
        for name in ("edit", "move", "remove")
    ]

    assert list(page.context["values"]) == [value]
    assert statuses == [404, 404, 404]
    assert words() == ["Ben's value", "Dan's value"]


@pytest.mark.parametrize("count", [3, 30])
def test_value_list_takes_the_same_queries_with_any_number(
    ben, ben_browser, ben_client, count, django_assert_num_queries
):
    for number in range(count):
        a_value(ben_client, ben, str(number))

    with django_assert_num_queries(5):
        ben_browser.get(reverse(LIST))
