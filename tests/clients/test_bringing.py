"""Bringing a list of clients in: what is read, known, judged, added and taken back."""

import io
import random
import zipfile
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clients.actions import change_details
from clients.bringing import runs
from clients.bringing.columns import guess
from clients.bringing.judging import Verdict
from clients.bringing.tables import MOST_ROWS, BadTable, read_table
from clients.models import Client, RosterImport
from clients.tasks import bring_in_clients
from coaching.accounts.models import Invitation

CSV = b"First Name,Last Name,Email,Phone,Groups\nGil,Ortega,gil@example.org,030 123456,Spring\n"
MUTATED = {False: 150, True: 2_500}
"""How many mutated files of each kind are tried, in short and by `bin/test --whole`."""


def workbook(*rows: tuple[object, ...]) -> bytes:
    """A small XLSX, as spreadsheets write it, with texts and numbers in place."""
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + column)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            if isinstance(value, str)
            else f'<c r="{chr(65 + column)}{number}"><v>{value}</v></c>'
            for column, value in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(rows, start=1)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Clients" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in parts.items():
            archive.writestr(name, words)
    return packed.getvalue()


def upload(browser, content: bytes, name: str = "clients.csv"):
    return browser.post(reverse("clients:roster_import_new"), {"file": SimpleUploadedFile(name, content)})


@pytest.fixture
def run(alma, alma_browser) -> RosterImport:
    """A list of Alma's that was handed in: Gil, Ben whom she knows, and a line without an address."""
    lines = CSV + b"Ben,B,ben@example.org,,\nNina,,,,\n"
    return runs.hand_in(by=alma, file_name="clients.csv", content=lines)


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.replace(b",", b";"),
        CSV.replace(b",", b"\t"),
        CSV.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + CSV,
        CSV.decode().encode("utf-16"),
        b"\n\n" + CSV + b"\n,,,,\n",
    ],
    ids=["comma", "semicolon", "tab", "crlf", "bom", "utf-16", "empty lines"],
)
def test_tables_are_read_as_spreadsheets_save_them(content):
    table = read_table("clients.csv", content)

    assert table.header == ["First Name", "Last Name", "Email", "Phone", "Groups"]
    assert [cells for _line, cells in table.rows] == [
        ["Gil", "Ortega", "gil@example.org", "030 123456", "Spring"]
    ]


def test_letters_of_western_europe_are_read():
    assert read_table("a.csv", "name,email\nZoë,z@example.org".encode("cp1252")).rows[0][1][0] == "Zoë"


def test_workbook_is_read_with_its_numbers_as_typed():
    table = read_table(
        "clients.xlsx", workbook(("Name", "Email", "Phone"), ("Gil", "gil@example.org", 30123456))
    )

    assert (table.header, table.rows) == (
        ["Name", "Email", "Phone"],
        [(2, ["Gil", "gil@example.org", "30123456"])],
    )


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ("firstName,lastName,email,phone,timezone,Group 1,Group 2,Company,profileExtra",
         "first_name last_name email phone timezone tags tags tags"),
        ("First Name,Last Name,Email,Phone Number,Groups,Client Type",
         "first_name last_name email phone tags"),
        ("First Name,Last Name,Email,Phone,Tags,Role", "first_name last_name email phone tags"),
        ("Full name,E-mail address,Mobile,Pronouns,Status", "name email phone pronouns status"),
    ],
    ids=["CoachAccountable", "Everfit", "CoachIQ", "address book"],
)  # fmt: skip
def test_columns_of_other_software_are_known(header, known):
    assert list(guess(header.split(",")).values()) == known.split()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b" ", "There is nothing in this file."),
        ("a.csv", b"name,email\n", "no line below"),
        ("a.csv", b"colour\nred\n", "None of the columns is known."),
        ("a.csv", b"\xff\xfe\x00", "not a table in text"),
        ("a.csv", b"name\0,email\n", "not a table in text"),
        ("a.csv", b'name,email\n"Gil,gil@example.org\n', "cannot be read as CSV"),
        ("a.xlsx", b"not a workbook", "called a workbook and is none"),
        ("a.xlsx", b"PK\x03\x04 broken", "damaged or locked"),
        ("a.xlsx", workbook(("name", "email"), ("Gil", "g@example.org"))[:-40], "damaged or locked"),
        ("a.csv", b"name,email\n" + b"Gil,g@example.org\n" * (MOST_ROWS + 1), "more than 20000 lines"),
        ("a.csv", b"," * 70 + b"x\n" + b"1\n", "more than 60 columns"),
    ],
)
def test_bad_file_is_refused_with_a_sentence(alma_browser, name, content, sentence):
    response = upload(alma_browser, content, name)

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not RosterImport.objects.exists()


def test_bomb_is_refused_before_it_is_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (60 << 20))

    with pytest.raises(BadTable, match="too large once it is unpacked"):
        read_table("bomb.xlsx", packed.getvalue())


