import shutil
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from community import actions
from community.hsds.apply import import_package
from community.hsds.check import where_to_cut
from community.hsds.report import PackageError
from community.models import (
    Attribute,
    Listing,
    Location,
    Organization,
    Phone,
    Schedule,
    Service,
    StateChange,
    TaxonomyTerm,
)
from community.vocabulary import TAXONOMY_ID, ensure_categories, term_id

PACKAGE = Path(__file__).parent.parent / "data" / "package"
FIRST = "0192f000-0000-7000-8000-0000000000"

pytestmark = pytest.mark.django_db


@pytest.fixture
def package(tmp_path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "package"))


@pytest.fixture
def one(tmp_path):
    """A package of the files given: `one(organizations="id,name\\n…")`."""

    def make(**files: str) -> Path:
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text)
        return tmp_path

    return make


def found(report) -> list[str]:
    return [str(finding) for finding in sorted(report.findings)]


def figures(report) -> dict[str, tuple[int, int, int, int]]:
    return {each.file: (each.added, each.changed, each.unchanged, each.refused) for each in report.files}


def test_a_package_comes_in_whole():
    report = import_package(PACKAGE)

    assert found(report) == ["meta_table_descriptions.csv: left out: describes the package itself"]
    assert figures(report) == {
        "taxonomies.csv": (1, 0, 0, 0),
        "taxonomy_terms.csv": (2, 0, 0, 0),
        "organizations.csv": (2, 0, 0, 0),
        "service.csv": (2, 0, 0, 0),
        "locations.csv": (1, 0, 0, 0),
        "services_at_location.csv": (2, 0, 0, 0),
        "addresses.csv": (1, 0, 0, 0),
        "phones.csv": (2, 0, 0, 0),
        "schedules.csv": (1, 0, 0, 0),
        "attributes.csv": (1, 0, 0, 0),
    }
    rent = Service.objects.get(pk=UUID(FIRST + "10"))
    lunch = Service.objects.get(source_id="s-2")
    assert rent.source_id == ""
    assert rent.description == "Somebody reads\nthe letter with you."
    assert lunch.pk.version == 5
    assert str(lunch.phones.get()) == "01632 960124"
    assert Organization.objects.get(pk=lunch.organization_id).parent_organization.name == "Mill Lane Advice"
    assert TaxonomyTerm.objects.get(code="rent").parent.code == "home"
    assert Attribute.objects.get().service == rent
    assert str(Schedule.objects.get()) == "Mondays and Thursdays, from 10:00 to 12:00"


def test_imported_services_wait_for_a_curator():
    import_package(PACKAGE)

    assert set(Listing.objects.values_list("state", flat=True)) == {"in_review"}
    assert set(StateChange.objects.values_list("note", flat=True)) == {"Imported"}
    assert not Service.objects.published().exists()
    assert [service.name for service in Service.objects.search("soup")] == ["Lunch table"]


def test_importing_twice_changes_nothing():
    import_package(PACKAGE)
    before = [list(model.objects.order_by("pk").values()) for model in (Service, Phone, Listing, StateChange)]

    report = import_package(PACKAGE)

    after = [list(model.objects.order_by("pk").values()) for model in (Service, Phone, Listing, StateChange)]
    assert after == before
    assert {(added, changed, refused) for added, changed, _same, refused in figures(report).values()} == {
        (0, 0, 0)
    }


def test_what_changed_at_the_source_is_brought_up_to_date(package):
    import_package(package)
    services = package / "service.csv"
    services.write_text(services.read_text().replace("Rent advice", "Eviction advice"))

    report = import_package(package)

    assert figures(report)["service.csv"] == (0, 1, 1, 0)
    assert [str(outcome) for outcome in report.outcomes if outcome.file == "service.csv"] == [
        "service.csv:2: changed: service Eviction advice (name)",
        "service.csv:4: unchanged: service Lunch table",
    ]
    assert [service.name for service in Service.objects.search("eviction")] == ["Eviction advice"]


@pytest.mark.parametrize(("status", "state"), [("active", "published"), ("defunct", "needs_check")])
def test_a_curators_decision_stays_until_the_source_says_it_ended(package, finn, status, state):
    import_package(package)
    service = Service.objects.get(name="Rent advice")
    actions.change_listing(
        by=finn,
        service=service,
        columns={},
        listing={"kind": "get_help", "affiliation": "none", "summary": "Ours"},
        categories=["housing"],
    )
    actions.publish(by=finn, service=service)
    services = package / "service.csv"
    services.write_text(services.read_text().replace(",active,", f",{status},"))

    import_package(package)

    listing = Listing.objects.get(service=service)
    assert (listing.state, listing.summary) == (state, "Ours")


