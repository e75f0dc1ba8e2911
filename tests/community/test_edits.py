"""What a curator did is written down, can be read, and can be taken back."""

import pytest
from django.urls import reverse

from community import actions, edits, merging
from community.errors import NotPossible
from community.models import Edit, Listing, Location, Service, StateChange


def change(finn, service, **columns) -> Edit:
    actions.change_listing(
        by=finn, service=Service.objects.get(pk=service.pk), columns=columns, listing={}, categories=["food"]
    )
    return Edit.objects.first()


def test_a_change_of_words_is_taken_back(finn, published_of):
    service = published_of()

    edit = change(finn, service, name="Debt advice", minimum_age=18)
    edits.take_back(by=finn, edit=edit)

    service = Service.objects.get(pk=service.pk)
    assert (service.name, service.minimum_age) == ("Rent advice", None)
    assert [term.code for term in service.categories] == ["housing"]
    assert [found.pk for found in Service.objects.published().search("rent")] == [service.pk]
    edit.refresh_from_db()
    assert edit.undone_by == finn


def test_a_change_is_told_in_words(finn, finn_browser, published_of):
    service = published_of()
    edit = change(finn, service, name="Debt advice")

    assert list(edits.told(edit)) == [("Name", "Rent advice", "Debt advice")]
    page = finn_browser.get(reverse("community:listing_detail", args=[service.pk])).text
    assert "<del>Rent advice</del> <ins>Debt advice</ins>" in page


def test_places_and_parts_are_taken_back(finn, draft_of):
    service = draft_of()
    link, phone = service.service_at_locations.get(), service.phones.get()

    actions.remove_part(by=finn, service=service, part=phone)
    removed_phone = Edit.objects.first()
    actions.remove_place(by=finn, link=link)
    removed_place = Edit.objects.first()
    actions.add_place(by=finn, service=service, place={"name": "Hall"}, accessibility="No steps")
    added_place = Edit.objects.first()
    for edit in (added_place, removed_place, removed_phone):
        edits.take_back(by=finn, edit=edit)

    assert service.phones.get().number == "01632 960123"
    place = service.service_at_locations.get().location
    assert (place.name, place.addresses.get().address_1) == ("Mill House", "4 Mill Lane")


def test_a_change_of_place_says_nothing_of_where_it_is(finn, finn_browser, draft_of):
    service = draft_of(place={"name": "Shelter", "is_confidential": True})
    location = service.service_at_locations.get().location

    actions.change_place(
        by=finn, location=location, place={"name": "Refuge"}, address={"address_1": "1 Secret Street"},
        accessibility="",
    )  # fmt: skip

    page = finn_browser.get(reverse("community:listing_detail", args=[service.pk])).text
    assert "Changed a place" in page
    assert "Secret Street" not in page


def test_a_place_made_secret_is_not_opened_by_taking_it_back(finn, finn_browser, published_of):
    service = published_of()
    location = service.service_at_locations.get().location
    actions.change_place(
        by=finn, location=location, place={"is_confidential": True}, address=None, accessibility=""
    )

    undo = reverse("community:edit_undo", args=[Edit.objects.first().pk])
    response = finn_browser.post(undo, follow=True)

    assert "A secret place is not opened by taking something back." in response.text
    assert Location.objects.get().is_confidential


def test_what_a_place_said_in_secret_is_not_put_back_once_it_is_open(finn, published_of):
    service = published_of(place={"name": "Larkspur House", "is_confidential": True})
    location = service.service_at_locations.get().location
    for place in [{"name": "Hall"}, {"name": "Hall", "is_confidential": False}]:
        actions.change_place(by=finn, location=location, place=place, address=None, accessibility="")
    opened, renamed = Edit.objects.all()[:2]

    with pytest.raises(NotPossible, match="secret"):
        edits.take_back(by=finn, edit=renamed)
    named = Location.objects.get().name
    edits.take_back(by=finn, edit=opened)

    assert named == "Hall"
    assert Location.objects.get().is_confidential


