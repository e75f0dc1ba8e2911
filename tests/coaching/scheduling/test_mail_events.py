"""What a mail provider reports: signed, once, and told to those whom it concerns."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.models.functions import Now
from django.utils import timezone

from coaching import settings as trellis_settings
from coaching.accounts import outbox
from coaching.accounts.actions import confirm_address
from coaching.accounts.models import ReturnedMail
from coaching.scheduling.actions import cancel_session
from coaching.scheduling.models import MailChoices, Nudge, Reminder

pytestmark = pytest.mark.django_db
KEY = "key-of-the-tests"
MAILGUN, POSTMARK = "/accounts/mail/events/mailgun/", "/accounts/mail/events/postmark/"


@pytest.fixture
def mailgun(settings):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def postmark(settings):
    settings.MAIL_PROVIDER, settings.ANYMAIL = "postmark", {"WEBHOOK_SECRET": "trellis:secret"}


@pytest.fixture
def sent(book, smtp_server, settings) -> Reminder:
    """The mail that told Ben of a booking; the mail server took it."""
    mail = book("2027-06-01T10:00").reminders.get(kind="booked")
    Reminder.objects.filter(pk=mail.pk).update(due_at=Now())
    outbox.send_due()
    mail.refresh_from_db()
    assert mail.state == "sent"
    return mail


def by_mailgun(mail, event="failed", *, severity="permanent", token="t1", key=KEY, to="ben@example.org"):
    """The body of Mailgun's webhook (documentation.mailgun.com, "Webhooks")."""
    timestamp = str(int(time.time()))
    signature = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"token": token, "timestamp": timestamp, "signature": signature},
        "event-data": {
            "event": event,
            "severity": severity,
            "id": "G9Bn5sl1TC6nu79C8C0bwg",
            "timestamp": float(timestamp),
            "recipient": to,
            "reason": "bounce",
            "message": {"headers": {"message-id": mail.message_id.strip("<>")}},
            "delivery-status": {"code": 550, "message": "5.1.1 The account does not exist"},
        },
    }


def by_postmark(mail, record: str = "Bounce", kind: str = "HardBounce", *, number=42, to="Ben@example.org"):
    """The body of Postmark's webhook (postmarkapp.com/developer/webhooks)."""
    return {
        "RecordType": record,
        "Type": kind,
        "ID": number,
        "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"anymail_id": str(mail.pk)},
        "Email": to,
        "Description": "The server was unable to deliver your message.",
        "Details": "smtp;550 5.1.1 no such user",
        "BouncedAt": "2027-05-01T10:00:00Z",
    }


def post(client, url: str, body, user: str = "trellis:secret"):
    token = base64.b64encode(user.encode()).decode()
    return client.post(
        url, json.dumps(body), content_type="application/json", headers={"Authorization": f"Basic {token}"}
    )


def test_bounce_told_by_mailgun(client, mailgun, sent, alma_browser):
    assert post(client, MAILGUN, by_mailgun(sent)).status_code == 200

    sent.refresh_from_db()
    assert (sent.state, sent.server_answer) == ("returned", "5.1.1 The account does not exist")
    assert list(ReturnedMail.objects.values_list("email", "kind", "stops")) == [
        ("ben@example.org", "bounced", True)
    ]
    html = alma_browser.get("/sessions/mails/", {"show": "look"}).content.decode()
    assert "It came back" in html
    assert "5.1.1 The account does not exist" in html


def test_bounce_told_by_postmark(client, postmark, sent):
    assert post(client, POSTMARK, by_postmark(sent)).status_code == 200

    sent.refresh_from_db()
    assert (sent.state, sent.server_answer) == ("returned", "smtp;550 5.1.1 no such user")
    assert ReturnedMail.objects.stopping("ben@example.org").exists()


def test_postmark_is_given_what_it_gives_back(client, postmark, sent, smtp_server):
    assert smtp_server.taken[0]["X-PM-Metadata-anymail_id"] == str(sent.pk)