def test_a_place_a_curator_keeps_secret_stays_secret(package):
    import_package(package)
    Location.objects.update(is_confidential=True)
    locations = package / "locations.csv"
    locations.write_text(locations.read_text().replace("Mill House", "Mill Home"))

    import_package(package)

    location = Location.objects.get()
    assert (location.name, location.is_confidential) == ("Mill Home", True)
    assert not Service.objects.search("Home mill").filter(name="Lunch table").exists()


def test_a_dry_run_says_the_same_and_changes_nothing():
    report = import_package(PACKAGE, is_dry_run=True)

    assert figures(report)["service.csv"] == (2, 0, 0, 0)
    assert not Service.objects.exists()
    assert not Listing.objects.exists()


# --- rows that cannot be used -----------------------------------------------

ORGANIZATIONS = "id,name,description\no-1,One,x\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"organizations": "id,name,description\no-1,,x\n,Two,x\n"},
            [
                "organizations.csv:2: row refused: name is missing",
                "organizations.csv:3: row refused: id is empty",
            ],
        ),
        (
            {"organizations": "id,name,description,colour\no-1,One,x,red\n"},
            ["organizations.csv:1: left out: column “colour” is not in HSDS 3.1"],
        ),
        (
            {"organizations": "id,name\no-1,One,more\no-2\n\n"},
            [
                "organizations.csv:2: row refused: 3 values, but the first line names 2 columns",
                "organizations.csv:3: row refused: 1 values, but the first line names 2 columns",
            ],
        ),
        (
            {"organizations": "id,name\no-1,One\no-1,Again\n"},
            ["organizations.csv:3: row refused: id o-1 is already that of line 2"],
        ),
        (
            {"organizations": f"id,name\n{'x' * 201},One\n"},
            ["organizations.csv:2: row refused: id is longer than 200 characters"],
        ),
        (
            {"organizations": f"id,name\no-1,{'x' * 251}\n"},
            [("organizations.csv:2: row refused: name: At most 250 characters fit here; this has 251.")],
        ),
        (
            {
                "organizations": "id,name,website,email,year_incorporated\n"
                "o-1,One,javascript:alert(1),nobody,1x\n"
            },
            [
                "organizations.csv:2: left out: email: Enter a valid email address.",
                "organizations.csv:2: left out: website: Enter a valid URL.",
                "organizations.csv:2: left out: year_incorporated: “1x” value must be an integer.",
            ],
        ),
        (
            {"organizations": "id,name,parent_organization_id\no-1,One,o-2\no-2,Two,o-1\no-3,Three,o-9\n"},
            [
                "organizations.csv:2: left out: parent_organization_id leads back to the row itself",
                "organizations.csv:4: left out: parent_organization_id: there is no organization o-9",
            ],
        ),
        (
            {"organizations": "id,name,parent_organization_id\no-1,One,o-2\no-2,,\n"},
            [
                "organizations.csv:2: left out: parent_organization_id: that row was refused",
                "organizations.csv:3: row refused: name is missing",
            ],
        ),
        (
            {"services": "id,organization_id,name,status\ns-1,o-9,Lost,active\n"},
            ["services.csv:2: row refused: organization_id: there is no organization o-9"],
        ),
        (
            {"organizations": ORGANIZATIONS, "services": "id,organization_id,name,status\ns-1,o-1,A,open\n"},
            [
                (
                    "services.csv:2: row refused: status: “open” is not one of active, inactive, defunct, "
                    "temporarily closed"
                )
            ],
        ),
        (
            {
                "organizations": ORGANIZATIONS,
                "services": "id,organization_id,name,status,minimum_age,maximum_age\n"
                "s-1,o-1,A,active,20,10\n",
            },
            ["services.csv:2: left out: maximum_age is before minimum_age, so both"],
        ),
        (
            {"locations": "id,location_type,latitude,longitude\nl-1,physical,nan,181\n"},
            [
                "locations.csv:2: left out: latitude: “nan” is not a number",
                "locations.csv:2: left out: longitude: It can be at most 180.",
            ],
        ),
        (
            {"phones": "id,number\np-1,01632 960123\n"},
            ["phones.csv:2: row refused: belongs to nothing in the directory"],
        ),
        (
            {"attributes": "id,link_id,taxonomy_term_id,link_entity\na-1,x,t-1,planet\n"},
            [
                (
                    "attributes.csv:2: row refused: link_entity: “planet” is not one of service, "
                    "organization, location, service_at_location"
                )
            ],
        ),
        (
            {
                "taxonomies": "id,name,description\nt,T,x\n",
                "taxonomy_terms": (
                    "id,code,name,description,taxonomy_id\nt-1,c,One,x,t\nt-2,c,Two,x,t\nt-3,c,Three,x,\n"
                ),
            },
            ["taxonomy_terms.csv:3: left out: code: “c” is already that of another term"],
        ),
        (
            {"organizations": ORGANIZATIONS, "places": "id\n1\n"},
            ["places.csv: left out: not a file of HSDS 3.1"],
        ),
    ],
)
def test_each_row_says_why_it_could_not_be_used(one, files, said):
    assert found(import_package(one(**files))) == said


