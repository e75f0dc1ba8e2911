import json
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from community import actions
from community.forms.imports import ImportForm
from community.hsds import runs
from community.models import ImportRun, Listing, Organization, Phone, Service
from tests.at_once import meanwhile
from tests.community import imports

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
        return imports.tried(by=finn, file_name="services.json", content=json.dumps(content).encode())

    return make


@pytest.fixture
def applied(finn, tried):
    def make(content=CONTENT) -> ImportRun:
        return imports.brought_in(by=finn, run=tried(content))

    return make


def page(run: ImportRun, name: str = "detail") -> str:
    return reverse(f"community:import_{name}", args=[run.pk])


def test_import_new_shows_what_would_happen_and_changes_nothing(finn_browser):
    response = finn_browser.post(NEW, upload(), follow=True)
    run = ImportRun.objects.get()
    assert response.redirect_chain[0][0] == page(run)
    assert "It waits for its turn." in response.text

    runs.work_on_imports()

    response = finn_browser.get(page(run))
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
    runs.work_on_imports()
    third = finn_browser.post(page(run, "apply"), follow=True)

    assert "All of it happens at once, or nothing." in first.text
    assert "It does not wait to be brought in any more." in second.text
    assert "It does not wait to be brought in any more." in third.text
    assert "nobody else sees them yet" in third.text
    run.refresh_from_db()
    assert (run.state, run.content) == ("applied", None)
    service = Service.objects.get()
    assert (service.listing.state, str(service.phones.get())) == ("in_review", "01632 960123")


def test_the_same_file_twice_has_nothing_to_bring_in(finn_browser, applied, tried):
    applied()

    text = finn_browser.get(page(tried())).text

    assert "There is nothing new in this file." in text
    assert page(ImportRun.objects.first(), "apply") not in text


def test_nothing_is_brought_in_for_who_is_no_curator_any_more(finn, finn_browser, tried):
    run = tried()
    finn_browser.post(page(run, "apply"))
    finn.is_curator = False
    finn.save()

    runs.work_on_imports()

    run.refresh_from_db()
    assert (run.state, run.refusal) == ("tried", "Who asked for it is no curator any more.")
    assert not Service.objects.exists()


def test_import_undo_takes_back_all_of_it(finn_browser, applied):
    run = applied()

    first = finn_browser.post(page(run, "undo"), follow=True)
    runs.work_on_imports()
    second = finn_browser.post(page(run, "undo"), follow=True)

    assert "It is being taken back." in first.text
    assert "There is nothing to take back." in second.text
    assert "Taken back on" in second.text
    assert [model.objects.count() for model in (Service, Organization, Phone, Listing)] == [0, 0, 0, 0]


def test_import_undo_writes_the_old_words_again(finn, applied):
    applied()
    service = Service.objects.get()
    run = applied({**CONTENT, "name": "Eviction advice", "minimum_age": 16})
    assert [each.name for each in Service.objects.search("eviction")] == ["Eviction advice"]

    imports.taken_back(by=finn, run=run)

    service.refresh_from_db()
    assert (service.name, service.minimum_age) == ("Rent advice", None)
    assert [each.name for each in Service.objects.search("rent")] == ["Rent advice"]


def test_import_undo_keeps_what_a_curator_has_worked_on(finn, finn_browser, applied):
    run = applied()
    service = Service.objects.get()
    actions.change_listing(
        by=finn, service=service, columns={"description": "Better words"}, listing={}, categories=[]
    )

    finn_browser.post(page(run, "undo"))
    runs.work_on_imports()

    assert "3 things stayed" in finn_browser.get(page(run)).text
    assert Service.objects.get().description == "Better words"
    assert Organization.objects.exists()
    assert Phone.objects.exists()


def test_import_undo_keeps_a_word_that_was_changed_since(finn, applied):
    applied()
    run = applied({**CONTENT, "name": "Eviction advice"})
    Service.objects.update(name="Ours")

    run = imports.taken_back(by=finn, run=run)

    assert Service.objects.get().name == "Ours"
    assert run.kept == 1


def test_import_undo_keeps_an_organization_that_others_use_by_now(finn, applied):
    run = applied()
    actions.create_listing(by=finn, organization=Organization.objects.get(), service={"name": "Ours"})

    imports.taken_back(by=finn, run=run)

    assert [service.name for service in Service.objects.all()] == ["Ours"]


def test_import_new_lists_the_latest_files_without_reading_them(
    finn_browser, tried, django_assert_max_num_queries
):
    for _ in range(25):
        tried()

    with django_assert_max_num_queries(4):
        response = finn_browser.get(NEW)

    assert response.text.count("services.json") == 20


def test_an_import_says_how_far_it_is(finn_browser, tried, monkeypatch):
    run = tried()
    finn_browser.post(page(run, "apply"))
    seen = []
    bring_in = runs.import_package

    def look_then_bring_in(path, *, tell, **more):
        def telling(done, of):
            tell(done, of)
            seen.append(finn_browser.get(page(run)).text)

        return bring_in(path, tell=telling, **more)

    monkeypatch.setattr(runs, "import_package", look_then_bring_in)
    runs.work_on_imports()

    assert "0 of 3 rows are read." in seen[0]
    assert 'max="3" value="0"' in seen[0]
    assert "All rows are read; now they are made findable." in seen[-1]


def test_an_import_whose_worker_is_killed_is_begun_again_and_at_last_given_up(
    finn_browser, tried, monkeypatch
):
    run = tried()
    finn_browser.post(page(run, "apply"))

    def die(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(runs, "import_package", die)
        for _try in range(runs.TRIES):
            with pytest.raises(KeyboardInterrupt):
                runs.work_on_imports()
    runs.work_on_imports()

    text = finn_browser.get(page(run)).text
    assert "It was begun 3 times and never came to an end." in text
    assert page(run, "apply") in text
    assert not Service.objects.exists()


def test_an_import_that_fails_leaves_the_others_their_turn(finn, monkeypatch, tried):
    bad, good = (
        runs.hand_in(by=finn, file_name=name, content=json.dumps(CONTENT).encode())
        for name in ["bad.json", "good.json"]
    )
    look_at = runs.import_package

    def fail(path, **more):
        if path.name == "bad.json":
            raise ValueError("private words")
        return look_at(path, **more)

    monkeypatch.setattr(runs, "import_package", fail)
    for _try in range(runs.TRIES + 1):
        runs.work_on_imports()

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.content) == ("given_up", None)
    assert good.state == "tried"


def test_an_import_that_cannot_be_read_any_more_says_so(finn, finn_browser, tried):
    run = tried()
    ImportRun.objects.update(content=b"{")

    finn_browser.post(page(run, "apply"))
    runs.work_on_imports()

    text = finn_browser.get(page(run)).text
    assert "That could not be done, and nothing was changed." in text
    assert "not JSON" in text


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_take_the_same_step(finn, tried):
    run = tried()
    runs.ask_to_bring_in(by=finn, run=run)

    meanwhile(runs.work_on_imports, runs.work_on_imports)

    run.refresh_from_db()
    assert (run.state, run.tries, Service.objects.count()) == ("applied", 1, 1)
