import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clients.models import Client
from coaching.accounts.forms import AddressField, NameField

UNSEEN_ADDRESS = '"\x0b"@example.org'


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u00ad", "\u202e", "\u3164", "\u2800 \u115f", "\u0301"])
def test_a_name_has_something_to_see(name):
    with pytest.raises(ValidationError, match="can be seen"):
        NameField().clean(name)


@pytest.mark.parametrize("name", ["Ben", "李", "ش", "O", "👋", "?", "Zo\u0308e", "न\u200dी"])
def test_names_of_every_script_pass(name):
    assert NameField().clean(name) == name


@pytest.mark.parametrize("address", [UNSEEN_ADDRESS, '"a\x7fb"@example.org', '"\x01"@example.org'])
def test_an_address_holds_no_control_characters(address):
    with pytest.raises(ValidationError, match="cannot be seen"):
        AddressField().clean(address)


@pytest.mark.parametrize(
    ("page", "fields"),
    [
        ("account_reset_password", {}),
        ("account_email", {"action_add": ""}),
        ("clients:client_create", {"name": "Gil", "timezone": "UTC", "invite": "on"}),
        ("home:coach_invite", {"name": "Gil"}),
    ],
)
def test_no_page_takes_such_an_address(olga_browser, mailoutbox, page, fields):
    answer = olga_browser.post(reverse(page), {**fields, "email": UNSEEN_ADDRESS})

    assert answer.status_code in {200, 422}
    assert "cannot be seen" in answer.content.decode()
    assert mailoutbox == []


def test_the_administration_takes_neither(gita_browser):
    answer = gita_browser.post(
        reverse("admin:accounts_user_add"), {"email": UNSEEN_ADDRESS, "name": "\u200b", "timezone": "UTC"}
    )

    assert set(answer.context["adminform"].form.errors) == {"email", "name"}


def test_a_client_has_a_name_to_see(alma_browser):
    answer = alma_browser.post(
        reverse("clients:client_create"), {"name": "\u200b", "email": "gil@example.org", "timezone": "UTC"}
    )

    assert answer.status_code == 422
    assert not Client.objects.exists()
