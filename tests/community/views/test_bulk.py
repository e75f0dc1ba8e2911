"""Several listings at once: tick, look, do, take back. And how fresh the directory is."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from community import actions, bulk
from community.models import Edit, Listing, Service

BULK = reverse("community:bulk_change")
FOOD, HOUSING = "food", "housing"


def states() -> dict[str, str]:
    return dict(Listing.objects.values_list("service__name", "state"))


def categories_of(service) -> set[str]:
    return {term.code for term in Service.objects.get(pk=service.pk).categories}


def test_bulk_change_shows_first_what_it_would_do(finn_browser, published_of, draft_of):
    services = [published_of("A"), draft_of("B")]
    typed = {"services": [service.pk for service in services], "act": "check"}

    response = finn_browser.post(BULK, typed)

    assert "It will be done to one listing:" in response.text
    assert "B: It is not published." in response.text
    assert states() == {"A": "published", "B": "draft"}


def test_bulk_change_archives_and_is_taken_back_as_one(finn_browser, published_of, draft_of):
    services = [published_of("A"), draft_of("B"), published_of("C")]
    typed = {"services": [service.pk for service in services[:2]], "act": "archive", "sure": "yes"}

    response = finn_browser.post(BULK, typed)
    after = states()
    edit = Edit.objects.get(kind="bulk")
    history = finn_browser.get(response.url).text
    finn_browser.post(reverse("community:edit_undo", args=[edit.pk]))

    assert response.url == reverse("community:edit_list")
    assert after == {"A": "archived", "B": "archived", "C": "published"}
    assert "Archive them (2 listings)" in history
    assert states() == {"A": "published", "B": "draft", "C": "published"}


def test_bulk_change_gives_and_takes_a_category(finn_browser, published_of):
    first, second = published_of("A"), published_of("B", categories=["food", "work"])
    page = f"{first.pk} {second.pk}"

    finn_browser.post(BULK, {"page": page, "act": "add", "category": FOOD, "sure": "yes"})
    given = [categories_of(first), categories_of(second)]
    finn_browser.post(BULK, {"page": page, "act": "remove", "category": FOOD, "sure": "yes"})

    assert given == [{"housing", "food"}, {"food", "work"}]
    assert [categories_of(first), categories_of(second)] == [{"housing"}, {"work"}]
    assert [found.name for found in Service.objects.published().in_category("food")] == []


def test_bulk_change_leaves_a_published_one_its_last_category(finn_browser, published_of):
    service = published_of()

    response = finn_browser.post(BULK, {"services": [service.pk], "act": "remove", "category": HOUSING})

    assert "It is published and has no other." in response.text
    assert "Do it" not in response.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"act": "archive"}, "Tick at least one listing."),
        ({"act": "add", "services": ["SELF"]}, "Choose which category."),
        ({"act": "nonsense", "services": ["SELF"]}, "Select a valid choice"),
        ({"act": "archive", "page": "nonsense"}, "nonsense"),
    ],
)
def test_bulk_change_says_what_is_missing(finn_browser, draft_of, typed, words):
    service = draft_of()
    if "services" in typed:
        typed = {**typed, "services": [service.pk]}

    response = finn_browser.post(BULK, typed, follow=True)

    assert words in response.text
    assert states() == {"Rent advice": "draft"}


def test_bulk_change_takes_a_hundred_at_most(finn_browser, draft_of, monkeypatch):
    monkeypatch.setattr("community.forms.bulk.MOST", 1)
    page = f"{draft_of('A').pk} {draft_of('B').pk}"

    response = finn_browser.post(BULK, {"page": page, "act": "archive", "sure": "yes"}, follow=True)

    assert "At most 1 at once." in response.text
    assert set(states().values()) == {"draft"}


def test_bulk_change_is_all_or_nothing(finn, finn_browser, published_of, monkeypatch):
    services = [published_of("A"), published_of("B")]
    done = []

    def fail_at_the_second(**more) -> None:
        if done:
            raise actions.NotPossible("Not this one.")
        done.append(1)
        archive(**more)

    archive = actions.archive
    monkeypatch.setattr(bulk.actions, "archive", fail_at_the_second)
    typed = {"services": [service.pk for service in services], "act": "archive", "sure": "yes"}

    response = finn_browser.post(BULK, typed, follow=True)

    assert "Not this one." in response.text
    assert states() == {"A": "published", "B": "published"}


def test_edit_list_says_what_will_be_here(finn_browser):
    assert "Nothing was changed yet" in finn_browser.get(reverse("community:edit_list")).text


@pytest.mark.parametrize("rows", [3, 30])
def test_edit_list_costs_as_much_for_3_as_for_30(
    finn, finn_browser, published_of, django_assert_num_queries, rows
):
    for number in range(rows):
        published_of(f"Advice {number}")

    with django_assert_num_queries(4):
        finn_browser.get(reverse("community:edit_list"))


# --- freshness ------------------------------------------------------------------


def test_home_says_how_fresh_the_directory_is(finn, finn_browser, published_of, draft_of):
    today = timezone.localdate()
    for days, categories in [(10, ["housing"]), (120, ["housing", "food"]), (300, ["food"]), (500, ["food"])]:
        service = published_of(f"Checked {days}", categories=categories)
        actions.verify(by=finn, service=service, how="phone", on=today - timedelta(days=days))
    draft_of("Draft")

    desk = finn_browser.get(reverse("home:home")).context["curator_desk"]

    assert desk.all == {"published": 4, "in_3": 1, "in_6": 2, "in_12": 3}
    assert [(term.code, term.published, term.in_3, term.in_6, term.in_12) for term in desk.categories] == [
        ("food", 3, 0, 1, 2),
        ("housing", 2, 1, 2, 2),
    ]
    assert desk.to_look_at == 2


@pytest.mark.parametrize("rows", [3, 30])
def test_home_of_a_curator_costs_as_much_for_3_as_for_30(
    finn_browser, published_of, django_assert_max_num_queries, rows
):
    for number in range(rows):
        published_of(f"Advice {number}")

    with django_assert_max_num_queries(8):
        finn_browser.get(reverse("home:home"))
