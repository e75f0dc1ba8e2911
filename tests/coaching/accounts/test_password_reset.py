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


# --- a person whom no coach looks after ---------------------------------------

ASKED = "Somebody asked for a new password with their address on"


def test_coach_at_a_stopped_address_is_sent_the_link_all_the_same(client, alma, smtp_server):
    stop(alma.email)

    asked, unknown = ask(client, alma.email), ask(client, "nobody@example.org")

    assert asked == unknown
    assert "If you are a coach, tell the owner of your practice." in asked[1]
    assert smtp_server.addresses == [alma.email, "nobody@example.org"]


@pytest.mark.parametrize(
    ("kind", "words"), [("bounced", "Mails to them come back"), ("complained", "our mails as unwanted")]
)
def test_owner_sees_that_it_may_not_have_arrived(
    client, alma, esra, olga_browser, alma_browser, smtp_server, kind, words
):
    stop(esra.email, kind)
    assert words not in olga_browser.get("/practice/").content.decode()
    stop(alma.email, kind)
    before = olga_browser.get("/practice/").content.decode()

    ask(client, "ALMA@example.org")

    after = olga_browser.get("/practice/").content.decode()
    assert (before.count(words), before.count(ASKED)) == (1, 0)
    assert (after.count(words), after.count(ASKED)) == (1, 1)
    assert "gets another address from the people who run this site" in after


def test_who_runs_the_site_sees_it_of_everybody(client, olga, gita_browser, smtp_server):
    page = f"/admin/accounts/user/{olga.pk}/change/"
    assert "go to this address" in gita_browser.get(page).content.decode()
    stop(olga.email)
    before = gita_browser.get(page).content.decode()

    ask(client, olga.email)

    after = gita_browser.get(page).content.decode()
    assert "came back, so none go to this address" in before
    assert "Somebody asked for a new password" not in before
    assert "Somebody asked for a new password with it on" in after


@pytest.mark.parametrize(
    ("kind", "words"), [("bounced", "came back"), ("complained", "were reported as unwanted")]
)
def test_first_page_tells_its_person_while_they_are_in(
    alma, ben, ben_client, alma_browser, ben_browser, kind, words
):
    stop(alma.email, kind)

    told, other = (browser.get("/home/").content.decode() for browser in (alma_browser, ben_browser))

    assert f"Mails to alma@example.org {words}, so we send none there." in told
    assert "A link for a new password may not reach you either." in told
    assert "we send none there" not in other


@pytest.mark.parametrize(("kind", "stops"), [("bounced", False), ("complained", True)])
def test_link_that_was_used_shows_that_the_address_works(client, alma, dan, smtp_server, kind, stops):
    stop(alma.email, kind)
    stop(dan.email, kind)
    ask(client, alma.email)
    letter = smtp_server.taken[0].get_body(("plain",)).get_content()
    link = re.search(r"https?://[^/]+(/\S+)", letter)[1]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": "four calm herons", "password2": "quite other herons"})
    assert ReturnedMail.objects.stopping(alma.email).exists()

    client.post(form, {"password1": "four calm herons", "password2": "four calm herons"})

    assert client.login(email=alma.email, password="four calm herons")
    assert ReturnedMail.objects.stopping(alma.email).exists() is stops
    assert ReturnedMail.objects.stopping(dan.email).exists()


@pytest.mark.parametrize("status", ["paused", "ended"])
def test_reason_rests_with_the_work(ben, ben_client, alma_browser, status):
    stop(ben.email)
    Client.objects.filter(pk=ben_client.pk).update(status=status)

    assert "Mails to them come back" not in alma_browser.get("/clients/?show=all").content.decode()
