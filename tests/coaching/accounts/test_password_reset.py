"""A new password by mail: the page tells nobody who is known here, and a coach learns what may not arrive."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.models import Client
from coaching.accounts.models import ReturnedMail

pytestmark = pytest.mark.django_db
ASK = reverse("account_reset_password")


def stop(email: str, kind: str = "bounced") -> ReturnedMail:
    return ReturnedMail.objects.create(
        provider="mailgun", event_id=f"{email} {kind}", kind=kind, email=email, stops=True
    )


def ask(browser, email: str) -> tuple[int, str]:
    """The answer, and the page that follows, without what differs with every request."""
    answer = browser.post(ASK, {"email": email})
    page = browser.get(answer.url).content.decode()
    return answer.status_code, re.sub(r'(csrf|nonce)[^ >]*="[^"]*"', "", page)


def test_answer_is_the_same_for_whoever_asks(client, ben, ben_client, dan, smtp_server):
    stop(ben.email)
    stop("gone@example.org", "complained")

    answers = [
        ask(client, email) for email in (ben.email, dan.email, "gone@example.org", "nobody@example.org")
    ]

    assert answers == [answers[0]] * 4
    assert "Mails to some addresses come back" in answers[0][1]
    assert "example.org" not in answers[0][1]
    assert smtp_server.addresses == [ben.email, dan.email, "gone@example.org", "nobody@example.org"]


def test_stopped_address_takes_the_same_statements(client, ben, dan, smtp_server):
    stop(ben.email)
    ask(client, "warm-up@example.org")

    def statements(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            client.post(ASK, {"email": email})
        own_names = r"'[^']*'|_curs_\w+|\bs\d+_x\d+"
        return [re.sub(own_names, "?", query["sql"]) for query in queries]

    assert statements(ben.email) == statements(dan.email)
    assert statements("a@example.org") == statements("b@example.org")


@pytest.mark.parametrize(
    ("kind", "words"), [("bounced", "come back"), ("complained", "our mails as unwanted")]
)
def test_coach_sees_that_the_mail_may_not_have_arrived(
    client, ben, ben_client, alma_browser, cora_browser, smtp_server, kind, words
):
    stop(ben.email, kind)
    before = alma_browser.get("/clients/?show=unreached").content.decode()

    ask(client, "BEN@example.org")

    assert words in before
    assert "Somebody asked for a new password" not in before
    for page in ("/clients/?show=unreached", "/clients/?show=attention", "/home/"):
        html = alma_browser.get(page).content.decode()
        assert "Somebody asked for a new password with their address on" in html
    assert "asked for a new password" not in cora_browser.get("/home/").content.decode()


def test_coach_sees_nothing_where_mails_arrive(client, ben, ben_client, alma_browser, smtp_server):
    ask(client, ben.email)
    old = stop(ben.email)
    ReturnedMail.objects.filter(pk=old.pk).clear()
    ask(client, ben.email)

    html = alma_browser.get("/clients/?show=all").content.decode()
    assert "asked for a new password" not in html
    assert "come back" not in html


def test_client_who_has_not_joined_counts_by_the_address_the_coach_has(
    client, alma, ben_client, alma_browser, smtp_server
):
    Client.objects.filter(pk=ben_client.pk).update(user=None, email="Ben.New@Example.org")
    stop("ben.new@example.org")

    ask(client, "ben.new@example.org")

    html = alma_browser.get("/clients/?show=unreached").content.decode()
    assert "Somebody asked for a new password with their address" in html


@pytest.mark.parametrize("status", ["paused", "ended"])
def test_reason_rests_with_the_work(ben, ben_client, alma_browser, status):
    stop(ben.email)
    Client.objects.filter(pk=ben_client.pk).update(status=status)

    assert "Mails to them come back" not in alma_browser.get("/clients/?show=all").content.decode()
