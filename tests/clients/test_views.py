"""A coach's roster."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clients import actions
from clients.actions import INVITATION_PAUSE
from clients.models import Client
from coaching.accounts.models import Invitation, User

NEW = {"name": "Gil", "email": "Gil@Example.org", "phone": "", "timezone": "Europe/Berlin"}


def test_client_create_invites(alma_browser, alma):
    response = alma_browser.post(reverse("clients:client_create"), {**NEW, "invite": "on"})

    client = Client.objects.get()
    assert response.url == client.get_absolute_url()
    assert (client.name, client.email, client.coach) == ("Gil", "gil@example.org", alma.coach)
    assert client.invitation.email == "gil@example.org"
    assert client.invitation.state == Invitation.State.PENDING
    assert client.invitation.token not in str(vars(client.invitation))


def test_client_create_without_invitation(alma_browser):
    alma_browser.post(reverse("clients:client_create"), NEW)

    assert Client.objects.get().invitation is None


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"email": "nonsense"}, "email", "Enter a valid email address."),
        ({"email": "BEN@example.org"}, "email", "You already have a client with this e-mail address."),
        ({"email": "alma@example.org"}, "email", "This is your own e-mail address. Use your client's."),
        ({"name": " "}, "name", "Write something here."),
        ({"timezone": "Mars/Olympus"}, "timezone", None),
    ],
)
def test_client_create_refuses_with_a_sentence(alma_browser, ben_client, change, field, sentence):
    response = alma_browser.post(reverse("clients:client_create"), {**NEW, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    if sentence:
        assert response.context["form"].errors[field] == [sentence]
    assert Client.objects.count() == 1


def test_client_create_lets_two_coaches_know_the_same_person(cora_browser, ben_client):
    response = cora_browser.post(reverse("clients:client_create"), {**NEW, "email": ben_client.email})

    assert response.status_code == 302


def test_client_edit_by_coach_leaves_what_is_the_account_holders(alma_browser, ben_client):
    alma_browser.post(
        reverse("clients:client_edit", args=[ben_client.pk]),
        {"name": "Benno", "phone": "030 123456", "email": "evil@example.org"},
    )

    ben_client.refresh_from_db()
    assert (ben_client.name, ben_client.phone, ben_client.email) == ("Benno", "030 123456", "ben@example.org")


def test_client_edit_by_client_themselves(ben_browser, ben_client):
    response = ben_browser.post(
        reverse("clients:client_edit", args=[ben_client.pk]), {"name": "Benny", "phone": ""}
    )

    ben_client.refresh_from_db()
    assert (response.status_code, ben_client.name) == (302, "Benny")


def test_client_edit_shows_what_is_wrong(ben_browser, ben_client):
    response = ben_browser.post(reverse("clients:client_edit", args=[ben_client.pk]), {"name": ""})

    assert response.status_code == 422
    assert "Error: Your details" in response.content.decode()


def test_client_edit_of_a_wrong_address_closes_its_invitation(alma_browser):
    alma_browser.post(reverse("clients:client_create"), {**NEW, "invite": "on"})
    client = Client.objects.get()

    alma_browser.post(reverse("clients:client_edit", args=[client.pk]), {**NEW, "email": "right@example.org"})

    assert Invitation.objects.open().count() == 0
    assert Client.objects.get().email == "right@example.org"


def test_client_invite_again_closes_the_earlier_link(alma_browser):
    alma_browser.post(reverse("clients:client_create"), {**NEW, "invite": "on"})
    client = Client.objects.get()
    first = client.invitation
    Invitation.objects.update(created_at=timezone.now() - INVITATION_PAUSE)

    alma_browser.post(reverse("clients:client_invite", args=[client.pk]))

    client.refresh_from_db()
    assert list(Invitation.objects.open()) == [client.invitation]
    assert client.invitation != first


def test_client_invite_of_somebody_who_has_joined_sends_nothing(alma_browser, ben_client):
    alma_browser.post(reverse("clients:client_invite", args=[ben_client.pk]))

    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("name", ["clients:client_invite", "clients:client_status"])
def test_only_the_coach_invites_and_pauses(name, ben_browser, cora_browser, olga_browser, ben_client):
    statuses = [
        browser.post(reverse(name, args=[ben_client.pk]), {"status": "ended"}).status_code
        for browser in (ben_browser, cora_browser, olga_browser)
    ]

    assert statuses == [404, 404, 404]
    assert Client.objects.get().status == Client.Status.ACTIVE


def test_client_status_changes(alma_browser, ben_client):
    alma_browser.post(reverse("clients:client_status", args=[ben_client.pk]), {"status": "paused"})
    alma_browser.post(reverse("clients:client_status", args=[ben_client.pk]), {"status": "vanished"})

    assert Client.objects.get().status == Client.Status.PAUSED


def test_user_is_found_by_address_in_any_case(ben):
    assert User.objects.get_by_natural_key(" BEN@example.org ") == ben


def test_client_create_clicked_twice_at_once_is_told(alma, alma_browser, monkeypatch):
    add = actions.add_client

    def quicker(**values):
        add(**values)
        return add(**values)

    monkeypatch.setattr(actions, "add_client", quicker)
    answer = alma_browser.post(reverse("clients:client_create"), NEW)

    assert answer.status_code == 422
    assert answer.context["form"].errors["email"] == ["You already have a client with this e-mail address."]


@pytest.mark.parametrize("number", ["not a phone", "12", "030 123456; x"])
def test_a_phone_number_has_digits(alma_browser, number):
    response = alma_browser.post(reverse("clients:client_create"), {**NEW, "phone": number})

    assert set(response.context["form"].errors) == {"phone"}
