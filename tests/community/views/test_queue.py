"""The curators' queue: what stands in it, why, and how it is cleared."""

from datetime import date, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from community import actions
from community.actions import note_gaps
from community.models import Edit, Listing, ProblemReport

QUEUE = reverse("community:queue")
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def visitor(db) -> Browser:
    return Browser()


def report_url(service) -> str:
    return reverse("community:problem_report", args=[service.pk])


def names(response) -> list[str]:
    return [service.name for service in response.context["page"]]


def reasons_of(response) -> dict[str, list[str]]:
    return {service.name: reasons for service, reasons, _next, _why_not in response.context["entries"]}


def test_a_checked_listing_says_from_when_on_it_is_to_be_checked_again(finn, finn_browser, published_of):
    today = timezone.localdate()
    due, fresh = published_of("Due"), published_of("Fresh")
    for service, days in [(due, 183), (fresh, 182)]:
        actions.verify(by=finn, service=service, how="phone", on=today - timedelta(days))

    again = {each.service.name: each.check_again_on for each in Listing.objects.select_related("service")}
    page = finn_browser.get(reverse("community:listing_detail", args=[fresh.pk])).text

    assert again == {"Due": today, "Fresh": today + timedelta(1)}
    assert names(finn_browser.get(QUEUE)) == ["Due"]
    assert f"To be checked again from {date_format(today + timedelta(1))} on." in page


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

    with django_assert_num_queries(8):
        finn_browser.get(QUEUE)


def test_queue_says_why_in_words(finn, finn_browser, visitor, alma_browser, ben_browser, published_of):
    today = timezone.localdate()
    reported, doubtful, old = (published_of(name) for name in ["Reported", "Doubtful", "Old"])
    published_of("Never", is_checked=False)
    actions.verify(by=finn, service=old, how="phone", on=LONG_AGO)
    actions.ask_for_check(by=finn, service=doubtful)
    for number, browser in enumerate([visitor, alma_browser]):
        address = f"203.0.113.{number}"
        browser.post(report_url(reported), {"problem": "unreachable"}, REMOTE_ADDR=address)
    ben_browser.post(report_url(reported), {"problem": "ended"})

    assert reasons_of(finn_browser.get(QUEUE)) == {
        "Reported": ["2 people could not reach them.", "1 person says: “It does not exist any more”."],
        "Doubtful": ["It was taken out of the directory until somebody has looked."],
        "Never": ["Nobody has checked it yet."],
        "Old": ["Last checked on 1 January 2020, more than half a year ago."],
    }
    assert today > LONG_AGO


def test_queue_shows_gaps_and_suggestions_after_the_listings(finn_browser, visitor, published_of):
    published_of(is_checked=False)
    note_gaps(needs=["transport"], on=timezone.localdate())
    visitor.post(reverse("community:resource_suggest"), {"name": "Choir", "words": "They sing."})

    page = finn_browser.get(QUEUE).text

    assert page.index("Rent advice") < page.index("Getting around") < page.index("They sing.")


def test_three_people_who_could_not_reach_them_put_it_back_and_first(
    finn_browser, visitor, alma_browser, ben_browser, published_of
):
    published_of("Never", is_checked=False)
    service = published_of("Silent")

    for number, browser in enumerate([visitor, alma_browser, ben_browser]):
        address = f"203.0.113.{number}"
        browser.post(report_url(service), {"problem": "unreachable"}, REMOTE_ADDR=address)

    assert Listing.objects.get(service=service).state == "published"
    assert reasons_of(finn_browser.get(QUEUE))["Silent"] == ["3 people could not reach them."]
    assert names(finn_browser.get(QUEUE)) == ["Silent", "Never"]


def test_queue_shows_what_people_told_before_it_is_put_away(finn_browser, visitor, published_of):
    service = published_of()
    visitor.post(report_url(service), {"problem": "unwelcome", "words": "They laughed at me.\n<b>Twice</b>"})

    page = finn_browser.get(QUEUE)

    assert reasons_of(page) == {"Rent advice": ["1 person says: “I was not treated well there”."]}
    assert "They laughed at me." in page.text
    assert "&lt;b&gt;Twice&lt;/b&gt;" in page.text
    assert "What people told us is put away when you have checked it." in page.text


def test_a_check_in_the_queue_needs_a_choice(finn_browser, visitor, published_of):
    service, other = (published_of(name, is_checked=False) for name in ["A", "B"])
    visitor.post(report_url(service), {"problem": "unwelcome", "words": "They laughed at me."})
    verify = reverse("community:listing_verify", args=[service.pk])
    shown = finn_browser.get(QUEUE).text

    refused = finn_browser.post(verify, {"how": "", "from_queue": str(other.pk), "after": ""})

    assert '<option value="">Choose how</option>' in shown
    assert refused.url == f"{QUEUE}?unsaid={service.pk}#listing-{service.pk}"
    text = finn_browser.get(refused.url).text
    assert text.count("Say how you checked it.") == 1
    assert 'required aria-invalid="true" aria-describedby="unsaid"' in text
    assert (Listing.objects.get(service=service).verified_on, ProblemReport.objects.get().closed_at) == (
        None,
        None,
    )


@pytest.mark.parametrize("step", ["verify", "archive", "publish"])
def test_a_check_taken_back_opens_what_it_put_away(
    finn, finn_browser, visitor, alma_browser, published_of, step
):
    service = published_of()
    for number, browser in enumerate([visitor, alma_browser], start=1):
        told = {"problem": "wrong", "words": "They moved."}
        browser.post(report_url(service), told, REMOTE_ADDR=f"203.0.113.{number}")
    act, more = getattr(actions, step), {} if step == "archive" else {"how": "phone"}
    actions.ask_for_check(by=finn, service=service)
    act(by=finn, service=service, **more)
    closed = ProblemReport.objects.still_open().count()
    edit = Edit.objects.first()

    finn_browser.post(reverse("community:edit_undo", args=[edit.pk]))

    assert (closed, ProblemReport.objects.still_open().count()) == (0, 2)
    assert names(finn_browser.get(QUEUE)) == ["Rent advice"]
    assert Listing.objects.get(service=service).verified_on == timezone.localdate()
    assert "source" not in str(edit.rows)
    assert ProblemReport.objects.values("source").distinct().count() == 2


def test_a_check_in_the_queue_goes_on_with_the_next(finn_browser, published_of):
    first, second = (published_of(name, is_checked=False) for name in ["A", "B"])
    verify = reverse("community:listing_verify", args=[first.pk])

    response = finn_browser.post(verify, {"how": "visit", "from_queue": str(second.pk), "after": "x&y"})

    assert response.url == f"{QUEUE}?after=x%26y#listing-{second.pk}"
    assert names(finn_browser.get(QUEUE)) == ["B"]
    assert Listing.objects.get(service=first).verified_how == "visit"


def test_a_check_in_the_queue_leads_nowhere_else(finn_browser, published_of):
    service = published_of(is_checked=False)
    verify = reverse("community:listing_verify", args=[service.pk])

    response = finn_browser.post(verify, {"how": "visit", "from_queue": "//evil.example/"})

    assert response.url == f"{QUEUE}#listing-evilexample"


def test_the_queue_says_how_many_wait_in_review(finn, finn_browser, draft_of):
    draft_of("Draft")
    for name in ["One", "Two"]:
        actions.submit_for_review(by=finn, service=draft_of(name))

    text = finn_browser.get(QUEUE).text

    assert "2 listings are in review" in text
    assert f"{reverse('community:curate')}?state=in_review" in text
