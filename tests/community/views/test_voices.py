from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from community import actions
from community.models import Listing, ProblemReport, StateChange, Suggestion
from community.views import voices

SUGGEST = reverse("community:resource_suggest")
QUEUE = reverse("community:queue")
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


def report_url(service) -> str:
    return reverse("community:problem_report", args=[service.pk])


def state_of(service) -> str:
    return Listing.objects.get(service=service).state


def names(response) -> list[str]:
    return [service.name for service in response.context["page"]]


def test_problem_report_reaches_the_curators_and_names_nobody(visitor, finn_browser, published_of):
    service = published_of()

    visitor.post(report_url(service), {"problem": "wrong", "words": "They moved."})

    page = finn_browser.get(reverse("community:listing_detail", args=[service.pk])).text
    report = ProblemReport.objects.get()
    assert "They moved." in page
    assert "127.0.0.1" not in f"{report.source}{report.words}"
    assert state_of(service) == "published"


def test_problem_report_by_three_people_puts_the_listing_back(
    visitor, ben_browser, alma_browser, published_of
):
    service = published_of()
    unreachable = {"problem": "unreachable"}

    for browser in (visitor, visitor, ben_browser):
        browser.post(report_url(service), unreachable)
    before = state_of(service)
    alma_browser.post(report_url(service), unreachable)

    assert (before, state_of(service)) == ("published", "needs_check")
    change = StateChange.objects.filter(listing__service=service).first()
    assert (change.by, change.note) == (None, "Several people could not reach them")


def test_problem_report_of_other_kinds_does_not_take_a_listing_out(
    visitor, ben_browser, alma_browser, published_of
):
    service = published_of()

    for browser in (visitor, ben_browser, alma_browser):
        browser.post(report_url(service), {"problem": "unwelcome"})

    assert state_of(service) == "published"


def test_problem_report_is_put_away_by_a_check(finn, visitor, ben_browser, alma_browser, published_of):
    service = published_of()
    for browser in (visitor, ben_browser):
        browser.post(report_url(service), {"problem": "unreachable"})

    actions.verify(by=finn, service=service, how="phone")
    alma_browser.post(report_url(service), {"problem": "unreachable"})

    assert state_of(service) == "published"
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


def test_queue_puts_those_that_need_it_most_first(finn, finn_browser, visitor, published_of, draft_of):
    today = timezone.localdate()

    def checked(name: str, on: date):
        service = published_of(name)
        actions.verify(by=finn, service=service, how="phone", on=on)
        return service

    checked("Fresh", today)
    checked("Old", today - timedelta(days=200))
    checked("Older", LONG_AGO)
    published_of("Never", is_checked=False)
    actions.ask_for_check(by=finn, service=checked("Doubtful", today))
    reported = checked("Reported", today)
    visitor.post(report_url(reported), {"problem": "wrong"})
    draft_of("Draft")

    assert names(finn_browser.get(QUEUE)) == ["Reported", "Doubtful", "Never", "Older", "Old"]


def test_queue_says_what_will_be_here(finn_browser):
    assert "Nothing to check" in finn_browser.get(QUEUE).text


def test_queue_is_cut_into_pages(finn_browser, published_of):
    made = {published_of(f"Advice {number:02}", is_checked=False).name for number in range(27)}

    first = finn_browser.get(QUEUE)
    second = finn_browser.get(first.context["page"].next_url)

    assert (len(names(first)), {*names(first), *names(second)}) == (25, made)


@pytest.mark.parametrize("rows", [3, 30])
def test_queue_asks_the_database_as_often_for_3_rows_as_for_30(
    finn_browser, published_of, django_assert_num_queries, rows
):
    for number in range(rows):
        published_of(f"Advice {number}", is_checked=False)

    with django_assert_num_queries(7):
        finn_browser.get(QUEUE)
