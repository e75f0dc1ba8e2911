"""Two listings that are the same: found, compared, made one, and two again."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from community import actions, edits, merging
from community.errors import NotPossible
from community.hsds.share import shared_rows
from community.models import (
    Edit,
    LikePair,
    Listing,
    Merge,
    ProblemReport,
    Service,
    StateChange,
    TaxonomyTerm,
)  # fmt: skip
from goals import actions as plans
from goals.models import Step

ELSEWHERE = {
    "address_1": "99 High Street",
    "city": "Otherton",
    "state_province": "Northshire",
    "postal_code": "OT9 9ZZ",
    "country": "GB",
}


def url(name: str, *args) -> str:
    return reverse(f"community:{name}", args=args)


@pytest.fixture
def other_organization(finn):
    return actions.create_organization(
        by=finn, name="Advice of Mill Lane", website="http://www.mill-lane.example/"
    )


@pytest.fixture
def twins(published_of, other_organization) -> tuple[Service, Service]:
    """The same advice, written down twice."""
    kept = published_of("Rent advice")
    gone = published_of(
        "Rent advice centre",
        organization=other_organization,
        service={"name": "Rent advice centre", "description": "Help with rent.", "email": "rent@example.org"},
        categories=["housing", "income"],
        phones=[{"number": "+44 1632 960123", "type": "voice"}, {"number": "01632 960777"}],
        schedules=[{"byday": "MO", "freq": "WEEKLY"}],
        languages=["Polish"],
    )
    return kept, gone


def pairs() -> set[tuple[str, str]]:
    return {tuple(sorted([pair.first.name, pair.second.name])) for pair in LikePair.objects.with_both()}


def snapshot(*services: Service) -> dict:
    ids = [service.pk for service in services]
    return edits._rows_now(
        [*edits.WORDS, *edits.PLACES, *merging.PARTS.values()], list(Service.objects.filter(pk__in=ids)), None
    )


# --- found --------------------------------------------------------------------


def test_two_that_share_name_phone_link_and_address_are_found(twins):
    assert LikePair.objects.find() == 2

    pair = LikePair.objects.get()
    assert {pair.first, pair.second} == set(twins)
    assert pair.reasons == [
        "Their names are alike.",
        "They have the same phone number.",
        "They have the same link.",
        "They are at the same address.",
    ]
    assert LikePair.objects.find() == 0


def test_the_same_name_elsewhere_is_asked_about_and_another_name_is_not(
    finn, published_of, other_organization
):
    far = {"organization": other_organization, "address": ELSEWHERE, "phones": [], "place": {"name": "Hall"}}
    published_of("Rent advice")
    published_of("Rent Advice", **far)
    published_of("Bicycle workshop", **far)

    LikePair.objects.find()

    assert pairs() == {("Rent Advice", "Rent advice")}


def test_two_listings_of_one_organization_at_one_place_are_not_the_same(published_of):
    published_of("Rent advice")
    published_of("Debt advice and budgets")

    LikePair.objects.find()

    assert pairs() == set()


def test_a_listing_that_changed_is_compared_anew(finn, published_of, categories):
    published_of("Rent advice")
    second = published_of("Swimming")
    LikePair.objects.find()

    actions.change_listing(
        by=finn, service=second, columns={"name": "Rent advices"}, listing={}, categories=["housing"]
    )
    found = LikePair.objects.find()
    now = pairs()
    actions.change_listing(
        by=finn, service=second, columns={"name": "Swimming"}, listing={}, categories=["housing"]
    )
    LikePair.objects.find()

    assert (found, now, pairs()) == (1, {("Rent advice", "Rent advices")}, set())


def test_a_secret_address_says_nothing_of_likeness(published_of, other_organization):
    secret = {"place": {"name": "Shelter", "is_confidential": True}, "phones": []}
    published_of("Shelter north", **secret)
    published_of("Shelter south", organization=other_organization, **secret)

    LikePair.objects.find()

    assert [pair.is_same_address for pair in LikePair.objects.all()] in ([], [False])


def test_a_pair_is_dismissed_for_good(finn, finn_browser, twins):
    LikePair.objects.find()
    pair = LikePair.objects.get()
    before = finn_browser.get(url("like_pairs")).text

    finn_browser.post(url("pair_dismiss", pair.pk))
    Listing.objects.update(compared_at=None)
    LikePair.objects.find()

    assert "Rent advice centre" in before
    assert "No two look alike" in finn_browser.get(url("like_pairs")).text
    assert LikePair.objects.get().dismissed_by == finn


# --- made one -----------------------------------------------------------------

TAKEN = {
    "name": "gone", "email": "gone", "description": "kept", "categories": "both", "phones": "both",
    "schedules": "gone", "languages": "both", "places": "both",
}  # fmt: skip


def test_what_the_curator_chose_stands(finn, twins):
    kept, gone = twins

    merging.merge(by=finn, kept=kept, gone=gone, choices=TAKEN)

    kept = Service.objects.get(pk=kept.pk)
    assert (kept.name, kept.email) == ("Rent advice centre", "rent@example.org")
    assert kept.description == "Somebody reads the letter with you."
    assert {term.code for term in kept.categories} == {"housing", "income"}
    numbers = [phone.number for phone in kept.phones.all()]
    assert sorted(numbers) == ["01632 960123", "01632 960777"]  # one with its country's code and without
    assert [str(schedule) for schedule in kept.schedules.all()] == ["Mondays"]
    assert [language.name for language in kept.languages.all()] == ["Polish"]
    assert kept.service_at_locations.count() == 1  # both say the same place
    assert Listing.objects.get(service=gone).state == "archived"
    assert gone.phones.count() == 2  # the source's own rows stay with it
    change = StateChange.objects.filter(listing__service=gone).first()
    assert (change.by, change.note) == (finn, "Merged into “Rent advice centre”")


def test_the_old_address_leads_to_the_one_that_stays(finn, browser_of, twins):
    kept, gone = twins

    merging.merge(by=finn, kept=kept, gone=gone, choices={})

    response = browser_of(None).get(gone.get_absolute_url())
    assert (response.status_code, response.url) == (HTTPStatus.FOUND, kept.get_absolute_url())


def test_an_address_merged_twice_leads_to_the_last(finn, browser_of, twins, published_of):
    kept, gone = twins
    last = published_of("Advice")
    merging.merge(by=finn, kept=kept, gone=gone, choices={})

    merging.merge(by=finn, kept=last, gone=kept, choices={})

    visitor = browser_of(None)
    assert {visitor.get(each.get_absolute_url()).url for each in twins} == {last.get_absolute_url()}


def test_only_the_one_that_stays_is_exported(finn, twins):
    kept, gone = twins

    merging.merge(by=finn, kept=kept, gone=gone, choices=TAKEN)

    rows = {table.name: rows for table, rows in shared_rows()}
    assert [row["id"] for row in rows["service"]] == [str(kept.pk)]
    assert str(gone.pk) not in str(rows)


@pytest.fixture
def step(alma, ben, ben_client, twins) -> Step:
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Stay in my flat")
    step = plans.add_step(by=ben, goal=goal, title="Ask for advice")
    step.attach(by=ben, service=twins[1])
    return step


def test_a_clients_step_speaks_of_the_one_that_stays(finn, twins, step):
    kept, gone = twins
    merging.merge(by=finn, kept=kept, gone=gone, choices={})
    step.refresh_from_db()
    merged = step.resource

    merging.take_back_merge(by=finn, edit=Edit.objects.get(kind="merge"))
    step.refresh_from_db()

    assert (merged, step.resource) == (kept, gone)


def test_what_people_reported_goes_along(finn, twins):
    kept, gone = twins
    actions.report_problem(service=gone, problem="wrong", words="They moved.", source="a")

    merging.merge(by=finn, kept=kept, gone=gone, choices={})

    report = ProblemReport.objects.get()
    assert (report.service, report.closed_at) == (kept, None)


def test_a_merge_is_taken_back_whole(finn, finn_browser, browser_of, twins):
    kept, gone = twins
    before = snapshot(kept, gone)
    merging.merge(by=finn, kept=kept, gone=gone, choices=TAKEN)
    changed = snapshot(kept, gone)

    finn_browser.post(url("edit_undo", Edit.objects.get(kind="merge").pk))

    assert changed != before
    assert snapshot(kept, gone) == before
    assert not Merge.objects.exists()
    assert browser_of(None).get(gone.get_absolute_url()).status_code == HTTPStatus.OK
    assert [found.name for found in Service.objects.published().search("centre")] == ["Rent advice centre"]
    assert Edit.objects.get(kind="merge").undone_by == finn

    again = finn_browser.post(url("edit_undo", Edit.objects.get(kind="merge").pk), follow=True)

    assert "That was taken back already." in again.text
    assert snapshot(kept, gone) == before


def test_a_merge_on_which_somebody_went_on_stays(finn, twins):
    kept, gone = twins
    merging.merge(by=finn, kept=kept, gone=gone, choices=TAKEN)
    kept = Service.objects.get(pk=kept.pk)
    actions.change_listing(
        by=finn, service=kept, columns={"name": "Advice"}, listing={}, categories=["housing"]
    )

    with pytest.raises(NotPossible):
        merging.take_back_merge(by=finn, edit=Edit.objects.get(kind="merge"))

    assert Merge.objects.count() == 1
    assert Service.objects.get(pk=kept.pk).name == "Advice"


def test_a_merge_that_took_the_others_places_is_taken_back(finn, published_of):
    kept = published_of("A", place={"name": "Here"})
    gone = published_of("B", place={"name": "There"})
    before = snapshot(kept, gone)
    merging.merge(by=finn, kept=kept, gone=gone, choices={"places": "gone"})
    merged = [link.location.name for link in kept.service_at_locations.all()]

    merging.take_back_merge(by=finn, edit=Edit.objects.get(kind="merge"))

    assert merged == ["There"]
    assert snapshot(kept, gone) == before


def test_a_merge_leaves_a_way_to_reach_the_one_that_stays(finn, organization, published_of):
    actions.change_organization(by=finn, organization=organization, columns={"website": ""})
    kept = published_of("A", place=None, address=None)
    gone = published_of("B", phones=[])

    with pytest.raises(NotPossible, match="a way to reach it"):
        merging.merge(by=finn, kept=kept, gone=gone, choices={"phones": "gone"})

    assert not Merge.objects.exists()


def test_what_cannot_be_merged(finn, twins):
    kept, gone = twins

    with pytest.raises(NotPossible, match="different"):
        merging.merge(by=finn, kept=kept, gone=kept, choices={})
    merging.merge(by=finn, kept=kept, gone=gone, choices={})
    for first, second in [(kept, gone), (gone, kept)]:
        with pytest.raises(NotPossible, match="already"):
            merging.merge(by=finn, kept=first, gone=second, choices={})
    with pytest.raises(NotPossible, match="take the merge back"):
        actions.return_to_draft(by=finn, service=Service.objects.get(pk=gone.pk))
    assert TaxonomyTerm.objects.categories().exists()


# --- the pages ----------------------------------------------------------------


def test_a_curator_compares_and_merges(finn_browser, twins):
    kept, gone = twins
    LikePair.objects.find()
    page = url("merge_confirm", kept.pk, gone.pk)

    found = finn_browser.get(url("merge_find", kept.pk)).text
    shown = finn_browser.get(page)
    chosen = {name: field.initial for name, field in shown.context["form"].fields.items()}
    response = finn_browser.post(page, chosen)
    del chosen["seen"]

    assert page in found
    assert chosen == {
        "name": "kept", "description": "kept", "email": "gone", "categories": "both", "phones": "both",
        "schedules": "gone", "languages": "gone",
    }  # fmt: skip
    assert response.url == url("listing_detail", kept.pk)
    detail = finn_browser.get(url("listing_detail", kept.pk)).text
    assert "Merged “Rent advice centre” into “Rent advice”" in detail
    assert "Take it back" in detail
    left = finn_browser.get(url("listing_detail", gone.pk)).text
    assert f'<a href="{url("listing_detail", kept.pk)}">Rent advice</a>, and its address leads there' in left


@pytest.mark.parametrize("state", ["draft", "in_review", "needs_check", "archived"])
def test_a_published_one_does_not_vanish_in_one_that_is_not(finn, finn_browser, browser_of, twins, state):
    kept, gone = twins
    Listing.objects.filter(service=kept).update(state=state)
    page = url("merge_confirm", kept.pk, gone.pk)

    text = finn_browser.get(page).text
    refused = finn_browser.post(page, {"name": "kept"})

    assert "nobody would find either of them" in text
    assert f'<a href="{url("merge_confirm", gone.pk, kept.pk)}">Keep “Rent advice centre”</a>' in text
    assert "Make them one</button>" not in text
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with pytest.raises(NotPossible, match="Keep the other one"):
        merging.merge(by=finn, kept=kept, gone=gone, choices={})
    assert browser_of(None).get(gone.get_absolute_url()).status_code == HTTPStatus.OK


def test_what_is_archived_takes_nothing_over(finn, published_of, draft_of):
    kept, gone = published_of("A"), draft_of("B")
    actions.archive(by=finn, service=kept)

    with pytest.raises(NotPossible, match="This one is archived"):
        merging.merge(by=finn, kept=kept, gone=gone, choices={})

    assert not Merge.objects.exists()


def test_a_draft_becomes_one_with_a_published_one(finn, browser_of, twins):
    gone, kept = twins
    Listing.objects.filter(service=gone).update(state="draft")

    merging.merge(by=finn, kept=kept, gone=gone, choices={})

    assert browser_of(None).get(gone.get_absolute_url()).url == kept.get_absolute_url()


def test_any_other_listing_can_be_searched_for(finn_browser, twins, published_of):
    swim = published_of("Swimming")

    text = finn_browser.get(url("merge_find", twins[0].pk), {"q": "swimming"}).text

    assert url("merge_confirm", twins[0].pk, swim.pk) in text


def test_a_choice_that_is_none_is_asked_again(finn_browser, twins):
    kept, gone = twins

    response = finn_browser.post(url("merge_confirm", kept.pk, gone.pk), {"name": "nonsense"})

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "There is a problem" in response.text
    assert not Merge.objects.exists()


def test_a_secret_address_is_not_shown_beside_the_other(finn_browser, published_of, other_organization):
    kept = published_of("Shelter", place={"name": "X", "is_confidential": True})
    gone = published_of("Shelter", organization=other_organization, place={"name": "Open"})

    text = finn_browser.get(url("merge_confirm", gone.pk, kept.pk)).text

    assert text.count("4 Mill Lane") == 1
    assert "A safe place whose address is kept secret" in text


@pytest.mark.parametrize("rows", [3, 30])
def test_pairs_cost_as_much_for_3_as_for_30(finn_browser, published_of, django_assert_num_queries, rows):
    services = [published_of(f"Advice {number}") for number in range(rows + 1)]
    for second in services[1:]:
        LikePair.objects.create(first=services[0], second=second, likeness=3000)

    with django_assert_num_queries(3):
        finn_browser.get(url("like_pairs"))
