"""The pages about mails and calendars, looked at in Chromium and by axe."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coaching.accounts import actions
from coaching.accounts.deliveries import DeliveryState
from coaching.accounts.models import ReturnedMail
from coaching.scheduling.models import Nudge, Reminder
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot
from tests.clients.rows import an_area

pytestmark = pytest.mark.browser
PAGES = {
    "home": "/home/",
    "mails-sent": "/sessions/mails/",
    "mails-waiting": "/sessions/mails/?show=waiting",
    "mails-to-look-at": "/sessions/mails/?show=look",
    "mails-called-off": "/sessions/mails/?show=off",
    "mails-now-and-then": "/sessions/mails/?show=nudges",
    "mails-release-all": "/sessions/mails/release/",
    "sms": "/accounts/sms/",
    "mail-settings": "/settings/mails/",
    "calendar-settings": "/settings/calendar/",
}


@pytest.fixture
def _mails(book) -> None:
    """One mail in every state."""
    rows = [row for days in (5, 6) for row in book(ahead=timedelta(days=days)).reminders.all()]
    for row, state in zip(rows, DeliveryState.values, strict=False):
        Reminder.objects.filter(pk=row.pk).update(state=state, server_answer="250 2.0.0 taken as 1")


@pytest.mark.usefixtures("_mails")
@LOOKS
def test_pages_about_mails_are_accessible(open_page, alma, size, scheme):
    page = open_page("/home/", user=alma, size=size, scheme=scheme)

    problems, wide = [], {}
    for name, address in PAGES.items():
        page.goto(address)
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        wide[name] = sideways(page)
    page.get_by_role("button", name="Make an address").click()
    page.wait_for_selector("#feed-address")
    take_screenshot(page, f"calendar-address-{size}-{scheme}")
    problems += axe_problems(page)
    wide["calendar-address"] = sideways(page)

    assert problems == []
    assert {name: by for name, by in wide.items() if by} == {}


@LOOKS
def test_pages_about_nudges_and_sms_are_accessible(open_page, ben, ben_client, takes_sms, size, scheme):
    now = timezone.now()
    an_area(ben_client, ben)
    ReturnedMail.objects.create(provider="mailgun", event_id="1", kind="bounced", email=ben.email, stops=True)
    Nudge.objects.create(
        user=ben, kind="step_due", day=now.date(), due_at=now, useful_until=now, state="sent", sent_at=now
    )
    actions.agree_to_sms(by=ben, number="+447700900123", words="Yes.")
    page = open_page("/accounts/sms/", user=ben, size=size, scheme=scheme)

    problems, wide = axe_problems(page), {"sms-code": sideways(page)}
    take_screenshot(page, f"sms-code-{size}-{scheme}")
    actions.stop_sms(by=ben)
    takes_sms(ben)
    for name, address in {
        "sms-number": "/accounts/sms/",
        "mail-settings-of-a-client": "/settings/mails/",
        "check-in-rhythm": "/me/check-ins/",
    }.items():
        page.goto(address)
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        wide[name] = sideways(page)

    assert problems == []
    assert {name: by for name, by in wide.items() if by} == {}


def test_quiet_hours_without_scripts(open_page, ben, book):
    book()
    page = open_page("/settings/mails/", user=ben, size="phone", scripts=False)

    page.get_by_label("From").fill("22:00")
    page.get_by_role("button", name="Save").click()
    wrong = page.title()
    page.get_by_label("Until").fill("07:00")
    page.get_by_role("button", name="Save").click()

    assert wrong == "Error: Mails and reminders · Trellis"
    assert page.get_by_role("status").inner_text().startswith("Saved.")
    assert page.get_by_label("From").input_value() == "22:00"
