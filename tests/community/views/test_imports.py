import json
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from community import actions
from community.forms.imports import ImportForm
from community.hsds import runs
from community.models import ImportRun, Listing, Organization, Phone, Service

NEW = reverse("community:import_new")
FIRST = "0192f000-0000-7000-8000-0000000001"
CONTENT = {
    "id": FIRST + "10",
    "name": "Rent advice",
    "status": "active",
    "colour": "red",
    "organization": {"id": FIRST + "01", "name": "Old Mill", "description": "They help."},
    "phones": [{"id": FIRST + "02", "number": "01632 960123"}],
}


def upload(content=CONTENT, name="services.json"):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return {"file": SimpleUploadedFile(name, raw)}


@pytest.fixture
def tried(finn):
    def make(content=CONTENT) -> ImportRun:
        return runs.try_import(by=finn, file_name="services.json", content=json.dumps(content).encode())

    return make


@pytest.fixture
def applied(finn, tried):
    def make(content=CONTENT) -> ImportRun:
        return runs.apply_import(by=finn, run=tried(content))

    return make


def page(run: ImportRun, name: str = "detail") -> str:
    return reverse(f"community:import_{name}", args=[run.pk])


def test_import_new_shows_what_would_happen_and_changes_nothing(finn_browser):
    response = finn_browser.post(NEW, upload(), follow=True)

    assert response.redirect_chain[0][0] == page(ImportRun.objects.get())
    assert "Rows added: 3. Changed: 0. As they were: 0. Not usable: 0." in response.text
    assert "services.json:1: added: service Rent advice" in response.text
    assert "“colour” is not in HSDS 3.1" in response.text
    assert not Service.objects.exists()


def test_import_new_takes_a_file_with_a_long_name(finn_browser):
    response = finn_browser.post(NEW, upload(name="ä" * 240 + ".json"), follow=True)

    assert response.redirect_chain[0][0] == page(ImportRun.objects.get())


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file."),
        (upload(b""), "The file is empty."),
        (upload(b"{"), "not JSON"),
        (upload(b"\xff\xfe", "a.csv"), "holds no CSV file of HSDS"),
    ],
)
def test_import_new_says_why_a_file_cannot_be_read(finn_browser, sent, said):
    response = finn_browser.post(NEW, sent)

    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in response.text
    assert not ImportRun.objects.exists()


def test_import_new_refuses_a_file_that_is_too_large(finn_browser, monkeypatch):
    monkeypatch.setattr(ImportForm.base_fields["file"], "most_bytes", 1_000)

    assert "larger than 1 kB" in finn_browser.post(NEW, upload(b" " * 1_001)).text


def test_import_apply_brings_it_in_once(finn_browser, tried):
    run = tried()

    first = finn_browser.post(page(run, "apply"), follow=True)
    second = finn_browser.post(page(run, "apply"), follow=True)

    assert "Brought in." in first.text
    assert "That was done already." in second.text
    run.refresh_from_db()
    assert (run.state, run.content) == ("applied", None)
    service = Service.objects.get()
    assert (service.listing.state, str(service.phones.get())) == ("in_review", "01632 960123")


def test_the_same_file_twice_has_nothing_to_bring_in(finn_browser, applied, tried):
    applied()

    text = finn_browser.get(page(tried())).text

    assert "There is nothing new in this file." in text
    assert page(ImportRun.objects.first(), "apply") not in text


def test_import_undo_takes_back_all_of_it(finn_browser, applied):
    run = applied()

    first = finn_browser.post(page(run, "undo"), follow=True)
    second = finn_browser.post(page(run, "undo"), follow=True)

    assert "Taken back." in first.text
    assert "There is nothing to take back." in second.text
    assert [model.objects.count() for model in (Service, Organization, Phone, Listing)] == [0, 0, 0, 0]


def test_import_undo_writes_the_old_words_again(finn, applied):
    applied()
    service = Service.objects.get()
    run = applied({**CONTENT, "name": "Eviction advice", "minimum_age": 16})
    assert [each.name for each in Service.objects.search("eviction")] == ["Eviction advice"]

    runs.undo_import(by=finn, run=run)

    service.refresh_from_db()
    assert (service.name, service.minimum_age) == ("Rent advice", None)
    assert [each.name for each in Service.objects.search("rent")] == ["Rent advice"]


def test_import_undo_keeps_what_a_curator_has_worked_on(finn, finn_browser, applied):
    run = applied()
    service = Service.objects.get()
    actions.change_listing(
        by=finn, service=service, columns={"description": "Better words"}, listing={}, categories=[]
    )

    response = finn_browser.post(page(run, "undo"), follow=True)

    assert "2 things stay" in response.text
    assert Service.objects.get().description == "Better words"
    assert Organization.objects.exists()
    assert not Phone.objects.exists()


def test_import_undo_keeps_a_word_that_was_changed_since(finn, applied):
    applied()
    run = applied({**CONTENT, "name": "Eviction advice"})
    Service.objects.update(name="Ours")

    run = runs.undo_import(by=finn, run=run)

    assert Service.objects.get().name == "Ours"
    assert run.kept == 1


def test_import_undo_keeps_an_organization_that_others_use_by_now(finn, applied):
    run = applied()
    actions.create_listing(by=finn, organization=Organization.objects.get(), service={"name": "Ours"})

    runs.undo_import(by=finn, run=run)

    assert [service.name for service in Service.objects.all()] == ["Ours"]


def test_import_new_lists_the_latest_files_without_reading_them(
    finn_browser, tried, django_assert_max_num_queries
):
    for _ in range(25):
        tried()

    with django_assert_max_num_queries(4):
        response = finn_browser.get(NEW)

    assert response.text.count("services.json") == 20