@pytest.mark.parametrize("change", ["wrong key", "tampered", "no signature", "nothing", "no json"])
def test_mailgun_with_a_wrong_signature_is_refused(client, mailgun, sent, change):
    body = by_mailgun(sent, key="another" if change == "wrong key" else KEY)
    if change == "tampered":
        body["signature"]["timestamp"] = "1"
    elif change == "no signature":
        del body["signature"]
    elif change == "nothing":
        body = {}
    response = post(client, MAILGUN, "not json" if change == "no json" else body)

    sent.refresh_from_db()
    assert response.status_code == 400
    assert (sent.state, ReturnedMail.objects.count()) == ("sent", 0)


@pytest.mark.parametrize("user", ["trellis:wrong", "other:secret", ":"])
def test_postmark_with_a_wrong_secret_is_refused(client, postmark, sent, user):
    response = post(client, POSTMARK, by_postmark(sent), user=user)

    sent.refresh_from_db()
    assert response.status_code == 400
    assert (sent.state, ReturnedMail.objects.count()) == ("sent", 0)


@pytest.mark.parametrize("body", [[], "x", 7, None])
def test_what_is_no_report_is_refused(client, postmark, body):
    assert post(client, POSTMARK, body).status_code == 400


def test_another_provider_than_the_chosen_one_is_not_there(client, postmark, sent):
    assert post(client, MAILGUN, by_mailgun(sent)).status_code == 404


def test_replay_changes_nothing(client, mailgun, sent, ben_browser):
    body = by_mailgun(sent)
    post(client, MAILGUN, body)
    ben_browser.post("/accounts/mail/try-again/")

    assert post(client, MAILGUN, body).status_code == 200
    body["event-data"]["recipient"] = "alma@example.org"
    post(client, MAILGUN, body)

    assert not ReturnedMail.objects.filter(cleared_at=None).exists()
    assert ReturnedMail.objects.count() == 1


# --- no more mails to that address --------------------------------------------


@pytest.fixture
def stopped(client, mailgun, sent) -> Reminder:
    """The next mail to Ben, due now, after one came back."""
    post(client, MAILGUN, by_mailgun(sent))
    row = sent.session.reminders.filter(kind="upcoming", recipient="client").first()
    Reminder.objects.filter(pk=row.pk).update(due_at=Now())
    return row


def test_nothing_more_goes_to_an_address_that_sent_back(stopped, smtp_server):
    outbox.send_due()

    stopped.refresh_from_db()
    assert stopped.state == "failed"
    assert "came back before" in stopped.server_answer
    assert len(smtp_server.taken) == 1


def test_mails_to_others_go_on(stopped, smtp_server):
    row = stopped.session.reminders.get(recipient="coach")
    Reminder.objects.filter(pk=row.pk).update(due_at=Now())

    outbox.send_due()

    assert smtp_server.addresses == ["ben@example.org", "alma@example.org"]


def test_person_is_told_and_can_have_it_tried_again(stopped, ben_browser, alma_browser, smtp_server):
    page = ben_browser.get("/settings/mails/").content.decode()
    assert "Mails to you came back" in page
    assert "Mails to you came back" not in alma_browser.get("/settings/mails/").content.decode()

    ben_browser.post("/accounts/mail/try-again/")
    outbox.send_due()

    assert len(smtp_server.taken) == 2
    assert "came back" not in ben_browser.get("/settings/mails/").content.decode()


@pytest.mark.parametrize("way", ["changed", "confirmed", "sent again by hand"])
def test_address_is_used_again_after(stopped, ben, sent, smtp_server, way):
    if way == "changed":
        ben.email = "ben.new@example.org"
        ben.save()
    elif way == "confirmed":
        confirm_address(user=ben)
    else:
        sent.refresh_from_db()
        sent.send_again()

    outbox.send_due()

    stopped.refresh_from_db()
    assert stopped.state == "sent"


