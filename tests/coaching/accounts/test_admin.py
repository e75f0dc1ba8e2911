"""The site administrator's part: the first practice of an installation, and its people."""

import re

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse

from coaching.accounts.models import Coach, Practice, User
from tests.conftest import PASSWORD


def add_user(browser, **fields) -> User:
    answer = browser.post(
        reverse("admin:accounts_user_add"), {"timezone": "Europe/Berlin", "is_active": "on", **fields}
    )
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    return User.objects.get(email=fields["email"].lower())


def add_practice(browser, owner: User):
    return browser.post(
        reverse("admin:accounts_practice_add"),
        {
            "name": "New Ground",
            "slug": "new-ground",
            "timezone": "Europe/Berlin",
            "coaches-TOTAL_FORMS": "1",
            "coaches-INITIAL_FORMS": "0",
            "coaches-0-user": str(owner.pk),
            "coaches-0-slug": "hal",
            "coaches-0-is_owner": "on",
        },
    )


def test_the_first_owner_comes_in_and_chooses_a_password(gita_browser, client):
    hal = add_user(gita_browser, email="Hal@Example.org", name="Hal")
    add_practice(gita_browser, hal)

    assert Coach.objects.get().practice == Practice.objects.get(slug="new-ground")
    assert not hal.has_usable_password()
    client.post(reverse("account_reset_password"), {"email": "hal@example.org"})
    link = re.search(r"https?://[^/]+(/\S+)", mail.outbox[0].body)[1]
    form = client.get(link, follow=True)
    chosen = {"password1": "four calm herons", "password2": "four calm herons"}
    client.post(form.redirect_chain[-1][0], chosen)
    signed_in = client.post(
        reverse("account_login"), {"login": "hal@example.org", "password": "four calm herons"}
    )
    assert signed_in.url == reverse("home:home")
    assert "New Ground" in client.get(reverse("home:practice")).content.decode()


def test_a_changed_address_is_the_one_to_sign_in_with(gita_browser, client, finn):
    gita_browser.post(
        reverse("admin:accounts_user_change", args=[finn.pk]),
        {
            "email": "Finn@new.example",
            "name": "Finn",
            "timezone": "UTC",
            "is_active": "on",
            "is_curator": "on",
        },
    )

    answer = client.post(reverse("account_login"), {"login": "finn@new.example", "password": PASSWORD})
    assert answer.url == reverse("home:home")
    assert list(finn.emailaddress_set.values_list("email", "verified")) == [("finn@new.example", True)]


def test_a_taken_address_is_refused(gita_browser, finn):
    answer = gita_browser.post(
        reverse("admin:accounts_user_add"), {"email": "FINN@example.org", "name": "F", "timezone": "UTC"}
    )

    assert answer.context["adminform"].form.errors["email"] == [
        "Somebody already signs in with this e-mail address."
    ]


def test_somebody_who_is_switched_off_is_out_at_once(gita_browser, finn, finn_browser):
    gita_browser.post(
        reverse("admin:accounts_user_change", args=[finn.pk]),
        {"email": finn.email, "name": "Finn", "timezone": "UTC"},
    )

    assert finn_browser.get(reverse("home:home")).url.startswith(reverse("account_login"))


def test_staff_without_rights_change_nobody(browser_of, finn, gita):
    User.objects.filter(pk=gita.pk).update(is_superuser=False)
    browser = browser_of(User.objects.get(pk=gita.pk))

    assert browser.get(reverse("admin:accounts_user_change", args=[finn.pk])).status_code == 403
    assert browser.get(reverse("admin:accounts_practice_changelist")).status_code == 403


def test_the_administration_is_entered_by_the_one_sign_in_page(client, gita):
    TOTP.activate(gita, generate_totp_secret())
    login = reverse("admin:login")
    credentials = {"username": gita.email, "password": PASSWORD, "next": "/admin/"}

    answer = client.post(login, credentials)
    with_password = client.post(answer.url, {"login": gita.email, "password": PASSWORD})

    assert answer.url == reverse("account_login") + "?next=%2Fadmin%2F"
    assert with_password.url.startswith(reverse("mfa_authenticate"))
    assert "_auth_user_id" not in client.session


def test_somebody_without_an_administrators_rights_is_refused(ben_browser):
    assert ben_browser.get(reverse("admin:login")).status_code == 403
