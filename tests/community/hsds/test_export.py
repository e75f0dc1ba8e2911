"""What leaves the directory: only what is published, no secret place, and it comes back the same."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from community import actions
from community.hsds.apply import import_package
from community.hsds.tables import TABLES
from community.hsds.write import export_csv, export_json
from community.models import (
    Contact,
    Funding,
    Language,
    Listing,
    Location,
    Metadata,
    Organization,
    Phone,
    Program,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceCapacity,
    Unit,
)

PACKAGE = Path(__file__).parent.parent / "data" / "package"
SECRET = "17 Hidden Row"

pytestmark = pytest.mark.django_db


def read(folder: Path, file: str) -> list[dict[str, str]]:
    with (folder / file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def stored() -> dict[str, list[dict]]:
    return {table.name: list(table.model._base_manager.order_by("pk").values()) for table in TABLES}


@pytest.fixture
def publish_all(finn):
    """A curator has completed and published everything that was imported."""

    def publish() -> None:
        for service in Service.objects.filter(listing__state="in_review"):
            actions.change_listing(
                by=finn,
                service=service,
                columns={"email": "hello@mill-lane.example"},
                listing={"kind": "get_help", "affiliation": "none", "summary": "Ours"},
                categories=["housing"],
            )
            actions.publish(by=finn, service=service)

    return publish


@pytest.fixture
def rich(published_of) -> Service:
    """A published listing with something in every table."""
    service = published_of(
        "Café Zoë",
        service={
            "name": "Café Zoë",
            "description": "Tea,\r\n“cake” and\nquiet.",
            "minimum_age": "16.50",
            "maximum_age": "99",
            "last_modified": "2026-03-15T10:30:45.123Z",
            "assured_date": "2026-03-01",
        },
        schedules=[{"byday": "MO,TH", "freq": "WEEKLY", "opens_at": "09:30", "timezone": "5.50"}],
        costs=[{"option": "Members", "amount": "2.50", "currency": "GBP"}],
        languages=["Polish"],
        documents=["The letter"],
        accessibility="No steps",
    )
    program = Program.objects.create(organization=service.organization, name="Warm rooms")
    Service.objects.filter(pk=service.pk).update(program=program)
    link = service.service_at_locations.get()
    Location.objects.filter(pk=link.location_id).update(latitude=54.5, longitude=-1.25)
    contact = Contact.objects.create(service_at_location=link, name="Rosa Lind")
    phone = Phone.objects.create(contact=contact, number='"+44 1632 960 123"', extension=7)
    Language.objects.create(phone=phone, code="pl")
    Funding.objects.create(organization=service.organization, source="Neighbours")
    ServiceCapacity.objects.create(
        service=service,
        unit=Unit.objects.create(name="Chairs"),
        available="12.00",
        updated="2026-03-15T10:30:45Z",
    )
    Metadata.objects.create(
        resource_id=service.pk,
        resource_type="service",
        last_action_date="2026-03-15",
        last_action_type="update",
        field_name="name",
        updated_by="Rosa",
    )
    return service


def test_an_export_has_every_file_and_names_every_column(tmp_path, rich):
    export_csv(tmp_path)

    package = json.loads((tmp_path / "datapackage.json").read_text())
    described = {
        each["path"]: [field["name"] for field in each["schema"]["fields"]] for each in package["resources"]
    }
    assert set(contents(tmp_path)) == {*described, "datapackage.json"}
    assert len(described) == len(TABLES)
    for file, columns in described.items():
        assert (tmp_path / file).read_text().splitlines()[0] == ",".join(columns), file


@pytest.mark.parametrize(
    ("file", "columns"),
    [
        ("attributes.csv", "id,link_id,taxonomy_term_id,link_type,link_entity,value,label"),
        ("taxonomy_terms.csv", "id,code,name,description,parent_id,taxonomy,language,taxonomy_id,term_uri"),
        ("languages.csv", "id,service_id,location_id,phone_id,name,code,note"),
        ("service_at_location.csv", "id,service_id,location_id,description"),
    ],
)
def test_columns_stand_in_the_order_of_the_specification(tmp_path, rich, file, columns):
    export_csv(tmp_path)

    assert (tmp_path / file).read_text().splitlines()[0] == columns


def test_an_export_writes_values_as_hsds_does(tmp_path, rich):
    export_csv(tmp_path)

    (service,) = read(tmp_path, "services.csv")
    (schedule,) = read(tmp_path, "schedules.csv")
    (organization,) = read(tmp_path, "organizations.csv")
    assert service["description"] == "Tea,\r\n“cake” and\nquiet."
    assert (service["minimum_age"], service["maximum_age"]) == ("16.5", "99")
    assert service["last_modified"] == "2026-03-15T10:30:45.123000Z"
    assert (schedule["opens_at"], schedule["timezone"]) == ("09:30:00", "5.5")
    assert organization["description"] == "Mill Lane Advice"
    assert {row["link_entity"] for row in read(tmp_path, "attributes.csv")} == {"service"}
    assert [row["number"] for row in read(tmp_path, "phones.csv") if row["contact_id"]] == [
        '"+44 1632 960 123"'
    ]


def test_import_export_import_is_a_fixed_point(tmp_path, publish_all, rich):
    import_package(PACKAGE)
    publish_all()
    first, second = tmp_path / "first", tmp_path / "second"
    export_csv(first)
    before = stored()

    report = import_package(first)
    export_csv(second)

    assert report.findings == []
    assert {(each.added, each.changed, each.refused) for each in report.files} == {(0, 0, 0)}
    assert stored() == before
    assert contents(second) == contents(first)


def test_an_export_fills_an_empty_directory_with_the_same(tmp_path, finn, publish_all, rich):
    import_package(PACKAGE)
    publish_all()
    first, second = tmp_path / "first", tmp_path / "second"
    export_csv(first)
    for table in reversed(TABLES):
        table.model._base_manager.all().delete()

    report = import_package(first)
    publish_all_as_they_are(finn)
    export_csv(second)

    assert report.findings == []
    assert contents(second) == contents(first)


def publish_all_as_they_are(finn) -> None:
    for service in Service.objects.filter(listing__state="in_review"):
        Listing.objects.filter(service=service).update(kind="get_help", affiliation="none")
        actions.publish(by=finn, service=service)


def test_what_is_not_published_stays(tmp_path, finn, organization, published_of, draft_of):
    published_of("Rent advice")
    draft_of("Rent draft")
    checked = published_of("Rent doubtful")
    actions.ask_for_check(by=finn, service=checked)
    hidden = actions.create_organization(by=finn, name="Nobody's yet")
    draft_of("Their draft", organization=hidden)
    Contact.objects.create(organization=hidden, name="Somebody")

    export_csv(tmp_path)

    assert [row["name"] for row in read(tmp_path, "services.csv")] == ["Rent advice"]
    assert [row["name"] for row in read(tmp_path, "organizations.csv")] == [organization.name]
    assert read(tmp_path, "contacts.csv") == []
    assert [len(read(tmp_path, file)) for file in ("phones.csv", "addresses.csv", "locations.csv")] == [
        1,
        1,
        1,
    ]


def test_an_organization_above_is_there_and_a_stranger_is_not(tmp_path, finn, organization, published_of):
    parent = actions.create_organization(by=finn, name="Above")
    stranger = actions.create_organization(by=finn, name="Owns the house")
    Organization.objects.filter(pk=organization.pk).update(parent_organization=parent)
    link = published_of().service_at_locations.get()
    Location.objects.filter(pk=link.location_id).update(organization=stranger)

    export_csv(tmp_path)

    rows = {row["name"]: row for row in read(tmp_path, "organizations.csv")}
    assert set(rows) == {"Above", organization.name}
    assert rows[organization.name]["parent_organization_id"] == str(parent.pk)
    assert [row["organization_id"] for row in read(tmp_path, "locations.csv")] == [""]


@pytest.fixture
def shelter(published_of) -> Service:
    service = published_of(
        "Safe nights",
        place={"name": "Hidden House", "is_confidential": True, "latitude": 54.123456},
        address={
            "address_1": SECRET,
            "city": "Quietford",
            "state_province": "Northshire",
            "postal_code": "HB9 9ZZ",
            "country": "GB",
        },
        accessibility="Red side door",
    )
    link = service.service_at_locations.get()
    ServiceAtLocation.objects.filter(pk=link.pk).update(description="Behind the bakery")
    Schedule.objects.create(location=link.location, description="Ring at the bakery")
    Contact.objects.create(service=service, location=link.location, name="Rosa Lind")
    Phone.objects.create(service=service, service_at_location=link, number="01632 960777")
    address = link.location.addresses.get()
    Metadata.objects.create(
        resource_id=address.pk,
        resource_type="address",
        last_action_date="2026-03-15",
        last_action_type="update",
        field_name="address_1",
        previous_value=SECRET,
        updated_by="Rosa",
    )
    return service


SECRETS = [
    SECRET, "Quietford", "HB9 9ZZ", "Hidden House", "54.123456", "Red side door", "bakery",
]  # fmt: skip


@pytest.mark.parametrize("export", [export_csv, export_json])
def test_a_confidential_place_never_leaves(tmp_path, shelter, export):
    link = shelter.service_at_locations.get()

    export(tmp_path / "out")

    out = tmp_path / "out"
    text = out.read_text() if out.is_file() else "".join(each.read_text() for each in out.iterdir())
    assert "Safe nights" in text
    assert "01632 960777" in text
    assert [word for word in [*SECRETS, str(link.pk), str(link.location_id)] if word in text] == []


def test_coming_back_an_export_takes_nothing_from_a_confidential_place(tmp_path, shelter):
    before = stored()
    export_csv(tmp_path)

    import_package(tmp_path)

    assert stored() == before


def test_the_json_export_holds_the_same_rows(tmp_path, rich):
    export_csv(tmp_path / "csv")
    export_json(tmp_path / "all.json")

    content = json.loads((tmp_path / "all.json").read_text())
    for table in TABLES:
        rows = read(tmp_path / "csv", table.file)
        assert [
            {name: str(value) for name, value in row.items() if value != ""} for row in content[table.name]
        ] == [{name: value for name, value in row.items() if value} for row in rows], table.name
    assert content["service"][0]["minimum_age"] == 16.5
    assert content["metadata"][0]["previous_value"] == ""
    assert "email" not in content["service"][0]


def test_an_export_over_an_earlier_one_leaves_nothing_of_it(tmp_path, finn, published_of):
    gone = published_of()
    export_csv(tmp_path)
    (tmp_path / "service.csv").write_text("id\n")
    actions.archive(by=finn, service=gone)

    export_csv(tmp_path)

    assert read(tmp_path, "services.csv") == []
    assert not (tmp_path / "service.csv").exists()


def test_the_command_writes_and_says_how_much(tmp_path, capsys, published_of):
    published_of()

    call_command("export_hsds", str(tmp_path / "csv"))
    call_command("export_hsds", str(tmp_path / "all.json"), "--format", "json")

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["services.csv", "1"] in lines
    assert ["service", "1"] in lines


def test_the_command_says_where_it_cannot_write(tmp_path):
    (tmp_path / "taken").write_text("")

    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_hsds", str(tmp_path / "taken"))
