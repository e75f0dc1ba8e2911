from datetime import date

import pytest

from community import actions
from community.matching import FRESH, Wish, everything, match, suggest
from community.models import GapRecord, Location, Service
from community.places import Place

TODAY = date(2026, 5, 20)

pytestmark = pytest.mark.django_db


@pytest.fixture
def checked(finn, published_of):
    """A published listing that was checked: `checked("Name", ["housing"], kind="activity", on=…)`."""

    def make(name: str, categories: list[str], *, kind="get_help", on=date(2026, 5, 3), **service) -> Service:
        made = published_of(
            name,
            service={"name": name, **service},
            listing={"kind": kind, "affiliation": "none", "summary": "x"},
            categories=categories,
        )
        actions.verify(by=finn, service=made, how="phone", on=on)
        return made

    return make


def told(wish: Wish) -> list[str]:
    return [each.service.name for each in match(wish, today=TODAY)]


def test_each_suggestion_says_why(checked):
    checked("Rent advice", ["housing", "income"], minimum_age="16")

    (found,) = match(Wish(needs=("housing", "income"), age=30), today=TODAY)

    assert found.reason == (
        "Because you named housing and money and income. For people from 16 years. Checked 3 May 2026."
    )


def test_where_a_secret_place_is_they_tell_themselves(checked):
    secret = checked("Women's house", ["housing"])
    Location.objects.filter(service_at_locations__service=secret).update(is_confidential=True)
    Service.objects.filter(pk=secret.pk).reindex()

    (found,) = match(Wish(needs=("housing",), place=Place(54.5, -1.25)), today=TODAY)

    assert "They tell you where it is when you ring or write." in found.reason
    assert "Online" not in found.reason


def test_an_interest_is_a_reason_too(checked):
    checked("River day", ["nature"], kind="contribute")

    (found,) = match(Wish(interests=("nature",)), today=TODAY)

    assert found.reason == "Because you like nature. Checked 3 May 2026."


def test_the_order_is_needs_then_interests_then_freshness_then_name(checked):
    checked("B old", ["housing"], on=date(2026, 1, 1))
    checked("C", ["housing"])
    checked("A", ["housing"])
    checked("Garden", ["nature"], kind="activity")
    checked("Both needs", ["housing", "food"], on=date(2025, 12, 1))
    checked("Need and interest", ["housing", "nature"], kind="activity", on=date(2025, 12, 1))
    wish = Wish(needs=("housing", "food"), interests=("nature",))

    assert told(wish) == ["Both needs", "Need and interest", "A", "C", "B old", "Garden"]
    assert told(wish) == told(wish)


def test_what_helps_with_something_that_cannot_wait_comes_first(checked):
    checked("Both others", ["housing", "health_care"])
    checked("Food bank", ["food"], on=date(2025, 12, 1))
    needs = ("housing", "food", "health_care")

    assert told(Wish(needs=needs)) == ["Both others", "Food bank"]
    assert told(Wish(needs=needs, urgent=frozenset({"food"}))) == ["Food bank", "Both others"]


@pytest.mark.parametrize(
    "columns",
    [{"minimum_age": "31"}, {"maximum_age": "29"}, {"status": "temporarily closed"}, {"status": "inactive"}],
)
def test_what_does_not_fit_is_not_suggested(checked, columns):
    checked("Rent advice", ["housing"], **columns)

    assert told(Wish(needs=("housing",), age=30)) == []


def test_what_nobody_has_checked_lately_is_not_suggested_but_listed(checked, published_of):
    checked("Old", ["housing"], on=TODAY - FRESH)
    published_of("Never", is_checked=False, categories=["housing"])
    wish = Wish(needs=("housing",))

    assert told(wish) == []
    assert [service.name for service in everything(wish)] == ["Never", "Old"]


def test_what_is_not_published_is_neither_suggested_nor_listed(finn, checked):
    doubtful = checked("Doubtful", ["housing"])
    actions.ask_for_check(by=finn, service=doubtful)
    wish = Wish(needs=("housing",))

    assert told(wish) == []
    assert list(everything(wish)) == []


def test_a_vetoed_category_never_comes_back(checked):
    checked("Prayer and rent", ["housing", "isolation"])
    checked("Rent advice", ["housing"])
    wish = Wish(needs=("housing",), vetoed=frozenset({"isolation"}))

    assert told(wish) == ["Rent advice"]
    assert [service.name for service in everything(wish)] == ["Rent advice"]


