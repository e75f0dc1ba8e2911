"""Mails about sessions that go by SMS, and by mail where SMS cannot."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models.functions import Now

from coaching.accounts import outbox, sms
from coaching.accounts.actions import stop_sms
from coaching.scheduling import actions
from coaching.scheduling.models import MailChoices, Reminder

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def by_sms(ben, takes_sms):
    takes_sms(ben)
    MailChoices.objects.create(user=ben, way="sms")


@pytest.fixture
def due_sms(by_sms, book) -> Reminder:
    """The SMS that tells Ben of a booking, due now."""
    row = book("2027-06-01T10:00").reminders.get(kind="booked", channel="sms")
    Reminder.objects.exclude(pk=row.pk).delete()
    be_due(row)
    return row


def be_due(row: Reminder) -> None:
    Reminder.objects.filter(pk=row.pk).update(due_at=Now(), lease_until=None)


def rows(session, **which) -> list[tuple]:
    found = session.reminders.filter(recipient="client", **which).order_by("kind", "-lead", "channel")
    return [(row.kind, row.lead and row.lead / HOUR, row.channel) for row in found]


@pytest.mark.parametrize(("way", "channels"), [("email", "e"), ("sms", "s"), ("both", "es")])
def test_rows_for_each_channel(book, ben, takes_sms, way, channels):
    takes_sms(ben)
    MailChoices.objects.create(user=ben, way=way)

    session = book("2027-06-01T10:00")

    names = [{"e": "email", "s": "sms"}[channel] for channel in channels]
    expected = [("booked", None), ("upcoming", 48), ("upcoming", 2)]
    assert rows(session) == [(*row, name) for row in expected for name in names]
    assert set(session.reminders.filter(recipient="coach").values_list("channel", flat=True)) == {"email"}


def test_without_a_number_everything_is_a_mail(book, ben):
    MailChoices.objects.create(user=ben, way="both")

    assert {channel for *_row, channel in rows(book("2027-06-01T10:00"))} == {"email"}


def test_the_database_keeps_one_for_each_channel(book, ben, due_sms):
    due_sms.pk = None
    due_sms.channel = "email"
    due_sms.save(force_insert=True)
    due_sms.pk = None

    with pytest.raises(IntegrityError, match="reminder_once_per_time_of_session"):
        due_sms.save(force_insert=True)


def test_sms_says_when_in_the_readers_zone_and_no_more(due_sms, twilio):
    ends = outbox.send_due()

    due_sms.refresh_from_db()
    assert dict(ends) == {"sent": 1}
    assert (due_sms.state, due_sms.server_answer) == ("sent", "queued SM1")
    assert [(sent["To"], sent["Body"]) for sent in twilio.taken] == [
        ("+447700900123", "Trellis: your session is booked for Tuesday 1 June, 04:00 (New York).")
    ]


@pytest.mark.parametrize("kind", ["upcoming", "booked", "changed", "cancelled"])
@pytest.mark.parametrize("is_discreet", [False, True])
def test_sms_is_short_and_names_nobody(book, by_sms, ben, alma, kind, is_discreet, twilio):
    MailChoices.objects.filter(user=ben).update(is_discreet=is_discreet)
    session = book("2027-09-29T23:50", place_detail="12 Mill Lane")
    session.reminders.filter(kind="booked").update(state="sent")
    if kind == "changed":
        actions.reschedule_session(
            by=alma, session=session, local_start=session.local_start + HOUR, minutes=50, which=0,
            timezone=alma.timezone,
        )  # fmt: skip
    if kind == "cancelled":
        actions.cancel_session(by=alma, session=session)
    session.refresh_from_db()
    row = session.reminders.filter(
        kind=kind, channel="sms", schedule_version=session.schedule_version
    ).first()

    text = row.compose().text

    assert len(text) <= 160
    assert text.isascii()
    assert not any(word in text for word in ("Alma", "Ben", "Mill Lane", "http"))
    assert text.startswith("Appointment") is is_discreet
    assert ("session" in text) is not is_discreet


# --- in its place a mail ------------------------------------------------------


def the_mail(row: Reminder) -> Reminder:
    return Reminder.objects.get(session=row.session, kind=row.kind, channel="email")


@pytest.mark.parametrize("reason", ["stopped", "not set up"])
def test_sms_that_cannot_be_used_is_a_mail(due_sms, ben, settings, smtp_server, twilio, reason):
    if reason == "stopped":
        stop_sms(by=ben)
    else:
        settings.SMS_URL = ""

    outbox.send_due()
    outbox.send_due()

    due_sms.refresh_from_db()
    assert (due_sms.state, the_mail(due_sms).state) == ("cancelled", "sent")
    assert (twilio.taken, smtp_server.addresses) == ([], ["ben@example.org"])


def test_sms_that_is_refused_for_good_is_a_mail(due_sms, smtp_server, twilio):
    twilio.mode = "21610"

    outbox.send_due()
    outbox.send_due()

    due_sms.refresh_from_db()
    assert (due_sms.state, due_sms.server_answer) == (
        "failed", "400 21610 Unable to create record: Attempt to send to unsubscribed recipient",
    )  # fmt: skip
    assert the_mail(due_sms).state == "sent"
    assert len(smtp_server.taken) == 1


def test_sms_that_goes_by_mail_too_is_not_doubled(due_sms, smtp_server, twilio):
    Reminder.objects.create(
        session=due_sms.session, kind="booked", recipient="client", channel="email", schedule_version=1,
        due_at=Now(), useful_until=due_sms.useful_until,
    )  # fmt: skip
    twilio.mode = "21610"

    outbox.send_due()
    outbox.send_due()

    assert len(smtp_server.taken) == 1


@pytest.mark.parametrize("mode", ["20429", "20003", "away"])
def test_sms_that_nobody_takes_for_now_waits_and_then_is_a_mail(due_sms, settings, smtp_server, twilio, mode):
    twilio.mode = mode
    if mode == "away":
        settings.SMS_URL = "twilio+http://AC42:token@127.0.0.1:9?from=+15005550006"
    states = []

    for _try in range(6):
        be_due(due_sms)
        outbox.send_due()
        due_sms.refresh_from_db()
        states.append(due_sms.state)
    outbox.send_due()

    assert states == ["pending"] * 5 + ["failed"]
    assert the_mail(due_sms).state == "sent"
    assert due_sms.is_ambiguous is False


def test_sms_whose_answer_is_lost_is_sent_once_more_and_then_is_a_mail(due_sms, smtp_server, twilio):
    twilio.mode = "close"

    for _try in range(3):
        be_due(due_sms)
        outbox.send_due()
    outbox.send_due()

    due_sms.refresh_from_db()
    assert len(twilio.taken) == 2
    assert (due_sms.state, due_sms.is_ambiguous) == ("failed", True)
    assert the_mail(due_sms).state == "sent"


def test_worker_killed_while_an_sms_is_sent(due_sms, twilio):
    """As a kill after the commit of *submitting* leaves it: once more, and flagged."""
    Reminder.objects.filter(pk=due_sms.pk).update(state="submitting", attempts=1, lease_until=Now())

    outbox.send_due()

    due_sms.refresh_from_db()
    assert (due_sms.state, due_sms.is_ambiguous, len(twilio.taken)) == ("sent", True, 1)


def test_sms_of_a_session_that_is_off_is_not_sent(due_sms, alma, twilio):
    Reminder.objects.filter(pk=due_sms.pk).update(schedule_version=7)

    outbox.send_due()

    due_sms.refresh_from_db()
    assert (due_sms.state, twilio.taken) == ("cancelled", [])
    assert Reminder.objects.count() == 1


def test_mail_server_that_is_away_holds_up_no_sms(due_sms, book, ben_client, settings, twilio):
    settings.MAILERS = {
        "default": {
            "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }
    mail = book("2027-06-02T10:00").reminders.filter(recipient="coach").first()
    Reminder.objects.filter(pk=mail.pk).update(due_at=Now())

    ends = outbox.send_due()

    assert dict(ends) == {"sent": 1, "waiting": 1}


def test_provider_that_is_away_holds_up_no_mail(due_sms, book, settings, smtp_server, twilio):
    settings.SMS_URL = "twilio+http://AC42:token@127.0.0.1:9?from=+15005550006"
    mail = book("2027-06-02T10:00").reminders.filter(recipient="coach").first()
    Reminder.objects.filter(pk=mail.pk).update(due_at=Now())

    assert dict(outbox.send_due()) == {"sent": 1, "waiting": 1}


def test_sms_is_sent_again_as_an_sms(due_sms, alma_browser, twilio):
    outbox.send_due()
    alma_browser.post(f"/sessions/mails/{due_sms.pk}/resend/")
    outbox.send_due()

    assert len(twilio.taken) == 2


def test_sms_sent_again_that_is_refused_is_a_mail(due_sms, smtp_server, twilio):
    outbox.send_due()
    due_sms.send_again()
    twilio.mode = "21610"
    outbox.send_due()
    outbox.send_due()

    assert len(smtp_server.taken) == 1


# --- the page -----------------------------------------------------------------


def test_way_is_offered_to_those_with_a_number(ben_browser, ben, takes_sms, book):
    page = "/settings/mails/"
    wanted = {"wants_upcoming": "on", "wants_booked": "on", "wants_changed": "on", "way": "sms"}
    session = book("2027-06-01T10:00")
    assert "way" not in ben_browser.get(page).context["form"].fields
    assert "I would like SMS" in ben_browser.get(page).content.decode()
    ben_browser.post(page, wanted)
    assert MailChoices.objects.get(user=ben).way == "email"

    takes_sms(ben)
    ben_browser.post(page, wanted)

    assert MailChoices.objects.get(user=ben).way == "sms"
    assert {channel for *_row, channel in rows(session, kind="upcoming")} == {"sms"}
    assert "+447700900123" in ben_browser.get(page).content.decode()


def test_coach_sees_no_number_in_the_log(due_sms, alma_browser, twilio):
    twilio.mode = "21211"
    outbox.send_due()

    html = alma_browser.get("/sessions/mails/").content.decode()

    assert "is not a valid phone number" in html
    assert "+447700900123" not in html


def test_without_a_provider_nothing_can_be_handed_over(settings):
    settings.SMS_URL = ""

    with sms.text_post() as post, pytest.raises(outbox.NoServer):
        post.hand_over(sms.TextMessage("+447700900123", "Appointment."))