def test_a_parent_already_in_the_directory_is_known_and_makes_no_loop(one):
    import_package(one(organizations="id,name,parent_organization_id\no-1,One,\no-2,Two,o-1\n"))

    report = import_package(one(organizations="id,name,parent_organization_id\no-1,One,o-2\n"))

    assert found(report) == [
        "organizations.csv:2: left out: parent_organization_id leads back to the row itself"
    ]


def test_a_long_way_up_is_walked_once():
    class Counted(dict):
        asked = 0

        def get(self, key, default=None):
            self.asked += 1
            return super().get(key, default)

    ids = [UUID(int=number) for number in range(3000)]
    chain = Counted(zip(ids, [*ids[1:], None], strict=True))
    ring = Counted(zip(ids, [*ids[1:], ids[7]], strict=True))

    assert where_to_cut(chain) == set()
    assert where_to_cut(ring) == {ids[7]}
    assert (chain.asked, ring.asked) == (3000, 3000)


def test_a_long_way_up_in_the_directory_is_asked_for_by_generation(one, django_assert_max_num_queries):
    children = "".join(f"o-{number},O,o-{number // 2}\n" for number in range(2, 64))
    head = "id,name,parent_organization_id\n"
    import_package(one(organizations=f"{head}o-1,O,\n{children}"))
    newcomers = "".join(f"n-{number},N,o-{number}\n" for number in range(32, 64))

    with django_assert_max_num_queries(25):
        report = import_package(one(organizations=head + newcomers))

    assert found(report) == []


# --- rows that do not fit what is stored ------------------------------------

SERVICE = "id,organization_id,name,status"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            {"services": f"{SERVICE},minimum_age\ns-1,o-1,A,active,18\n"},
            {"services": f"{SERVICE},maximum_age\ns-1,o-1,A,active,10\n"},
            "services.csv:2: row refused: maximum_age is before the minimum_age that is stored",
        ),
        (
            {"services": f"{SERVICE},maximum_age\ns-1,o-1,A,active,10\n"},
            {"services": f"{SERVICE},minimum_age,maximum_age\ns-1,o-1,A,active,20,0\n"},
            "services.csv:2: row refused: maximum_age is before the minimum_age that is stored",
        ),
        (
            {
                "services": f"{SERVICE}\ns-1,o-1,A,active\n",
                "schedules": "id,service_id,dtstart,valid_from\nh-1,s-1,2026-05-01,2026-01-01\n",
            },
            {"schedules": "id,service_id,until\nh-1,s-1,2026-04-01\n"},
            "schedules.csv:2: row refused: until is before the dtstart that is stored",
        ),
        (
            {
                "services": f"{SERVICE}\ns-1,o-1,A,active\n",
                "cost_options": "id,service_id,valid_to\nc-1,s-1,2026-05-01\n",
            },
            {"cost_options": "id,service_id,valid_from\nc-1,s-1,2026-06-01\n"},
            "cost_options.csv:2: row refused: valid_to is before the valid_from that is stored",
        ),
        (
            {
                "taxonomies": "id,name,description\nt,T,x\n",
                "taxonomy_terms": "id,name,description,code,taxonomy_id\na,A,x,1,t\nb,B,x,2,t\n",
            },
            {"taxonomy_terms": "id,name,description,code\nb,B,x,1\n"},
            "taxonomy_terms.csv:2: row refused: code: “1” is already that of another term",
        ),
        (
            {
                "taxonomies": "id,name,description\nt,T,x\nu,U,x\n",
                "taxonomy_terms": "id,name,description,code,taxonomy_id\na,A,x,1,t\nb,B,x,1,u\n",
            },
            {
                "taxonomies": "id,name,description\nt,T,x\n",
                "taxonomy_terms": "id,name,description,taxonomy_id\nb,B,x,t\n",
            },
            "taxonomy_terms.csv:2: row refused: code: “1” is already that of another term",
        ),
    ],
)
def test_half_of_a_pair_must_fit_the_half_that_is_stored(one, tmp_path, first, second, said):
    import_package(one(organizations=ORGANIZATIONS, **first))
    for file in tmp_path.iterdir():
        file.unlink()

    report = import_package(one(**second))

    assert found(report) == [said]


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-01-01"]
)
def test_a_moment_that_no_calendar_can_show_is_left_out(one, moment):
    report = import_package(
        one(organizations=ORGANIZATIONS, services=f"{SERVICE},last_modified\ns-1,o-1,A,active,{moment}\n")
    )

    assert [line.rsplit("” ", 1)[1] for line in found(report)] == ["is not in the years 2 to 9998"]
    assert Service.objects.get().last_modified is None


