"""Files in a record: taken by what they are, seen by whom they are for; given out so that nothing runs."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from clients.belongings import erase
from clients.export import export_of
from clients.files import acts
from clients.files.kinds import Kind, NotTaken, clean_name, kind_of
from clients.models import Client, FileContent, RecordFile, Trace
from tests.clients.rows import a_file

OWN = "clients:file_own"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def picture(form: str, **options) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(made, form, **options)
    return made.getvalue()


def packed(members: dict[str, bytes], first: tuple[str, bytes] | None = None) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        if first:
            archive.writestr(*first)
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(kind: str, **more: bytes) -> bytes:
    part = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}[kind]
    types = f"<Types><Override ContentType='{Kind(kind).media_type}.main+xml'/></Types>"
    return packed({"[Content_Types].xml": types.encode(), part: b"<x/>", **more})


def open_document(kind: str, **more: bytes) -> bytes:
    first = ("mimetype", Kind(kind).media_type.encode())
    return packed({"content.xml": b"<x/>", **more}, first=first)


TAKEN = {
    "pdf": PDF,
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "webp": picture("WEBP"),
    "txt": "Grüße\nand 2 < 3, <3".encode(),
    "odt": open_document("odt"),
    "ods": open_document("ods"),
    "docx": office("docx"),
    "xlsx": office("xlsx"),
}


@pytest.mark.parametrize("kind", TAKEN)
def test_what_people_use_is_known_by_its_content(kind):
    assert kind_of(TAKEN[kind]) == kind


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
REFUSED = {
    "svg with script": (SVG, "web page, a drawing"),
    "svg with a head": (b'<?xml version="1.0"?>' + SVG, "web page, a drawing"),
    "svg after a comment": (b"<!-- hello -->\n" + SVG, "web page, a drawing"),
    "html": (b"<!DOCTYPE html><p>Hello", "web page, a drawing"),
    "script": (b"#!/bin/sh\nrm -rf /", "web page, a drawing"),
    "rtf": (b"{\\rtf1 hello}", "web page, a drawing"),
    "program": (b"MZ\x90\0\3\0\0\0", "no kind of file that is taken"),
    "elf": (b"\x7fELF\2\1\1", "no kind of file that is taken"),
    "latin-1": ("Grüße".encode("latin-1"), "no kind of file that is taken"),
    "gif": (picture("GIF"), "no kind of file that is taken"),
    "bmp": (picture("BMP"), "no kind of file that is taken"),
    "zip": (packed({"a.txt": b"a"}), "an archive, and no office document"),
    "zip slip": (packed({"../../etc/passwd": b"x"}), "lead outside it"),
    "zip slip in docx": (office("docx", **{"word/../../x": b"x"}), "lead outside it"),
    "zip slip with backslashes": (open_document("odt", **{"..\\..\\x": b"x"}), "lead outside it"),
    "absolute path": (office("xlsx", **{"/etc/passwd": b"x"}), "lead outside it"),
    "drive": (office("xlsx", **{"C:/x": b"x"}), "lead outside it"),
    "macros": (office("docx", **{"word/vbaProject.bin": b"x"}), "macros or programs"),
    "macros in odt": (open_document("odt", **{"Basic/Standard/script-lb.xml": b"x"}), "macros or programs"),
    "program in docx": (office("docx", **{"word/embeddings/a.exe": b"x"}), "macros or programs"),
    "broken zip": (office("docx")[:-30], "broken, or locked"),
    "pk and nothing": (b"PK\3\4", "broken, or locked"),
    "half a pdf": (PDF[:30], "broken, or something is attached"),
    "pdf with something behind": (PDF + b"more", "broken, or something is attached"),
    "half a picture": (TAKEN["png"][:60], "picture is broken"),
    "picture and zip": (TAKEN["jpg"] + packed({"a": b"a"}), "archive hidden"),
    "pdf and zip": (PDF.replace(b"%%EOF", packed({"a": b"a"}) + b"%%EOF"), "archive hidden"),
    "picture and page": (TAKEN["png"] + b"<html><script>", "parts of a web page"),
    "page in a comment of a picture": (
        picture("JPEG", comment=b"<script>alert(1)</script>"),
        "parts of a web page",
    ),
    "pdf within a picture": (picture("JPEG", comment=b"%PDF-1.4"), "parts of a web page or of a PDF"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_run_or_is_two_things_is_refused_with_a_sentence(case):
    content, said = REFUSED[case]

    with pytest.raises(NotTaken, match=said):
        kind_of(content)


def test_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr("clients.files.kinds.MOST_UNPACKED", 1_000_000)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(2_000_000))

    with pytest.raises(NotTaken, match="far larger once it is unpacked"):
        kind_of(made.getvalue())


def test_picture_of_too_many_dots_is_refused(monkeypatch):
    monkeypatch.setattr("clients.files.kinds.MOST_PIXELS", 10)

    with pytest.raises(NotTaken, match="more than 100 million dots"):
        kind_of(TAKEN["png"])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("Brief an Müller.PDF", "Brief an Müller.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\ben\\rent.pdf", "rent.pdf"),
        ("a\0b\x1b[31m.pdf", "ab[31m.pdf"),
        ("rent\u202efdp.exe\u202c.pdf", "rentfdp.exe.pdf"),
        ('a"b;<c>|d?.pdf', "a_b;_c__d_.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        (".pdf", "file.pdf"),
        ("plan v2.1", "plan v2.1.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("  two\n lines .pdf ", "two lines.pdf"),
    ],
)
def test_names_are_cleaned(name, kept):
    assert clean_name(name, Kind.PDF) == kept


@pytest.mark.parametrize("name", ["cat.png", "page.html", "run.exe", "old.doc", "cat.JPG"])
def test_name_that_lies_is_refused(name):
    with pytest.raises(NotTaken, match="Is it the file you meant"):
        clean_name(name, Kind.PDF)


# --- adding, seeing, giving out ---------------------------------------------


def send(browser, where: str, name="letter.pdf", content=PDF, audience="both", **more):
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return browser.post(where, {"file": file, "audience": audience, **more})


def test_client_adds_a_file_and_coach_gets_it(ben, ben_browser, ben_client, alma_browser):
    response = send(ben_browser, reverse(OWN))

    file = RecordFile.objects.get()
    got = alma_browser.get(file.get_absolute_url())
    assert response.status_code == 302
    assert (file.client, file.added_by, file.name, file.kind, file.size) == (
        ben_client, ben, "letter.pdf", "pdf", len(PDF),
    )  # fmt: skip
    assert got.content == PDF
    assert {name: got[name] for name in (
        "Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy",
        "Cache-Control",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="letter.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    acts_left = set(Trace.objects.filter(part="files").values_list("act", flat=True))
    assert acts_left == {"added", "read"}


def test_refusal_is_shown_on_the_page(ben_browser, ben_client):
    response = send(ben_browser, reverse(OWN), "cat.png", SVG)

    assert response.status_code == 422
    assert "web page, a drawing (SVG)" in response.content.decode()
    assert RecordFile.objects.count() == 0


@pytest.mark.parametrize(
    ("by_coach", "audience", "seen_by"),
    [
        (True, "me", {"alma"}),
        (True, "coaches", {"alma", "cora"}),
        (True, "both", {"alma", "cora", "ben"}),
        (False, "me", {"ben"}),
        (False, "both", {"alma", "cora", "ben"}),
    ],
)
def test_each_file_has_its_audience(
    by_coach, audience, seen_by, alma, ben, cora, dan, esra, olga, ben_client, browser_of
):
    """Cora coaches Ben, too, in the same practice; Olga owns it."""
    Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben", email=ben.email
    )
    file = a_file(ben_client, alma if by_coach else ben, audience=audience)

    people = {"alma": alma, "ben": ben, "cora": cora, "dan": dan, "esra": esra, "olga": olga, "nobody": None}
    seen = {
        name
        for name, user in people.items()
        if browser_of(user).get(file.get_absolute_url()).status_code == 200
    }

    assert seen == seen_by


def test_coach_cannot_choose_what_is_only_for_clients(ben_browser, ben_client):
    assert send(ben_browser, reverse(OWN), audience="coaches").status_code == 422


def test_person_with_two_coaches_says_which(ben, ben_browser, ben_client, esra):
    other = Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )

    missing = send(ben_browser, reverse(OWN))
    send(ben_browser, reverse(OWN), record=other.pk)

    assert missing.status_code == 422
    assert RecordFile.objects.get().client == other


def test_quota_of_a_record(ben, ben_browser, ben_client, monkeypatch):
    monkeypatch.setattr(acts, "MOST_IN_A_RECORD", 2 * len(PDF))
    for _time in range(2):
        assert send(ben_browser, reverse(OWN)).status_code == 302

    response = send(ben_browser, reverse(OWN))

    assert response.status_code == 422
    assert "There is room for" in response.content.decode()


def test_large_file_is_refused_on_the_page_and_in_the_verb(ben, ben_browser, ben_client):
    content = b"x" * (acts.MOST_BYTES + 1)

    response = send(ben_browser, reverse(OWN), "a.txt", content)

    assert (response.status_code, RecordFile.objects.count()) == (422, 0)
    assert "The file is larger than 10 MB." in response.content.decode()
    with pytest.raises(NotTaken, match="larger than 10 MB"):
        acts.add_file(by=ben, client=ben_client, name="a.txt", content=content, audience="me")


def test_file_is_taken_out_by_whom_it_is_from(alma, ben, ben_browser, alma_browser, ben_client):
    own, of_coach = a_file(ben_client, ben, audience="both"), a_file(ben_client, alma, audience="both")
    addresses = [reverse("clients:file_remove", args=[file.pk]) for file in (own, of_coach)]

    statuses = [ben_browser.post(address).status_code for address in addresses]
    statuses += [alma_browser.get(addresses[1]).status_code, alma_browser.post(addresses[1]).status_code]

    assert statuses == [302, 404, 200, 302]
    assert (RecordFile.objects.count(), FileContent.objects.count()) == (0, 0)


@pytest.mark.parametrize("count", [3, 30])
def test_list_reads_no_content_and_takes_the_same_queries(alma, ben_client, alma_browser, count):
    for _number in range(count):
        a_file(ben_client, alma)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        alma_browser.get(reverse("clients:file_list", args=[ben_client.pk]))

    assert len(queries) == 4
    assert not any("clients_filecontent" in query["sql"] for query in queries)


def test_export_holds_the_files_and_keeps_back_what_is_the_coachs(ben, alma, ben_client):
    a_file(ben_client, ben, "rent.pdf", PDF)
    a_file(ben_client, alma, "from-alma.pdf", PDF, audience="both")
    a_file(ben_client, alma, "for-alma.pdf", PDF)

    own = zipfile.ZipFile(io.BytesIO(export_of([ben_client])))
    whole = zipfile.ZipFile(io.BytesIO(export_of([ben_client], with_private_notes=True)))
    files = [name for name in own.namelist() if "/files/" in name]

    assert (
        sorted(name.split("-", 3)[-1] for name in files) == ["from-alma.pdf", "rent.pdf"] or len(files) == 2
    )
    assert {own.read(name) for name in files} == {PDF}
    page = next(own.read(name).decode() for name in own.namelist() if name.endswith("record.html"))
    assert "for-alma" not in page
    assert "keeps 1 note or file that is not shared" in page
    assert len([name for name in whole.namelist() if "/files/" in name]) == 3


def test_erasure_takes_files(ben, ben_client):
    a_file(ben_client, ben)

    erase(ben_client)

    assert (RecordFile.objects.count(), FileContent.objects.count()) == (0, 0)