def test_a_place_that_became_secret_since_it_was_removed_is_not_opened_by_taking_that_back(
    finn, published_of
):
    service, other = published_of("A"), published_of("B", place=None, address=None)
    link = service.service_at_locations.get()
    shared = other.service_at_locations.create(location=link.location)
    actions.remove_place(by=finn, link=link)
    removed = Edit.objects.first()
    keep_secret(finn, link.location)
    actions.remove_place(by=finn, link=shared)

    edits.take_back(by=finn, edit=removed)

    assert service.service_at_locations.get().location.is_confidential


def test_what_was_said_of_a_place_before_it_was_secret_is_not_put_back_once_it_is_open(finn, published_of):
    service, other = published_of("A"), published_of("B", place=None, address=None)
    link = service.service_at_locations.get()
    other.service_at_locations.create(location=link.location)
    service.service_at_locations.update(description="Behind the church")
    actions.remove_place(by=finn, link=link)
    removed = Edit.objects.first()
    keep_secret(finn, link.location)
    keep_secret(finn, link.location, is_confidential=False)

    with pytest.raises(NotPossible, match="secret"):
        edits.take_back(by=finn, edit=removed)

    assert not service.service_at_locations.exists()


def keep_secret(finn, location: Location, *, is_confidential: bool = True) -> None:
    actions.change_place(
        by=finn, location=Location.objects.get(pk=location.pk), address=None, accessibility=None,
        place={"is_confidential": is_confidential},
    )  # fmt: skip


def test_what_is_said_of_a_place_comes_back_with_it(finn, published_of):
    service = published_of()
    link = service.service_at_locations.get()
    link.phones.create(number="01632 960777")
    link.contacts.create(name="Jo")

    actions.remove_place(by=finn, link=link)
    edits.take_back(by=finn, edit=Edit.objects.first())

    link = service.service_at_locations.get()
    assert (link.phones.get().number, link.contacts.get().name) == ("01632 960777", "Jo")


def test_a_place_that_others_use_is_removed_and_comes_back(finn, published_of):
    service, other = published_of("A"), published_of("B", place=None, address=None)
    link = service.service_at_locations.get()
    other.service_at_locations.create(location=link.location)

    actions.remove_place(by=finn, link=link)
    edits.take_back(by=finn, edit=Edit.objects.first())

    assert service.service_at_locations.get().location == other.service_at_locations.get().location


# --- what would be published by taking something back ---------------------------


def test_a_state_that_has_come_round_is_not_taken_back_from_before(finn, published_of):
    service = published_of()
    actions.archive(by=finn, service=service)
    archived = Edit.objects.first()
    actions.return_to_draft(by=finn, service=service)
    actions.archive(by=finn, service=service)

    with pytest.raises(NotPossible, match="worked on it since"):
        edits.take_back(by=finn, edit=archived)

    assert Listing.objects.get().state == "archived"


def test_a_listing_that_was_merged_is_not_published_by_taking_something_back(finn, published_of):
    kept, gone = published_of("A"), published_of("B")
    actions.archive(by=finn, service=gone)
    archived = Edit.objects.first()
    Listing.objects.filter(service=gone).update(state="draft")
    merging.merge(by=finn, kept=kept, gone=gone, choices={})

    with pytest.raises(NotPossible):
        edits.take_back(by=finn, edit=archived)

    assert Listing.objects.get(service=gone).state == "archived"


def test_an_older_check_does_not_come_back_over_a_newer_one(finn, published_of):
    service = published_of(is_checked=False)
    actions.verify(by=finn, service=service, how="phone")
    first = Edit.objects.first()
    actions.ask_for_check(by=finn, service=service)
    actions.verify(by=finn, service=service, how="email")
    actions.verify(by=finn, service=service, how="phone")

    with pytest.raises(NotPossible, match="worked on it since"):
        edits.take_back(by=finn, edit=first)


