"""After a standstill or a restored backup a person decides about what should have been sent long ago."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models.functions import Now
from django.utils import timezone

from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import Reminder

pytestmark = pytest.mark.django_db
PAGE = "/sessions/mails/"
LONG = Reminder.HOLD_AFTER + timedelta(minutes=1)


@pytest.fixture
def stale(book) -> Reminder:
    """The two-day reminder of a session in a week, as it stands in a backup of long ago."""
    mail = book().reminders.get(recipient="client", lead=timedelta(hours=48))
    Reminder.objects.exclude(pk=mail.pk).delete()
    Reminder.objects.update(due_at=Now() - LONG)
    return mail


@pytest.fixture
def held(stale, smtp_server) -> Reminder:
    outbox.send_due()
    stale.refresh_from_db()
    assert stale.state == DeliveryState.ON_HOLD
    return stale


def test_long_due_mail_is_put_on_hold(stale, smtp_server):
    ends = outbox.send_due()

    stale.refresh_from_db()
    assert ends == {"on_hold": 1}
    assert (stale.state, stale.is_ambiguous) == (DeliveryState.ON_HOLD, False)
    assert outbox.send_due() == {}
    assert smtp_server.taken == []


def test_short_backlog_is_sent_late(stale, smtp_server):
    Reminder.objects.update(due_at=Now() - Reminder.HOLD_AFTER + timedelta(minutes=1))

    assert outbox.send_due() == {"sent": 1}


def test_age_is_told_by_the_databases_clock(stale, smtp_server):
    Reminder.objects.update(due_at=Now() - timedelta(minutes=1))

    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert outbox.send_due() == {"sent": 1}


def test_what_is_tried_again_and_again_is_not_put_on_hold(stale, smtp_server):
    Reminder.objects.update(
        due_at=Now() - timedelta(minutes=1), created_at=Now() - timedelta(days=9), attempts=9
    )
    smtp_server.mode = "451 later"

    assert outbox.send_due() == {"waiting": 1}
    assert outbox.send_due() == {}


def test_mail_that_was_being_sent_when_the_backup_was_made_is_flagged(stale, smtp_server):
    Reminder.objects.update(state=DeliveryState.SUBMITTING, lease_until=Now() - LONG)

    assert outbox.send_due() == {"on_hold": 1}
    stale.refresh_from_db()
    assert stale.is_ambiguous is True


def test_mail_that_a_worker_holds_is_left_alone(stale, smtp_server):
    Reminder.objects.update(lease_until=Now() + timedelta(minutes=1))

    assert outbox.send_due() == {}


def test_held_mail_that_is_no_use_any_more_is_missed(held):
    Reminder.objects.update(useful_until=Now())

    assert outbox.send_due() == {"missed": 1}


def test_held_mail_of_a_session_called_off_is_called_off(held, alma):
    actions.cancel_session(by=alma, session=held.session)

    held.refresh_from_db()
    assert held.state == DeliveryState.CANCELLED
    assert held.decide(is_sent=True) is False


def test_held_mail_is_shown_with_both_ways_out(held, alma_browser, cora_browser):
    html = alma_browser.get(PAGE, {"show": "look"}).content.decode()

    assert f"{PAGE}{held.pk}/release/" in html
    assert f"{PAGE}{held.pk}/drop/" in html
    assert "needs a look" in alma_browser.get("/home/").content.decode()
    assert str(held.pk) not in cora_browser.get(PAGE, {"show": "look"}).content.decode()


def test_mail_release_sends_it(held, alma_browser, smtp_server):
    alma_browser.post(f"{PAGE}{held.pk}/release/")

    assert outbox.send_due() == {"sent": 1}
    assert smtp_server.addresses == ["ben@example.org"]


def test_mail_drop_sends_it_never(held, alma_browser, smtp_server):
    alma_browser.post(f"{PAGE}{held.pk}/drop/")
    alma_browser.post(f"{PAGE}{held.pk}/release/")

    held.refresh_from_db()
    assert held.state == DeliveryState.CANCELLED
    assert outbox.send_due() == {}
    assert smtp_server.taken == []


@pytest.mark.parametrize("act", ["release", "drop"])
@pytest.mark.parametrize("who", ["ben", "cora", "olga"])
def test_mail_on_hold_is_decided_by_its_coach_only(held, act, who, request, browser_of):
    response = browser_of(request.getfixturevalue(who)).post(f"{PAGE}{held.pk}/{act}/")

    held.refresh_from_db()
    assert (response.status_code, held.state) == (404, DeliveryState.ON_HOLD)


def test_invitations_are_never_put_on_hold():
    """A second copy of one opens the same door, once; and who waits for it cannot look here."""
    assert {model.__name__ for model in outbox.delivery_models() if model.HOLD_AFTER} == {"Reminder"}


# --- all at once --------------------------------------------------------------


@pytest.fixture
def all_held(book, dan_client) -> list[Reminder]:
    """Two of Alma's on hold, one that waits, and one of Cora's on hold."""
    rows = [book(ahead=timedelta(days=days)).reminders.first() for days in (5, 6, 7)]
    rows.append(book(client=dan_client).reminders.first())
    Reminder.objects.exclude(pk__in=[row.pk for row in rows]).delete()
    Reminder.objects.filter(pk__in=[rows[0].pk, rows[1].pk, rows[3].pk]).update(state="on_hold")
    Reminder.objects.update(due_at=Now() + timedelta(hours=1), useful_until=Now() + timedelta(days=3))
    return rows


def states(rows) -> list[str]:
    return [Reminder.objects.get(pk=row.pk).state for row in rows]


@pytest.mark.parametrize(
    ("name", "words", "after"),
    [
        ("release", "2 mails are on their way.", ["sent", "sent", "pending", "on_hold"]),
        ("drop", "2 mails will not be sent.", ["cancelled", "cancelled", "pending", "on_hold"]),
    ],
)
def test_all_are_decided_after_a_confirmation(all_held, alma_browser, smtp_server, name, words, after):
    asked = alma_browser.get(f"{PAGE}{name}/").content.decode()
    assert "2 mails are on hold" in asked
    assert states(all_held) == ["on_hold", "on_hold", "pending", "on_hold"]

    response = alma_browser.post(f"{PAGE}{name}/", follow=True)
    outbox.send_due()

    assert words in response.content.decode()
    assert states(all_held) == after


def test_all_is_offered_where_there_are_several(all_held, alma_browser, cora_browser):
    link = f'href="{PAGE}release/"'

    assert link in alma_browser.get(PAGE, {"show": "look"}).content.decode()
    assert link not in cora_browser.get(PAGE, {"show": "look"}).content.decode()


def test_deciding_all_twice_changes_nothing(all_held, alma_browser):
    alma_browser.post(f"{PAGE}drop/")

    response = alma_browser.post(f"{PAGE}release/", follow=True)

    assert "0 mails are on their way." in response.content.decode()
    assert states(all_held)[:2] == ["cancelled", "cancelled"]
