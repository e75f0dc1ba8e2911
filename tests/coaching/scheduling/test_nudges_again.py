"""The note about steps that come again: on a day the client chose, while there is time, and an offer."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.db.models.functions import Now

from coaching.accounts import outbox
from coaching.scheduling.models import MailChoices, Nudge
from coaching.scheduling.nudges import plan_nudges
from goals import actions as plans
from goals.models import Step
from tests.clients.rows import a_circumstance

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2027, 6, 2)
MORNING = datetime(2027, 6, 2, 5, 0, tzinfo=UTC)
"""01:00 in New York, where Ben is."""
BEN_AT_NINE = datetime(2027, 6, 2, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_june(alma):
    MailChoices.objects.create(user=alma, wants_coach_week=False)
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def wednesdays(ben) -> MailChoices:
    return MailChoices.objects.create(user=ben, rhythm_weekday=2)


@pytest.fixture
def goal(ben, ben_client):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    return plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")


def a_rhythm(ben, goal, times: int, per: str, *, title: str = "Walk to the river") -> Step:
    return plans.add_step(by=ben, goal=goal, title=title, rhythm=(times, per))


@pytest.fixture
def walk(ben, goal) -> Step:
    return a_rhythm(ben, goal, 2, "week")


@pytest.fixture
def nudge(walk, wednesdays) -> Nudge:
    plan_nudges(now=MORNING)
    return Nudge.objects.get(day=WEDNESDAY)


def send(nudge: Nudge) -> Nudge:
    """Due by the database's clock, which is the real one: only its moment is moved there."""
    Nudge.objects.filter(pk=nudge.pk).update(due_at=Now(), useful_until=Now() + timedelta(hours=1))
    outbox.send_due()
    nudge.refresh_from_db()
    return nudge


def test_comes_at_nine_on_the_day_that_was_chosen(nudge, ben):
    assert (nudge.user, nudge.kind, nudge.channel) == (ben, "step_due", "email")
    assert (nudge.due_at, nudge.useful_until) == (BEN_AT_NINE, datetime(2027, 6, 3, 4, 0, tzinfo=UTC))
    assert plan_nudges(now=MORNING) == 0


def test_says_how_often_so_far_and_no_more(nudge, ben, walk):
    walk.tick_on(by=ben)

    mail = nudge.compose()

    assert mail.subject == "If you like: a step that comes again"
    assert "there is still time for this:\n\n- Walk to the river: 1 of 2 this week\n" in mail.body
    assert "Only if you like. There is nothing to keep up." in mail.body
    assert "Change the date" not in mail.body
    assert walk.get_absolute_url() in mail.body
    assert "<li>Walk to the river: 1 of 2 this week</li>" in mail.alternatives[0].content
    assert "Change the date" not in mail.alternatives[0].content


def test_nobody_who_has_not_asked_gets_one(walk, ben):
    assert plan_nudges(now=MORNING) == 0
    MailChoices.objects.create(user=ben)
    assert plan_nudges(now=MORNING) == 0


def test_no_other_day_has_one(walk, wednesdays):
    for days in range(1, 6):  # each plans for the day after it, too
        plan_nudges(now=MORNING + timedelta(days=days))

    assert not Nudge.objects.exists()


def test_is_of_the_clients_own_steps(wednesdays, dan, dan_client):
    plan = plans.start_plan(by=dan, client=dan_client, title="Dan's")
    goal = plans.propose_goal(by=dan, plan=plan, side="personal", title="Dan's goal")
    a_rhythm(dan, goal, 2, "week", title="Dan's secret walk")

    assert plan_nudges(now=MORNING) == 0


def test_leaves_out_a_step_of_every_day(wednesdays, ben, goal, walk):
    a_rhythm(ben, goal, 1, "day", title="Stretch")
    plan_nudges(now=MORNING)

    assert "Stretch" not in Nudge.objects.get().compose().body


def test_has_the_month_too(wednesdays, ben, goal, walk):
    a_rhythm(ben, goal, 1, "month", title="Call my sister")
    plan_nudges(now=MORNING)

    mail = Nudge.objects.get().compose()

    assert mail.subject == "If you like: 2 steps that come again"
    assert "for these:\n\n- Walk to the river: 0 of 2 this week\n- Call my sister: 0 of 1 this month\n" in (
        mail.body
    )


