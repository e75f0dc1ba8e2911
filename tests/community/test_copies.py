"""What stands on a card and what a search goes by is what is true, whichever way it was changed."""

import json

import pytest
from django.urls import reverse

from community import actions, edits, merging
from community.hsds import runs
from community.models import Edit, ImportRun, Listing, Location, Service, Spot
from tests.at_once import meanwhile
from tests.community import imports

LIST = reverse("community:resource_list")
HERE = {"latitude": 50.0, "longitude": 1.0}


@pytest.fixture
def visitor(browser_of):
    return browser_of(None)


def cards(visitor, **asked) -> str:
    """What a visitor reads in the list."""
    return " ".join(name for service in visitor.get(LIST, asked).context["page"] for name in card(service))


def card(service: Service) -> list[str]:
    return [service.name, *Listing.objects.get(service=service).place_names]


def move(finn, location: Location, **place) -> Edit:
    actions.change_place(by=finn, location=location, place=place, address=None, accessibility=None)
    return Edit.objects.latest("created_at", "pk")


def share(finn, published_of) -> tuple[Location, Service]:
    """A place of one listing, and another listing that is there, too, as a merge or an import leaves it."""
    first, second = published_of("First"), published_of("Second", place=None, address=None)
    location = first.service_at_locations.get().location
    return location, second


def join(location: Location, service: Service) -> None:
    service.service_at_locations.create(location=location)
    Service.objects.filter(pk=service.pk).reindex()


def test_taking_an_edit_back_also_reaches_a_listing_that_came_to_the_place_since(finn, visitor, published_of):
    location, second = share(finn, published_of)
    move(finn, location, is_confidential=True)
    opened = move(finn, location, is_confidential=False, name="Secret Cottage", **HERE)
    join(location, second)
    assert "Secret Cottage" in cards(visitor, q="Secret")

    edits.take_back(by=finn, edit=opened)

    assert "Secret" not in cards(visitor)
    assert cards(visitor, q="Secret") == cards(visitor, near="50.0, 1.0", within="5") == ""


def test_a_listing_merged_into_another_takes_the_secret_with_it(finn, visitor, published_of):
    location, second = share(finn, published_of)
    move(finn, location, is_confidential=True)
    opened = move(finn, location, is_confidential=False, name="Secret Cottage", **HERE)
    first = location.service_at_locations.get().service
    merging.merge(by=finn, kept=second, gone=first, choices={"places": "both"})

    edits.take_back(by=finn, edit=opened)

    assert "Secret" not in cards(visitor)


@pytest.mark.django_db(transaction=True)
def test_a_place_made_secret_while_copies_are_written_is_on_no_card(finn, visitor, published_of):
    location = published_of().service_at_locations.get().location
    move(finn, location, name="Mill House", **HERE)

    meanwhile(
        lambda: move(finn, location, is_confidential=True),
        lambda: Service.objects.all().reindex(),
    )

    assert "Mill House" not in cards(visitor)
    assert not Spot.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_write_the_same_copies_leave_one_spot(finn, published_of):
    location = published_of().service_at_locations.get().location
    move(finn, location, **HERE)

    meanwhile(
        lambda: move(finn, location, name="Mill Barn", latitude=50.5),
        lambda: Service.objects.all().reindex(),
    )

    assert Spot.objects.count() == 1
    assert Listing.objects.get().place_names == ["Mill Barn, Harwick Bridge"]


def test_words_are_taken_back_whatever_became_of_the_place_since(finn, published_of):
    service = published_of()
    actions.change_listing(
        by=finn, service=service, columns={}, listing={"summary": "A slip."}, categories=["housing"]
    )
    slip = Edit.objects.latest("created_at", "pk")
    move(finn, service.service_at_locations.get().location, name="Mill Barn")

    edits.take_back(by=finn, edit=slip)

    assert Listing.objects.get().summary != "A slip."
    assert card(service) == ["Rent advice", "Mill Barn, Harwick Bridge"]


def test_a_listing_with_two_places_is_not_found_half_way_between_them(finn, visitor, published_of):
    location, second = share(finn, published_of)
    move(finn, location, **HERE)
    join(location, second)
    other = second.organization.locations.create(location_type="physical", latitude=50.0, longitude=2.0)
    join(other, second)

    found = {east: cards(visitor, near=f"50.0, {east}", within="5") for east in (1.0, 1.5, 2.0)}

    assert ["Second" in found[east] for east in (1.0, 1.5, 2.0)] == [True, False, True]
    assert cards(visitor, near="50.0, 1.5", within="50").count("Second") == 1