def test_a_moment_of_another_time_zone_is_kept_in_utc(one):
    import_package(
        one(
            organizations=ORGANIZATIONS,
            services=f"{SERVICE},last_modified\ns-1,o-1,A,active,2026-03-15T10:30:00+05:30\n",
        )
    )

    assert Service.objects.get().last_modified == datetime(2026, 3, 15, 5, tzinfo=UTC)


def test_a_service_with_very_many_places_comes_in(one):
    def words(number: int) -> str:
        return " ".join(f"{number:05x}{word}{'x' * 22}" for word in range(8))

    report = import_package(
        one(
            organizations=ORGANIZATIONS,
            services=f"{SERVICE}\ns-1,o-1,Advice,active\n",
            locations="id,location_type,name\n"
            + "".join(f"l-{number},physical,{words(number)}\n" for number in range(5000)),
            services_at_location="id,service_id,location_id\n"
            + "".join(f"x-{number},s-1,l-{number}\n" for number in range(5000)),
        )
    )

    assert found(report) == []
    assert Service.objects.search("advice").exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            f"{term_id('housing')},Pay us first,x,housing,",
            "is one of Trellis's own words, which stay as they are",
        ),
        (
            f"{term_id('housing')},Housing,x,free,{TAXONOMY_ID}",
            "is one of Trellis's own words, which stay as they are",
        ),
        (f"t-1,Pay us first,x,pay,{TAXONOMY_ID}", "no word can be added to Trellis's own"),
    ],
)
def test_an_import_cannot_rewrite_our_own_categories(one, categories, row, said):
    report = import_package(one(taxonomy_terms=f"id,name,description,code,taxonomy_id\n{row}\n"))

    assert found(report) == [f"taxonomy_terms.csv:2: row refused: {said}"]
    assert ensure_categories() == categories
    assert TaxonomyTerm.objects.get(code="housing").name == "Housing"


# --- what a source says anew ------------------------------------------------


@pytest.fixture
def checked(package, finn) -> Service:
    """A published listing that came from a source, and was checked."""
    import_package(package)
    service = Service.objects.get(name="Rent advice")
    actions.change_listing(
        by=finn,
        service=service,
        columns={},
        listing={"kind": "get_help", "affiliation": "none", "summary": "Ours"},
        categories=["housing"],
    )
    actions.publish(by=finn, service=service, how="phone")
    return service


def test_what_a_source_changes_in_public_is_read_again(package, checked, finn):
    services = package / "service.csv"
    services.write_text(services.read_text().replace("reads", "sells"))

    import_package(package)

    listing = Listing.objects.get(service=checked)
    assert (listing.state, listing.verified_on, listing.verified_how) == ("published", None, "")
    assert list(Service.objects.editable_by(finn).to_check()) == [checked]
    assert listing.state_changes.first().note == "Its source says something new"


def test_a_new_phone_number_is_read_again(package, checked):
    (package / "phones.csv").write_text(f"id,number,service_id\np-9,01632 960999,{checked.pk}\n")

    import_package(package)

    assert Listing.objects.get(service=checked).verified_on is None


