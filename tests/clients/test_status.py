"""What stops when the work is paused or has ended: as the page where it is chosen says it.

That nudges and reminders follow is tested where they are: `test_nudges` (paused, ended),
`test_reminders` (ended, and a cancellation after it), `test_links` and `test_booking` (links and pages).
"""

import pytest
from django.db import transaction
from django.urls import reverse

from clients import actions
from clients.models import Circumstance
from clients.models.client import RecordEnded
from coaching.scheduling.bookings import records_that_may_book
from coaching.scheduling.messages import ThreadClosed
from coaching.scheduling.models import BookingRules, SessionType
from goals import actions as plans
from tests.clients.rows import MAKERS, RosterImport, a_circumstance, a_file, a_note, an_entry

PRIVATE = [model for model in MAKERS if model is not RosterImport]


@pytest.fixture
def bookable(alma) -> None:
    SessionType.objects.create(coach=alma.coach, name="First talk")
    BookingRules.keep(alma.coach, week={weekday: [(0, 1440)] for weekday in range(7)}, is_open=True)


@pytest.mark.parametrize(
    ("status", "may_book", "may_write"),
    [("prospect", True, True), ("active", True, True), ("paused", False, True), ("ended", False, False)],
)
def test_booking_and_writing(status, may_book, may_write, bookable, alma, ben, ben_client):
    actions.change_status(by=alma, client=ben_client, status=status)

    assert bool(records_that_may_book(ben)) is may_book
    if may_write:
        a_circumstance(ben_client, ben)
    else:
        with pytest.raises(RecordEnded):
            a_circumstance(ben_client, ben)


@pytest.mark.parametrize("model", PRIVATE, ids=lambda model: model.__name__)
def test_nothing_private_is_written_after_the_end(model, alma, ben, ben_client):
    writer = alma if getattr(model, "IS_COACHS", False) else ben
    MAKERS[model](ben_client, writer)
    actions.change_status(by=alma, client=ben_client, status="ended")

    with pytest.raises((RecordEnded, ThreadClosed)), transaction.atomic():
        MAKERS[model](ben_client, writer)


def test_plans_stay_as_they_are_after_the_end(alma, ben, ben_client, ben_browser, alma_browser):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep")
    step = plans.add_step(by=ben, goal=goal, title="Put the phone away")
    actions.change_status(by=alma, client=ben_client, status="ended")

    answers = [
        ben_browser.post(reverse("goals:step_tick", args=[step.pk])),
        ben_browser.post(reverse("goals:goal_complete", args=[goal.pk])),
        ben_browser.post(reverse("goals:plan_create"), {"title": "Winter", "starts_on": "2026-12-01"}),
        alma_browser.post(reverse("goals:step_tick", args=[step.pk])),
    ]

    step.refresh_from_db()
    assert [answer.status_code for answer in answers] == [409] * 4
    assert "Nobody writes in this record any more" in answers[0].content.decode()
    assert "set your work together to active again" in answers[3].content.decode()
    assert (step.is_done, ben_client.plans.count()) == (False, 1)
    assert ben_browser.get(plan.get_absolute_url()).status_code == 200


def test_what_stands_there_can_be_read_and_taken_out(alma, ben, ben_client, ben_browser):
    circumstance, entry = a_circumstance(ben_client, ben), an_entry(ben_client, ben)
    file = a_file(ben_client, ben)
    a_note(ben_client, alma, audience="client")
    actions.change_status(by=alma, client=ben_client, status="ended")

    pages = ["clients:circumstance_list", "clients:note_shared", "clients:journal_list", "clients:file_own"]
    read = [ben_browser.get(reverse(name)).status_code for name in pages]
    refused = [
        ben_browser.get(reverse("clients:circumstance_create")).status_code,
        ben_browser.get(entry.get_absolute_url()).status_code,
        ben_browser.post(reverse("clients:file_own")).status_code,
    ]
    taken_out = [
        ben_browser.post(reverse("clients:circumstance_remove", args=[circumstance.pk])).status_code,
        ben_browser.post(reverse("clients:journal_remove", args=[entry.pk])).status_code,
        ben_browser.post(reverse("clients:file_remove", args=[file.pk])).status_code,
        ben_browser.post(reverse("clients:export")).status_code,
    ]

    assert (read, refused, taken_out) == ([200] * 4, [409] * 3, [302, 302, 302, 200])
    assert Circumstance.objects.count() == 0


def test_page_says_what_stops_where_it_is_chosen(alma_browser, ben_client, practice, ben_browser):
    practice.keep_records_for(24)

    page = alma_browser.get(ben_client.get_absolute_url()).content.decode()
    ben_client.change_status("ended")

    for words in (
        "They book nothing by themselves, and no mail asks about steps, check-ins or their week.",
        "a session that is called off is still told",
        "Nobody writes in the record and the plans any more",
        "After 24 months the record is erased.",
    ):
        assert words in page
    assert "This record is kept as it is" in ben_browser.get(reverse("home:me")).content.decode()


def test_taken_up_again_it_opens(alma, ben, ben_client):
    actions.change_status(by=alma, client=ben_client, status="ended")
    actions.change_status(by=alma, client=ben_client, status="active")

    a_circumstance(ben_client, ben)

    assert Circumstance.objects.count() == 1