def test_words_without_which_it_would_not_be_published_stay(finn, draft_of):
    service = draft_of(listing={"kind": "get_help", "affiliation": "none"}, service={"name": "Rent advice"})
    edit = change(finn, service, description="They read the letter with you.")
    service = Service.objects.get()
    actions.submit_for_review(by=finn, service=service)
    actions.publish(by=finn, service=service, how="phone")

    with pytest.raises(NotPossible, match="what it is, in a sentence or two"):
        edits.take_back(by=finn, edit=edit)

    assert Service.objects.get().description == "They read the letter with you."


def test_what_has_ended_is_not_published_by_taking_a_step_back(finn, published_of):
    service = published_of()
    actions.archive(by=finn, service=service)
    archived = Edit.objects.first()
    change(finn, service, status="defunct")

    with pytest.raises(NotPossible, match="it is marked as ended"):
        edits.take_back(by=finn, edit=archived)

    assert Listing.objects.get().state == "archived"


def test_a_check_by_mistake_is_taken_back(finn, finn_browser, published_of):
    service = published_of(is_checked=False)
    actions.ask_for_check(by=finn, service=service)

    actions.verify(by=finn, service=service, how="phone")
    edit = Edit.objects.first()
    finn_browser.post(reverse("community:edit_undo", args=[edit.pk]))

    listing = Listing.objects.get(service=service)
    assert (str(edit), listing.state, listing.verified_on) == ("Checked", "needs_check", None)
    last = StateChange.objects.first()
    assert (last.from_state, last.to_state, last.note) == ("published", "needs_check", "Taken back")


def test_what_somebody_went_on_from_is_not_taken_back(finn, finn_browser, published_of):
    service = published_of()
    first = change(finn, service, name="A")
    change(finn, service, name="B")

    response = finn_browser.post(reverse("community:edit_undo", args=[first.pk]), follow=True)

    assert "Somebody has worked on it since" in response.text
    assert Service.objects.get(pk=service.pk).name == "B"
    first.refresh_from_db()
    assert first.undone_at is None


def test_a_place_that_another_listing_uses_by_now_is_not_taken_away(finn, draft_of):
    service, other = draft_of("A", place=None, address=None), draft_of("B", place=None, address=None)
    link = actions.add_place(by=finn, service=service, place={"name": "Hall"})
    edit = Edit.objects.first()
    other.service_at_locations.create(location=link.location)

    with pytest.raises(NotPossible):
        edits.take_back(by=finn, edit=edit)

    assert other.service_at_locations.count() == 1


def test_taking_back_twice_is_once(finn, published_of):
    edit = change(finn, published_of(), name="A")
    edits.take_back(by=finn, edit=edit)

    with pytest.raises(NotPossible, match="already"):
        edits.take_back(by=finn, edit=edit)


def test_an_organizations_words_are_taken_back(finn, finn_browser, organization, published_of):
    published_of()
    actions.change_organization(by=finn, organization=organization, columns={"name": "Hill Advice"})
    page = finn_browser.get(organization.get_absolute_url()).text

    finn_browser.post(reverse("community:edit_undo", args=[Edit.objects.get(organization=organization).pk]))

    organization.refresh_from_db()
    assert "<del>Mill Lane Advice</del>" in page
    assert organization.name == "Mill Lane Advice"
    assert Service.objects.published().search("mill").count() == 1


def test_what_changes_nothing_is_not_written_down(finn, published_of):
    service = published_of()
    count = Edit.objects.count()

    actions.change_listing(by=finn, service=service, columns={}, listing={}, categories=["housing"])

    assert Edit.objects.count() == count


def test_edits_are_for_curators(finn, alma, gita, published_of):
    published_of()

    assert Edit.objects.editable_by(finn).exists()
    assert not Edit.objects.editable_by(alma).exists()
    assert not Edit.objects.editable_by(gita).exists()