def test_another_persons_word_does_not_clear(stopped, alma_browser, smtp_server):
    alma_browser.post("/accounts/mail/try-again/")

    outbox.send_due()

    assert len(smtp_server.taken) == 1


@pytest.mark.parametrize("provider", ["mailgun", "postmark"])
def test_full_mailbox_stops_nothing(client, settings, sent, provider, request):
    request.getfixturevalue(provider)
    if provider == "mailgun":
        post(client, MAILGUN, by_mailgun(sent, severity="temporary"))
    else:
        post(client, POSTMARK, by_postmark(sent, kind="SoftBounce"))

    assert not ReturnedMail.objects.stopping("ben@example.org").exists()
    sent.refresh_from_db()
    assert sent.state == ("sent" if provider == "mailgun" else "returned")


@pytest.mark.parametrize("event", ["delivered", "opened", "clicked", "accepted"])
def test_other_reports_are_left_alone(client, mailgun, sent, event):
    assert post(client, MAILGUN, by_mailgun(sent, event)).status_code == 200

    assert not ReturnedMail.objects.exists()


def test_mail_that_is_none_of_ours_still_tells_of_the_address(client, mailgun, sent):
    sent.message_id = "<another@mail.example>"
    post(client, MAILGUN, by_mailgun(sent))

    assert ReturnedMail.objects.stopping("ben@example.org").exists()
    assert Reminder.objects.get(pk=sent.pk).state == "sent"


# --- complaints ---------------------------------------------------------------


def test_complaint_ends_this_kind_of_mail(client, mailgun, sent, ben):
    post(client, MAILGUN, by_mailgun(sent, "complained"))

    choices = MailChoices.objects.get(user=ben)
    assert (choices.wants_booked, choices.wants_changed, choices.wants_upcoming) == (False, True, True)
    assert not ReturnedMail.objects.stopping("ben@example.org").exists()
    assert Reminder.objects.get(pk=sent.pk).state == "unwanted"


def test_complaint_is_told_to_the_coach(client, mailgun, sent, alma_browser, cora_browser, ben_browser):
    post(client, MAILGUN, by_mailgun(sent, "complained"))

    for show in ("done", "look"):
        html = alma_browser.get("/sessions/mails/", {"show": show}).content.decode()
        assert "Reported as unwanted" in html
        assert "Ben reported it as unwanted" in html
    roster = alma_browser.get("/clients/", {"show": "attention"}).content.decode()
    assert "They reported a mail about a session as unwanted" in roster
    assert "They reported a mail" in alma_browser.get("/home/").content.decode()
    assert "They reported a mail" not in ben_browser.get("/home/").content.decode()
    assert "unwanted" not in cora_browser.get("/home/").content.decode()


def test_mail_that_was_unwanted_is_not_sent_again_by_hand(client, mailgun, sent, alma_browser):
    post(client, MAILGUN, by_mailgun(sent, "complained"))

    alma_browser.post(f"/sessions/mails/{sent.pk}/resend/")

    assert not Reminder.objects.exclude(resend_of=None).exists()


def test_mail_that_was_unwanted_was_read_so_a_cancellation_is_news(client, mailgun, sent, alma):
    post(client, MAILGUN, by_mailgun(sent, "complained"))

    cancel_session(by=alma, session=sent.session)

    assert sent.session.reminders.filter(kind="cancelled", recipient="client").exists()


def test_complaint_of_a_coach_about_their_own_mails_is_no_ones_need(
    client, postmark, sent, alma, alma_browser
):
    own = sent.session.reminders.get(recipient="coach")
    Reminder.objects.filter(pk=own.pk).update(state="sent")
    post(client, POSTMARK, by_postmark(own, "SpamComplaint", "SpamComplaint", to=alma.email))

    assert "from your own mailbox" in alma_browser.get("/sessions/mails/?show=look").content.decode()
    assert "They reported" not in alma_browser.get("/clients/?show=all").content.decode()


