"""A coach looks at the record as the client sees it: all that is shared, nothing else, and it is told."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from clients.actions import note_figure
from clients.models import Client, Trace
from tests.clients.rows import (
    a_check_in,
    a_circumstance,
    a_measure,
    a_note,
    a_session,
    a_summary,
    a_value,
    an_area,
    an_entry,
)

pytestmark = pytest.mark.django_db


def mirror(browser, client: Client):
    return browser.get(reverse("home:client_mirror", args=[client.pk]))


@pytest.fixture
def record(alma, ben, ben_client) -> Client:
    """One of everything that is shared, and one of everything that is not."""
    a_circumstance(ben_client, ben, words="SHARED circumstance")
    a_value(ben_client, ben, "SHARED value")
    an_area(ben_client, ben, "SHARED area")
    a_check_in(ben_client, ben, "SHARED words")
    measure = a_measure(ben_client, ben, "SHARED measure")
    note_figure(by=ben, measure=measure, on=timezone.localdate(), figure=Decimal(3))
    an_entry(ben_client, ben, "SHARED entry", audience="coach", draft="HIDDEN draft of an entry")
    an_entry(ben_client, ben, "HIDDEN entry", audience="me")
    a_note(ben_client, alma, "SHARED note", audience="client", draft="HIDDEN draft of a note")
    a_note(ben_client, alma, "HIDDEN note", audience="author")
    a_note(ben_client, alma, "HIDDEN from the client", audience="coaches")
    a_summary(ben_client, alma, "SHARED summary", draft="HIDDEN draft of a summary")
    return ben_client


def test_it_holds_what_is_shared_and_nothing_else(alma_browser, record):
    page = mirror(alma_browser, record).content.decode()

    assert set(re.findall(r"SHARED [a-z]+", page)) == {
        "SHARED circumstance", "SHARED value", "SHARED words", "SHARED measure", "SHARED entry",
        "SHARED note", "SHARED summary",
    }  # fmt: skip
    assert "HIDDEN" not in page


def test_client_sees_each_of_it_too(ben_browser, record):
    """What the mirror shows, the client's own pages show."""
    names = ["circumstance_list", "value_list", "checkin_list", "journal_list", "note_shared"]
    pages = "".join(ben_browser.get(reverse(f"clients:{name}")).content.decode() for name in names)
    pages += ben_browser.get(reverse("scheduling:summary_list")).content.decode()

    assert {"SHARED note", "SHARED summary", "SHARED value", "SHARED circumstance", "SHARED measure"} <= set(
        re.findall(r"SHARED [a-z]+", pages)
    )
    assert not any(words in pages for words in ("HIDDEN note", "HIDDEN from", "HIDDEN draft of a "))


def test_nothing_can_be_changed_there(alma_browser, record):
    page = mirror(alma_browser, record).content.decode()
    main = page[page.index('class="mirror"') : page.index("</main>")]

    assert "<form" not in main
    assert re.findall(r'href="([^"#]+)"', re.sub(r"<use[^>]*>", "", main)) == [record.get_absolute_url()]
    assert alma_browser.post(reverse("home:client_mirror", args=[record.pk])).status_code in {200, 405}


def test_client_is_told(alma_browser, ben_browser, ben_client):
    mirror(alma_browser, ben_client)

    assert Trace.objects.get().part == "mirror"
    assert "your record as you see it" in ben_browser.get(reverse("clients:trace_list")).content.decode()


def test_it_is_there_before_they_have_joined(alma, alma_browser, practice):
    gil = Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")

    page = mirror(alma_browser, gil).content.decode()

    assert "Gil sees it once they have joined." in page
    assert "gil@example.org" in page


@pytest.mark.parametrize("count", [3, 30])
def test_it_takes_the_same_queries_with_any_number(
    alma, alma_browser, ben, ben_client, count, django_assert_max_num_queries
):
    session = a_session(ben_client)
    a_summary(ben_client, alma, session=session)
    for number in range(count):
        a_note(ben_client, alma, str(number), audience="client")
        an_entry(ben_client, ben, str(number), audience="coach")
        a_circumstance(ben_client, ben)

    with django_assert_max_num_queries(21):
        mirror(alma_browser, ben_client)
