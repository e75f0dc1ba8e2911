"""Notes by coaches: who sees which, and that nothing typed is lost."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from clients.models import Client, Note, Trace
from coaching.accounts.models import Coach
from coaching.accounts.records import uuid7
from tests.clients.rows import a_note


def write_url(client: Client, pk=None) -> str:
    return reverse("clients:note_write", args=[client.pk, pk or uuid7()])


@pytest.fixture
def cora_client(cora, ben, ben_client) -> Client:
    """Ben is Cora's client, too, in the same practice."""
    return Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben", email=ben.email
    )


@pytest.fixture
def esra_client(esra, ben) -> Client:
    """And Esra's, in another practice."""
    return Client.objects.create(
        practice=esra.coach.practice, coach=esra.coach, user=ben, name="Ben", email=ben.email
    )


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        ("author", {"alma"}),
        ("coaches", {"alma", "cora"}),
        ("client", {"alma", "cora", "ben"}),
    ],
)
def test_each_audience_and_nobody_else(
    request, alma, ben_client, cora_client, esra_client, dan_client, audience, seen_by
):
    note = a_note(ben_client, alma, "Private words", audience=audience)
    people = {
        name: request.getfixturevalue(name)
        for name in ("alma", "ben", "cora", "dan", "esra", "finn", "olga", "gita")
    }

    seen = {name for name, user in people.items() if note in Note.objects.visible_to(user)}

    assert seen == seen_by
    assert list(Note.objects.visible_to(AnonymousUser())) == []


@pytest.mark.parametrize(
    ("audience", "colleague_reads", "client_reads"),
    [("author", False, False), ("coaches", True, False), ("client", True, True)],
)
def test_pages_of_each_audience(
    alma, ben_browser, cora_browser, esra_browser, ben_client, cora_client, esra_client, audience,
    colleague_reads, client_reads,
):  # fmt: skip
    a_note(ben_client, alma, "Private words", audience=audience)

    colleague = cora_browser.get(reverse("clients:note_list", args=[cora_client.pk])).content.decode()
    elsewhere = esra_browser.get(reverse("clients:note_list", args=[esra_client.pk])).content.decode()
    client = ben_browser.get(reverse("clients:note_shared")).content.decode()

    assert ("Private words" in colleague, "Private words" in client) == (colleague_reads, client_reads)
    assert "Private words" not in elsewhere


def test_coach_who_hands_over_sees_no_more_and_the_next_only_what_is_shared(alma, cora, ben_client):
    private = a_note(ben_client, alma, audience="author")
    shared = a_note(ben_client, alma, audience="coaches")

    ben_client.coach = cora.coach
    ben_client.save()

    assert list(Note.objects.visible_to(alma)) == []
    assert list(Note.objects.visible_to(cora)) == [shared]
    assert private not in Note.objects.editable_by(cora)


def test_draft_of_a_shared_note_is_seen_by_its_author_alone(
    alma_browser, ben_browser, alma, ben_client, cora_client, cora_browser
):
    a_note(ben_client, alma, "As saved", audience="client", draft="Half a thought")

    own = alma_browser.get(reverse("clients:note_list", args=[ben_client.pk])).content.decode()
    others = [
        ben_browser.get(reverse("clients:note_shared")).content.decode(),
        cora_browser.get(reverse("clients:note_list", args=[cora_client.pk])).content.decode(),
    ]

    assert "Half a thought" in own
    assert all("As saved" in page and "Half a thought" not in page for page in others)


def test_note_that_was_never_saved_is_shown_to_nobody_else(alma, ben, ben_client):
    note = Note(client=ben_client, author=alma, audience="client")
    note.keep_draft("Not yet")

    assert list(Note.objects.visible_to(ben)) == []
    assert list(Note.objects.visible_to(alma)) == [note]


def test_colleague_reads_and_does_not_write(cora_browser, alma, ben_client, cora_client):
    note = a_note(ben_client, alma, "Alma's", audience="coaches")

    statuses = [
        cora_browser.post(url, {"words": "Cora's", "audience": "client"}).status_code
        for url in (
            write_url(ben_client, note.pk),
            write_url(cora_client, note.pk),
            reverse("clients:note_remove", args=[note.pk]),
        )
    ]

    assert statuses == [404, 404, 404]
    assert Note.objects.get().words == "Alma's"


def test_note_create_gives_an_address_and_stores_nothing(alma_browser, ben_client):
    response = alma_browser.get(reverse("clients:note_create", args=[ben_client.pk]), follow=True)

    assert response.status_code == 200
    assert response.context["form"]["audience"].value() == "author"
    assert Note.objects.count() == 0


