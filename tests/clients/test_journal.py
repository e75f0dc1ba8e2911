"""The client's journal: only theirs, or read by their coach, entry by entry."""

import pytest
from django.urls import reverse

from clients.models import Client, JournalEntry, Trace
from coaching.accounts.records import uuid7
from tests.clients.rows import an_entry

LIST = "clients:journal_list"


def write_url(pk=None) -> str:
    return reverse("clients:journal_write", args=[pk or uuid7()])


@pytest.mark.parametrize(("audience", "seen_by"), [("me", {"ben"}), ("coach", {"ben", "alma"})])
def test_each_audience_and_nobody_else(request, ben, ben_client, dan_client, audience, seen_by):
    entry = an_entry(ben_client, ben, audience=audience)
    names = ("alma", "ben", "cora", "dan", "esra", "finn", "olga", "gita")

    seen = {name for name in names if entry in JournalEntry.objects.visible_to(request.getfixturevalue(name))}

    assert seen == seen_by


def test_coach_reads_the_shared_ones_only_and_it_is_noted(alma, alma_browser, ben, ben_client):
    an_entry(ben_client, ben, "For me alone", audience="me")
    an_entry(ben_client, ben, "For Alma", audience="coach", draft="Not for Alma yet")
    JournalEntry(client=ben_client, audience="coach").keep_draft("Never saved")

    page = alma_browser.get(reverse("clients:journal_shared", args=[ben_client.pk])).content.decode()

    assert "For Alma" in page
    assert not any(text in page for text in ("For me alone", "Not for Alma", "Never saved"))
    assert Trace.objects.get(act="read").part == "journal"


def test_shared_entry_can_be_taken_back(alma, ben, ben_browser, ben_client):
    entry = an_entry(ben_client, ben, audience="coach")

    ben_browser.post(write_url(entry.pk), {"words": "Mine again", "audience": "me"})

    assert list(JournalEntry.objects.visible_to(alma)) == []


def test_entry_begins_as_the_clients_alone(ben_browser, ben_client):
    page = ben_browser.get(reverse("clients:journal_create"), follow=True)

    assert page.context["form"]["audience"].value() == "me"
    assert JournalEntry.objects.count() == 0


def test_typing_is_kept_and_then_saved(ben_browser, ben, ben_client):
    url = write_url()
    ben_browser.post(url, {"words": "Half", "keep": "1"}, headers={"HX-Request": "true"})
    draft = JournalEntry.objects.get()

    ben_browser.post(url, {"words": "Whole", "audience": "me"})

    entry = JournalEntry.objects.get()
    assert (draft.pk, draft.draft, draft.client) == (entry.pk, "Half", ben_client)
    assert (entry.words, entry.has_draft) == ("Whole", False)


def test_client_of_two_coaches_chooses_whose_record_it_is_in(ben, ben_browser, ben_client, esra):
    other = Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )
    url = write_url()
    ben_browser.post(url, {"words": "Half", "keep": "1"}, headers={"HX-Request": "true"})

    ben_browser.post(url, {"words": "Whole", "audience": "coach", "client": str(other.pk)})

    assert JournalEntry.objects.get().client == other
    assert JournalEntry.objects.visible_to(esra).count() == 1


@pytest.mark.parametrize("who", ["alma", "dan"])
def test_nobody_else_writes_or_removes(who, request, ben, ben_client, dan_client):
    entry = an_entry(ben_client, ben, "Ben's", audience="coach")
    browser = request.getfixturevalue(f"{who}_browser")

    statuses = [
        browser.post(url, {"words": "Changed", "audience": "coach"}).status_code
        for url in (write_url(entry.pk), reverse("clients:journal_remove", args=[entry.pk]))
    ]

    assert statuses == [404, 404]
    assert JournalEntry.objects.get().words == "Ben's"


def test_journal_remove(ben_browser, ben, ben_client):
    entry = an_entry(ben_client, ben)

    ben_browser.post(reverse("clients:journal_remove", args=[entry.pk]))

    assert JournalEntry.objects.count() == 0


@pytest.mark.parametrize("count", [3, 30])
def test_journal_list_takes_the_same_queries_with_any_number(
    ben, ben_browser, ben_client, count, django_assert_num_queries
):
    for number in range(count):
        an_entry(ben_client, ben, str(number))

    with django_assert_num_queries(4):
        ben_browser.get(reverse(LIST))
