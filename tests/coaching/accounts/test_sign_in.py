"""Signing in, and the ways it can go wrong, through allauth's pages."""

import pytest
from django.core import mail
from django.urls import reverse

from coaching.accounts.models import User

PASSWORD = "trellis-demo"


def test_sign_in_by_address_in_any_case(client, alma):
    response = client.post(reverse("account_login"), {"login": "ALMA@example.org", "password": PASSWORD})

    assert response.url == reverse("home:home")


@pytest.mark.parametrize("login", ["alma@example.org", "nobody@example.org"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, alma, login):
    response = client.post(reverse("account_login"), {"login": login, "password": "wrong"})

    assert response.context["form"].non_field_errors() == [
        "The email address and/or password you specified are not correct."
    ]


def test_nobody_signs_up_alone(client, db):
    response = client.post(
        reverse("account_signup"), {"email": "x@example.org", "password1": "four calm herons"}
    )

    assert response.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("email", ["alma@example.org", "nobody@example.org"])
def test_password_reset_does_not_tell_who_has_an_account(client, alma, email):
    response = client.post(reverse("account_reset_password"), {"email": email})

    assert response.url == reverse("account_reset_password_done")
    assert [message.to for message in mail.outbox] == [[email]]


def test_password_reset_without_a_mail_server_says_so(client, alma, settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }

    response = client.post(reverse("account_reset_password"), {"email": "alma@example.org"})

    assert response.status_code == 503
    assert "The mail could not be sent" in response.content.decode()


def test_behind_a_proxy_one_persons_guesses_do_not_shut_out_another(client, alma, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for guess in range(31):
        client.post(
            reverse("account_login"),
            {"login": f"nobody{guess}@example.org", "password": "wrong"},
            headers={"X-Forwarded-For": "203.0.113.6"},
        )
    credentials = {"login": "alma@example.org", "password": PASSWORD}

    same = client.post(
        reverse("account_login"), credentials, headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.6"}
    )
    other = client.post(reverse("account_login"), credentials, headers={"X-Forwarded-For": "203.0.113.7"})

    assert same.status_code == 429
    assert other.url == reverse("home:home")