def test_what_is_vetoed_is_not_missing(checked):
    checked("Prayer and rent", ["housing", "isolation"])

    assert match(Wish(needs=("housing",), vetoed=frozenset({"housing"})), today=TODAY).unmet == []


def test_a_need_that_others_crowd_out_has_its_place(checked, monkeypatch):
    monkeypatch.setattr("community.matching.POOL", 3)
    monkeypatch.setattr("community.matching.LONGEST", 3)
    for number in range(5):
        checked(f"Rent {number}", ["housing"])
    checked("Food bank", ["food"], on=date(2026, 1, 1))

    matches = match(Wish(needs=("housing", "food", "work")), today=TODAY)

    assert [each.service.name for each in matches] == ["Rent 0", "Rent 1", "Food bank"]
    assert matches.unmet == ["work"]


def test_only_what_is_near_or_everywhere_is_suggested(checked, published_of, finn):
    there = {"latitude": 52.0, "longitude": -1.0}
    for name, place in [
        ("Near", there),
        ("Far", {**there, "latitude": 52.5}),
        ("Hidden", {**there, "is_confidential": True}),
        ("By phone", {"location_type": "virtual"}),
    ]:
        service = published_of(name, place={"name": name, **place}, is_checked=False)
        actions.verify(by=finn, service=service, how="phone", on=date(2026, 5, 3))
    wish = Wish(needs=("housing",), place=Place(52.018, -1.0), within=5_000)

    reasons = {each.service.name: each.reason for each in match(wish, today=TODAY)}

    assert reasons == {
        "By phone": "Because you named housing. Online or by phone. Checked 3 May 2026.",
        "Hidden": "Because you named housing. They tell you where it is when you ring or write. "
        "Checked 3 May 2026.",
        "Near": "Because you named housing. 2.0 km away. Checked 3 May 2026.",
    }


def test_a_need_is_not_answered_with_a_way_to_contribute(checked):
    checked("Tenants who act", ["housing"], kind="contribute")

    assert match(Wish(needs=("housing",)), today=TODAY).unmet == ["housing"]
    assert told(Wish(needs=("housing",))) == []


def test_a_need_that_finds_nothing_becomes_a_gap_once_a_day(checked):
    checked("Rent advice", ["housing"])
    wish = Wish(needs=("housing", "food", "no such code"))

    suggest(wish, today=TODAY)
    suggest(wish, today=TODAY)
    suggest(wish, today=date(2026, 5, 21))
    suggest(wish, today=TODAY)

    gap = GapRecord.objects.get()
    assert (gap.need, gap.days, gap.first_on, gap.last_on) == ("food", 2, TODAY, date(2026, 5, 21))
    assert {field.name for field in GapRecord._meta.fields} == {
        "id", "created_at", "need", "days", "first_on", "last_on",
        "set_aside_on", "set_aside_by", "set_aside_why",
    }  # fmt: skip


def test_a_gap_closes_when_help_is_published(checked):
    suggest(Wish(needs=("food", "housing")), today=TODAY)

    checked("Food bank", ["food"])
    checked("Tenants who act", ["housing"], kind="contribute")

    assert [gap.need for gap in GapRecord.objects.all().still_open()] == ["housing"]


def test_curators_see_the_gaps_and_nobody_else(finn_browser, finn, alma):
    suggest(Wish(needs=("food",)), today=TODAY)

    text = finn_browser.get("/curate/").text

    assert "Looked for, and not there" in text
    assert "on 1 day, last on 20 May 2026" in text
    assert not GapRecord.objects.editable_by(alma).exists()


@pytest.mark.parametrize("rows", [3, 15])
def test_matching_asks_the_database_as_often_for_3_rows_as_for_15(checked, django_assert_num_queries, rows):
    for number in range(rows):
        checked(f"Advice {number}", ["housing"])

    with django_assert_num_queries(2):
        match(Wish(needs=("housing",), interests=("nature",)), today=TODAY)
    with django_assert_num_queries(3):
        match(Wish(needs=("housing", "food", "work")), today=TODAY)


def test_a_wish_for_nothing_finds_nothing(checked):
    checked("Rent advice", ["housing"])

    assert (told(Wish()), list(everything(Wish()))) == ([], [])
