"""A number, a consent and a code; and what the provider's answers mean."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.db.models.functions import Now
from django.utils import timezone

from coaching import settings as trellis_settings
from coaching.accounts import actions, outbox, sms
from coaching.accounts.actions import TooManyCodes
from coaching.accounts.answers import Refused
from coaching.accounts.forms import SMS_CONSENT
from coaching.accounts.models import SmsNumber
from coaching.accounts.sms import TextMessage

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sms/"
NUMBER = "+447700900123"


def agree(user, number: str = NUMBER) -> SmsNumber:
    return actions.agree_to_sms(by=user, number=number, words="Yes.")


# --- the page -----------------------------------------------------------------


def test_number_consent_code(ben_browser, ben, sms_mailbox):
    ben_browser.post(PAGE, {"number": "+44 (7700) 900-123", "agrees": "on"})
    outbox.send_due()
    ((to, text),) = sms_mailbox()
    code = text.removeprefix("Your code is ")[:6]
    response = ben_browser.post(f"{PAGE}confirm/", {"code": f"{code[:3]} {code[3:]}"})

    row = SmsNumber.objects.get(user=ben)
    assert (to, row.number, row.agreed_words) == (NUMBER, NUMBER, str(SMS_CONSENT))
    assert response.url == "/settings/mails/"
    assert ben.can_get_sms
    html = ben_browser.get(PAGE).content.decode()
    assert NUMBER in html
    assert "I can stop them at any time" in html


def test_the_code_is_nowhere_on_the_page_or_in_the_row(ben_browser, ben, sms_mailbox):
    row = agree(ben)

    html = ben_browser.get(PAGE).content.decode()

    assert row.code not in html
    assert row.code not in str(SmsNumber.objects.filter(pk=row.pk).values().get())


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"number": NUMBER}, "agrees"),
        ({"number": "07700 900123", "agrees": "on"}, "number"),
        ({"number": "+44 77", "agrees": "on"}, "number"),
        ({"number": "+44 7700 900123 ext. 4", "agrees": "on"}, "number"),
        ({"number": "", "agrees": "on"}, "number"),
    ],
)
def test_number_says_what_is_wrong(ben_browser, typed, field):
    response = ben_browser.post(PAGE, typed)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not SmsNumber.objects.exists()


@pytest.mark.parametrize("typed", ["0044 7700 900123", "+44-7700-900123", "+44.7700.900.123"])
def test_number_is_kept_in_international_form(ben_browser, ben, typed):
    ben_browser.post(PAGE, {"number": typed, "agrees": "on"})

    assert ben.sms_number.number == NUMBER


def test_wrong_codes_end_the_code(ben_browser, ben):
    row = agree(ben)
    wrong = f"{(int(row.code) + 1) % 1_000_000:06}"

    for _try in range(5):
        response = ben_browser.post(f"{PAGE}confirm/", {"code": wrong})
        assert response.status_code == 422
    response = ben_browser.post(f"{PAGE}confirm/", {"code": row.code})

    assert response.status_code == 422
    assert not ben.can_get_sms
    assert "does not work any more" in ben_browser.get(PAGE).content.decode()


def test_code_runs_out(ben):
    row = agree(ben)

    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert not actions.confirm_sms(by=ben, code=row.code)


def test_code_of_another_person_or_number_does_not_count(ben, dan):
    row, other = agree(ben), agree(dan, "+447700900124")

    assert not actions.confirm_sms(by=dan, code=row.code)
    assert actions.confirm_sms(by=dan, code=other.code)
    assert not ben.can_get_sms


def test_new_number_ends_the_old_one(ben):
    actions.confirm_sms(by=ben, code=agree(ben).code)

    agree(ben, "+447700900124")

    ben.refresh_from_db()
    assert not ben.can_get_sms
    assert SmsNumber.objects.filter(user=ben, withdrawn_at=None).count() == 1


def test_codes_are_throttled_for_a_person(ben_browser, ben):
    for last in range(3):
        agree(ben, f"+44770090012{last}")

    response = ben_browser.post(PAGE, {"number": NUMBER, "agrees": "on"})

    assert response.status_code == 422
    assert "Enough codes" in response.content.decode()
    SmsNumber.objects.update(created_at=Now() - timedelta(minutes=61))
    agree(ben)


def test_codes_are_throttled_for_a_number(ben, dan, alma):
    for person in (ben, ben, ben, dan, dan):
        agree(person)

    with pytest.raises(TooManyCodes):
        agree(alma)

    agree(alma, "+447700900124")


def test_stop_withdraws_and_keeps_the_record(ben_browser, ben, takes_sms):
    takes_sms(ben)

    ben_browser.post(f"{PAGE}stop/")

    row = SmsNumber.objects.get(user=ben)
    assert row.withdrawn_at is not None
    assert row.agreed_words == "Yes."
    assert not ben.can_get_sms


def test_stop_before_the_code_has_left_sends_none(ben, sms_mailbox):
    agree(ben)
    actions.stop_sms(by=ben)

    outbox.send_due()

    assert sms_mailbox() == []


def test_without_sms_there_is_no_page(ben_browser, ben, settings, takes_sms):
    takes_sms(ben)
    settings.SMS_URL = ""

    assert ben_browser.get(PAGE).status_code == ben_browser.post(f"{PAGE}confirm/").status_code == 404
    assert ben_browser.post(f"{PAGE}stop/").url == "/settings/mails/"


def test_page_tells_of_a_refused_code(ben_browser, ben, twilio):
    twilio.mode = "21211"
    agree(ben)
    outbox.send_due()

    assert "is not a valid phone number" in ben_browser.get(PAGE).content.decode()


@pytest.mark.parametrize("number", ["447700900123", "+0700900123", "+44 7700", "+44770"])
def test_the_database_takes_only_international_numbers(ben, number):
    with pytest.raises(IntegrityError, match="sms_number_is_e164"):
        agree(ben, number)


def test_the_database_takes_no_number_without_consent(ben):
    with pytest.raises(IntegrityError, match="sms_number_was_agreed_to"):
        actions.agree_to_sms(by=ben, number=NUMBER, words="")


# --- Twilio -------------------------------------------------------------------


def hand_over(text: str = "Appointment: Tuesday.") -> str:
    with sms.text_post() as post:
        return post.hand_over(TextMessage(NUMBER, text))


def test_twilio_takes_an_sms(twilio):
    answer = hand_over("Appointment: Tuesday 1 June, 10:00 (Paris).")

    assert answer == "queued SM1"
    assert twilio.taken == [
        {"To": NUMBER, "From": "+15005550006", "Body": "Appointment: Tuesday 1 June, 10:00 (Paris)."}
    ]
    assert twilio.signed_in_as == {"AC42:token"}
    assert twilio.paths == {"/2010-04-01/Accounts/AC42/Messages.json"}


def test_twilio_takes_an_sms_for_a_messaging_service(twilio, settings):
    settings.SMS_URL = twilio.url.replace("from=+15005550006", "from=MG77")

    hand_over()

    assert twilio.taken[0]["MessagingServiceSid"] == "MG77"
    assert "From" not in twilio.taken[0]


@pytest.mark.parametrize(
    ("code", "is_final"),
    [("21211", True), ("21610", True), ("20003", False), ("20429", False), ("20503", False)],
)
def test_twilios_refusals(twilio, code, is_final):
    twilio.mode = code

    with pytest.raises(Refused) as caught:
        hand_over()

    assert caught.value.is_final is is_final
    assert code in caught.value.words
    assert NUMBER not in caught.value.words


@pytest.mark.parametrize("mode", ["20500", "close", "silent"])
def test_twilios_answer_may_be_lost(twilio, monkeypatch, mode):
    monkeypatch.setattr(sms, "TIMEOUT_SECONDS", 0.3)
    twilio.mode = mode

    with sms.text_post() as post:
        with pytest.raises(OSError):  # noqa: PT011 - which one is the library's business
            post.hand_over(TextMessage(NUMBER, "Appointment."))

        assert post.is_answer_lost
        post.open()


def test_twilio_that_is_away_took_nothing(twilio, settings):
    settings.SMS_URL = f"twilio+http://AC42:token@127.0.0.1:{9}?from=+15005550006"

    with sms.text_post() as post:
        with pytest.raises(OSError):  # noqa: PT011
            post.hand_over(TextMessage(NUMBER, "Appointment."))

        assert not post.is_answer_lost
        with pytest.raises(outbox.NoServer):
            post.open()


@pytest.mark.parametrize(
    "url",
    ["sms://a:b@c?from=d", "twilio://a:b@api.twilio.com", "twilio://api.twilio.com?from=+1", "mailbox"],
)
def test_sms_url_is_checked_at_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="SMS_URL"):
        trellis_settings._sms_url(url)


def test_the_mailbox_is_for_demos(monkeypatch):
    assert trellis_settings._sms_url("mailbox:") == "mailbox:"
    monkeypatch.setattr(trellis_settings, "IS_LOCAL", False)

    with pytest.raises(ImproperlyConfigured):
        trellis_settings._sms_url("mailbox:")
