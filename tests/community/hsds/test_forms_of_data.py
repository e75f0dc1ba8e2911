"""The other forms the same data comes in: JSON, zip archives, and the older CSV of Ohana."""

import io
import json
import zipfile
from datetime import time
from pathlib import Path

import pytest

from community.hsds import files
from community.hsds.apply import import_package
from community.hsds.report import PackageError
from community.models import (
    Accessibility,
    Address,
    Attribute,
    Listing,
    Location,
    Organization,
    Phone,
    Program,
    Schedule,
    Service,
    ServiceAtLocation,
    TaxonomyTerm,
)

PACKAGE = Path(__file__).parent.parent / "data" / "package"
FIRST = "0192f000-0000-7000-8000-0000000001"

pytestmark = pytest.mark.django_db

ORGANIZATION = {"id": FIRST + "01", "name": "Mill Lane Advice", "description": "They help with letters."}
PHONE = {"id": FIRST + "02", "number": "01632 960123", "extension": 7.0}
SERVICE = {
    "id": FIRST + "10",
    "name": "Rent advice",
    "status": "active",
    "minimum_age": 16,
    "email": None,
    "organization": ORGANIZATION,
    "program": {"id": FIRST + "03", "name": "Warm rooms", "description": "All winter."},
    "phones": [PHONE],
    "contacts": [{"id": FIRST + "04", "name": "Rosa Lind", "phones": [PHONE]}],
    "service_at_locations": [
        {
            "id": FIRST + "05",
            "location": {
                "id": FIRST + "06",
                "location_type": "physical",
                "name": "Mill House",
                "accessibility": [{"id": FIRST + "07", "description": "No steps"}],
            },
        }
    ],
    "attributes": [
        {
            "id": FIRST + "08",
            "link_entity": "anything",
            "taxonomy_term": {
                "id": FIRST + "09",
                "name": "Rent",
                "description": "What it costs.",
                "taxonomy_detail": {"id": FIRST + "11", "name": "Ours", "description": "Words."},
            },
        }
    ],
}


def found(report) -> list[str]:
    return [str(finding) for finding in sorted(report.findings)]


def totals(report) -> tuple[int, int, int, int]:
    return (
        sum(each.added for each in report.files),
        sum(each.changed for each in report.files),
        sum(each.unchanged for each in report.files),
        sum(each.refused for each in report.files),
    )


@pytest.fixture
def saved(tmp_path):
    """A file with this content: `saved("services.json", [...])`."""

    def save(name: str, content) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=1).encode())
        return path

    return save


# --- JSON -------------------------------------------------------------------


def test_a_nested_service_comes_in_with_all_that_stands_in_it(saved):
    report = import_package(saved("service.json", SERVICE))

    assert found(report) == []
    assert totals(report) == (11, 0, 0, 0)
    service = Service.objects.get()
    assert (service.organization.name, service.minimum_age) == ("Mill Lane Advice", 16)
    assert service.program == Program.objects.get(organization=service.organization)
    phone = Phone.objects.get()
    assert (phone.service, phone.contact.name, phone.extension) == (service, "Rosa Lind", 7)
    assert ServiceAtLocation.objects.get(service=service).location.name == "Mill House"
    assert Accessibility.objects.get().location.name == "Mill House"
    assert Attribute.objects.get(service=service).taxonomy_term.taxonomy.name == "Ours"
    assert Listing.objects.get().state == "in_review"


@pytest.mark.parametrize(
    ("name", "wrap"),
    [
        ("services.json", lambda one: [one]),
        ("page.json", lambda one: {"contents": [one], "total_items": 1, "page_number": 1}),
        ("organization.json", lambda one: {**ORGANIZATION, "funding": [], "services": [one]}),
        ("tables.json", lambda one: {"organization": [ORGANIZATION], "service": [one]}),
        ("places.json", lambda one: {**one["service_at_locations"][0], "service": one}),
    ],
)
def test_lists_pages_organizations_and_tables_hold_the_same(saved, name, wrap):
    import_package(saved("service.json", SERVICE))

    report = import_package(saved(name, wrap(SERVICE)))

    assert found(report) == []
    assert totals(report) == (0, 0, 11, 0)


def test_one_object_on_each_line_is_read_too(saved):
    lines = b"\n".join(json.dumps(each).encode() for each in (SERVICE, {**SERVICE, "id": FIRST + "12"}))

    import_package(saved("services.ndjson", lines))

    assert Service.objects.count() == 2


def test_json_findings_name_the_line_of_the_object(saved):
    broken = {
        **SERVICE,
        "colour": "red",
        "name": {"en": "Rent"},
        "phones": [{**PHONE, "id": FIRST + "13", "number": None}, "x"],
        "languages": {"name": "Polish"},
    }

    path = saved("service.json", broken)
    lines = path.read_text().splitlines()
    report = import_package(path)

    phones = 1 + lines.index(' "phones": [')
    assert {
        f"service.json:{phones + 1}: row refused: number is missing",
        "service.json:1: left out: service: “colour” is not in HSDS 3.1",
        "service.json:1: left out: name: not a text or a number",
        "service.json:1: left out: languages: not a list",
        "service.json:1: row refused: name is missing",
        "service.json:1: row refused: phone: not an object",
    } <= set(found(report))


