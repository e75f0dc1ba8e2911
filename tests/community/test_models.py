from datetime import date, time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from community.models import (
    Attribute,
    Contact,
    CostOption,
    Funding,
    Language,
    Listing,
    Location,
    Metadata,
    Organization,
    OrganizationIdentifier,
    Phone,
    Program,
    RequiredDocument,
    Schedule,
    Service,
    ServiceArea,
    ServiceCapacity,
    StateChange,
    Taxonomy,
    TaxonomyTerm,
    Unit,
    Url,
)
from community.vocabulary import INTERESTS, NEEDS, ensure_categories


@pytest.fixture
def service(db) -> Service:
    organization = Organization.objects.create(name="Mill Lane Advice")
    return Service.objects.create(organization=organization, name="Rent advice")


@pytest.mark.parametrize(
    ("model", "columns", "constraint"),
    [
        (Location, {"latitude": 100}, "location_latitude_in_range"),
        (Location, {"longitude": -181}, "location_longitude_in_range"),
        (Location, {"location_type": "cloud"}, "location_type_known"),
        (Phone, {"number": "01632 960123"}, "phone_belongs"),
        (Contact, {"name": "Rosa"}, "contact_belongs"),
        (Language, {"name": "Welsh"}, "language_belongs"),
        (Url, {"url": "https://mill-lane.example"}, "url_belongs"),
        (Funding, {"source": "the town"}, "funding_belongs"),
        (ServiceArea, {"name": "the town"}, "service_area_belongs"),
        (Schedule, {}, "schedule_belongs"),
    ],
)
def test_what_can_never_be_true_is_refused(db, model, columns, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**columns)


@pytest.mark.parametrize(
    ("model", "columns", "constraint"),
    [
        (Schedule, {"freq": "DAILY"}, "schedule_freq_known"),
        (Schedule, {"wkst": "XX"}, "schedule_wkst_known"),
        (Schedule, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "schedule_dates_in_order"),
        (Schedule, {"dtstart": "2026-02-01", "until": "2026-01-01"}, "schedule_ends_after_start"),
        (CostOption, {"amount": -1}, "cost_option_amount_positive"),
        (CostOption, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "cost_option_dates_in_order"),
        (Listing, {"kind": "shop"}, "listing_kind_known"),
        (Listing, {"state": "lost"}, "listing_state_known"),
        (Listing, {"verified_on": "2026-01-01"}, "listing_verification_is_whole"),
        (Listing, {"state": "published"}, "listing_published_is_complete"),
    ],
)
def test_what_can_never_be_true_of_a_service_is_refused(service, model, columns, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(service=service, **columns)


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"status": "open"}, "service_status_known"),
        ({"minimum_age": 20, "maximum_age": 10}, "service_ages_in_order"),
    ],
)
def test_a_service_keeps_to_hsds(service, columns, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Service.objects.filter(pk=service.pk).update(**columns)


def test_a_term_is_linked_to_exactly_one_thing(service):
    term = TaxonomyTerm.objects.create(name="Home", description="")

    link = Attribute.objects.create(organization=service.organization, taxonomy_term=term)

    assert (link.link_entity, link.link_id) == ("organization", service.organization_id)
    assert str(link) == "organization · Home"
    for links in [{}, {"service": service, "organization": service.organization}]:
        with pytest.raises(IntegrityError, match="attribute_links_one"), transaction.atomic():
            Attribute.objects.create(taxonomy_term=term, **links)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"byday": "MO", "opens_at": time(10), "closes_at": time(12, 30)}, "Mondays, from 10:00 to 12:30"),
        ({"byday": "SA,SU", "interval": 2, "freq": "WEEKLY"}, "Saturdays and Sundays, every second week"),
        ({"byday": "2TU", "freq": "MONTHLY", "closes_at": time(20)}, "Tuesdays, once a month, to 20:00"),
        ({"byday": "MO", "interval": 3}, "Mondays"),
        ({"description": "When the river is low"}, "When the river is low"),
    ],
)
def test_a_schedule_says_itself_in_words(columns, words):
    assert str(Schedule(**columns)) == words


