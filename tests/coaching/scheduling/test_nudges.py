"""Mails that a day asks for: written ahead, once, and read from the truth when they are sent."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.db.models.functions import Now
from django.utils import timezone

from clients.actions import choose_rhythm
from clients.models import CheckInRhythm
from coaching.accounts import outbox
from coaching.scheduling.groups import schedule_group
from coaching.scheduling.models import MailChoices, Nudge, Reminder
from coaching.scheduling.nudges import plan_nudges
from goals import actions as plans
from tests.clients.rows import a_check_in, a_circumstance, an_area

pytestmark = pytest.mark.django_db
TUESDAY = date(2027, 6, 1)
MORNING = datetime(2027, 6, 1, 5, 0, tzinfo=UTC)
"""01:00 in New York, 07:00 in Berlin."""
BEN_AT_NINE = datetime(2027, 6, 1, 13, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _coaches_want_no_week(request, alma) -> None:
    """But where the week is what is tested."""
    if "week" not in request.node.name:
        MailChoices.objects.update_or_create(user=alma, defaults={"wants_coach_week": False})


@pytest.fixture
def goal(ben, ben_client):
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    return plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")


@pytest.fixture
def step(ben, goal):
    return plans.add_step(by=ben, goal=goal, title="Put the phone away", due_on=TUESDAY)


@pytest.fixture
def nudge(step) -> Nudge:
    plan_nudges(now=MORNING)
    return Nudge.objects.get(kind="step_due")


def be_due(nudge: Nudge) -> None:
    Nudge.objects.filter(pk=nudge.pk).update(due_at=Now())


def quiet(client, days: int, *, now=MORNING) -> None:
    """As if the client had been on the roster for so long."""
    type(client).objects.filter(pk=client.pk).update(created_at=now - timedelta(days=days))


# --- a step for today ---------------------------------------------------------


def test_step_due_at_nine_on_the_readers_wall(nudge, ben):
    assert (nudge.user, nudge.day, nudge.channel) == (ben, TUESDAY, "email")
    assert (nudge.due_at, nudge.useful_until) == (BEN_AT_NINE, datetime(2027, 6, 2, 4, 0, tzinfo=UTC))


def test_planning_again_writes_nothing_new(nudge):
    assert plan_nudges(now=MORNING) == plan_nudges(now=MORNING + timedelta(hours=2)) == 0
    assert Nudge.objects.get() == nudge


def test_step_due_is_one_mail_for_all_steps_of_the_day(nudge, ben, goal):
    plans.add_step(by=ben, goal=goal, title="Open the window", due_on=TUESDAY)
    plans.add_step(by=ben, goal=goal, title="Another day", due_on=TUESDAY + timedelta(days=1))

    mail = nudge.compose()

    assert mail.subject == "For today: 2 steps"
    assert "- Put the phone away\n- Open the window\n" in mail.body
    assert "Another day" not in mail.body
    assert "Still open? Change the date" in mail.body
    assert mail.to == ["ben@example.org"]


def test_step_of_tomorrow_is_written_today_and_of_later_not(ben, goal):
    for days in (-1, 0, 1, 2):
        plans.add_step(by=ben, goal=goal, title="Walk", due_on=TUESDAY + timedelta(days=days))

    plan_nudges(now=MORNING)

    assert set(Nudge.objects.values_list("day", flat=True)) == {TUESDAY, TUESDAY + timedelta(days=1)}


def test_step_whose_moment_has_passed_is_not_written(step):
    assert plan_nudges(now=BEN_AT_NINE) == 0
    assert plan_nudges(now=BEN_AT_NINE - timedelta(seconds=1)) == 1


def tick(ben, step):
    step.tick(by=ben)


def move(ben, step):
    step.edit(by=ben, wording=step.title, due_on=TUESDAY + timedelta(days=9))


def rest(ben, step):
    step.goal.hold(by=ben)


def meet_a_circumstance(ben, step):
    plans.name_obstacle(by=ben, goal=step.goal, kind="structural", what="The shifts", domain="work")


def pause(ben, step):
    step.goal.plan.client.change_status("paused")


def end(ben, step):
    step.goal.plan.client.change_status("ended")


def leave(ben, step):
    type(ben).objects.filter(pk=ben.pk).update(is_active=False)


def switch_off(ben, step):
    MailChoices.objects.create(user=ben, wants_step_due=False)


HAPPENINGS = [tick, move, rest, meet_a_circumstance, pause, end, leave, switch_off]


@pytest.mark.parametrize("happen", HAPPENINGS)
def test_step_due_is_dropped_where_it_is_not_true_any_more(nudge, ben, step, happen, smtp_server):
    happen(ben, step)
    be_due(nudge)

    outbox.send_due()

    nudge.refresh_from_db()
    assert (nudge.state, smtp_server.taken) == ("cancelled", [])


@pytest.mark.parametrize("happen", HAPPENINGS)
def test_step_due_is_not_written_where_it_is_not_true(ben, step, happen):
    happen(ben, step)

    plan_nudges(now=MORNING)

    assert not Nudge.objects.filter(day=TUESDAY).exists()


def test_step_for_others_waits_while_something_is_urgent(ben, ben_client, goal, nudge):
    type(goal).objects.filter(pk=goal.pk).update(side="community")
    assert nudge.compose() is not None
    a_circumstance(ben_client, ben, urgency="urgent")

    assert nudge.compose() is None
    Nudge.objects.all().delete()
    assert plan_nudges(now=MORNING) == 0


def test_step_due_discreetly_names_nothing(nudge, ben):
    MailChoices.objects.create(user=ben, is_discreet=True)

    mail = nudge.compose()

    message = mail.message()
    assert (message["From"], message["Subject"]) == ("Appointments <no-reply@testserver>", "A note for today")
    for body in (mail.body, mail.alternatives[0].content):
        assert "phone" not in body
        assert "step" not in body


def test_step_due_by_sms(step, ben, takes_sms, twilio):
    takes_sms(ben)
    MailChoices.objects.create(user=ben, way="sms")
    plan_nudges(now=MORNING)
    be_due(Nudge.objects.get())

    outbox.send_due()

    assert [sent["Body"] for sent in twilio.taken] == [
        "Trellis: you chose today for a step. Not today? Change its date."
    ]


def test_step_due_by_sms_that_is_refused_is_a_mail(step, ben, takes_sms, twilio, smtp_server):
    takes_sms(ben)
    MailChoices.objects.create(user=ben, way="sms")
    plan_nudges(now=MORNING)
    be_due(Nudge.objects.get())
    twilio.mode = "21610"

    outbox.send_due()
    outbox.send_due()

    assert sorted(Nudge.objects.values_list("channel", "state")) == [("email", "sent"), ("sms", "failed")]
    assert len(smtp_server.taken) == 1


@pytest.mark.parametrize(
    ("quiet_hours", "due"),
    [
        ((22, 8), (1, 13, 0)),
        ((22, 10), (1, 14, 0)),  # when they end
        ((8, 23), (2, 3, 0)),  # late, but of that day
        ((8, 7), (1, 11, 45)),  # nothing is left of the day: before they begin
    ],
)
def test_step_due_keeps_out_of_quiet_hours(step, ben, quiet_hours, due):
    MailChoices.objects.create(user=ben, quiet_from=time(quiet_hours[0]), quiet_until=time(quiet_hours[1]))

    plan_nudges(now=MORNING)

    day, hour, minute = due
    assert Nudge.objects.get().due_at == datetime(2027, 6, day, hour, minute, tzinfo=UTC)


def test_what_waits_moves_with_its_reader(nudge, ben):
    ben.change_details(name="Ben", timezone=ZoneInfo("Europe/Berlin"))

    assert plan_nudges(now=MORNING) == 1

    nudge.refresh_from_db()
    assert (nudge.due_at, nudge.useful_until) == (
        datetime(2027, 6, 1, 7, 0, tzinfo=UTC), datetime(2027, 6, 1, 22, 0, tzinfo=UTC),
    )  # fmt: skip


def test_the_database_keeps_one_for_each_day(nudge):
    nudge.pk = None

    with pytest.raises(IntegrityError, match="nudge_once_for_each_day"):
        nudge.save(force_insert=True)


def test_missed_day_is_not_sent_later(nudge, smtp_server):
    Nudge.objects.update(due_at=Now() - timedelta(hours=20), useful_until=Now())

    outbox.send_due()

    nudge.refresh_from_db()
    assert (nudge.state, smtp_server.taken) == ("missed", [])


@pytest.mark.parametrize("count", [3, 30])
def test_planning_queries(ben, ben_client, goal, count, django_assert_max_num_queries):
    for number in range(count):
        plans.add_step(by=ben, goal=goal, title=f"Step {number}", due_on=TUESDAY)

    with django_assert_max_num_queries(16):
        plan_nudges(now=MORNING)


def test_command_plans_and_sends(ben, goal, smtp_server, capsys):
    plans.add_step(
        by=ben, goal=goal, title="Walk", due_on=timezone.localdate(timezone=ben.timezone) + timedelta(days=1)
    )

    call_command("send_due_reminders")

    assert Nudge.objects.filter(kind="step_due").count() == 1


# --- a check-in ---------------------------------------------------------------


@pytest.fixture
def rhythm(ben, ben_client) -> CheckInRhythm:
    an_area(ben_client, ben)
    return CheckInRhythm.objects.create(client=ben_client, every="week", since=TUESDAY - timedelta(days=7))


@pytest.mark.parametrize(
    ("every", "since", "last_on", "due"),
    [
        ("week", "2027-05-25", None, True),
        ("week", "2027-05-26", None, False),
        ("week", "2027-05-18", None, True),
        ("two_weeks", "2027-05-18", None, True),
        ("two_weeks", "2027-05-25", None, False),
        ("month", "2027-05-01", None, True),
        ("month", "2027-03-01", None, True),
        ("month", "2027-05-02", None, False),
        ("week", "2027-05-01", "2027-05-25", True),
        ("week", "2027-05-25", "2027-05-30", False),
        ("week", "2027-06-01", None, False),
    ],
)
def test_rhythm_falls_on(every, since, last_on, due):
    rhythm = CheckInRhythm(every=every, since=date.fromisoformat(since))

    assert rhythm.falls_on(TUESDAY, last_on=last_on and date.fromisoformat(last_on)) is due


def test_month_from_the_31st_is_the_last_day():
    rhythm = CheckInRhythm(every="month", since=date(2027, 1, 31))

    assert [day for day in range(1, 29) if rhythm.falls_on(date(2027, 2, day), last_on=None)] == [28]


def test_check_in_due(rhythm, ben, ben_client):
    plan_nudges(now=MORNING)
    mail = Nudge.objects.get().compose()

    assert mail.subject == "How does life stand?"
    assert f"/clients/{ben_client.pk}/check-in/" in mail.body
    assert "nothing to keep up" in mail.body


def test_check_in_due_is_dropped_after_a_check_in(rhythm, ben, ben_client):
    plan_nudges(now=MORNING)
    nudge = Nudge.objects.get()
    a_check_in(ben_client, ben, on=TUESDAY - timedelta(days=2), Sleep=5)

    assert nudge.compose() is None


@pytest.mark.parametrize("reason", ["paused", "never", "nothing asked"])
def test_check_in_due_is_dropped(rhythm, ben, ben_client, reason):
    plan_nudges(now=MORNING)
    nudge = Nudge.objects.get()
    if reason == "paused":
        ben_client.change_status("paused")
    elif reason == "never":
        choose_rhythm(by=ben, client=ben_client, every="")
    else:
        ben_client.life_areas.update(put_away_at=Now())

    assert nudge.compose() is None


def test_without_a_rhythm_nobody_is_asked(ben, ben_client):
    an_area(ben_client, ben)

    assert plan_nudges(now=MORNING) == 0


def test_no_private_words_in_a_check_in_mail(rhythm, ben, ben_client):
    a_check_in(ben_client, ben, "I cried on Sunday", on=TUESDAY - timedelta(days=7), Sleep=2)
    a_circumstance(ben_client, ben)
    plan_nudges(now=MORNING)

    mail = Nudge.objects.get().compose()

    for body in (mail.body, mail.alternatives[0].content):
        assert not any(word in body for word in ("cried", "rent", "Sleep"))


# --- nothing booked -----------------------------------------------------------


def test_nothing_booked_once_the_days_are_over(alma, ben_client):
    quiet(ben_client, 20)
    plan_nudges(now=MORNING)
    nudge = Nudge.objects.get()

    assert (nudge.user, nudge.kind, nudge.day) == (alma, "nothing_booked", TUESDAY + timedelta(days=1))
    assert plan_nudges(now=MORNING + timedelta(days=1)) == plan_nudges(now=MORNING + timedelta(days=2)) == 0
    mail = nudge.compose()
    assert mail.subject == "A client with nothing booked"
    assert "Ben has had nothing booked since 12 May 2027" in mail.body


@pytest.mark.parametrize(("days", "count"), [(19, 0), (20, 1), (27, 1), (28, 0)])
def test_nothing_booked_is_caught_up_for_a_week(ben_client, days, count):
    quiet(ben_client, days)

    assert plan_nudges(now=MORNING) == count


def test_nothing_booked_is_dropped_once_something_is(ben_client, book):
    quiet(ben_client, 21)
    plan_nudges(now=MORNING)
    nudge = Nudge.objects.get()
    book("2027-08-01T10:00")

    assert nudge.compose() is None


@pytest.mark.parametrize("status", ["paused", "ended"])
def test_nothing_booked_is_dropped_where_the_work_rests(ben_client, status):
    quiet(ben_client, 21)
    plan_nudges(now=MORNING)
    ben_client.change_status(status)

    assert Nudge.objects.get().compose() is None


def test_nothing_booked_counts_from_the_last_session(ben_client, make_past):
    quiet(ben_client, 300, now=timezone.now())
    last = make_past(timedelta(days=21))

    plan_nudges()

    last_on = timezone.localdate(last.ends_at, timezone=ZoneInfo("Europe/Berlin"))
    assert Nudge.objects.get().day == last_on + timedelta(days=21)


@pytest.mark.parametrize(("days", "count"), [(14, 1), (30, 0), (None, 0)])
def test_nothing_booked_after_so_many_days_as_the_coach_chose(alma, ben_client, days, count):
    MailChoices.objects.filter(user=alma).update(nothing_booked_days=days)
    quiet(ben_client, 16)

    assert plan_nudges(now=MORNING) == count


def test_nothing_booked_goes_to_the_clients_coach_alone(ben_client, dan_client, alma, cora):
    MailChoices.objects.create(user=cora, wants_coach_week=False)
    quiet(ben_client, 21)
    quiet(dan_client, 21)

    plan_nudges(now=MORNING)

    assert set(Nudge.objects.values_list("user", "client")) == {
        (alma.pk, ben_client.pk), (cora.pk, dan_client.pk),
    }  # fmt: skip


def test_nothing_booked_discreetly_names_nobody(alma, ben_client):
    MailChoices.objects.filter(user=alma).update(is_discreet=True)
    quiet(ben_client, 21)
    plan_nudges(now=MORNING)

    assert "Ben" not in Nudge.objects.get().compose().body


# --- the week -----------------------------------------------------------------

MONDAY = date(2027, 6, 7)
SUNDAY_NIGHT = datetime(2027, 6, 6, 12, 0, tzinfo=UTC)


def test_week_of_a_coach(alma, ben, ben_client, goal, book, dan_client):
    session = book("2027-06-09T10:00")
    book("2027-06-09T10:00", client=dan_client)
    book("2027-06-14T10:00")
    plans.propose_goal(by=alma, plan=goal.plan, side="personal", title="Eat at noon")
    a_circumstance(ben_client, ben, urgency="urgent")
    plan_nudges(now=SUNDAY_NIGHT)
    nudge = Nudge.objects.get(user=alma, kind="coach_week")

    mail = nudge.compose()

    assert (nudge.day, nudge.due_at) == (MONDAY, datetime(2027, 6, 7, 7, 0, tzinfo=UTC))
    assert nudge.useful_until == datetime(2027, 6, 13, 22, 0, tzinfo=UTC)
    assert "- Wednesday 9 June 2027, 10:00 to 10:50, Ben\n" in mail.body
    assert mail.body.count("June") == 1
    assert "1 goal waits for a client" in mail.body
    assert "1 client has an urgent need open." in mail.body
    assert not any(word in mail.body for word in ("Eat at noon", "rent", "Dan", "\n0 "))
    assert session.client == ben_client


def test_week_with_nothing_in_it_is_no_mail(alma):
    plan_nudges(now=SUNDAY_NIGHT)

    assert Nudge.objects.get(user=alma).compose() is None


def test_week_of_a_client_is_for_those_who_want_it(alma, ben, ben_client, goal, book):
    plan_nudges(now=SUNDAY_NIGHT)
    assert not Nudge.objects.filter(user=ben).exists()
    MailChoices.objects.create(user=ben, wants_own_week=True)
    book("2027-06-09T10:00")
    plans.add_step(by=ben, goal=goal, title="Walk", due_on=MONDAY + timedelta(days=2))
    plans.add_step(by=ben, goal=goal, title="Later", due_on=MONDAY + timedelta(days=7))
    plan_nudges(now=SUNDAY_NIGHT)

    mail = Nudge.objects.get(user=ben, kind="own_week").compose()

    assert "- Wednesday 9 June 2027, 04:00 to 04:50\n" in mail.body
    assert "- Walk (Wednesday 9 June)" in mail.body
    assert "Later" not in mail.body


def test_week_is_only_on_mondays(alma):
    plan_nudges(now=MORNING)

    assert not Nudge.objects.exists()


# --- who sees them ------------------------------------------------------------


def test_nudges_of_a_client_are_shown_to_nobody_else(nudge, ben_browser, alma_browser, cora_browser):
    Nudge.objects.update(state="sent", sent_at=Now(), due_at=Now())

    assert "Your steps" in ben_browser.get("/settings/mails/").content.decode()
    for browser in (alma_browser, cora_browser):
        for show in ("nudges", "done", "waiting", "look"):
            assert "Your steps" not in browser.get("/sessions/mails/", {"show": show}).content.decode()
        assert "Your steps" not in browser.get("/settings/mails/").content.decode()


def test_coach_sees_their_own_nudges(alma_browser, ben_client):
    quiet(ben_client, 21)
    plan_nudges(now=MORNING)

    html = alma_browser.get("/sessions/mails/", {"show": "nudges"}).content.decode()

    assert "A client with nothing booked" in html
    assert "to be sent on Tuesday 1 June 2027, 09:00" in html


@pytest.mark.parametrize("count", [3, 30])
def test_list_of_nudges_queries(alma, alma_browser, ben_client, count, django_assert_num_queries):
    for number in range(count):
        Nudge.objects.create(
            user=alma, client=ben_client, kind="nothing_booked", day=TUESDAY + timedelta(days=number),
            due_at=MORNING + timedelta(days=number), useful_until=MORNING + timedelta(days=number + 1),
        )  # fmt: skip

    with django_assert_num_queries(4):
        alma_browser.get("/sessions/mails/", {"show": "nudges"})


def test_each_kind_can_be_switched_off(ben_browser, alma_browser, ben, alma, ben_client):
    ben_browser.post("/settings/mails/", {})
    alma_browser.post("/settings/mails/", {"nothing_booked_days": ""})

    ben_choices, alma_choices = MailChoices.objects.get(user=ben), MailChoices.objects.get(user=alma)
    assert [ben_choices.wants_nudge(kind) for kind in ("step_due", "check_in_due", "own_week")] == [False] * 3
    assert [alma_choices.wants_nudge(kind) for kind in ("nothing_booked", "coach_week")] == [False] * 2


def test_choices_are_those_of_ones_part(ben_browser, alma_browser, ben_client):
    of_ben = ben_browser.get("/settings/mails/").context["form"].fields
    of_alma = alma_browser.get("/settings/mails/").context["form"].fields

    assert {"wants_step_due", "wants_check_in_due", "wants_own_week"} <= set(of_ben)
    assert not {"wants_coach_week", "nothing_booked_days"} & set(of_ben)
    assert {"wants_coach_week", "nothing_booked_days"} <= set(of_alma)
    assert "wants_step_due" not in of_alma


# --- quiet hours in another zone ----------------------------------------------


def test_quiet_hours_follow_a_person_who_moves(ben, book):
    MailChoices.objects.create(
        user=ben, quiet_from=time(22), quiet_until=time(8), quiet_zone=ZoneInfo("America/New_York")
    )
    session = book("2027-06-10T10:00")
    reminder = session.reminders.get(recipient="client", lead=timedelta(hours=2))
    assert reminder.due_at == datetime(2027, 6, 10, 1, 45, tzinfo=UTC)
    ben.change_details(name="Ben", timezone=ZoneInfo("Europe/Berlin"))

    plan_nudges()
    plan_nudges()

    reminder = session.reminders.get(recipient="client", lead=timedelta(hours=2))
    assert reminder.due_at == datetime(2027, 6, 10, 6, 0, tzinfo=UTC)
    assert MailChoices.objects.get(user=ben).quiet_zone == ZoneInfo("Europe/Berlin")


def test_quiet_hours_of_those_who_stay_are_left_alone(ben, book, ben_browser):
    ben_browser.post(
        "/settings/mails/",
        {"wants_upcoming": "on", "quiet_from": "22:00", "quiet_until": "08:00"},
    )
    book("2027-06-10T10:00")
    before = list(Reminder.objects.order_by("pk").values())

    plan_nudges()

    assert list(Reminder.objects.order_by("pk").values()) == before


def test_week_of_a_coach_has_a_group_once(alma, ben_client):
    other = type(ben_client).objects.create(
        practice=ben_client.practice, coach=ben_client.coach, name="Gil", email="gil@example.org"
    )
    schedule_group(
        by=alma, coach=alma.coach, clients=[ben_client, other], seats=4, name="Mornings",
        local_start=datetime(2027, 6, 9, 10), timezone=alma.timezone, minutes=50,  # noqa: DTZ001 - a wall time
    )  # fmt: skip
    plan_nudges(now=SUNDAY_NIGHT)

    body = Nudge.objects.get(user=alma, kind="coach_week").compose().body

    assert "- Wednesday 9 June 2027, 10:00 to 10:50, Mornings\n" in body
    assert body.count("10:00") == 1
