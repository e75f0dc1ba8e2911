from datetime import date

import pytest
from django.db import IntegrityError, transaction

from community import actions
from community.errors import NotPossible
from community.models import (
    Attribute,
    Listing,
    Location,
    Organization,
    Service,
    StateChange,
    Taxonomy,
    TaxonomyTerm,
)


def test_create_listing_makes_a_draft_with_all_its_parts(finn, draft_of):
    service = draft_of(
        schedules=[{"byday": "MO,TH", "freq": "WEEKLY", "opens_at": "10:00", "closes_at": "12:00"}],
        costs=[{"option": "Everybody", "amount": 0, "currency": "GBP"}],
        languages=["English", "Polish"],
        documents=["The letter"],
        accessibility="No steps.",
    )

    service.refresh_from_db()

    assert service.listing.state == "draft"
    assert [str(term) for term in service.categories] == ["Housing"]
    assert [str(phone) for phone in service.phones.all()] == ["01632 960123"]
    assert [str(each) for each in service.schedules.all()] == ["Mondays and Thursdays, from 10:00 to 12:00"]
    assert [str(each) for each in service.cost_options.all()] == ["Everybody"]
    assert [str(each) for each in service.languages.all()] == ["English", "Polish"]
    assert [str(each) for each in service.required_documents.all()] == ["The letter"]
    location = service.service_at_locations.get().location
    assert str(location.addresses.get()) == "4 Mill Lane, Harwick Bridge, HB1 2AB"
    assert str(location.accessibility.get()) == "No steps."
    assert location.organization == service.organization


def test_every_step_is_written_down(finn, draft_of):
    service = draft_of()

    actions.submit_for_review(by=finn, service=service, note="ready")
    actions.publish(by=finn, service=service)
    actions.ask_for_check(by=finn, service=service)
    actions.archive(by=finn, service=service)
    actions.return_to_draft(by=finn, service=service)

    changes = StateChange.objects.filter(listing__service=service).order_by("created_at", "pk")
    assert {change.by for change in changes} == {finn}
    assert sorted((change.from_state, change.to_state, change.note) for change in changes) == sorted(
        [
            ("", "draft", ""),
            ("draft", "in_review", "ready"),
            ("in_review", "published", ""),
            ("published", "needs_check", ""),
            ("needs_check", "archived", ""),
            ("archived", "draft", ""),
        ]
    )


@pytest.mark.parametrize(
    "step", [actions.publish, actions.ask_for_check, actions.return_to_draft], ids=lambda step: step.__name__
)
def test_a_draft_cannot_take_steps_that_come_later(finn, draft_of, step):
    service = draft_of()

    with pytest.raises(actions.NotPossible, match="It is “Draft” and cannot become"):
        step(by=finn, service=service)

    assert Listing.objects.get(service=service).state == "draft"


def test_publish_names_everything_that_is_missing(finn, organization):
    organization.website = ""
    organization.save()
    service = actions.create_listing(
        by=finn, organization=organization, service={"name": "Bare", "status": "defunct"}
    )
    Listing.objects.update(state="in_review")

    with pytest.raises(actions.NotPossible) as refusal:
        actions.publish(by=finn, service=service)

    assert str(refusal.value) == (
        "Before everybody may find it, it still needs: its kind; a category; "
        "who it stands with (write “none” if nobody); what it is, in a sentence or two; "
        "a way to reach it: a phone, an e-mail address, a web page or a place; "
        "to be running: it is marked as ended."
    )
    assert Listing.objects.get(service=service).state == "in_review"


def test_publish_says_who_and_when(finn, published_of):
    listing = published_of().listing

    listing.refresh_from_db()

    assert listing.published_by == finn
    assert listing.published_at is not None


def test_verify_writes_down_who_when_and_how(finn, published_of):
    service = published_of()

    listing = actions.verify(by=finn, service=service, how="phone", on=date(2026, 11, 3))

    assert (listing.state, listing.verified_on, listing.verified_by, listing.verified_how) == (
        "published",
        date(2026, 11, 3),
        finn,
        "phone",
    )