def test_typing_is_kept_and_found_again_under_the_same_address(alma_browser, alma, ben_client):
    url = write_url(ben_client)

    kept = alma_browser.post(url, {"words": "Half a th", "keep": "1"}, headers={"HX-Request": "true"})
    alma_browser.post(url, {"words": "Half a thought", "keep": "1"}, headers={"HX-Request": "true"})

    note = Note.objects.get()
    assert (kept.status_code, kept["X-Kept"]) == (200, "yes")
    assert (note.author, note.draft, note.words, note.is_saved) == (alma, "Half a thought", "", False)
    assert "Half a thought" in alma_browser.get(url).content.decode()


def test_draft_button_works_without_scripts(alma_browser, ben_client):
    response = alma_browser.post(write_url(ben_client), {"words": "Half a thought", "keep": "1"})

    assert response.url == reverse("clients:note_list", args=[ben_client.pk])
    assert Note.objects.get().draft == "Half a thought"


def test_saving_ends_the_draft_and_sets_the_audience(alma_browser, ben_client):
    url = write_url(ben_client)
    alma_browser.post(url, {"words": "Half", "keep": "1"}, headers={"HX-Request": "true"})

    alma_browser.post(url, {"words": "Whole", "audience": "coaches"})
    alma_browser.post(url, {"words": "Whole", "keep": "1"}, headers={"HX-Request": "true"})  # came late

    note = Note.objects.get()
    assert (note.words, note.draft, note.has_draft, note.audience) == ("Whole", "", False, "coaches")


def test_changing_a_saved_note_keeps_what_others_see_until_it_is_saved(alma_browser, alma, ben_client):
    note = a_note(ben_client, alma, "First", audience="client")
    url = write_url(ben_client, note.pk)

    alma_browser.post(url, {"words": "Second", "keep": "1"}, headers={"HX-Request": "true"})
    between = Note.objects.get().words
    alma_browser.post(url, {"words": "Second", "audience": "client"})

    assert (between, Note.objects.get().words) == ("First", "Second")


def test_nothing_typed_leaves_nothing(alma_browser, ben_client):
    alma_browser.post(write_url(ben_client), {"words": " ", "keep": "1"}, headers={"HX-Request": "true"})

    assert Note.objects.count() == 0


@pytest.mark.parametrize(("change", "field"), [({"words": ""}, "words"), ({"audience": "world"}, "audience")])
def test_note_says_what_is_wrong_and_keeps_the_text(alma_browser, ben_client, change, field):
    response = alma_browser.post(
        write_url(ben_client), {"words": "Long thoughts", "audience": "author", **change}
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Note.objects.count() == 0
    assert ("Long thoughts" in response.content.decode()) == (field != "words")


def test_note_remove(alma_browser, alma, ben_client):
    note = a_note(ben_client, alma)

    response = alma_browser.post(reverse("clients:note_remove", args=[note.pk]))

    assert response.url == reverse("clients:note_list", args=[ben_client.pk])
    assert Note.objects.count() == 0


def test_client_learns_of_shared_notes_only(alma, ben_client):
    note = a_note(ben_client, alma, audience="author")
    assert Trace.objects.count() == 0

    note.audience = "client"
    from clients.actions import save_writing  # noqa: PLC0415

    save_writing(by=alma, writing=note, text="Shared")

    assert list(Trace.objects.values_list("act", "part")) == [("changed", "notes")]


def test_note_about_somebody_who_has_not_joined(alma, alma_browser, cora, practice):
    waiting = Client.objects.create(practice=practice, coach=alma.coach, name="Gil", email="gil@example.org")
    also = Client.objects.create(practice=practice, coach=cora.coach, name="Gil", email="gil@example.org")
    a_note(waiting, alma, "About Gil", audience="coaches")
    assert Coach.objects.count() == 2

    page = alma_browser.get(reverse("clients:note_list", args=[waiting.pk])).content.decode()

    assert "About Gil" in page
    assert list(Note.objects.visible_to(cora).about(also)) == []


@pytest.mark.parametrize("count", [3, 30])
def test_note_list_takes_the_same_queries_with_any_number(
    alma, alma_browser, ben_client, count, django_assert_num_queries
):
    for number in range(count):
        a_note(ben_client, alma, str(number))

    with django_assert_num_queries(4):
        alma_browser.get(reverse("clients:note_list", args=[ben_client.pk]))
