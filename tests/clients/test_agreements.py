"""The texts of a practice: published once for all, signed by the client; the gate before private words."""

import hashlib
import io
import zipfile
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, InternalError, transaction
from django.urls import reverse
from pypdf import PdfReader

from clients.actions import save_writing
from clients.agreements import acts
from clients.agreements.standing import standings_of
from clients.agreements.texts import blocks_of, changes_between, passages_of
from clients.belongings import erase
from clients.export import export_of
from clients.models import (
    Agreement,
    Circumstance,
    Client,
    FormerSignature,
    JournalEntry,
    Note,
    RosterImport,
    Signature,
    Trace,
)
from clients.models.client import AgreementFirst
from coaching.accounts.encryption import encrypted_fields
from coaching.accounts.records import uuid7
from coaching.home.roster import Wish
from coaching.scheduling.models import SessionSummary
from goals import actions as plans
from tests.clients.rows import MAKERS, a_circumstance, a_note, a_session, a_win, an_agreement

TEXT = "# Between us\n\nWhat you say stays here.\n\n- Unless a life is in danger.\n- Or a child is harmed."


@pytest.fixture
def confidentiality(olga) -> Agreement:
    return an_agreement(olga, "confidentiality", TEXT)


def sign_page(agreement: Agreement) -> str:
    return reverse("clients:agreement_detail", args=[agreement.pk])


# --- publishing -------------------------------------------------------------


def test_owner_writes_looks_and_publishes(olga, olga_browser, practice, ben_browser, ben_client):
    written = olga_browser.post(
        reverse("clients:agreement_write", args=["coaching"]), {"text": "# What we do\r\n\r\nWe talk.  \r\n"}
    )
    draft = Agreement.objects.get()
    before = ben_browser.get(sign_page(draft)).status_code
    shown = olga_browser.get(written.url).content.decode()
    olga_browser.post(written.url)

    agreement = Agreement.objects.get()
    assert '<h2 class="h4">What we do</h2>' in shown
    assert (agreement.text, agreement.number) == ("# What we do\n\nWe talk.", 1)
    assert agreement.text_hash == hashlib.sha256(b"# What we do\n\nWe talk.").hexdigest()
    assert (before, ben_browser.get(sign_page(agreement)).status_code) == (404, 200)