def test_verify_publishes_again_what_needed_a_check(finn, published_of):
    service = published_of()
    actions.ask_for_check(by=finn, service=service)

    listing = actions.verify(by=finn, service=service, how="visit")

    assert listing.state == "published"
    assert listing.verified_on is not None


def test_change_listing_rewrites_words_categories_and_search(finn, published_of):
    service = published_of()

    actions.change_listing(
        by=finn,
        service=service,
        columns={"name": "Bicycle workshop"},
        listing={"summary": "Mend it together."},
        categories=["repairing"],
    )

    assert [str(term) for term in Service.objects.get(pk=service.pk).categories] == ["Repairing and making"]
    assert list(Service.objects.published().search("bicycle")) == [service]
    assert not Service.objects.published().search("zebra").exists()


def test_change_listing_keeps_terms_of_other_taxonomies(finn, draft_of):
    service = draft_of()
    other = TaxonomyTerm.objects.create(
        name="Foreign", description="", taxonomy=Taxonomy.objects.create(name="Other", description="")
    )
    Attribute.objects.create(service=service, taxonomy_term=other)

    actions.change_listing(by=finn, service=service, columns={}, listing={}, categories=[])

    assert [link.taxonomy_term for link in service.attributes.all()] == [other]


def test_change_listing_refuses_to_take_from_a_published_one_what_it_needs(finn, published_of):
    service = published_of()

    with pytest.raises(actions.NotPossible, match="still needs: a category"):
        actions.change_listing(by=finn, service=service, columns={}, listing={}, categories=[])

    assert [str(term) for term in Service.objects.get(pk=service.pk).categories] == ["Housing"]


def test_change_organization_is_found_by_its_new_name(finn, published_of):
    service = published_of()

    actions.change_organization(by=finn, organization=service.organization, columns={"name": "Kestrel House"})

    assert list(Service.objects.published().search("kestrel")) == [service]


def test_change_place_keeps_the_address_where_none_is_typed(finn, draft_of):
    location = draft_of().service_at_locations.get().location

    actions.change_place(
        by=finn, location=location, place={"name": "Old Mill"}, address=None, accessibility="A ramp."
    )

    assert location.addresses.get().address_1 == "4 Mill Lane"
    assert location.accessibility.get().description == "A ramp."


def test_change_place_without_access_adds_none(finn, draft_of):
    location = draft_of().service_at_locations.get().location

    actions.change_place(
        by=finn, location=location, place={}, address={"address_1": "5 Mill Lane"}, accessibility=""
    )

    assert location.addresses.get().address_1 == "5 Mill Lane"
    assert not location.accessibility.exists()


def test_remove_place_leaves_the_place_itself(finn, draft_of):
    service = draft_of()
    link = service.service_at_locations.get()

    actions.remove_place(by=finn, link=link)

    assert not service.service_at_locations.exists()
    assert Location.objects.filter(pk=link.location_id).exists()


def test_the_last_way_to_reach_a_published_listing_is_not_removed(finn, organization, published_of):
    service = published_of(place=None, address=None)
    actions.change_organization(by=finn, organization=organization, columns={"website": ""})

    with pytest.raises(NotPossible, match="a way to reach it"):
        actions.remove_part(by=finn, service=service, part=service.phones.get())
    link = actions.add_place(by=finn, service=service, place={"name": "Hall"})
    actions.remove_part(by=finn, service=service, part=service.phones.get())
    with pytest.raises(NotPossible, match="a way to reach it"):
        actions.remove_place(by=finn, link=link)

    assert service.service_at_locations.count() == 1


def test_an_organization_keeps_the_last_way_to_its_published_listing(finn, organization, published_of):
    published_of(place=None, address=None, phones=[])

    with pytest.raises(NotPossible, match="a way to reach it"):
        actions.change_organization(by=finn, organization=organization, columns={"website": ""})

    assert Organization.objects.get().website == "https://mill-lane.example"


def test_a_listing_cannot_be_published_behind_the_actions_back(draft_of):
    listing = draft_of().listing

    with pytest.raises(IntegrityError, match="listing_published_is_complete"), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(state="published")


def test_changes_of_listings_are_kept(finn, published_of):
    listing = published_of().listing

    states = list(listing.events.order_by("pgh_id").values_list("state", flat=True))

    assert states == ["draft", "in_review", "published"]
