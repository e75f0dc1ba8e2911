"""Sign-in, a new password and the invitation's mail, as people read them."""

from datetime import UTC, datetime

import pytest
from django.core import mail
from django.urls import reverse

from coaching.accounts import emails
from coaching.accounts.models import Invitation


@pytest.fixture
def invitation(alma, practice) -> Invitation:
    return Invitation(
        practice=practice,
        invited_by=alma,
        role=Invitation.Role.CLIENT,
        email="ben@example.org",
        name="Ben <b>O'Neil</b>",
        expires_at=datetime(2030, 5, 3, 12, tzinfo=UTC),
    )


def test_invitation_mail_says_who_until_when_and_what_to_do(invitation):
    text = emails.invitation(invitation).body

    assert "Hello Ben <b>O'Neil</b>," in text
    assert "Alma from Common Ground invites you to Trellis." in text
    assert "until Friday, 3 May 2030" in text
    assert f"/{invitation.token}/" in text
    assert "Did you not expect this?" in text


def test_invitation_mail_in_html_escapes_names_and_needs_nothing_from_outside(invitation):
    [(page, kind)] = emails.invitation(invitation).alternatives

    assert kind == "text/html"
    assert "Hello Ben &lt;b&gt;O&#x27;Neil&lt;/b&gt;," in page
    assert page.count("<style>") == 1
    assert "src=" not in page


def test_invitation_mail_to_a_coach_speaks_of_coaching(invitation):
    invitation.role = Invitation.Role.COACH

    assert "Alma invites you to coach at Common Ground." in emails.invitation(invitation).body


def test_new_password_by_mail(client, alma):
    client.post(reverse("account_reset_password"), {"email": "alma@example.org"})

    [letter] = mail.outbox
    assert letter.subject == "Choose a new password"
    assert "With this link you choose it:" in letter.body
    assert "example.com" not in letter.body


@pytest.mark.django_db
def test_new_password_for_an_unknown_address_explains_and_offers_no_sign_up(client):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})

    [letter] = mail.outbox
    assert letter.subject == "We do not know this address"
    assert "people come to Trellis by invitation" in letter.body
    assert "signup" not in letter.body


@pytest.mark.django_db
def test_new_password_link_that_is_dead_offers_a_new_one(client):
    shown = client.get("/accounts/password/reset/key/0-dead/").content.decode()

    assert "This link no longer works" in shown
    assert reverse("account_reset_password") in shown


@pytest.mark.django_db
def test_sign_in_shows_the_demo_accounts_in_a_demo_only(client, settings):
    in_demo = client.get(reverse("account_login")).content.decode()
    settings.DEMO = False
    elsewhere = client.get(reverse("account_login")).content.decode()

    assert "coach@trellis.example" in in_demo
    assert "coach@trellis.example" not in elsewhere


@pytest.mark.django_db
def test_nobody_signs_up_alone(client):
    shown = client.get(reverse("account_signup")).content.decode()

    assert "People come by invitation" in shown


def test_password_changed_is_told_by_mail(alma_browser):
    alma_browser.post(
        reverse("account_change_password"),
        {"oldpassword": "trellis-demo", "password1": "a-longer-word-9", "password2": "a-longer-word-9"},
    )

    [letter] = mail.outbox
    assert letter.subject == "Your password was changed"
    assert "Was it not you?" in letter.body


def test_second_step_can_be_set_up(alma_browser):
    page = alma_browser.get(reverse("mfa_index")).content.decode()

    assert "Not switched on yet." in page
    assert reverse("mfa_activate_totp") in page


def test_new_address_counts_once_its_mail_was_answered(alma_browser, alma):
    alma.emailaddress_set.create(email=alma.email, verified=True, primary=True)

    alma_browser.post(reverse("account_email"), {"email": "alma@elsewhere.example", "action_add": ""})
    waiting = alma_browser.get(reverse("account_email")).content.decode()
    [letter] = [letter for letter in mail.outbox if letter.to == ["alma@elsewhere.example"]]
    link = next(word for word in letter.body.split() if "/confirm-email/" in word)
    question = alma_browser.get(link).content.decode()
    alma.refresh_from_db()
    before = alma.email
    alma_browser.post(link)
    alma.refresh_from_db()

    assert "Waiting for you" in waiting
    assert letter.subject == "Please confirm your e-mail address"
    assert "Is this your address?" in question
    assert (before, alma.email) == ("alma@example.org", "alma@elsewhere.example")


def test_confirming_with_a_dead_link_says_that_nothing_changed(alma_browser):
    shown = alma_browser.get(reverse("account_confirm_email", args=["dead"])).content.decode()

    assert "Your address has not changed." in shown


@pytest.fixture
def mail_server_away(settings) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }


NEW_PASSWORD = {"password1": "four calm herons", "password2": "four calm herons"}


def test_a_changed_password_is_changed_without_a_mail_server_too(alma_browser, alma, mail_server_away):
    answer = alma_browser.post(
        reverse("account_change_password"), {"oldpassword": "trellis-demo", **NEW_PASSWORD}
    )

    alma.refresh_from_db()
    assert answer.status_code == 302
    assert alma.check_password("four calm herons")
    assert alma_browser.get(reverse("home:home")).status_code == 200


def test_a_new_password_counts_though_the_mail_server_went_away(client, alma, request):
    client.post(reverse("account_reset_password"), {"email": alma.email})
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    form = client.get(link, follow=True)
    request.getfixturevalue("mail_server_away")

    answer = client.post(form.redirect_chain[-1][0], NEW_PASSWORD)

    alma.refresh_from_db()
    assert answer.url == reverse("account_reset_password_from_key_done")
    assert alma.check_password("four calm herons")


def test_a_new_address_without_a_mail_server_says_so(alma_browser, alma, mail_server_away):
    answer = alma_browser.post(
        reverse("account_email"), {"email": "alma@elsewhere.example", "action_add": ""}
    )

    assert answer.status_code == 503


@pytest.mark.parametrize("email", ["alma@example.org", "nobody@example.org"])
def test_links_in_mails_do_not_follow_the_host_that_was_asked(client, alma, email):
    client.post(reverse("account_reset_password"), {"email": email}, headers={"host": "127.0.0.1:6666"})

    [letter] = mail.outbox
    assert "6666" not in letter.body
    assert "http://testserver" in letter.body