@pytest.mark.parametrize(
    ("today", "times", "per", "ticks", "has_room"),
    [
        ("2027-05-31", 6, "week", 0, True),
        ("2027-06-02", 5, "week", 0, True),
        ("2027-06-02", 6, "week", 0, False),  # five days are left: said now, it would be a reproach
        ("2027-06-02", 6, "week", 1, True),
        ("2027-06-06", 1, "week", 0, True),
        ("2027-06-06", 2, "week", 0, False),
        ("2027-06-02", 2, "week", 2, False),
        ("2027-06-02", 2, "week", 3, False),
        ("2027-06-30", 1, "month", 0, True),
        ("2027-06-30", 2, "month", 0, False),
    ],
)
def test_step_has_room(ben, goal, today, times, per, ticks, has_room):
    with time_machine.travel(datetime.fromisoformat(f"{today}T12:00Z"), tick=False):
        step = a_rhythm(ben, goal, times, per)
        for _each in range(ticks):
            step.tick_on(by=ben)

        assert Step.objects.with_ticks().get(pk=step.pk).has_room is has_room


# --- only while it is true ----------------------------------------------------


def do_it(ben, step):
    step.tick_on(by=ben)
    step.tick_on(by=ben)


def be_through_with_it(ben, step):
    step.tick(by=ben)


def do_it_once_only(ben, step):
    step.edit(by=ben, wording=step.title, due_on=None)


def rest(ben, step):
    step.goal.hold(by=ben)


def meet_a_circumstance(ben, step):
    plans.name_obstacle(by=ben, goal=step.goal, kind="structural", what="The shifts", domain="work")


def close(ben, step):
    step.goal.plan.close(by=ben)


def pause(ben, step):
    step.goal.plan.client.change_status("paused")


def end(ben, step):
    step.goal.plan.client.change_status("ended")


def leave(ben, step):
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)


def choose_another_day(ben, step):
    MailChoices.objects.filter(user=ben).update(rhythm_weekday=5)


def choose_none(ben, step):
    MailChoices.objects.filter(user=ben).update(rhythm_weekday=None)


HAPPENINGS = [
    be_through_with_it, do_it_once_only, rest, meet_a_circumstance, close, pause, end, leave,
    choose_another_day, choose_none,
]  # fmt: skip


@pytest.mark.parametrize("happen", [do_it, *HAPPENINGS])
def test_is_dropped_where_it_is_not_true_any_more(nudge, ben, walk, happen, smtp_server):
    happen(ben, walk)

    assert (send(nudge).state, smtp_server.taken) == ("cancelled", [])


@pytest.mark.parametrize("happen", HAPPENINGS)
def test_is_not_written_where_it_is_not_true(wednesdays, ben, walk, happen):
    happen(ben, walk)

    plan_nudges(now=MORNING)

    assert not Nudge.objects.exists()


def test_is_sent_where_it_is_true(nudge, smtp_server):
    assert (send(nudge).state, len(smtp_server.taken)) == ("sent", 1)


def test_step_for_others_waits_while_something_is_urgent(nudge, ben, ben_client, goal):
    type(goal).objects.filter(pk=goal.pk).update(side="community")
    assert nudge.compose() is not None
    a_circumstance(ben_client, ben, urgency="urgent")

    assert nudge.compose() is None
    Nudge.objects.all().delete()
    assert plan_nudges(now=MORNING) == 0


# --- one mail a day for all steps ---------------------------------------------


def test_is_one_mail_with_the_steps_of_the_day(ben, goal, walk, wednesdays):
    phone = plans.add_step(by=ben, goal=goal, title="Put the phone away", due_on=WEDNESDAY)
    plan_nudges(now=MORNING)
    nudge = Nudge.objects.get(day=WEDNESDAY)

    both = nudge.compose()
    phone.tick(by=ben)
    rhythm_alone = nudge.compose()

    assert both.subject == "For today: a step"
    assert (
        "you chose today for this step:\n\n- Put the phone away\n\n"
        "And if you like, there is still time for:\n- Walk to the river: 0 of 2 this week\n"
    ) in both.body
    assert "Still open? Change the date, or leave it. You decide." in both.body
    assert "And if you like" in both.alternatives[0].content
    assert rhythm_alone.subject == "If you like: a step that comes again"