def test_complaint_about_reminders_takes_back_those_that_wait(client, postmark, sent, ben):
    reminder = sent.session.reminders.filter(kind="upcoming", recipient="client").first()
    post(client, POSTMARK, by_postmark(reminder, "SpamComplaint", "SpamComplaint"))

    assert not MailChoices.objects.get(user=ben).wants_upcoming
    assert not sent.session.reminders.filter(kind="upcoming", recipient="client").exists()
    assert sent.session.reminders.filter(kind="upcoming", recipient="coach").exists()


@pytest.mark.parametrize("kind", ["step_due", "coach_week"])
def test_complaint_about_a_nudge(client, postmark, alma, kind):
    now = timezone.now()
    nudge = Nudge.objects.create(user=alma, kind=kind, day=now.date(), due_at=now, useful_until=now)

    post(client, POSTMARK, by_postmark(nudge, "SpamComplaint", "SpamComplaint", to="alma@example.org"))

    assert getattr(MailChoices.objects.get(user=alma), f"wants_{kind}") is False


def test_complaint_about_a_nudge_is_the_clients_own(client, postmark, ben, ben_client, alma_browser):
    now = timezone.now()
    nudge = Nudge.objects.create(
        user=ben, kind="step_due", day=now.date(), due_at=now, useful_until=now, state="sent"
    )

    post(client, POSTMARK, by_postmark(nudge, "SpamComplaint", "SpamComplaint"))

    nudge.refresh_from_db()
    assert nudge.state == "unwanted"
    for page in ("/home/", "/clients/?show=all", "/sessions/mails/?show=look"):
        assert "nwanted" not in alma_browser.get(page).content.decode().replace(
            "reported as unwanted, or that", ""
        )


def test_complaint_of_somebody_without_an_account_stops_all(client, mailgun, sent, ben_client, ben):
    ben_client.user = None
    ben_client.save()

    post(client, MAILGUN, by_mailgun(sent, "complained"))

    assert ReturnedMail.objects.stopping("ben@example.org").exists()


@pytest.mark.parametrize(
    ("provider", "secret"), [("mailgun", ""), ("postmark", "secret"), ("sendgrid", "a:b")]
)
def test_provider_is_checked_at_the_start(provider, secret):
    with pytest.raises(ImproperlyConfigured, match="MAIL_WEBHOOK_SECRET"):
        trellis_settings._anymail(provider, secret)


def test_provider_and_what_anymail_is_told():
    assert trellis_settings._anymail("", "") == {}
    assert trellis_settings._anymail("mailgun", "k") == {"MAILGUN_WEBHOOK_SIGNING_KEY": "k"}
    assert trellis_settings._anymail("postmark", "a:b") == {"WEBHOOK_SECRET": "a:b"}


@pytest.mark.usefixtures("mailgun")
@pytest.mark.parametrize(
    "body",
    [
        '{"signature": {"timestamp": "x", "token": "\u00e9", "signature": "\u00e9"}}',
        "[" * 200_000,
        '{"signature": {"timestamp": 1e30}}',
    ],
)
def test_what_is_no_report_is_no_fault(client, body):
    assert client.post(MAILGUN, body, content_type="application/json").status_code == 400


@pytest.mark.usefixtures("mailgun")
def test_a_report_with_a_moment_or_a_mark_that_cannot_be_is_no_fault(client, sent):
    strange, marked = by_mailgun(sent, token="t7"), by_mailgun(sent, token="t8")
    strange["event-data"]["timestamp"] = 1e30
    marked["event-data"]["delivery-status"]["message"] = "away\0 for good"

    assert post(client, MAILGUN, strange).status_code == 400
    assert post(client, MAILGUN, marked).status_code == 200
    assert "away for good" in ReturnedMail.objects.get().words
