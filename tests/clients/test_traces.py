"""Who read and changed what: told to the client, in plain sentences, without the words."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.models import Trace
from tests.clients.rows import a_circumstance, a_note, an_entry

LIST = "clients:trace_list"


def sentences(browser) -> list[str]:
    page = browser.get(reverse(LIST)).content.decode()
    found = re.findall(r"<li><p>(.*?)<span", page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", "", sentence).split()) for sentence in found]


def test_client_reads_who_did_what(alma, alma_browser, ben, ben_browser, ben_client):
    a_circumstance(ben_client, ben, words="The words themselves")
    for _time in range(2):
        alma_browser.get(ben_client.get_absolute_url())
    a_note(ben_client, alma, "For Alma alone", audience="author")
    a_note(ben_client, alma, "For Ben", audience="client")

    assert sentences(ben_browser) == [
        "Alma added to notes that are shared with you.",
        "Alma read what is around you, 2 times that day.",
        "Alma read your record, 2 times that day.",
        "You added to what is around you.",
    ]


def test_change_of_details_is_told(alma_browser, ben_browser, ben_client):
    changed = {"name": "Benno", "phone": "01632 960001"}
    alma_browser.post(reverse("clients:client_edit", args=[ben_client.pk]), changed)
    alma_browser.post(reverse("clients:client_status", args=[ben_client.pk]), {"status": "paused"})

    assert sentences(ben_browser) == ["Alma changed your record, 2 times that day."]


def test_own_journal_for_oneself_is_told_to_nobody_else(alma, ben, ben_client, dan):
    an_entry(ben_client, ben)

    assert Trace.objects.visible_to(ben).count() == 1
    assert [Trace.objects.visible_to(user).count() for user in (alma, dan)] == [0, 0]


def test_another_day_is_another_line(alma_browser, ben_browser, ben_client):
    alma_browser.get(ben_client.get_absolute_url())
    Trace.objects.update(day=timezone.now().date() - timedelta(days=1))

    alma_browser.get(ben_client.get_absolute_url())

    assert sentences(ben_browser) == ["Alma read your record."] * 2


@pytest.mark.parametrize("count", [3, 30])
def test_trace_list_takes_the_same_queries_with_any_number(
    alma, ben_browser, ben_client, count, django_assert_num_queries
):
    today = timezone.now().date()
    for number in range(count):
        Trace.objects.create(
            client=ben_client, person=alma, act="read", part="record", day=today - timedelta(days=number)
        )

    with django_assert_num_queries(4):
        ben_browser.get(reverse(LIST))