def test_what_an_object_says_twice_must_agree(saved):
    other = {**SERVICE, "contacts": [{"id": FIRST + "04", "phones": [{**PHONE, "number": "01632 960999"}]}]}

    report = import_package(saved("service.json", other))

    assert [line.split(": ", 2)[2] for line in found(report)] == [
        f"phone {FIRST}02: number differs from what stands above"
    ]
    assert Phone.objects.get().number == "01632 960123"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b"{", "a.json:1: not JSON: Expecting property name"),
        ("a.json", b'{"id": NaN}', "a.json: not JSON: NaN is not a number"),
        ("a.json", b"[" * 100_000, "a.json: objects stand too deep in each other."),
        ("a.json", b'{"a": "\xff"}', "a.json:1: not in UTF-8."),
        ("a.json", b"[]", "a.json holds nothing of HSDS"),
        ("a.json", b'{"version": "3.1"}', "a.json holds nothing of HSDS"),
        ("a.json", b"7", "a.json holds nothing of HSDS"),
    ],
)
def test_json_that_is_not_hsds_stops_everything(saved, name, content, said):
    with pytest.raises(PackageError) as refusal:
        import_package(saved(name, content))

    assert str(refusal.value).startswith(said)


def test_two_json_files_are_brought_in_one_by_one(saved, tmp_path):
    saved("a.json", SERVICE)
    saved("b.json", SERVICE)

    with pytest.raises(PackageError, match=r"a.json and b.json: bring them in one by one"):
        import_package(tmp_path)


# --- values that are a danger -----------------------------------------------


@pytest.mark.parametrize(
    "text", ['=HYPERLINK("http://x")', " =1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "-SUM(1)", "a\ud800"]
)
def test_formulas_and_broken_characters_are_left_out(saved, text):
    report = import_package(saved("o.json", {**ORGANIZATION, "alternate_name": text, "website": None}))

    assert len(report.findings) == 1
    assert Organization.objects.get().alternate_name == ""


def test_a_needed_value_that_is_a_formula_refuses_the_row(saved):
    report = import_package(saved("o.json", {**ORGANIZATION, "name": "=1+1", "website": None}))

    assert found(report) == ["o.json:1: row refused: name: begins like a formula of a spreadsheet"]


@pytest.mark.parametrize("text", ["+44 1632 960123", "- a chair (or two)", "@millane", "-5"])
def test_phone_numbers_and_lists_are_no_formulas(saved, text):
    report = import_package(saved("o.json", {**ORGANIZATION, "alternate_name": text, "website": None}))

    assert found(report) == []


# --- archives and sizes -----------------------------------------------------


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def test_a_zip_archive_is_read_like_a_folder(tmp_path):
    entries = [(f"county/{file.name}", file.read_bytes()) for file in PACKAGE.iterdir()]

    report = import_package(zipped(tmp_path / "county.zip", *entries, ("__MACOSX/county/._x.csv", b"\0")))

    assert totals(report)[0] == 15
    assert found(report) == ["meta_table_descriptions.csv: left out: describes the package itself"]


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST", 10_000)
    bomb = zipped(tmp_path / "bomb.zip", ("organizations.csv", b"0" * 1_000_000))

    with pytest.raises(PackageError, match=r"bomb.zip is larger than"):
        import_package(bomb)


def test_a_zip_archive_that_lies_about_its_size_is_refused_too(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST", 10_000)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("organizations.csv", b"0" * 1_000_000)
    lying = raw.getvalue().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "lying.zip").write_bytes(lying)

    with pytest.raises(PackageError):
        import_package(tmp_path / "lying.zip")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([("a/services.csv", b"id\n"), ("b/services.csv", b"id\n")], "holds two files named services.csv"),
        ([(f"{number}.csv", b"id\n") for number in range(201)], "holds 201 files"),
        ([("x.txt", b"hello")], "holds no CSV file of HSDS"),
    ],
)
def test_strange_archives_are_refused(tmp_path, entries, said):
    with pytest.raises(PackageError, match=said):
        import_package(zipped(tmp_path / "a.zip", *entries))


def test_a_damaged_archive_is_refused(tmp_path):
    path = zipped(tmp_path / "a.zip", ("services.csv", b"id,name\n" * 1000))
    content = bytearray(path.read_bytes())
    content[60:80] = b"x" * 20
    path.write_bytes(content)

    with pytest.raises(PackageError):
        import_package(path)


def test_a_file_that_is_too_large_is_refused_unread(saved, monkeypatch):
    monkeypatch.setattr(files, "LONGEST", 100)

    with pytest.raises(PackageError, match=r"services.json is larger than"):
        import_package(saved("services.json", b" " * 101))


# --- Ohana ------------------------------------------------------------------