@pytest.mark.parametrize(
    ("columns", "dial"),
    [
        ({"number": "01632 960123"}, "01632960123"),
        ({"number": "+44 (1632) 960-123", "extension": 7}, "+441632960123;ext=7"),
        ({"number": '"+44 1632 960123"'}, "+441632960123"),
    ],
)
def test_a_phone_can_be_rung_from_the_page(columns, dial):
    assert Phone(**columns).dial == dial


def test_everything_has_a_name(service):
    unit = Unit(name="beds")
    taxonomy = Taxonomy(name="Ours")
    listing = Listing(service=service, state="draft")

    assert [
        str(each)
        for each in [
            Program(name="Homes"),
            OrganizationIdentifier(identifier_type="Company number", identifier="1"),
            Url(url="https://mill-lane.example"),
            Funding(source="the town"),
            ServiceArea(name="Harwick Bridge"),
            RequiredDocument(document="A photo"),
            unit,
            ServiceCapacity(unit=unit, available=3),
            CostOption(amount=3),
            taxonomy,
            Contact(email="rosa@mill-lane.example"),
            Language(code="cy"),
            Metadata(resource_type="service", field_name="name"),
            listing,
            StateChange(listing=listing, to_state="draft"),
            Location(location_type="virtual"),
        ]
    ] == [
        "Homes",
        "Company number 1",
        "https://mill-lane.example",
        "the town",
        "Harwick Bridge",
        "A photo",
        "beds",
        "3 beds",
        "3",
        "Ours",
        "rosa@mill-lane.example",
        "cy",
        "service name",
        "Rent advice",
        "Rent advice: Draft",
        "Online or by phone",
    ]


def test_a_secret_place_does_not_say_its_name():
    assert str(Location(name="Hidden House", is_confidential=True)) == (
        "A safe place whose address is kept secret"
    )


def test_a_service_at_a_secret_place_does_not_say_it_either(service):
    link = service.service_at_locations.create(
        location=Location.objects.create(name="Hidden House", is_confidential=True)
    )

    assert str(link) == "Rent advice · A safe place whose address is kept secret"


def test_only_curators_edit(service, finn, ben):
    Listing.objects.create(service=service)

    for model in (Service, Organization, Listing):
        assert model.objects.editable_by(finn).count() == 1
        assert not model.objects.editable_by(ben).exists()
        assert not model.objects.editable_by(AnonymousUser()).exists()


def test_locations_are_the_curators(finn, ben):
    Location.objects.create(name="Mill House")

    assert Location.objects.editable_by(finn).count() == 1
    assert not Location.objects.editable_by(ben).exists()


def test_a_service_without_a_listing_is_not_public(service, ben):
    assert not Service.objects.visible_to(ben).exists()
    assert not Service.objects.search("rent").exists()
    assert list(Service.objects.search("  ")) == [service]


def test_ensure_categories_makes_them_once(db):
    TaxonomyTerm.objects.all().delete()
    Taxonomy.objects.all().delete()

    first, second = ensure_categories(), ensure_categories()

    assert set(first) == {*NEEDS, *INTERESTS}
    assert {code: term.pk for code, term in first.items()} == {code: term.pk for code, term in second.items()}
    assert TaxonomyTerm.objects.categories().count() == len(NEEDS) + len(INTERESTS)


def test_the_migration_has_made_the_categories(db):
    assert TaxonomyTerm.objects.get(code="housing").parent.code == "need"


def test_dates_and_times_come_back_as_they_went_in(service):
    Schedule.objects.create(service=service, dtstart="2026-03-01", opens_at="22:00", closes_at="06:00")

    schedule = Schedule.objects.get()

    assert (schedule.dtstart, schedule.opens_at, schedule.closes_at) == (date(2026, 3, 1), time(22), time(6))