def test_published_text_never_changes(olga, confidentiality):
    for change in ({"text": "Else"}, {"number": 7}, {"published_at": None}, {"kind": "coaching"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Agreement.objects.filter(pk=confidentiality.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        Agreement.objects.filter(pk=confidentiality.pk).delete()

    newer = an_agreement(olga, "confidentiality", "New")

    confidentiality.refresh_from_db()
    assert (confidentiality.text, newer.number) == (TEXT, 2)
    assert list(Agreement.objects.in_force()) == [newer]


def test_database_refuses_a_hash_of_something_else(olga, practice):
    draft = acts.write_draft(by=olga, practice=practice, kind="coaching", text="We talk.")

    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=draft.pk).update(
            number=1, published_at="2026-11-01T10:00Z", text_hash=Agreement.hash_of("Else")
        )


def test_the_same_text_is_not_published_twice(olga, confidentiality, practice, olga_browser):
    acts.write_draft(by=olga, practice=practice, kind="confidentiality", text=TEXT)

    page = olga_browser.post(
        reverse("clients:agreement_publish", args=["confidentiality"]), follow=True
    ).content.decode()

    assert "It says the same" in page
    assert Agreement.objects.published().count() == 1
    with pytest.raises(acts.NothingToPublish):
        acts.publish(practice=practice, kind="coaching")


def test_withdrawn_text_is_asked_of_nobody_and_opens_the_gate(
    olga_browser, confidentiality, ben, ben_browser, ben_client
):
    address = reverse("clients:agreement_withdraw", args=["confidentiality"])
    asked = "What you say" in olga_browser.get(address).content.decode()
    olga_browser.post(address)

    assert not asked
    assert "read and sign" not in ben_browser.get(reverse("home:home")).content.decode()
    a_circumstance(ben_client, ben)
    assert olga_browser.get(address).url == reverse("clients:agreement_list")


def test_unknown_kind_is_not_found(olga_browser):
    for name in ("agreement_write", "agreement_publish", "agreement_withdraw"):
        assert olga_browser.get(reverse(f"clients:{name}", args=["marriage"])).status_code == 404


def test_empty_text_is_refused(olga_browser):
    response = olga_browser.post(reverse("clients:agreement_write", args=["coaching"]), {"text": "  "})

    assert (response.status_code, Agreement.objects.count()) == (422, 0)


# --- reading and comparing --------------------------------------------------


def test_text_is_read_as_headings_paragraphs_and_lists():
    assert [(block.kind, [each.text for each in block.passages]) for block in blocks_of(TEXT)] == [
        ("heading", ["Between us"]),
        ("paragraph", ["What you say stays here."]),
        ("item", ["Unless a life is in danger.", "Or a child is harmed."]),
    ]
    assert [each.text for each in passages_of("One\ntwo\n\nthree")] == ["One\ntwo", "three"]
    assert passages_of("") == []


def test_what_changed_is_shown_word_by_word():
    changes = changes_between(
        "# Limits\n\nWe keep it for ten years.\n\nGone soon.",
        "# Limits\n\nWe keep it for two years.\n\n- Help",
    )

    assert [(c.state, c.unchanged, [(p.state, p.text.strip()) for p in c.pieces]) for c in changes] == [
        ("same", 1, []),
        ("same", 0, [("same", "We keep it for"), ("gone", "ten"), ("new", "two"), ("same", "years.")]),
        ("gone", 0, [("gone", "Gone soon.")]),
        ("new", 0, [("new", "Help")]),
    ]


def test_markup_in_a_text_stays_text(olga, ben_browser, ben_client):
    agreement = an_agreement(olga, "coaching", '# <script>alert(1)</script>\n\n<img src="x">')

    page = ben_browser.get(sign_page(agreement)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;img src=" in page


# --- signing ----------------------------------------------------------------


def test_client_signs_with_name_time_and_hash(ben, ben_browser, ben_client, confidentiality):
    home = ben_browser.get(reverse("home:home")).content.decode()
    refused = ben_browser.post(sign_page(confidentiality), {"name": "\u200b"})
    ben_browser.post(sign_page(confidentiality), {"name": "Ben B.", "agrees": "on"})
    again = ben_browser.post(sign_page(confidentiality), {"name": "Else", "agrees": "on"})

    signature = Signature.objects.get()
    assert "Confidentiality and its limits" in home
    assert (refused.status_code, again.status_code) == (422, 200)
    assert (signature.client, signature.signed_by, signature.name) == (ben_client, ben, "Ben B.")
    assert signature.text_hash == hashlib.sha256(TEXT.encode()).hexdigest()
    assert "Confidentiality" not in ben_browser.get(reverse("home:home")).content.decode()
    assert Trace.objects.filter(client=ben_client, act="added", part="agreements").count() == 1


def test_one_signature_counts_for_all_records_in_the_practice(ben, ben_client, cora, esra, confidentiality):
    for coach in (cora, esra):
        Client.objects.create(
            practice=coach.coach.practice, coach=coach.coach, user=ben, name="Ben", email=ben.email
        )

    signatures = acts.sign(by=ben, agreement=confidentiality, name="Ben")

    assert {str(signature.client.coach) for signature in signatures} == {"Alma", "Cora"}


def test_database_lets_only_the_client_sign_and_nobody_change_it(ben, alma, dan, ben_client, confidentiality):
    for user, text_hash in (
        (alma, confidentiality.text_hash),
        (dan, confidentiality.text_hash),
        (ben, "0" * 64),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Signature.objects.create(
                client=ben_client, agreement=confidentiality, signed_by=user, name="Ben", text_hash=text_hash
            )
    (signature,) = acts.sign(by=ben, agreement=confidentiality, name="Ben")
    with pytest.raises(DatabaseError), transaction.atomic():
        Signature.objects.filter(pk=signature.pk).update(name="Somebody else")


def test_version_that_was_replaced_meanwhile_is_not_signed(
    olga, ben, ben_browser, ben_client, confidentiality
):
    an_agreement(olga, "confidentiality", "Newer")

    with pytest.raises(acts.NotTheSame):
        acts.sign(by=ben, agreement=confidentiality, name="Ben")
    ben_browser.post(sign_page(confidentiality), {"name": "Ben", "agrees": "on"})

    assert Signature.objects.count() == 0


def test_new_version_asks_again_and_shows_what_changed(
    olga, ben, ben_browser, ben_client, confidentiality, alma, alma_browser
):
    acts.sign(by=ben, agreement=confidentiality, name="Ben")
    newer = an_agreement(olga, "confidentiality", TEXT.replace("stays here", "stays in this room"))

    home = ben_browser.get(reverse("home:home")).content.decode()
    page = ben_browser.get(sign_page(newer)).content.decode()
    of_coach = alma_browser.get(ben_client.get_absolute_url()).content.decode()
    (standing,) = standings_of(ben_client, alma)

    assert sign_page(newer) in home
    assert "which you signed on" in page
    assert "<ins>in this room.</ins>" in page
    assert "<del>here.</del>" in page
    assert "version 1, signed on" in of_coach
    assert "waits for their signature" in of_coach
    assert (standing.is_signed, standing.signature.agreement) == (False, confidentiality)
    a_circumstance(ben_client, ben)  # the earlier signature keeps the door open


def test_signed_copy_can_be_read_and_taken_as_pdf(
    ben, ben_browser, ben_client, alma_browser, dan_browser, dan_client, confidentiality, monkeypatch
):
    (signature,) = acts.sign(by=ben, agreement=confidentiality, name="Benjamin")

    listed = ben_browser.get(reverse("clients:agreement_signed")).content.decode()
    sheet = ben_browser.get(signature.get_absolute_url()).content.decode()
    pdf = ben_browser.get(reverse("clients:signature_pdf", args=[signature.pk]))
    words = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages).split()
    )

    assert signature.get_absolute_url() in listed
    assert all(each in sheet for each in ("Benjamin", signature.text_hash, "Unless a life is in danger."))
    assert all(each in words for each in ("Benjamin", "Between us", "Unless a life is in danger."))
    assert alma_browser.get(signature.get_absolute_url()).status_code == 200
    assert dan_browser.get(signature.get_absolute_url()).status_code == 404
    monkeypatch.setattr("coaching.accounts.paper.renderer", lambda: None)
    without = ben_browser.get(reverse("clients:signature_pdf", args=[signature.pk]), follow=True)
    assert "There is no PDF here." in without.content.decode()
    assert "Get the PDF" not in without.content.decode()


def test_coach_is_told_who_has_not_signed(
    alma, ben, ben_client, confidentiality, alma_browser, django_assert_num_queries
):
    shown = list(Wish(show="unsigned").rows_for(alma))
    home = alma_browser.get(reverse("home:home")).content.decode()
    acts.sign(by=ben, agreement=confidentiality, name="Ben")

    assert shown == [ben_client]
    assert "An agreement waits for their signature." in home
    assert list(Wish(show="unsigned").rows_for(alma)) == []


def test_work_that_rests_or_has_ended_asks_for_no_signature(alma, ben_client, confidentiality, ben_browser):
    ben_client.change_status("ended")

    assert list(Wish(show="unsigned").rows_for(alma)) == []
    assert "read and sign" not in ben_browser.get(reverse("home:home")).content.decode()
    ben_browser.post(sign_page(confidentiality), {"name": "Ben", "agrees": "on"})
    assert Signature.objects.count() == 1


# --- the gate ---------------------------------------------------------------

PRIVATE = [model for model in MAKERS if model is not RosterImport]
"""All but a list that is being brought in: whoever stands on it is nobody's client yet."""


@pytest.mark.parametrize("model", PRIVATE, ids=lambda model: model.__name__)
def test_nothing_private_is_written_before_it_is_signed(model, ben, alma, ben_client, olga):
    goal = plans.propose_goal(
        by=ben, plan=plans.start_plan(by=ben, client=ben_client, title="P"), side="personal", title="Sleep"
    )
    agreement = an_agreement(olga, "confidentiality", TEXT)
    fields = {field.name: "Words" for field in encrypted_fields(model) if field.name != "draft"}
    writer = alma if getattr(model, "IS_COACHS", False) else ben

    with pytest.raises(AgreementFirst), transaction.atomic():
        MAKERS[model](ben_client, writer, **fields)

    assert goal.pk
    acts.sign(by=ben, agreement=agreement, name="Ben")
    assert MAKERS[model](ben_client, writer, **fields).pk


def test_no_draft_is_kept_before_it_is_signed(ben, alma, ben_client, confidentiality):
    writings = [
        Note(client=ben_client, author=alma),
        JournalEntry(client=ben_client),
        SessionSummary(author=alma, session=a_session(ben_client)),
    ]

    for writing in writings:
        with pytest.raises(AgreementFirst):
            writing.keep_draft("Half a thought")
        assert type(writing).objects.count() == 0


@pytest.mark.parametrize("kind", ["coaching", "data_protection"])
def test_other_texts_close_nothing(kind, olga, ben, ben_client):
    an_agreement(olga, kind)

    a_circumstance(ben_client, ben)

    assert Circumstance.objects.count() == 1


def test_practice_without_a_text_is_as_before(ben, ben_client, esra, other_practice):
    Agreement.objects.create(practice=other_practice, kind="confidentiality", text="Draft", written_by=esra)

    a_circumstance(ben_client, ben)

    assert Circumstance.objects.count() == 1


def test_pages_refuse_kindly_and_keep_nothing(
    alma, alma_browser, ben, ben_browser, ben_client, confidentiality
):
    session = a_session(ben_client)
    pages = [
        (ben_browser, reverse("clients:circumstance_create")),
        (ben_browser, reverse("clients:journal_write", args=[uuid7()])),
        (ben_browser, reverse("clients:checkin_say", args=[ben_client.pk])),
        (ben_browser, reverse("clients:area_create", args=[ben_client.pk])),
        (alma_browser, reverse("clients:circumstance_record", args=[ben_client.pk])),
        (alma_browser, reverse("clients:note_write", args=[ben_client.pk, uuid7()])),
        (alma_browser, reverse("scheduling:summary_write", args=[session.pk])),
    ]
    for browser, address in pages:
        for response in (browser.get(address), browser.post(address, {"words": "Private"})):
            assert (response.status_code, address) == (409, address)
            assert "One thing first" in response.content.decode()
    response = ben_browser.post(reverse("clients:value_list"), {"words": "Private"})
    kept = alma_browser.post(
        reverse("clients:note_write", args=[ben_client.pk, uuid7()]),
        {"words": "Private", "keep": "1"},
        headers={"HX-Request": "true"},
    )

    assert (response.status_code, kept.status_code, kept.has_header("X-Kept")) == (409, 409, False)
    assert sign_page(confidentiality) in response.content.decode()
    assert "nobody writes down anything private" in kept.content.decode()


def test_somebody_who_has_not_joined_is_invited_first(alma_browser, ben_client, confidentiality):
    Client.objects.filter(pk=ben_client.pk).update(user=None)

    page = alma_browser.get(reverse("clients:note_write", args=[ben_client.pk, uuid7()])).content.decode()

    assert "once they have joined" in page


def test_what_was_written_before_can_be_read_and_taken_out(ben, ben_browser, alma, ben_client, olga):
    circumstance, note = a_circumstance(ben_client, ben), a_note(ben_client, alma)
    win = a_win(ben_client, ben)
    an_agreement(olga, "confidentiality", TEXT)

    assert "half of what comes in" in ben_browser.get(reverse("clients:circumstance_list")).content.decode()
    with pytest.raises(AgreementFirst):
        save_writing(by=alma, writing=note, text="More")
    page = ben_browser.post(reverse("clients:circumstance_remove", args=[circumstance.pk]))
    plans.remove_win(by=ben, win=win)
    assert (page.status_code, Circumstance.objects.count()) == (302, 0)


# --- taking it out, and erasing it ------------------------------------------


def test_export_holds_what_was_signed(ben, ben_client, confidentiality):
    acts.sign(by=ben, agreement=confidentiality, name="Benjamin")

    archive = zipfile.ZipFile(io.BytesIO(export_of([ben_client])))
    (name,) = (name for name in archive.namelist() if "/agreements/" in name)

    assert name.endswith("/agreements/confidentiality-and-its-limits-version-1.html")
    assert all(each in archive.read(name).decode() for each in ("Benjamin", "Unless a life is in danger."))


def test_erasure_leaves_that_somebody_signed_and_not_who(ben, ben_client, confidentiality):
    acts.sign(by=ben, agreement=confidentiality, name="Ben", at=None)
    on = Signature.objects.get().signed_at.date()

    erase(ben_client)

    left = FormerSignature.objects.get()
    assert (left.agreement, left.signed_on, isinstance(on, date)) == (confidentiality, on, True)
    assert Signature.objects.count() == 0
