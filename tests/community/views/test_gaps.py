"""A need for which nothing is there: what a curator may do about it, and when it comes back."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from community.actions import note_gaps
from community.models import GapRecord

QUEUE, CURATE = reverse("community:queue"), reverse("community:curate")
TODAY = timezone.localdate()


@pytest.fixture
def gap(db) -> GapRecord:
    note_gaps(needs=["transport"], on=TODAY)
    return GapRecord.objects.get()


def url(name: str, gap: GapRecord) -> str:
    return reverse(f"community:gap_{name}", args=[gap.pk])


def listed(browser) -> tuple[list[str], list[str]]:
    """The needs that stand in the queue, and those set aside."""
    context = browser.get(QUEUE).context
    return [each.need for each in context["gaps"]], [each.need for each in context["gaps_aside"]]


@pytest.mark.parametrize("page", [QUEUE, CURATE])
def test_a_listing_is_written_for_it(finn_browser, gap, categories, page):
    new = f"{reverse('community:listing_new')}?need=transport"

    offered = finn_browser.get(page).text
    form = finn_browser.get(new).context["form"]

    assert f'href="{new}"' in offered
    assert form["kind"].value() == "get_help"
    assert form["categories"].value() == [categories["transport"].pk]
    checked = f'value="{categories["transport"].pk}"'
    tag = next(tag for tag in str(form["categories"]).split("<input") if checked in tag)
    assert "checked" in tag


@pytest.mark.parametrize("need", ["", "nothing", "\0", "arts"])
def test_what_is_no_need_fills_in_nothing(finn_browser, categories, need):
    response = finn_browser.get(reverse("community:listing_new"), {"need": need})

    assert response.status_code == HTTPStatus.OK
    assert not response.context["form"]["categories"].value()


def test_it_is_set_aside_with_a_reason_and_brought_back(finn_browser, gap):
    before = listed(finn_browser)

    finn_browser.post(url("set_aside", gap), {"why": "The bus company is asked"})
    aside, page, curate = listed(finn_browser), finn_browser.get(QUEUE).text, finn_browser.get(CURATE)
    finn_browser.post(url("bring_back", gap))

    assert before == (["transport"], [])
    assert aside == ([], ["transport"])
    assert "Finn set it aside on" in page
    assert "The bus company is asked" in page
    assert curate.context["gaps"] == []
    assert listed(finn_browser) == before


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("  ", "Write in a few words why it is set aside."),
        ("a" * 201, "Say why in at most 200 letters."),
        ("\0", "Null characters"),
    ],
)
def test_without_a_short_reason_it_stays(finn_browser, gap, why, said):
    response = finn_browser.post(url("set_aside", gap), {"why": why}, follow=True)

    assert said in response.text
    assert listed(finn_browser) == (["transport"], [])


@pytest.mark.parametrize(("days", "is_back"), [(1, False), (29, False), (30, True), (400, True)])
def test_it_comes_back_when_somebody_looks_again_in_a_month(finn, finn_browser, gap, days, is_back):
    gap.set_aside(by=finn, why="Not for now", on=TODAY)

    note_gaps(needs=["transport"], on=TODAY + timedelta(days=days))

    assert listed(finn_browser) == ((["transport"], []) if is_back else ([], ["transport"]))
    assert ("looked for it again since Finn set it aside" in finn_browser.get(QUEUE).text) == is_back


def test_set_aside_again_it_rests_again(finn, finn_browser, gap):
    gap.set_aside(by=finn, why="Not for now", on=TODAY - timedelta(days=60))
    back = listed(finn_browser)

    finn_browser.post(url("set_aside", gap), {"why": "Nor now"})

    assert (back, listed(finn_browser)) == ((["transport"], []), ([], ["transport"]))


def test_nobody_sets_aside_without_saying_who_and_why(finn, gap):
    for columns in [{"set_aside_on": TODAY}, {"set_aside_on": TODAY, "set_aside_by": finn}]:
        with pytest.raises(IntegrityError), transaction.atomic():
            GapRecord.objects.update(**columns)


def test_curate_shows_three_and_leads_to_all(finn_browser, db, django_assert_max_num_queries):
    note_gaps(needs=["food", "work", "legal_immigration", "transport"], on=TODAY)

    with django_assert_max_num_queries(8):
        page = finn_browser.get(CURATE).text

    assert page.count("Write a listing for it") == 3
    assert f'<a href="{QUEUE}#gaps">All 4 of them</a>' in page