def test_dated_steps_stay_out_for_those_who_want_none(ben, goal, walk, wednesdays):
    plans.add_step(by=ben, goal=goal, title="Put the phone away", due_on=WEDNESDAY)
    plans.add_step(by=ben, goal=goal, title="Open the window", due_on=WEDNESDAY + timedelta(days=1))
    MailChoices.objects.update(wants_step_due=False)

    plan_nudges(now=MORNING)

    assert "phone" not in Nudge.objects.get().compose().body


# --- words and ways -----------------------------------------------------------


def test_discreetly_names_nothing(nudge):
    MailChoices.objects.filter(user=nudge.user).update(is_discreet=True)

    mail = nudge.compose()

    assert mail.subject == "A note for today"
    assert mail.body.count("you asked for a note today.") == 1
    for body in (mail.body, mail.alternatives[0].content):
        assert not any(word in body for word in ("river", "step", "of 2", "/goals/"))


def test_by_sms_without_titles(walk, ben, wednesdays, takes_sms, twilio):
    takes_sms(ben)
    MailChoices.objects.filter(user=ben).update(way="sms")
    plan_nudges(now=MORNING)

    send(Nudge.objects.get())

    assert [sent["Body"] for sent in twilio.taken] == [
        "Trellis: there is still time for a step that comes again. Only if you like."
    ]


def test_keeps_out_of_quiet_hours(walk, wednesdays):
    MailChoices.objects.filter(pk=wednesdays.pk).update(quiet_from=time(22), quiet_until=time(10))

    plan_nudges(now=MORNING)

    assert Nudge.objects.get().due_at == datetime(2027, 6, 2, 14, 0, tzinfo=UTC)


def test_complaint_switches_it_off(nudge):
    nudge.stop_kind()

    assert not MailChoices.objects.get(user=nudge.user).wants_nudge("step_due")


# --- choosing -----------------------------------------------------------------


def test_day_is_chosen_among_the_mails(ben_browser, ben, ben_client):
    assert ">Never</option>" in ben_browser.get("/settings/mails/").content.decode()

    ben_browser.post("/settings/mails/", {"rhythm_weekday": "6"})
    html = ben_browser.get("/settings/mails/").content.decode()

    assert MailChoices.objects.get(user=ben).rhythm_weekday == 6
    assert '<option value="6" selected>Sunday</option>' in html
    ben_browser.post("/settings/mails/", {"rhythm_weekday": ""})
    assert MailChoices.objects.get(user=ben).rhythm_weekday is None


def test_day_that_does_not_exist_is_refused(ben_browser, ben, ben_client):
    answer = ben_browser.post("/settings/mails/", {"rhythm_weekday": "7"})

    assert answer.status_code == 422
    assert not MailChoices.objects.filter(user=ben).exists()


def test_coach_who_is_no_client_is_not_asked(alma_browser):
    assert "rhythm_weekday" not in alma_browser.get("/settings/mails/").context["form"].fields


def test_the_database_knows_seven_days(ben):
    with pytest.raises(IntegrityError, match="rhythm_weekday_is_one_of_seven"):
        MailChoices.objects.create(user=ben, rhythm_weekday=7)


@pytest.mark.parametrize("count", [3, 30])
def test_queries(ben, goal, wednesdays, count, django_assert_max_num_queries):
    for number in range(count):
        a_rhythm(ben, goal, 2, "week", title=f"Walk {number}")
    with django_assert_max_num_queries(16):
        plan_nudges(now=MORNING)
    nudge = Nudge.objects.get()

    with django_assert_max_num_queries(6):
        nudge.compose()


def test_a_steps_page_leads_its_client_to_the_choice(ben, goal, walk, ben_browser, alma_browser):
    stretch = a_rhythm(ben, goal, 1, "day", title="Stretch")

    def offers(browser, step) -> bool:
        return (
            "/settings/mails/#id_rhythm_weekday" in browser.get(f"/steps/{step.pk}/rhythm/").content.decode()
        )

    assert [offers(ben_browser, walk), offers(ben_browser, stretch), offers(alma_browser, walk)] == [
        True, False, False,
    ]  # fmt: skip
