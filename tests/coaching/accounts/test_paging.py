import base64
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import RequestFactory

from coaching.accounts.models import User
from coaching.accounts.paging import keyset_page


@pytest.fixture
def people(db) -> list[User]:
    return [
        User.objects.create_user(f"p{number}@example.org", name=f"Marlene {number}") for number in range(5)
    ]


def page(path: str, by: list[str], after: str = ""):
    request = RequestFactory().get(path, {"after": after} if after else {})
    return keyset_page(request, User.objects.all(), by=by, size=2)


def after(page) -> str:
    return parse_qs(urlsplit(page.next_url).query)["after"][0]


def test_the_next_page_follows(people):
    second = page("/a/", ["name", "pk"], after(page("/a/", ["name", "pk"])))

    assert second.rows == people[2:4]


def test_a_page_beyond_the_end_leads_to_the_beginning(people):
    second = after(page("/a/", ["name", "pk"]))
    User.objects.exclude(pk=people[0].pk).delete()

    beyond, first = page("/a/", ["name", "pk"], second), page("/a/", ["name", "pk"])

    assert (beyond.rows, beyond.next_url, beyond.begin_url) == ([], None, "/a/")
    assert (first.rows, first.begin_url) == ([people[0]], "")


@pytest.mark.parametrize(
    ("path", "by"), [("/b/", ["name", "pk"]), ("/a/", ["-created_at", "-pk"]), ("/a/", ["-name", "-pk"])]
)
def test_what_another_list_handed_out_shows_the_first_page(people, path, by):
    first = page(path, by)

    found = page(path, by, after(page("/a/", ["name", "pk"])))

    assert found.rows == first.rows


@pytest.mark.parametrize("change", [lambda word: word[:-8], lambda word: "B" + word[1:], lambda word: "é%"])
def test_what_was_tampered_with_shows_the_first_page(people, change):
    first = page("/a/", ["name", "pk"])

    assert page("/a/", ["name", "pk"], change(after(first))).rows == first.rows


def test_the_address_of_the_next_page_tells_no_name(people):
    held = after(page("/a/", ["name", "pk"]))

    assert "Marlene" not in held
    assert b"Marlene" not in base64.urlsafe_b64decode(held)