def test_a_new_number_of_whom_to_ask_for_is_read_again(package, checked, finn):
    (package / "contacts.csv").write_text(f"id,service_id,name\nc-9,{checked.pk},Jo\n")
    (package / "phones.csv").write_text("id,number,contact_id\np-9,01632 960999,c-9\n")
    import_package(package)
    actions.verify(by=finn, service=checked, how="phone")
    (package / "phones.csv").write_text("id,number,contact_id\np-9,01632 960777,c-9\n")

    import_package(package)

    assert Listing.objects.get(service=checked).verified_on is None


def test_what_says_nothing_new_stays_checked(package, checked):
    (package / "taxonomy_terms.csv").unlink()
    rows = [
        f"{SERVICE},last_modified",
        f"{checked.pk},{checked.organization_id},{checked.name},active,2026-11-01",
    ]
    (package / "service.csv").write_text("\n".join(rows))
    (package / "funding.csv").write_text(f"id,organization_id,source\nf-1,{checked.organization_id},Gifts\n")

    report = import_package(package)

    assert figures(report)["service.csv"] == (0, 1, 0, 0)
    assert Listing.objects.get(service=checked).verified_how == "phone"


def test_rows_that_end_a_line_inside_a_value_are_counted_right(one):
    report = import_package(one(organizations='id,name,description\no-1,One,"two\nlines"\no-2,,x\n'))

    assert found(report) == ["organizations.csv:4: row refused: name is missing"]


def test_an_excel_file_with_a_mark_in_front_is_read(tmp_path):
    (tmp_path / "organizations.csv").write_bytes(b"\xef\xbb\xbfid,name\r\no-1,One\r\n")

    assert figures(import_package(tmp_path)) == {"organizations.csv": (1, 0, 0, 0)}


# --- packages that cannot be read -------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name\no-1,Caf\xe9\n", "organizations.csv:2: not in UTF-8. Save the file as UTF-8."),
        (b"id,name\no-1,A\0B\n", "organizations.csv:2: not a text file."),
        (b'id,name\no-1,"One\n', "organizations.csv:2: not CSV: unexpected end of data."),
        (b'id,name\no-1,"One"x\n', "organizations.csv:2: not CSV: ',' expected after '\"'."),
        (b"", "organizations.csv:1: no column “id”. The first line must name the columns, with commas."),
        (
            b"<html>",
            "organizations.csv:1: no column “id”. The first line must name the columns, with commas.",
        ),
        (b"id,name,name\n", "organizations.csv:1: a column is named twice."),
    ],
)
def test_a_file_that_is_not_csv_stops_everything(package, content, said):
    (package / "organizations.csv").write_bytes(content)

    with pytest.raises(PackageError) as refusal:
        import_package(package)

    assert str(refusal.value) == said
    assert not TaxonomyTerm.objects.filter(code="rent").exists()


def test_two_files_of_one_table_stop_everything(package):
    shutil.copy(package / "service.csv", package / "services.csv")

    with pytest.raises(PackageError, match=r"service.csv and services.csv are the same table: keep one."):
        import_package(package)


def test_a_folder_in_the_place_of_a_file_is_said(package):
    (package / "phones.csv").unlink()
    (package / "phones.csv").mkdir()

    with pytest.raises(PackageError, match=r"phones.csv cannot be read: Is a directory."):
        import_package(package)


# --- the command ------------------------------------------------------------


def test_the_command_prints_the_report(capsys):
    call_command("import_hsds", str(PACKAGE), "--dry-run")

    lines = capsys.readouterr().out.splitlines()
    assert "organizations.csv:2: added: organization Mill Lane Advice" in lines
    assert ["file", "added", "changed", "unchanged", "refused"] in [line.split() for line in lines]
    assert ["service.csv", "2", "0", "0", "0"] in [line.split() for line in lines]
    assert "  meta_table_descriptions.csv: left out: describes the package itself" in lines
    assert lines[-1] == "This was a dry run: nothing was changed."


def test_the_command_is_brief_where_all_is_well(capsys, one):
    call_command("import_hsds", str(one(organizations=ORGANIZATIONS)))

    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "is not there"), (".", "holds no CSV file of HSDS")],
)
def test_the_command_says_what_is_wrong_with_the_folder(tmp_path, name, said):
    with pytest.raises(CommandError, match=said):
        call_command("import_hsds", str(tmp_path / name))
