"""What became of the mails, for the coach; and sending one again."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import Reminder

pytestmark = pytest.mark.django_db
PAGE = "/sessions/mails/"


@pytest.fixture
def sent(book) -> Reminder:
    """The mail that told Ben of a booking, as the mail server took it."""
    mail = book("2027-06-01T10:00").reminders.get(kind="booked")
    finish(mail, sent_at=timezone.now(), server_answer="250 2.0.0 taken as 7")
    return mail


def finish(mail: Reminder, state: str = DeliveryState.SENT, **fields) -> None:
    Reminder.objects.filter(pk=mail.pk).update(state=state, due_at=timezone.now(), **fields)
    mail.refresh_from_db()


def shown(browser, show: str) -> list[Reminder]:
    return list(browser.get(PAGE, {"show": show}).context["page"])


def test_mail_list_tells_what_when_to_whom_and_the_answer(alma_browser, sent):
    html = alma_browser.get(PAGE).content.decode()

    for words in ("Session booked", "To Ben", "250 2.0.0 taken as 7", "Session with Ben on 1 June, 10:00"):
        assert words in html
    assert "ben@example.org" not in html


def test_mail_list_is_cut_into_four(alma_browser, alma, book, sent):
    session = book("2027-06-02T10:00")
    refused, missed = session.reminders.filter(kind="upcoming", recipient="client")
    finish(refused, DeliveryState.FAILED)
    finish(missed, DeliveryState.MISSED)
    waiting = sent.session.reminders.filter(state="pending").order_by("due_at")
    off = actions.cancel_session(by=alma, session=book("2027-06-03T10:00"))

    assert set(shown(alma_browser, "done")) == set(shown(alma_browser, "nonsense")) == {sent, refused, missed}
    assert set(shown(alma_browser, "look")) == {refused, missed}
    assert set(shown(alma_browser, "off")) == set(off.reminders.all())
    assert [mail for mail in shown(alma_browser, "waiting") if mail.session == sent.session] == list(waiting)


@pytest.mark.parametrize("show", ["done", "waiting", "look", "off"])
def test_mail_list_shows_ones_own_only(show, alma_browser, cora_browser, book, dan_client, sent):
    for number, state in enumerate(DeliveryState.values):
        finish(book(client=dan_client, ahead=timedelta(days=9 + number)).reminders.first(), state)

    assert all(mail.session.client != dan_client for mail in shown(alma_browser, show))
    assert all(mail.session.client == dan_client for mail in shown(cora_browser, show))
    assert shown(cora_browser, show)


@pytest.mark.parametrize("count", [3, 30])
def test_mail_list_queries(alma_browser, book, count, django_assert_num_queries):
    for number in range(count):
        finish(book(ahead=timedelta(days=number + 3)).reminders.get(kind="booked"))

    with django_assert_num_queries(5):
        response = alma_browser.get(PAGE)

    assert len(response.context["page"]) == min(count, 25)


def test_mail_list_further_pages(alma_browser, book):
    for number in range(27):
        finish(book(ahead=timedelta(days=number + 3)).reminders.get(kind="booked"), DeliveryState.FAILED)

    first = alma_browser.get(PAGE, {"show": "look"}).context["page"]
    second = alma_browser.get(first.next_url).context["page"]

    assert (len(first), len(second)) == (25, 2)
    assert set(first.rows + second.rows) == set(Reminder.objects.filter(state="failed"))


def test_mail_list_empty(alma_browser):
    assert "will stand here" in alma_browser.get(PAGE).content.decode()
    assert "Nothing to look at" in alma_browser.get(PAGE, {"show": "look"}).content.decode()


# --- sending again ------------------------------------------------------------


def test_mail_resend_is_a_new_mail(alma_browser, sent, smtp_server):
    response = alma_browser.post(f"{PAGE}{sent.pk}/resend/", {"back": f"{PAGE}?show=done"})
    outbox.send_due()

    again = sent.resent_as
    assert response.url == f"{PAGE}?show=done"
    assert [str(m) for m in get_messages(response.wsgi_request)] == ["It is on its way to Ben once more."]
    assert (again.kind, again.recipient, again.state) == ("booked", "client", "sent")
    assert [mail["Subject"] for mail in smtp_server.taken] == ["Booked: Tuesday 1 June 2027, 04:00"]
    assert smtp_server.taken[0]["Message-ID"] == again.message_id != sent.stable_message_id


def test_mail_resend_twice_by_accident_is_once(alma_browser, sent):
    for _press in range(2):
        response = alma_browser.post(f"{PAGE}{sent.pk}/resend/")

    assert Reminder.objects.filter(kind="booked").count() == 2
    assert [str(m) for m in get_messages(response.wsgi_request)][
        -1
    ] == "This mail cannot be sent again as it is."
    assert "Send it again" not in alma_browser.get(PAGE).content.decode()


def test_the_database_lets_a_mail_be_sent_again_once(sent):
    again = sent.send_again()
    again.pk = None
    again._state.adding = True

    with pytest.raises(IntegrityError, match="resend_of"):
        again.save()


def test_resent_mail_can_be_sent_again_once_it_has_ended(alma_browser, sent):
    again = sent.send_again()
    with pytest.raises(ValidationError):
        again.send_again()
    finish(again)

    assert again.send_again().resend_of == again
    assert Reminder.objects.filter(kind="booked").count() == 3


@pytest.mark.parametrize(
    "state",
    [state for state in DeliveryState.values if state not in {"sent", "failed", "missed", "returned"}],
)
def test_mail_that_waits_or_was_called_off_is_not_sent_again(sent, state):
    finish(sent, state)

    with pytest.raises(ValidationError):
        sent.send_again()


def test_mail_that_is_no_longer_true_is_not_sent_again(alma_browser, alma, sent, make_past):
    old = make_past()
    held = Reminder.objects.create(
        session=old, kind="booked", recipient="client", schedule_version=1,
        state="missed", due_at=old.starts_at, useful_until=old.ends_at,
    )  # fmt: skip
    actions.cancel_session(by=alma, session=sent.session)

    for mail in (sent, held):
        with pytest.raises(ValidationError):
            mail.send_again()
    assert "Send it again" not in alma_browser.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "", "foo", "home:home"]
)
def test_mail_resend_leads_nowhere_else(alma_browser, sent, back):
    assert alma_browser.post(f"{PAGE}{sent.pk}/resend/", {"back": back}).url == PAGE


@pytest.mark.parametrize("who", ["ben", "cora", "dan", "olga"])
def test_mail_resend_by_others(who, request, browser_of, sent):
    response = browser_of(request.getfixturevalue(who)).post(f"{PAGE}{sent.pk}/resend/")

    assert response.status_code == 404
    assert not Reminder.objects.exclude(resend_of=None).exists()


# --- the first page -----------------------------------------------------------


def test_coach_is_told_on_the_first_page_until_it_is_sent_again(alma_browser, cora_browser, sent, dan_client):
    quiet = alma_browser.get("/home/").content.decode()
    finish(sent, DeliveryState.FAILED, server_answer="550 no")
    told = alma_browser.get("/home/").content.decode()
    of_another = cora_browser.get("/home/").content.decode()
    sent.send_again()

    assert "needs a look" not in quiet
    assert "One mail about a session needs a look." in told
    assert "needs a look" not in of_another
    assert "needs a look" not in alma_browser.get("/home/").content.decode()


def test_coach_is_not_told_for_ever(alma_browser, sent):
    finish(sent, DeliveryState.MISSED, useful_until=timezone.now() - timedelta(days=15))

    assert "needs a look" not in alma_browser.get("/home/").content.decode()


def test_mail_list_of_one_session(alma_browser, ben_browser, cora_browser, book):
    session, other = book(), book(ahead=timedelta(days=9))
    address = f"{PAGE}?session={session.pk}"

    page = alma_browser.get(address)

    assert {mail.session for mail in page.context["page"]} == {session}
    assert len(page.context["page"]) == session.reminders.count()
    assert other.get_absolute_url() not in page.content.decode()
    assert cora_browser.get(address).status_code == 404
    assert ben_browser.get(address).status_code == 403
    assert alma_browser.get(f"{PAGE}?session=nonsense").status_code == 404
