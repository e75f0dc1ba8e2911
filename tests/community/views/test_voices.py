from http import HTTPStatus

import pytest
from django.test import Client as Browser
from django.urls import reverse

from community import actions
from community.models import Listing, ProblemReport, Service, StateChange, Suggestion
from community.views import voices

LIST = reverse("community:resource_list")
UNREACHABLE = {"problem": "unreachable"}
SUGGEST = reverse("community:resource_suggest")
QUEUE = reverse("community:queue")


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


def report_url(service) -> str:
    return reverse("community:problem_report", args=[service.pk])


def state_of(service) -> str:
    return Listing.objects.get(service=service).state


def test_problem_report_reaches_the_curators_and_names_nobody(visitor, finn_browser, published_of):
    service = published_of()

    visitor.post(report_url(service), {"problem": "wrong", "words": "They moved."})

    page = finn_browser.get(reverse("community:listing_detail", args=[service.pk])).text
    report = ProblemReport.objects.get()
    assert "They moved." in page
    assert "127.0.0.1" not in f"{report.source}{report.words}"
    assert state_of(service) == "published"


def test_problem_report_by_three_people_puts_the_listing_back_and_it_stays_with_a_note(
    visitor, ben_browser, alma_browser, finn, published_of
):
    service = published_of("Rent advice")

    def pages() -> list[bool]:
        texts = [visitor.get(page).text for page in (LIST, service.get_absolute_url())]
        assert all("Rent advice" in text for text in texts)
        return ["Some people could not reach them. We are asking." in text for text in texts]

    shown = [pages()]
    for number, browser in enumerate([visitor, ben_browser, alma_browser, visitor]):
        browser.post(report_url(service), UNREACHABLE, REMOTE_ADDR=f"203.0.113.{number}")
        shown.append(pages())
    to_check = Service.objects.to_check().count()
    actions.verify(by=finn, service=service, how="phone")

    assert shown == [[False, False]] * 3 + [[True, True]] * 2
    assert (to_check, Service.objects.to_check().count()) == (1, 0)
    assert pages() == [False, False]
    (change,) = StateChange.objects.filter(listing__service=service, note__startswith="Several people")
    assert (change.by, change.from_state, change.to_state) == (None, "published", "published")


@pytest.mark.parametrize(
    "addresses",
    [
        ["203.0.113.7"] * 3,
        ["2001:db8:1:2::1", "2001:db8:1:2:ffff::3", "2001:db8:1:ff00::1"],
        ["203.0.113.7", "::ffff:203.0.113.7", "203.0.113.7"],
    ],
)
def test_reports_from_one_network_are_one(visitor, ben_browser, published_of, addresses):
    service = published_of()

    for browser, address in zip([visitor, ben_browser, visitor], addresses, strict=True):
        browser.post(report_url(service), UNREACHABLE, REMOTE_ADDR=address)

    assert ProblemReport.objects.count() == 1


def test_reports_from_several_networks_are_several(visitor, published_of):
    service = published_of()

    for address in ["203.0.113.7", "203.0.113.8", "2001:db8:1:2::1", "2001:db8:2:2::1"]:
        visitor.post(report_url(service), UNREACHABLE, REMOTE_ADDR=address)

    assert ProblemReport.objects.count() == 4


def test_a_visitor_with_many_addresses_of_one_network_is_asked_to_wait_too(visitor, monkeypatch):
    monkeypatch.setattr(voices, "MOST_AN_HOUR", 2)

    said = {"name": "Choir", "words": "They sing."}
    statuses = [
        visitor.post(SUGGEST, said, REMOTE_ADDR=f"2001:db8:1:2::{number}").status_code for number in range(3)
    ]

    assert statuses == [302, 302, 422]


def test_problem_report_of_other_kinds_does_not_take_a_listing_out(
    visitor, ben_browser, alma_browser, published_of
):
    service = published_of()

    for number, browser in enumerate([visitor, ben_browser, alma_browser]):
        browser.post(report_url(service), {"problem": "unwelcome"}, REMOTE_ADDR=f"203.0.113.{number}")

    assert ProblemReport.objects.count() == 3
    assert "could not reach them" not in visitor.get(LIST).text


def test_problem_report_is_put_away_by_a_check(finn, visitor, ben_browser, alma_browser, published_of):
    service = published_of()
    for number, browser in enumerate([visitor, ben_browser]):
        browser.post(report_url(service), UNREACHABLE, REMOTE_ADDR=f"203.0.113.{number}")

    actions.verify(by=finn, service=service, how="phone")
    alma_browser.post(report_url(service), UNREACHABLE)

    assert "could not reach them" not in visitor.get(LIST).text
    closed = ProblemReport.objects.filter(closed_by=finn)
    assert list(closed.values_list("source", flat=True)) == ["", ""]


def test_problem_report_about_a_draft_is_not_found(visitor, draft_of):
    response = visitor.post(report_url(draft_of()), {"problem": "wrong"})

    assert response.status_code == HTTPStatus.NOT_FOUND
    assert not ProblemReport.objects.exists()


def test_problem_report_needs_to_know_what_it_is(visitor, published_of):
    response = visitor.post(report_url(published_of()), {"problem": "nonsense"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is a problem" in response.text


def test_resource_suggest_waits_for_a_curator(visitor, finn, finn_browser, alma):
    visitor.post(SUGGEST, {"name": "Harwick Choir", "words": "They sing on Mondays.", "reach": "Old Mill"})
    suggestion = Suggestion.objects.get()

    before = finn_browser.get(QUEUE).text
    finn_browser.post(reverse("community:suggestion_close", args=[suggestion.pk]))
    after = finn_browser.get(QUEUE).text

    assert "They sing on Mondays." in before
    assert "Harwick Choir" not in after
    assert Suggestion.objects.get().closed_by == finn
    assert not Suggestion.objects.editable_by(alma).exists()


@pytest.mark.parametrize(
    "typed", [{"name": "", "words": "x"}, {"name": "x"}, {"name": "x", "words": "y", "link": "javascript:1"}]
)
def test_resource_suggest_says_what_is_missing(visitor, typed):
    response = visitor.post(SUGGEST, typed)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Suggestion.objects.exists()


def test_machines_fill_the_trap_and_leave_nothing(visitor, published_of):
    service = published_of()

    first = visitor.post(SUGGEST, {"name": "Pills", "words": "Cheap", "more": "http://pills.example"})
    second = visitor.post(report_url(service), {"problem": "wrong", "more": "x"})

    assert (first.status_code, second.status_code) == (302, 302)
    assert not Suggestion.objects.exists()
    assert not ProblemReport.objects.exists()


def test_a_visitor_who_writes_all_the_time_is_asked_to_wait(visitor, monkeypatch):
    monkeypatch.setattr(voices, "MOST_AN_HOUR", 2)

    statuses = [visitor.post(SUGGEST, {"name": "Choir", "words": "They sing."}).status_code for _ in range(3)]

    assert statuses == [302, 302, 422]
    assert Suggestion.objects.count() == 2


def test_what_a_curator_took_out_and_checked_says_no_more_that_nobody_reached_them(
    visitor, finn, published_of
):
    service = published_of()
    for number in range(3):
        visitor.post(report_url(service), UNREACHABLE, REMOTE_ADDR=f"203.0.113.{number}")
    actions.ask_for_check(by=finn, service=service)

    actions.publish(by=finn, service=service, how="phone")

    assert "could not reach them" not in visitor.get(LIST).text
    assert not ProblemReport.objects.still_open().exists()
