"""A source is brought in again: what curators wrote, removed and merged since then stays, and is said."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from community import actions, edits, merging
from community.hsds import runs
from community.hsds.apply import import_package
from community.models import (
    Address,
    Edit,
    ImportRun,
    Listing,
    Location,
    Merge,
    Organization,
    Phone,
    Schedule,
    Service,
    ServiceAtLocation,
)
from tests.community import imports

pytestmark = pytest.mark.django_db

FIRST = "0192f000-0000-7000-8000-0000000001"
CONTENT = {
    "id": FIRST + "10",
    "name": "Rent advice",
    "status": "active",
    "description": "They read the letter with you.",
    "minimum_age": 10,
    "maximum_age": 20,
    "organization": {"id": FIRST + "01", "name": "Old Mill", "description": "They help."},
    "phones": [{"id": FIRST + "02", "number": "01632 960123"}],
}
LOCATION = {
    "id": FIRST + "41",
    "location_type": "physical",
    "name": "Mill House",
    "addresses": [
        {
            "id": FIRST + "42",
            "address_1": "4 Mill Lane",
            "city": "Harwick Bridge",
            "state_province": "Northshire",
            "postal_code": "HB1 2AB",
            "country": "GB",
            "address_type": "physical",
        }
    ],
}
PLACED = {**CONTENT, "service_at_locations": [{"id": FIRST + "40", "location": LOCATION}]}
TWIN = {
    **CONTENT,
    "id": FIRST + "20",
    "name": "Rent help",
    "phones": [{"id": FIRST + "22", "number": "01632 960999"}],
}


@pytest.fixture
def bring(tmp_path):
    """Bring these in, a dry run first that must say the same; the report."""

    def make(*contents, **more):
        path = tmp_path / "services.json"
        path.write_text(json.dumps(contents))
        tried, done = (import_package(path, is_dry_run=is_dry_run, **more) for is_dry_run in (True, False))
        assert (words(tried), figures(tried)) == (words(done), figures(done))
        return done

    return make


def words(report) -> list[str]:
    return [str(each) for each in sorted(report.conflicts)]


def figures(report) -> tuple[int, int, int, int]:
    """Rows added, changed, unchanged and refused."""
    files = report.files
    return tuple(
        sum(getattr(each, name) for each in files) for name in ["added", "changed", "unchanged", "refused"]
    )


def the_service(end: str = "10") -> Service:
    return Service.objects.get(pk=FIRST + end)


def rewrite(finn, service: Service | None = None, **columns) -> Edit:
    actions.change_listing(
        by=finn, service=service or the_service(), columns=columns, listing={}, categories=[]
    )
    return Edit.objects.first()


# --- what a curator wrote -----------------------------------------------------------


@pytest.mark.parametrize("at_the_source", ["Rent advice", "Eviction advice"])
def test_what_a_curator_wrote_stays_and_stays_again(bring, finn, at_the_source):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")
    said = [
        (
            f"services.json:1: service {at_the_source}: name: "
            f"a curator wrote “Help with rent”, the source says “{at_the_source}”"
        )
    ]

    for _time in range(2):
        report = bring({**CONTENT, "name": at_the_source})

        assert words(report) == said
        assert figures(report) == (0, 0, 3, 0)
        assert the_service().name == "Help with rent"


def test_what_nobody_wrote_by_hand_is_brought_up_to_date_beside_it(bring, finn):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")

    report = bring({**CONTENT, "description": "They write to your landlord."})

    assert figures(report) == (0, 1, 2, 0)
    assert len(report.conflicts) == 1
    service = the_service()
    assert (service.name, service.description) == ("Help with rent", "They write to your landlord.")


def test_the_latest_of_two_curators_words_stays(bring, finn):
    bring(CONTENT)
    rewrite(finn, name="One", description="One")
    rewrite(finn, name="Two")

    bring(CONTENT)

    assert (the_service().name, the_service().description) == ("Two", "One")


def test_what_a_curator_took_back_is_the_sources_again(bring, finn):
    bring(CONTENT)
    edits.take_back(by=finn, edit=rewrite(finn, name="Help with rent"))

    report = bring({**CONTENT, "name": "Eviction advice"})

    assert words(report) == []
    assert the_service().name == "Eviction advice"


def test_what_both_say_is_no_conflict(bring, finn):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")

    assert words(bring({**CONTENT, "name": "Help with rent"})) == []


def test_what_a_curator_left_empty_stays_empty(bring, finn):
    bring(CONTENT)
    rewrite(finn, description="", minimum_age=None)

    report = bring(CONTENT)

    assert [each.split(": ", 2)[2] for each in words(report)] == [
        "description: a curator left it empty, the source says “They read the letter with you.”",
        "minimum_age: a curator left it empty, the source says “10”",
    ]
    assert (the_service().description, the_service().minimum_age) == ("", None)


def test_an_organizations_words_stay_too(bring, finn):
    bring(CONTENT)
    organization = Organization.objects.get()
    actions.change_organization(
        by=finn, organization=organization, columns={"website": "https://mill.example"}
    )

    report = bring({**CONTENT, "organization": {**CONTENT["organization"], "website": "https://old.example"}})

    assert words(report) == [
        (
            "services.json:1: organization Old Mill: website: "
            "a curator wrote “https://mill.example”, the source says “https://old.example”"
        )
    ]
    assert Organization.objects.get().website == "https://mill.example"


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"),
    [
        ({"maximum_age": 12}, {"minimum_age": 14}, (10, 12)),
        ({"maximum_age": 12}, {"minimum_age": 11}, (11, 12)),
        ({"minimum_age": 18}, {"maximum_age": 16}, (18, 20)),
    ],
)
def test_ages_that_fit_together_stay_together(bring, finn, ours, theirs, kept):
    bring(CONTENT)
    rewrite(finn, **ours)

    report = bring({**CONTENT, **theirs})

    assert (the_service().minimum_age, the_service().maximum_age) == kept
    is_out_of_order = any("does not fit" in each for each in words(report))
    assert is_out_of_order == (next(iter(theirs.values())) not in kept)


# --- the source's words instead ---------------------------------------------------------


def test_the_sources_words_are_taken_where_that_is_asked_for(bring, finn):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")

    report = bring(CONTENT, takes_source=True)

    assert figures(report) == (0, 1, 2, 0)
    assert the_service().name == "Rent advice"
    assert words(bring({**CONTENT, "name": "Eviction advice"})) == []
    assert the_service().name == "Eviction advice"


def test_taking_the_import_back_brings_the_curators_words_again(bring, finn):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")
    raw = json.dumps([CONTENT]).encode()
    run = imports.tried(by=finn, file_name="services.json", content=raw)
    imports.brought_in(by=finn, run=run, takes_source=True)
    taken = the_service().name

    imports.taken_back(by=finn, run=run)

    assert (taken, the_service().name) == ("Rent advice", "Help with rent")
    assert len(words(bring(CONTENT))) == 1


# --- what a curator removed -----------------------------------------------------------------


def test_what_a_curator_removed_does_not_come_again(bring, finn):
    bring(CONTENT)
    service = the_service()
    actions.remove_part(by=finn, service=service, part=service.phones.get())

    for _time in range(2):
        report = bring(CONTENT)

        assert words(report) == [
            "services.json:1: phone 01632 960123: a curator removed it, the source still has it"
        ]
        assert figures(report) == (0, 0, 3, 0)
        assert not Phone.objects.exists()
    assert figures(bring(CONTENT, takes_source=True)) == (1, 0, 2, 0)
    assert Phone.objects.get().service == service


def test_a_removed_place_takes_with_it_what_the_source_says_of_it(bring, finn):
    bring(PLACED)
    actions.remove_place(by=finn, link=ServiceAtLocation.objects.get())
    phone = {"id": FIRST + "43", "number": "01632 960777"}
    placed = {"id": FIRST + "40", "location": LOCATION, "phones": [phone]}

    report = bring({**CONTENT, "service_at_locations": [placed]})

    assert [each.split(": ", 1)[1] for each in words(report)] == [
        "phone 01632 960777: a curator removed what it belongs to",
        "service_at_location: a curator removed it, the source still has it",
    ]
    assert figures(report) == (0, 0, 7, 0)
    assert [model.objects.count() for model in (Location, Address, ServiceAtLocation)] == [1, 1, 0]
    bring({**CONTENT, "service_at_locations": [placed]}, takes_source=True)
    assert Phone.objects.get(pk=FIRST + "43").service_at_location == ServiceAtLocation.objects.get()


def test_a_row_that_speaks_of_what_was_removed_stays_as_it_was(bring, finn):
    bring(PLACED)
    actions.remove_place(by=finn, link=ServiceAtLocation.objects.get())
    phone = {
        **CONTENT["phones"][0],
        "service_at_location_id": FIRST + "40",
        "description": "The front desk",
    }

    report = bring({**PLACED, "phones": [phone]})

    assert len(report.conflicts) == 1
    phone = Phone.objects.get()
    assert (phone.service_at_location, phone.description) == (None, "The front desk")


def test_of_a_place_nothing_is_said_but_that_it_differs(bring, finn):
    bring(PLACED)
    location = Location.objects.get()
    actions.change_place(
        by=finn, location=location, place={"name": "Refuge", "is_confidential": True},
        address={"address_1": "1 Secret Street"}, accessibility="",
    )  # fmt: skip

    report = bring(PLACED)

    assert [each.split(": ", 1)[1] for each in words(report)] == [
        "address 4 Mill Lane: address_1: a curator changed it",
        "location Mill House: name: a curator changed it",
    ]
    assert (Location.objects.get().name, Address.objects.get().address_1) == ("Refuge", "1 Secret Street")


# --- what is secret -----------------------------------------------------------------------


@pytest.fixture
def secret(bring, finn) -> ServiceAtLocation:
    """A curator has made the place of the source secret."""
    bring(PLACED)
    link = ServiceAtLocation.objects.get()
    place = {"is_confidential": True}
    actions.change_place(by=finn, location=link.location, place=place, address=None, accessibility=None)
    return link


def elsewhere(**address) -> dict:
    """The same, as a source says it that gives its places new ids."""
    location = {
        **LOCATION,
        "id": FIRST + "51",
        "addresses": [{**LOCATION["addresses"][0], "id": FIRST + "52", **address}],
    }
    return {**CONTENT, "service_at_locations": [{"id": FIRST + "50", "location": location}]}


def is_secret(end: str) -> bool:
    return Location.objects.get(pk=FIRST + end).is_confidential


def test_a_secret_place_that_was_removed_comes_again_in_secret(bring, finn, secret):
    actions.remove_place(by=finn, link=secret)

    bring(PLACED, takes_source=True)

    assert the_service().service_at_locations.get().location.is_confidential


@pytest.mark.parametrize("is_removed", [False, True])
def test_a_secret_place_under_a_new_id_comes_in_secret(bring, finn, secret, is_removed):
    if is_removed:
        actions.remove_place(by=finn, link=secret)

    report = bring(elsewhere(address_1="4, Mill lane", postal_code="HB12AB"))

    assert is_secret("51")
    assert [str(each) for each in report.findings] == [
        (
            "services.json:1: left out: from all pages, "
            "because a place of theirs with the same address is kept secret"
        )
    ]


def test_another_place_beside_a_secret_one_comes_in_open(bring, secret):
    report = bring(elsewhere(address_1="5 Mill Lane"))

    assert not is_secret("51")
    assert report.findings == []


def test_somebody_elses_place_at_the_same_address_comes_in_open(bring, secret):
    other = {"id": FIRST + "03", "name": "Choir", "description": "They sing."}

    bring({**elsewhere(), "id": FIRST + "30", "organization": other, "phones": []})

    assert not is_secret("51")


def test_an_address_that_moves_away_from_a_secret_place_takes_the_secret_with_it(bring, secret):
    bring(elsewhere(id=FIRST + "42"))

    assert str(Address.objects.get().location_id) == FIRST + "51"
    assert is_secret("51")


# --- what was merged ----------------------------------------------------------------------


@pytest.fixture
def merged(bring, finn) -> Merge:
    """The twin is one with the first: it gave its name and its phones."""
    bring(CONTENT, TWIN)
    return merging.merge(
        by=finn, kept=the_service(), gone=the_service("20"), choices={"name": "gone", "phones": "gone"}
    )


def rows_of(service: Service) -> list:
    return [
        Service.objects.filter(pk=service.pk).values().get(),
        list(Phone.objects.filter(service=service).order_by("pk").values()),
        Listing.objects.filter(service=service).values("state", "kind", "summary").get(),
    ]


def test_a_merged_listing_stays_merged_and_is_said(bring, merged):
    before = rows_of(merged.kept)
    changed = {**TWIN, "name": "Help with rent", "phones": [{"id": FIRST + "23", "number": "01632 960555"}]}

    report = bring(CONTENT, changed)

    assert rows_of(merged.kept) == before
    assert Listing.objects.get(service=merged.gone).state == "archived"
    assert [str(each) for each in report.merged] == [
        "services.json:1: service Help with rent: merged into “Rent help”"
    ]
    assert [str(each) for each in report.outcomes if each.verdict != "unchanged"] == [
        "services.json:1: changed: service Help with rent (name): merged into “Rent help”",
        "services.json:1: added: phone 01632 960555: merged into “Rent help”",
    ]


def test_what_the_merge_took_or_removed_stays_so(bring, merged):
    report = bring(CONTENT, TWIN)

    assert [each.split(": ", 1)[1] for each in words(report)] == [
        "phone 01632 960123: a curator removed it, the source still has it",
        "service Rent advice: name: a curator wrote “Rent help”, the source says “Rent advice”",
    ]
    assert [phone.number for phone in merged.kept.phones.all()] == ["01632 960999"]
    assert figures(report)[:2] == (0, 0)


def test_a_listing_merged_twice_is_named_by_the_last(bring, finn, merged):
    third = {**TWIN, "id": FIRST + "30", "name": "Advice", "phones": []}
    bring(third)
    merging.merge(by=finn, kept=the_service("30"), gone=the_service(), choices={})

    report = bring(CONTENT, TWIN)

    assert ["merged into “Advice”" in str(each) for each in report.merged] == [True, True]


def test_what_is_said_of_a_merged_listing_at_a_place_is_said_so(bring, finn):
    at = {"id": FIRST + "40", "location": LOCATION}
    twin = {**TWIN, "service_at_locations": [at]}
    bring(CONTENT, twin)
    merging.merge(by=finn, kept=the_service(), gone=the_service("20"), choices={})
    at["schedules"] = [{"id": FIRST + "44", "freq": "WEEKLY", "byday": "MO"}]

    report = bring(CONTENT, {**twin, "service_at_locations": [at]})

    (outcome,) = [str(each) for each in report.outcomes if each.verdict == "added"]
    assert outcome.endswith("merged into “Rent advice”")
    assert Schedule.objects.count() == 1


def test_parted_again_they_are_two_with_what_the_source_says_by_now(bring, finn, merged):
    bring(CONTENT, {**TWIN, "description": "On Mondays."})

    merging.take_back_merge(by=finn, edit=merged.edit)

    assert [(each.name, each.description) for each in Service.objects.order_by("pk")] == [
        ("Rent advice", "They read the letter with you."),
        ("Rent help", "On Mondays."),
    ]
    report = bring(CONTENT, {**TWIN, "description": "On Mondays."})
    assert (words(report), report.merged, figures(report)[:2]) == ([], [], (0, 0))


# --- the pages and the command -----------------------------------------------------------------


def hand_in(finn, *contents) -> ImportRun:
    return imports.tried(by=finn, file_name="services.json", content=json.dumps(contents).encode())


def page(run: ImportRun, name: str = "detail") -> str:
    return reverse(f"community:import_{name}", args=[run.pk])


def test_the_preview_says_it_and_a_tick_takes_the_sources_words(bring, finn, finn_browser, merged):
    shown = finn_browser.get(page(hand_in(finn, CONTENT, TWIN))).text
    stays, taken = hand_in(finn, CONTENT, TWIN), hand_in(finn, CONTENT, TWIN)

    finn_browser.post(page(stays, "apply"))
    runs.work_on_imports()
    name, stays_text = the_service().name, finn_browser.get(page(stays)).text
    finn_browser.post(page(taken, "apply"), {"takes_source": "on"})
    runs.work_on_imports()
    taken_text = finn_browser.get(page(taken)).text

    assert "a curator wrote “Rent help”, the source says “Rent advice”" in shown
    assert "merged into “Rent help”" in shown
    assert 'name="takes_source"' in shown
    assert (name, the_service().name) == ("Rent help", "Rent advice")
    assert "These stayed as curators left them." in stays_text
    assert "words were taken." in taken_text
    assert "takes_source" not in stays_text


def test_where_there_is_no_conflict_no_tick_is_offered(finn, finn_browser):
    assert "takes_source" not in finn_browser.get(page(hand_in(finn, CONTENT))).text


def test_a_preview_asks_the_database_as_often_however_much_there_is_to_say(
    bring, finn, finn_browser, django_assert_max_num_queries
):
    many = [{**CONTENT, "id": f"s-{number}", "phones": []} for number in range(30)]
    bring(*many)
    for service in Service.objects.all():
        rewrite(finn, service, name=f"Ours {service.pk}")
    run = hand_in(finn, *many)

    with django_assert_max_num_queries(4):
        response = finn_browser.get(page(run))

    assert response.text.count("a curator wrote") == 30


def test_the_command_says_it_and_takes_the_sources_words(bring, finn, tmp_path):
    bring(CONTENT)
    rewrite(finn, name="Help with rent")
    path = tmp_path / "services.json"

    first, second = StringIO(), StringIO()
    call_command("import_hsds", path, stdout=first)
    name = the_service().name
    call_command("import_hsds", path, "--take-source", stdout=second)

    assert "What stays as curators left it:\n  services.json:1: service Rent advice: name" in first.getvalue()
    assert "Where the source's words were taken:\n  services.json:1" in second.getvalue()
    assert (name, the_service().name) == ("Help with rent", "Rent advice")