def test_looking_adds_nobody_and_says_what_would_happen(alma_browser, ben_client, run):
    page = alma_browser.get(reverse("clients:roster_import", args=[run.pk])).content.decode()

    assert [line.verdict for line in runs.judged(run)] == [Verdict.NEW, Verdict.KNOWN, Verdict.REFUSED]
    assert "On your list already" in page
    assert "E-mail address: There is none in this line." in page
    assert Client.objects.count() == 1


def test_bringing_in_adds_whom_it_said_and_writes_no_mail(alma, alma_browser, ben_client, run):
    alma_browser.post(reverse("clients:roster_import_begin", args=[run.pk]))
    bring_in_clients()
    run.refresh_from_db()

    gil = Client.objects.get(roster_import=run)
    assert (gil.name, gil.email, gil.phone, gil.tags, gil.coach, gil.timezone) == (
        "Gil Ortega", "gil@example.org", "030 123456", ["Spring"], alma.coach, ZoneInfo("Europe/Berlin")
    )  # fmt: skip
    assert (run.state, run.lines_done, run.content) == (RosterImport.State.DONE, 3, "")
    assert run.refused == [[4, "E-mail address: There is none in this line."]]
    assert not Invitation.objects.exists()
    assert Client.objects.count() == 2


def test_bringing_in_invites_where_that_was_asked(alma_browser, run):
    alma_browser.post(reverse("clients:roster_import_begin", args=[run.pk]), {"invite": "on"})
    bring_in_clients()

    assert set(Invitation.objects.values_list("email", flat=True)) == {"gil@example.org", "ben@example.org"}


def test_bringing_in_twice_adds_nobody_twice(alma, alma_browser, run):
    for _time in range(2):
        alma_browser.post(reverse("clients:roster_import_begin", args=[run.pk]))
        bring_in_clients()
    again = runs.hand_in(by=alma, file_name="again.csv", content=CSV)
    runs.begin(run=again, invites=False)
    bring_in_clients()

    assert sorted(Client.objects.values_list("email", flat=True)) == ["ben@example.org", "gil@example.org"]


def test_bringing_in_goes_on_where_a_worker_was_killed(alma, alma_browser, monkeypatch):
    lines = b"name,email\n" + b"".join(b"C%d,c%d@example.org\n" % (n, n) for n in range(7))
    monkeypatch.setattr(runs, "PIECE", 3)
    run = runs.hand_in(by=alma, file_name="clients.csv", content=lines)
    runs.begin(run=run, invites=False)
    runs._bring_in_a_piece(run.pk)
    page = alma_browser.get(reverse("clients:roster_import", args=[run.pk])).content.decode()
    bring_in_clients()

    assert "3 of 7 lines are done." in page
    assert Client.objects.filter(roster_import=run).count() == 7


def test_long_list_is_brought_in_whole(alma):
    lines = b"name,email\n" + b"".join(b"C%d,c%d@example.org\n" % (n, n) for n in range(1200))
    run = runs.hand_in(by=alma, file_name="clients.csv", content=lines)
    runs.begin(run=run, invites=False)
    bring_in_clients()

    assert Client.objects.filter(roster_import=run).count() == 1200


def test_two_lines_with_one_address_are_one_client(alma):
    content = b"name,email\nGil,gil@example.org\nGilbert,GIL@example.org\n"
    run = runs.hand_in(by=alma, file_name="clients.csv", content=content)

    assert [(line.verdict, line.said) for line in runs.judged(run)] == [
        (Verdict.NEW, []),
        (Verdict.REFUSED, ["Line 2 has the same e-mail address."]),
    ]


def test_what_is_not_understood_is_left_out_and_said(alma):
    content = b"name,email,phone,timezone,status\nGil,gil@example.org,none,Mars,dormant\n"
    (line,) = runs.judged(runs.hand_in(by=alma, file_name="clients.csv", content=content))

    assert (line.verdict, sorted(line.values)) == (
        Verdict.NEW,
        ["email", "fee_words", "languages", "name", "pronouns", "reach", "tags", "timezone"],
    )
    assert line.values["timezone"] == ZoneInfo("Europe/Berlin")
    assert [said.split(":")[0] for said in line.said] == ["Phone", "Status", "Time zone"]


def test_columns_can_be_chosen_otherwise(alma_browser, alma):
    run = runs.hand_in(by=alma, file_name="a.csv", content=b"who,email\nGil,gil@example.org\n")
    url = reverse("clients:roster_import", args=[run.pk])

    refused = alma_browser.post(url, {"column-0": "", "column-1": "email"})
    alma_browser.post(url, {"column-0": "name", "column-1": "email"})
    run.refresh_from_db()

    assert refused.status_code == 422
    assert [line.values["name"] for line in runs.judged(run)] == ["Gil"]