def test_a_secret_place_has_no_area(finn, published_of):
    location = published_of().service_at_locations.get().location
    move(finn, location, **HERE)
    was_there = Listing.objects.get().area

    move(finn, location, is_confidential=True)

    assert was_there
    assert Listing.objects.get().area is None


# --- imports ------------------------------------------------------------------


def file_of(service: Service, **more) -> dict:
    organization = {"id": str(service.organization_id), "name": service.organization.name}
    return {
        "id": str(service.pk),
        "name": service.name,
        "status": "active",
        "organization": organization | {"description": "They help."},
        **more,
    }


def hand_in(finn, *contents):
    return imports.tried(by=finn, file_name="services.json", content=json.dumps(contents).encode())


def at(location: Location, *, link: str, **columns) -> list[dict]:
    return [{"id": link, "location": {"id": str(location.pk), "location_type": "physical", **columns}}]


def test_taking_an_import_back_puts_the_cards_right(finn, visitor, published_of):
    service = published_of()
    link = service.service_at_locations.get()
    before = cards(visitor)
    says = at(link.location, link=str(link.pk), name="Elsewhere", **HERE)
    run = imports.brought_in(by=finn, run=hand_in(finn, file_of(service, service_at_locations=says)))
    assert "Elsewhere" in cards(visitor, near="50.0, 1.0", within="5")

    imports.taken_back(by=finn, run=run)

    assert cards(visitor) == before
    assert cards(visitor, near="50.0, 1.0", within="5") == cards(visitor, q="Elsewhere") == ""


def test_an_import_that_moves_a_link_puts_both_cards_right_and_so_does_taking_it_back(
    finn, visitor, published_of
):
    first, second = published_of("First"), published_of("Second", place=None, address=None)
    link = first.service_at_locations.get()
    says = at(link.location, link=str(link.pk), name="Mill House")
    run = imports.brought_in(by=finn, run=hand_in(finn, file_of(second, service_at_locations=says)))
    moved = card(first), card(second)

    imports.taken_back(by=finn, run=run)

    assert moved == (["First"], ["Second", "Mill House, Harwick Bridge"])
    assert (card(first), card(second)) == (["First", "Mill House, Harwick Bridge"], ["Second"])


@pytest.mark.parametrize("table", ["languages", "cost_options"])
def test_an_import_of_parts_alone_is_found_by_and_taken_back(finn, published_of, table):
    service = published_of()
    row = {
        "languages": "id,service_id,name\nl,{0},Polish\n",
        "cost_options": "id,service_id,amount\nc,{0},0\n",
    }
    content = row[table].format(service.pk).encode()
    tag = {"languages": "language:polish", "cost_options": "free"}[table]
    run = imports.tried(by=finn, file_name=f"{table}.csv", content=content)

    run = imports.brought_in(by=finn, run=run)
    there = tag in Listing.objects.get().tags
    imports.taken_back(by=finn, run=run)

    assert there
    assert tag not in Listing.objects.get().tags


# --- what curators do meanwhile -----------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_a_curator_writes_while_an_import_runs_is_not_lost(finn, published_of):
    service = published_of()
    run = hand_in(finn, file_of(service, description="Words of the source."))
    runs.ask_to_bring_in(by=finn, run=run)

    meanwhile(
        lambda: actions.change_listing(
            by=finn, service=service, columns={"description": "Ours."}, listing={}, categories=["housing"]
        ),
        runs.work_on_imports,
    )

    run.refresh_from_db()
    assert (run.state, run.report["conflicts_total"]) == ("applied", 1)
    assert Service.objects.get().description == "Ours."


def test_what_was_worked_on_stays_with_all_that_hangs_on_it(finn, published_of):
    published_of()
    new = {
        "id": "new",
        "name": "Choir",
        "status": "active",
        "organization": {"id": "o", "name": "Choir", "description": "They sing."},
        "phones": [{"id": "p", "number": "01632 960123"}],
        "service_at_locations": [
            {"id": "at", "location": {"id": "l", "location_type": "physical", "name": "Hall"}}
        ],
    }
    run = imports.brought_in(by=finn, run=hand_in(finn, new))
    service = Service.objects.get(name="Choir")
    actions.change_listing(
        by=finn, service=service, columns={}, listing={"summary": "Come and sing."}, categories=[]
    )

    run = imports.taken_back(by=finn, run=run)

    service = Service.objects.get(name="Choir")
    assert [str(phone) for phone in service.phones.all()] == ["01632 960123"]
    assert card(service) == ["Choir", "Hall"]
    assert run.kept >= 4


