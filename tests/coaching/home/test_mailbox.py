import mailbox

import pytest
from django.urls import reverse

from clients import actions


@pytest.fixture
def box(settings, tmp_path) -> mailbox.Maildir:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return mailbox.Maildir(settings.MAILBOX_DIR)


@pytest.fixture
def invitation_mail(box, alma) -> str:
    client = actions.add_client(by=alma, name="Gil", email="gil@example.org", invite=True)
    return box.add(client.invitation.compose().message().as_bytes())


def test_mailbox_shows_what_it_was_given(client, invitation_mail):
    page = client.get(reverse("local:mailbox")).content.decode()
    mail = client.get(reverse("local:mailbox_mail", args=[invitation_mail])).content.decode()

    assert "Alma invites you to Common Ground" in page
    assert 'href="http://testserver/invitations/' in mail


def test_mailbox_html_allows_its_own_styles_only(client, box):
    headers = "Subject: x\nDate: Tue, 24 Nov 2026 10:00:00 +0000\nContent-Type: text/html"
    key = box.add(f"{headers}\n\n<style>p{{}}</style><p>Hi")

    response = client.get(reverse("local:mailbox_html", args=[key]))

    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe-inline" not in policy


def test_mailbox_of_nothing(client, box):
    assert "No mail yet" in client.get(reverse("local:mailbox")).content.decode()
    assert client.get(reverse("local:mailbox_mail", args=["nothing"])).status_code == 404


def test_mailbox_html_of_a_plain_mail(client, box):
    key = box.add("Subject: x\nDate: Tue, 24 Nov 2026 10:00:00 +0000\n\nHi")

    assert client.get(reverse("local:mailbox_html", args=[key])).status_code == 404
