"""The record's pages in Chromium: looked at by axe, and drafts that survive what happens to a page."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from clients.actions import note_figure
from clients.agreements import acts
from clients.bringing import runs
from clients.models import Agreement, JournalEntry, Note, RosterView
from coaching.accounts.records import uuid7
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot
from tests.clients.rows import (
    a_check_in,
    a_circumstance,
    a_file,
    a_measure,
    a_message,
    a_note,
    a_session,
    a_value,
    an_agreement,
    an_area,
    an_entry,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def record(alma, ben, olga, ben_client):
    a_circumstance(ben_client, ben, urgency="urgent", would_help="Somebody who reads the letters with me.")
    a_circumstance(ben_client, alma, domain="isolation")
    for words in ("Music", "A value with averyveryverylongwordthatdoesnotendforaverylongtime in it"):
        a_value(ben_client, ben, words)
    a_note(ben_client, alma, audience="client", draft="Half a thought")
    an_entry(ben_client, ben, audience="coach")
    an_area(ben_client, ben, "Sleep")
    measure = a_measure(ben_client, ben, "Walks", unit="a week", target=Decimal(4))
    for day, figure in ((1, 2), (8, 3)):
        note_figure(by=ben, measure=measure, on=date(2026, 11, day), figure=Decimal(figure))
    for writer in (ben, alma):
        a_message(ben_client, writer, "averyveryverylongwordthatdoesnotendforaverylongtime in a message")
    a_session(ben_client)
    for level in (2, 7, 4):
        a_check_in(ben_client, ben, "Some words", Sleep=level)
    a_file(ben_client, ben, "averyveryverylongnamethatdoesnotendforaverylongtime-indeed.txt", audience="both")
    acts.sign(by=ben, agreement=an_agreement(olga, "confidentiality"), name="Ben")
    an_agreement(olga, "confidentiality", "# Between us\n\nWhat you say stays in this room.\n\n- Mostly.")
    return ben_client


ACTS = ("write", "publish", "withdraw")


@LOOKS
def test_owners_texts_are_accessible_and_do_not_scroll_sideways(open_page, record, olga, size, scheme):
    acts.write_draft(by=olga, practice=record.practice, kind="confidentiality", text="# Else\n\nWe talk.")
    addresses = [reverse("clients:agreement_list"), reverse("clients:practice_retention")] + [
        reverse(f"clients:agreement_{act}", args=["confidentiality"]) for act in ACTS
    ]
    page = open_page("/", user=olga, size=size, scheme=scheme)

    problems = []
    for number, address in enumerate(addresses):
        page.goto(address)
        take_screenshot(page, f"agreements-{number}-{size}-{scheme}")
        problems += axe_problems(page)
        problems += [f"{address} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []


@pytest.mark.parametrize("why", ["unsigned", "ended"])
def test_kind_refusals_are_accessible(open_page, record, ben, why):
    if why == "ended":
        record.change_status("ended")
    else:
        record.signatures.all().delete()
    page = open_page("/", user=ben, size="small", scheme="dark")

    page.goto(reverse("clients:circumstance_create"))

    assert axe_problems(page) == []


def addresses(record) -> tuple[dict[str, str], dict[str, str]]:
    """The pages of Ben, and those of Alma."""
    (circumstance, *_rest) = record.circumstances.all()
    own = {
        name: reverse(f"clients:{name}")
        for name in (
            "circumstance_list", "circumstance_create", "value_list", "value_remove_all", "note_shared",
            "journal_list", "checkin_list", "trace_list", "export", "file_own", "agreement_signed",
        )
    } | {
        "me": reverse("home:me"),
        "checkin_say": reverse("clients:checkin_say", args=[record.pk]),
        "circumstance_edit": reverse("clients:circumstance_edit", args=[circumstance.pk]),
        "circumstance_remove": reverse("clients:circumstance_remove", args=[circumstance.pk]),
        "measure_create": reverse("clients:measure_create", args=[record.pk]),
        "thread": reverse("scheduling:message_thread", args=[record.pk]),
        "journal_write": record.journal_entries.get().get_absolute_url(),
        "erasure_request": reverse("clients:erasure_request", args=[record.pk]),
        "agreement_detail": Agreement.objects.in_force().get(kind="confidentiality").get_absolute_url(),
        "signature_detail": record.signatures.first().get_absolute_url(),
        "file_remove": reverse("clients:file_remove", args=[record.files.first().pk]),
    }  # fmt: skip
    of_coach = {
        "client_detail": record.get_absolute_url(),
        "client_mirror": reverse("home:client_mirror", args=[record.pk]),
        "thread": reverse("scheduling:message_thread", args=[record.pk]),
        "thread_list": reverse("scheduling:thread_list"),
        "icf_log": reverse("scheduling:icf_log"),
        "note_list": reverse("clients:note_list", args=[record.pk]),
        "note_write": record.notes.get().get_absolute_url(),
        "journal_shared": reverse("clients:journal_shared", args=[record.pk]),
        "circumstance_record": reverse("clients:circumstance_record", args=[record.pk]),
        "file_list": reverse("clients:file_list", args=[record.pk]),
    }
    return own, of_coach


@LOOKS
def test_pages_are_accessible_and_do_not_scroll_sideways(open_page, record, alma, ben, size, scheme):
    problems = []
    for user, pages in zip((ben, alma), addresses(record), strict=True):
        page = open_page("/", user=user, size=size, scheme=scheme)
        for name, address in pages.items():
            page.goto(address)
            for details in page.locator("main details").all():
                details.evaluate("element => element.open = true")
            take_screenshot(page, f"record-{name}-{size}-{scheme}")
            problems += axe_problems(page)
            problems += [f"{address} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []


@LOOKS
def test_list_and_its_import_are_accessible_and_do_not_scroll_sideways(open_page, record, alma, size, scheme):
    long_word = "averyveryverylongwordthatdoesnotendforaverylongtime"
    record.tags = ["evenings", long_word[:30]]
    record.save()
    RosterView.objects.keep(coach=alma.coach, name="Evenings", query="tag=evenings")
    lines = f"Name,E-mail,{long_word}\nGil {long_word},gil@{long_word}.example.org,x\nNina,,\n".encode()
    addresses = {
        "list": "/clients/",
        "list-kept": "/clients/?tag=evenings",
        "list-nobody": "/clients/?q=nobody-is-called-so",
        "new": reverse("clients:client_create"),
        "edit": reverse("clients:client_edit", args=[record.pk]),
        "import-new": reverse("clients:roster_import_new"),
        "import": reverse(
            "clients:roster_import",
            args=[runs.hand_in(by=alma, file_name="clients.csv", content=lines).pk],
        ),
    }
    page = open_page("/", user=alma, size=size, scheme=scheme)

    problems = []
    for name, address in addresses.items():
        page.goto(address)
        take_screenshot(page, f"roster-{name}-{size}-{scheme}")
        problems += axe_problems(page)
        problems += [f"{address} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []


def test_what_is_typed_survives_a_closed_tab(open_page, record, alma):
    address = reverse("clients:note_write", args=[record.pk, uuid7()])
    page = open_page(address, user=alma)

    page.get_by_label("Note").press_sequentially("Half a thought that")
    page.get_by_text("Kept as a draft").wait_for()
    page.close()

    assert open_page(address, user=alma).get_by_label("Note").input_value() == "Half a thought that"
    assert Note.objects.get(saved_at=None).draft == "Half a thought that"


def test_what_is_typed_survives_an_ended_sign_in(open_page, browser_of, record, ben, site):
    page = open_page(reverse("clients:journal_write", args=[uuid7()]), user=ben)
    page.context.clear_cookies(name="sessionid")

    page.get_by_label("What is on your mind?").press_sequentially("Still here")
    page.get_by_text("Not kept at the moment").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    stayed = page.get_by_label("What is on your mind?").input_value()
    cookie = browser_of(ben).cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site}])
    page.get_by_text("Kept as a draft").wait_for()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/me/journal/")

    assert stayed == "Still here"
    assert "Still here" in {entry.words for entry in JournalEntry.objects.all()}


def test_what_was_typed_last_survives_a_save_after_the_sign_in_ended(open_page, record, ben):
    page = open_page(reverse("clients:journal_write", args=[uuid7()]), user=ben)
    words = page.get_by_label("What is on your mind?")
    words.press_sequentially("Still")
    page.get_by_text("Kept as a draft").wait_for()
    page.context.clear_cookies(name="sessionid")

    words.press_sequentially(" here")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Not kept at the moment").wait_for()

    assert words.input_value() == "Still here"


def test_what_is_typed_survives_a_server_that_does_not_answer(open_page, record, ben):
    page = open_page(reverse("clients:journal_write", args=[uuid7()]), user=ben)
    page.evaluate("console.error = () => {}")  # htmx tells the console, too; that is no complaint here
    page.route("**/me/journal/**", lambda route: route.fulfill(status=502, body="away"))

    page.get_by_label("What is on your mind?").press_sequentially("Still here")
    page.get_by_text("Not kept at the moment").wait_for()
    page.unroute("**/me/journal/**")
    page.get_by_text("Kept as a draft").wait_for()

    assert JournalEntry.objects.get(saved_at=None).draft == "Still here"
