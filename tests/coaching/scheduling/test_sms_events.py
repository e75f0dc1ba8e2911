"""What Twilio reports of an SMS: signed, to the row it is about; and a mail where it did not arrive."""

from urllib.parse import urlsplit

import pytest
from django.db.models.functions import Now

from coaching.accounts import actions, outbox, sms_events
from coaching.accounts.deliveries import Delivery
from coaching.accounts.models import SmsNumber
from coaching.accounts.records import uuid7
from coaching.scheduling.models import MailChoices, Nudge, Reminder

pytestmark = pytest.mark.django_db
SITE = "https://trellis.example"


@pytest.fixture(autouse=True)
def _own_address(settings) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def sent(book, ben, takes_sms, twilio) -> Reminder:
    """The SMS that told Ben of a booking; Twilio took it."""
    takes_sms(ben)
    MailChoices.objects.create(user=ben, way="sms")
    row = book("2027-06-01T10:00").reminders.get(kind="booked", channel="sms")
    Reminder.objects.exclude(pk=row.pk).delete()
    Reminder.objects.filter(pk=row.pk).update(due_at=Now())
    outbox.send_due()
    row.refresh_from_db()
    assert row.state == "sent"
    return row


def state(row: Delivery) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.server_answer


def mails() -> list[str]:
    return list(Reminder.objects.filter(channel="email").values_list("state", flat=True))


def test_twilio_is_told_where_to_report(sent, twilio):
    assert twilio.taken[0]["StatusCallback"] == f"{SITE}/accounts/sms/events/{sent.pk}/"


def test_site_without_an_address_of_its_own_asks_for_no_report(settings, twilio, ben):
    settings.SITE_URL = "http://127.0.0.1:8000"
    actions.agree_to_sms(by=ben, number="+447700900123", words="Yes.")

    outbox.send_due()

    assert "StatusCallback" not in twilio.taken[0]


@pytest.mark.parametrize(
    ("status", "code", "answer"),
    [
        ("undelivered", "30003", "undelivered 30003: the phone is switched off or out of reach"),
        ("failed", "30099", "failed 30099"),
        ("failed", "", "failed"),
        ("undelivered", "<b>3", "undelivered"),
    ],
)
def test_sms_that_did_not_arrive_is_a_mail(
    client, sent, twilio, smtp_server, alma_browser, status, code, answer
):
    response = twilio.report(client, status, ErrorCode=code)
    outbox.send_due()

    assert response.status_code == 204
    assert state(sent) == ("returned", answer)
    assert mails() == ["sent"]
    assert smtp_server.addresses == ["ben@example.org"]
    html = alma_browser.get("/sessions/mails/").content.decode()
    assert answer in html
    assert "It did not arrive, so a mail says the same." in html
    assert "Nothing to look at" in alma_browser.get("/sessions/mails/?show=look").content.decode()


def test_sms_that_arrived(client, sent, twilio, alma_browser):
    assert twilio.report(client, "delivered").status_code == 204

    assert state(sent) == ("sent", "delivered SM1")
    assert mails() == []
    assert "delivered SM1" in alma_browser.get("/sessions/mails/").content.decode()


@pytest.mark.parametrize("status", ["queued", "sending", "sent", "accepted", "read", "", "nonsense", "\x00"])
def test_reports_on_the_way_change_nothing(client, sent, twilio, status):
    assert twilio.report(client, status).status_code == 204

    assert state(sent) == ("sent", "queued SM1")


def test_replay_changes_nothing(client, sent, twilio, smtp_server):
    for _time in range(3):
        twilio.report(client, "undelivered", ErrorCode="30005")
        outbox.send_due()
    twilio.report(client, "delivered")

    assert state(sent)[0] == "returned"
    assert len(smtp_server.taken) == 1


def test_late_word_of_a_second_copy_does_not_undo_that_it_arrived(client, sent, twilio):
    twilio.report(client, "delivered")
    twilio.report(client, "undelivered", MessageSid="SM2")

    assert state(sent) == ("sent", "delivered SM1")
    assert mails() == []