def test_headings_in_another_language_are_said_by_the_coach(alma_browser, alma):
    run = runs.hand_in(by=alma, file_name="a.csv", content=b"Navn;E-post\nGil;gil@example.org\n")
    url = reverse("clients:roster_import", args=[run.pk])

    page = alma_browser.get(url).content.decode()
    alma_browser.post(url, {"column-0": "name", "column-1": "email"})
    run.refresh_from_db()

    assert "None of the headings is known here" in page
    assert [line.values["name"] for line in runs.judged(run)] == ["Gil"]


def test_own_export_comes_in_as_it_went_out(alma, alma_browser, ben_client):
    ben_client.status, ben_client.reach = "prospect", "A message first"
    ben_client.save()
    content = alma_browser.get(reverse("home:roster_file", args=["csv"])).content
    Client.objects.all().delete()

    (line,) = runs.judged(runs.hand_in(by=alma, file_name="clients.csv", content=content))

    assert (line.values["status"], line.values["reach"], line.said) == ("prospect", "A message first", [])


def test_columns_stay_once_it_is_being_brought_in(run):
    """The other tab still shows the columns."""
    runs.begin(run=run, invites=False)

    with pytest.raises(runs.NotNow):
        runs.choose_columns(run=run, mapping={0: "email"})


def test_taking_back_leaves_whom_somebody_has_worked_with(alma, alma_browser, run):
    runs.begin(run=run, invites=True)
    bring_in_clients()
    gil = Client.objects.get(email="gil@example.org")
    gil.phone = "030 654321"
    change_details(by=alma, client=gil, fields=["phone"])

    response = alma_browser.post(reverse("clients:roster_import_take_back", args=[run.pk]), follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "One person was taken off your list. One stays, because somebody has worked with them since."
    ]
    assert list(Client.objects.all()) == [gil]
    assert list(Invitation.objects.values_list("email", flat=True)) == ["gil@example.org"]


def test_who_was_only_looked_at_is_taken_back(alma_browser, run):
    runs.begin(run=run, invites=False)
    bring_in_clients()
    alma_browser.get(Client.objects.get(email="gil@example.org").get_absolute_url())
    alma_browser.get(reverse("home:roster_file", args=["csv"]))

    alma_browser.post(reverse("clients:roster_import_take_back", args=[run.pk]))

    assert not Client.objects.exists()


def test_long_list_comes_in_piece_by_piece_and_says_how_far_it_is(alma, is_whole, monkeypatch):
    """10,000 lines with `bin/test --whole`, one of a hundred of them twice."""
    count = 10_000 if is_whole else 1_200
    rows = "".join(
        f"Person {number},p{number - (number % 100 == 99)}@example.org\n" for number in range(count)
    )
    run = runs.hand_in(by=alma, file_name="a.csv", content=f"name,email\n{rows}".encode())
    runs.begin(run=run, invites=False)
    seen, piece = [], runs._bring_in_a_piece

    def told(pk):
        goes_on = piece(pk)
        seen.append(RosterImport.objects.get(pk=pk).lines_done)
        return goes_on

    monkeypatch.setattr(runs, "_bring_in_a_piece", told)
    bring_in_clients()

    assert seen == [*range(runs.PIECE, count, runs.PIECE), count]
    assert Client.objects.count() == count - count // 100


def test_list_of_another_coach_is_not_there(cora_browser, run):
    for name in ("roster_import", "roster_import_begin", "roster_import_take_back"):
        assert cora_browser.post(reverse(f"clients:{name}", args=[run.pk])).status_code == 404


def test_lines_of_a_forgotten_list_do_not_lie_about(run):
    runs.forget_old()
    before = RosterImport.objects.count()
    RosterImport.objects.update(created_at="2026-01-01T00:00Z")
    runs.forget_old()

    assert (before, RosterImport.objects.count()) == (1, 0)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_mutated_files_never_end_in_a_traceback(kind, alma, is_whole):
    """Bytes are changed, cut, doubled and put in: each file is a table or is refused with a sentence."""
    rng = random.Random(f"bringing {kind}")
    whole = CSV * 3 if kind == "csv" else workbook(("Name", "Email"), ("Gil", "gil@example.org"), ("Bo", 7))

    for _number in range(MUTATED[is_whole]):
        content = bytearray(whole)
        for _change in range(rng.randint(1, 6)):
            place = rng.randrange(len(content))
            match rng.randrange(4):
                case 0:
                    content[place] = rng.randrange(256)
                case 1:
                    del content[place : place + rng.randint(1, 40)]
                case 2:
                    content[place:place] = content[place : place + rng.randint(1, 40)]
                case _:
                    content[place:place] = rng.randbytes(rng.randint(1, 8))
            content = content or bytearray(b"\n")
        try:
            run = runs.hand_in(by=alma, file_name=f"clients.{kind}", content=bytes(content))
        except BadTable:
            continue
        assert all(line.verdict in Verdict for line in runs.judged(run))