HALL = {"name": "Hall", "description": "Behind the church", **HERE}


def bring_hall(finn, service: Service, **more) -> ImportRun:
    """A place and a phone that a source adds to a listing that was there."""
    places = [{"id": "at", "location": {"id": "l", "location_type": "physical", **HALL, **more}}]
    phones = [{"id": "p", "number": "01632 960777"}]
    said = file_of(service, service_at_locations=places, phones=phones)
    return imports.brought_in(by=finn, run=hand_in(finn, said))


def test_a_place_made_secret_stays_when_its_import_is_taken_back(finn, published_of):
    service = published_of(place=None, address=None)
    run = bring_hall(finn, service)
    move(finn, Location.objects.get(), is_confidential=True)

    imports.taken_back(by=finn, run=run)
    stayed = service.service_at_locations.get().location
    bring_hall(finn, service)

    assert Location.objects.get() == stayed
    assert stayed.is_confidential


def test_what_a_curator_worked_on_in_a_known_listing_stays(finn, published_of):
    service = published_of(place=None, address=None, phones=[])
    run = bring_hall(finn, service)
    phone = service.phones.get()
    phone.description = "Ask for Jo."
    actions.keep_part(by=finn, service=service, part=phone)
    actions.change_place(
        by=finn, location=Location.objects.get(), place={}, accessibility=None,
        address={"address_1": "1 High Street", "city": "Harwick", "state_province": "Northshire",
                 "postal_code": "HB1", "country": "GB"},
    )  # fmt: skip

    imports.taken_back(by=finn, run=run)

    assert service.phones.get().description == "Ask for Jo."
    assert card(service) == ["Rent advice", "Hall, Harwick"]


def test_what_nobody_touched_goes_although_the_words_were_changed(finn, published_of):
    service = published_of(place=None, address=None, phones=[])
    run = bring_hall(finn, service)
    actions.change_listing(
        by=finn, service=service, columns={"description": "Ours."}, listing={}, categories=["housing"]
    )

    imports.taken_back(by=finn, run=run)

    assert (service.phones.count(), card(service)) == (0, ["Rent advice"])


def test_what_a_place_said_in_secret_is_not_written_into_it_once_it_is_open(finn, published_of):
    service = published_of(place=None, address=None)
    bring_hall(finn, service)
    place = Location.objects.get()
    move(finn, place, is_confidential=True)
    run = bring_hall(finn, service, description="", latitude=51.0)
    place.refresh_from_db()
    move(finn, place, is_confidential=False, name="Office")

    run = imports.taken_back(by=finn, run=run)

    place.refresh_from_db()
    assert (place.name, place.description, place.latitude) == ("Office", "", None)
    assert run.kept >= 1


def test_old_words_that_cannot_stand_beside_newer_ones_stay_away(finn, published_of):
    service = published_of()
    for ages in [(10, 17), (16, 25)]:
        said = {"minimum_age": ages[0], "maximum_age": ages[1]}
        run = imports.brought_in(by=finn, run=hand_in(finn, file_of(service, **said)))
    service.refresh_from_db()
    actions.change_listing(
        by=finn, service=service, columns={"minimum_age": 20}, listing={}, categories=["housing"]
    )

    run = imports.taken_back(by=finn, run=run)

    service.refresh_from_db()
    assert (run.state, run.kept >= 1) == ("undone", True)
    assert (service.minimum_age, service.maximum_age) == (20, 25)


def test_saving_a_form_untouched_leaves_lines_as_the_source_wrote_them(finn, finn_browser, published_of):
    service = published_of(service={"name": "Rent advice", "description": "One.\nTwo."})
    page = reverse("community:listing_edit", args=[service.pk])
    form = finn_browser.get(page).context["form"]
    sent = {name: value for name in form.fields if (value := form[name].value()) not in (None, "")}

    finn_browser.post(page, sent | {"description": "One.\r\nTwo."})

    service.refresh_from_db()
    assert service.description == "One.\nTwo."
    assert not Edit.objects.filter(kind="words").exists()