OHANA = {
    "organizations.csv": (
        "id,name,description,date_incorporated,funding_sources\n"
        '1,Old Mill,They help.,"January 01, 1970","City, Fees"\n'
    ),
    "programs.csv": "id,organization_id,name,alternate_name\n1,1,Warm rooms,\n",
    "locations.csv": (
        "id,organization_id,accessibility,description,email,languages,name,short_desc,website,virtual\n"
        '1,1,"ramp, wheelchair",,hall@mill.example,"Polish, Welsh",Hall,A big room,https://mill.example,false\n'
        "2,1,,,,,Line,By phone,,true\n"
    ),
    "services.csv": (
        "id,location_id,program_id,audience,eligibility,fees,keywords,languages,name,description,status,taxonomy_ids\n"
        '1,1,1,Tenants,of any home,Free,"RENT, Letters",Polish,Rent advice,We read it.,active,"101, 101-01"\n'
        "2,9,,,,,,,Nowhere,,,\n"
    ),
    "mail_addresses.csv": (
        "id,location_id,address_1,city,state_province,postal_code,country\n1,1,PO Box 4,Harwick,NS,HB1,GB\n"
    ),
    "phones.csv": (
        "id,location_id,number,number_type,department,country_prefix\n1,1,1632 960123,voice,Office,+44\n"
    ),
    "regular_schedules.csv": (
        "id,location_id,service_id,weekday,opens_at,closes_at\n"
        "1,1,,Monday,9am,4:00 PM\n2,,1,tuesday,09:30,3pm\n3,1,,Someday,25:00,noon\n"
    ),
    "holiday_schedules.csv": (
        "id,location_id,service_id,start_date,end_date,closed,opens_at,closes_at\n"
        '1,1,,12/24/2015,12/24/15,false,10:00,16:00\n2,1,,"January 01, 0001",soon,true,,\n'
    ),
    "taxonomy.csv": "taxonomy_id,name,parent_id,parent_name\n101,Emergency,,\n101-01,Rent,101,Emergency\n",
    "other.csv": "id\n1\n",
}


@pytest.fixture
def ohana(tmp_path) -> Path:
    for name, content in OHANA.items():
        (tmp_path / name).write_text(content)
    return tmp_path


def test_the_older_form_is_told_in_the_words_of_hsds(ohana):
    import_package(ohana)

    service = Service.objects.get()
    assert (service.name, service.organization.name, service.program.name) == (
        "Rent advice",
        "Old Mill",
        "Warm rooms",
    )
    assert service.eligibility_description == "Tenants of any home"
    assert service.fees_description == "Free"
    assert service.organization.year_incorporated == 1970
    assert sorted(service.organization.funding.values_list("source", flat=True)) == ["City", "Fees"]
    hall = service.service_at_locations.get().location
    assert (hall.name, hall.description, hall.location_type) == ("Hall", "A big room", "physical")
    assert Location.objects.get(name="Line").location_type == "virtual"
    assert sorted(hall.accessibility.values_list("description", flat=True)) == ["Ramp", "Wheelchair access"]
    assert sorted(hall.languages.values_list("name", flat=True)) == ["Polish", "Welsh"]
    assert Address.objects.get().address_type == "postal"
    assert str(Phone.objects.get()) == "+44 1632 960123"
    assert sorted(term.name for term in service.terms.all()) == ["Emergency", "Letters", "RENT", "Rent"]
    assert TaxonomyTerm.objects.get(code="101-01").parent.name == "Emergency"


def test_hours_in_any_form_become_times(ohana):
    import_package(ohana)

    rows = Schedule.objects.filter(freq="WEEKLY").order_by("byday")
    assert list(rows.values_list("byday", "opens_at", "closes_at")) == [
        ("MO", time(9), time(16)),
        ("TU", time(9, 30), time(15)),
    ]
    assert [str(day) for day in Schedule.objects.get(valid_from="2015-12-24").valid_to.timetuple()[:3]] == [
        "2015", "12", "24",
    ]  # fmt: skip


def test_what_the_older_form_cannot_say_is_reported_with_its_line(ohana):
    assert found(import_package(ohana)) == [
        "holiday_schedules.csv:3: left out: end_date: “soon” is not a date",
        (
            "holiday_schedules.csv:3: left out: start_date: “January 01, 0001” means every year; "
            "HSDS has no word for that"
        ),
        "other.csv: left out: not a file of Ohana's form",
        "regular_schedules.csv:4: left out: closes_at: “noon” is not a time",
        "regular_schedules.csv:4: left out: opens_at: “25:00” is not a time",
        "regular_schedules.csv:4: left out: weekday: “Someday” is not a day",
        "services.csv:3: row refused: organization_id is missing",
        "services.csv:3: row refused: service_id: there is no service 2",
    ]


def test_the_older_form_twice_changes_nothing(ohana):
    import_package(ohana)

    report = import_package(ohana)

    assert {(each.added, each.changed) for each in report.files} == {(0, 0)}