@pytest.mark.parametrize("what", ["token", "nothing", "status", "row", "host", "path"])
def test_report_that_twilio_did_not_sign_so_is_refused(client, sent, twilio, book, what):
    address = twilio.taken[0]["StatusCallback"]
    if what == "token":
        response = twilio.report(client, "undelivered", token="another")
    elif what == "host":
        path = urlsplit(address).path
        response = twilio.report(client, "undelivered", address=f"https://other.example{path}")
    else:
        form = {"MessageStatus": "delivered"}
        path = urlsplit(address).path
        good = sms_signature(address, form)
        if what == "nothing":
            response = client.post(path, form)
        elif what == "status":
            response = client.post(
                path, {"MessageStatus": "undelivered"}, headers={"X-Twilio-Signature": good}
            )
        elif what == "row":
            other = book("2027-06-02T10:00").reminders.first()
            response = client.post(
                f"/accounts/sms/events/{other.pk}/", form, headers={"X-Twilio-Signature": good}
            )
        else:
            response = client.post(f"{path}?a=b", form, headers={"X-Twilio-Signature": good})

    assert response.status_code == 403
    assert state(sent) == ("sent", "queued SM1")


def sms_signature(address: str, form: dict[str, str]) -> str:
    from twilio.request_validator import RequestValidator  # noqa: PLC0415

    return RequestValidator("token").compute_signature(address, form)


def test_report_about_a_mail_or_about_nothing_changes_nothing(client, sent, twilio, book):
    mail = book("2027-06-02T10:00").reminders.filter(channel="email").first()
    before = state(mail)

    for pk in (mail.pk, uuid7()):
        address = f"{SITE}/accounts/sms/events/{pk}/"
        assert twilio.report(client, "undelivered", address=address).status_code == 204

    assert state(mail) == before
    assert state(sent) == ("sent", "queued SM1")


def test_without_twilio_there_is_no_address(client, sent, settings, twilio):
    settings.SMS_URL = "mailbox:"

    assert twilio.report(client, "undelivered").status_code == 404
    assert state(sent) == ("sent", "queued SM1")


# --- before the answer, and after it was lost ---------------------------------


def being_sent(row: Reminder, **fields) -> None:
    values = {"state": "submitting", "server_answer": "", "lease_token": uuid7(), **fields}
    Reminder.objects.filter(pk=row.pk).update(**values)
    row.refresh_from_db()


@pytest.mark.parametrize(("status", "end"), [("delivered", "sent"), ("undelivered", "returned")])
def test_report_that_is_quicker_than_the_answer_counts(client, sent, twilio, status, end):
    being_sent(sent)
    worker = Reminder.objects.get(pk=sent.pk)

    twilio.report(client, status)

    assert worker.settle("sent", "queued SM1") is False
    assert state(sent)[0] == end


def test_sms_that_arrived_is_not_sent_again_though_the_answer_was_lost(client, sent, twilio):
    being_sent(sent, state="pending", is_ambiguous=True, lease_token=None, due_at=Now())

    twilio.report(client, "delivered")
    outbox.send_due()

    assert state(sent) == ("sent", "delivered SM1")
    assert len(twilio.taken) == 1


def test_first_copys_end_says_nothing_of_the_second(client, sent, twilio):
    being_sent(sent, state="pending", is_ambiguous=True, lease_token=None, due_at=Now())

    twilio.report(client, "undelivered")
    outbox.send_due()

    assert state(sent) == ("sent", "queued SM2")
    assert mails() == []


def test_arrived_before_its_time_is_only_said_of_what_may_have_left(client, sent, twilio):
    """A row that was never handed over stays as it is, whatever is signed about it."""
    being_sent(sent, state="pending", lease_token=None)

    twilio.report(client, "delivered")

    assert state(sent)[0] == "pending"


# --- other rows than sessions' ------------------------------------------------


def test_code_that_did_not_arrive_is_said_on_the_page(client, twilio, ben, ben_browser):
    actions.agree_to_sms(by=ben, number="+447700900123", words="Yes.")
    outbox.send_due()

    twilio.report(client, "undelivered", ErrorCode="30006")

    assert SmsNumber.objects.get(user=ben).state == "returned"
    html = ben_browser.get("/accounts/sms/").content.decode()
    assert "The SMS did not arrive: undelivered 30006: the number is a landline" in html


def test_nudge_that_did_not_arrive_is_a_mail(ben):
    now = Now()
    row = Nudge.objects.create(
        user=ben, kind="step_due", day="2027-06-01", channel="sms", due_at=now, useful_until=now, state="sent"
    )

    assert sms_events.note_report(pk=row.pk, status="failed", code="30008", sid="SM9")

    assert list(Nudge.objects.filter(channel="email").values_list("kind", flat=True)) == ["step_due"]
