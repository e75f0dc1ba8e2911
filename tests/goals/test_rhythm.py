"""Steps that come again: ticked today, counted in the client's own weeks, with nothing to lose."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from goals import actions
from goals.board import plans_for
from goals.errors import NotPossible, NotTheirPlan
from goals.history import history_of
from goals.models import Step, StepTick
from goals.models.rhythm import Per, period_of, so_far, words_for

MONDAY_IN_BERLIN = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
"""Half past midnight on Monday for Alma, half past six on Sunday evening for Ben in New York."""


@pytest.fixture
def walk(ben, ben_goal) -> Step:
    return actions.add_step(by=ben, goal=ben_goal, title="Walk to the river", rhythm=(2, "week"))


@pytest.fixture
def dan_walk(dan, dan_goal) -> Step:
    return actions.add_step(by=dan, goal=dan_goal, title="Dan's secret walk", rhythm=(1, "day"))


def again(step: Step) -> Step:
    """The step as a page reads it."""
    return Step.objects.with_ticks().select_related("goal__plan__client__user").get(pk=step.pk)


# --- what a rhythm is ---------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "day", "first", "last"),
    [
        (Per.DAY, date(2026, 11, 24), date(2026, 11, 24), date(2026, 11, 24)),
        (Per.WEEK, date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 29)),
        (Per.WEEK, date(2026, 11, 29), date(2026, 11, 23), date(2026, 11, 29)),
        (Per.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
        (Per.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Per.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Per.MONTH, date(2026, 1, 31), date(2026, 1, 1), date(2026, 1, 31)),
    ],
)
def test_period(per, day, first, last):
    period = period_of(per, day)

    assert (period.first, period.last) == (first, last)
    assert first in period
    assert last in period
    assert last + timedelta(days=1) not in period
    assert period.before not in period


def test_words():
    assert [words_for(times, per) for times in (1, 2, 3) for per in Per] == [
        "Every day", "Once a week", "Once a month",
        "Twice a day", "Twice a week", "Twice a month",
        "3 times a day", "3 times a week", "3 times a month",
    ]  # fmt: skip
    assert [so_far(count, 2, "week") for count in (0, 1, 2, 3)] == [
        "0 of 2 this week", "1 of 2 this week", "2 of 2 this week", "3 times this week",
    ]  # fmt: skip
    assert (so_far(0, 1, "day"), so_far(1, 3, "month")) == ("0 of 1 today", "1 of 3 this month")


@pytest.mark.parametrize(
    "wrong",
    [
        {"times": 2, "per": ""},
        {"times": None, "per": "week"},
        {"times": 0, "per": "week"},
        {"times": 32, "per": "month"},
        {"times": 2, "per": "year"},
        {"times": 2, "per": "week", "due_on": date(2026, 12, 1)},
    ],
)
def test_database_holds_date_or_rhythm(ben_step, wrong):
    with pytest.raises(IntegrityError, match="step_has_a_date_or_a_rhythm"), transaction.atomic():
        Step.objects.filter(pk=ben_step.pk).update(**wrong)


# --- ticking ------------------------------------------------------------------


def test_tick_is_a_dated_row_with_who(ben, alma, walk):
    with time_machine.travel(MONDAY_IN_BERLIN):
        walk.tick_on(by=alma)

    tick = StepTick.objects.get()
    assert (tick.on, tick.number, tick.ticked_by) == (date(2026, 11, 22), 1, alma)  # Ben's Sunday


def test_weeks_are_the_clients(ben, walk):
    with time_machine.travel(MONDAY_IN_BERLIN):
        walk.tick_on(by=ben)
        sunday = again(walk).so_far
    with time_machine.travel(MONDAY_IN_BERLIN + timedelta(hours=6)):  # past midnight in New York
        monday = again(walk).so_far

    assert (sunday, monday) == ("1 of 2 this week", "0 of 2 this week")
    assert StepTick.objects.count() == 1


def test_same_tap_twice_is_one_tick_and_another_tap_another(ben, walk):
    walk.tick_on(by=ben, number=1)
    walk.tick_on(by=ben, number=1)
    first = again(walk).count_now
    walk.tick_on(by=ben, number=again(walk).next_number)

    assert (first, again(walk).count_now, again(walk).is_kept) == (1, 2, True)
    assert again(walk).dots == [True, True]


def test_one_row_says_the_same_with_and_without_the_page_query(ben, walk):
    walk.tick_on(by=ben)

    assert Step.objects.get(pk=walk.pk).count_now == again(walk).count_now == walk.count_now == 1


@time_machine.travel(datetime(2026, 11, 26, 15, tzinfo=UTC))  # a Thursday
def test_untick_takes_the_latest_of_the_week_and_not_of_the_one_before(ben, walk):
    for day in (19, 24, 25):
        walk.tick_on(by=ben, on=date(2026, 11, day))

    walk.untick_on(by=ben)
    left = [tick.on.day for tick in walk.ticks.all()]
    walk.untick_on(by=ben)
    walk.untick_on(by=ben)

    assert left == [24, 19]
    assert [tick.on.day for tick in walk.ticks.all()] == [19]


def test_late_entry_is_possible_and_has_its_bounds(ben, walk):
    today = walk.today

    walk.tick_on(by=ben, on=today - timedelta(days=1))
    walk.tick_on(by=ben, on=today - timedelta(days=13))
    for day in (today + timedelta(days=1), today - timedelta(days=14)):
        with pytest.raises(NotPossible, match="Choose today"):
            walk.tick_on(by=ben, on=day)

    assert StepTick.objects.count() == 2


def test_a_day_has_room_for_many_ticks_and_not_for_endless_ones(ben, walk):
    for _time in range(31):
        walk.tick_on(by=ben)

    with pytest.raises(NotPossible, match="as often as one day"):
        walk.tick_on(by=ben)
    with pytest.raises(IntegrityError, match="steptick_number_is_small"), transaction.atomic():
        StepTick.objects.update(number=32)


def test_rhythm_rests_with_its_goal(ben, ben_goal, walk):
    walk.tick_on(by=ben)
    ben_goal.hold(by=ben)

    with pytest.raises(NotPossible, match="rests"):
        walk.tick_on(by=ben)
    [board] = plans_for(ben)
    assert board.rhythms == []
    ben_goal.resume(by=ben)
    [board] = plans_for(ben)
    assert [step.count_now for step in board.rhythms] == [1]


def test_rhythm_goes_on_while_other_words_are_proposed_but_not_in_a_proposal(
    alma, ben, ben_goal, walk, proposal
):
    ben_goal.propose_wording(by=alma, wording="Sleep by eleven")
    in_proposal = actions.add_step(by=alma, goal=proposal, title="Ask the neighbours", rhythm=(1, "week"))

    walk.tick_on(by=ben)
    with pytest.raises(NotPossible):
        in_proposal.tick_on(by=ben)

    assert StepTick.objects.count() == 1


def test_only_the_two_people_tick(cora, walk):
    with pytest.raises(NotTheirPlan):
        walk.tick_on(by=cora)
    with pytest.raises(NotTheirPlan):
        walk.untick_on(by=cora)


def test_rhythm_is_no_next_step_and_no_share_of_the_steps(ben, ben_goal, ben_step, walk):
    ben_step.tick(by=ben)
    walk.tick_on(by=ben)

    [board] = plans_for(ben)

    assert (board.next_step, board.done_count, len(board.steps)) == (None, 1, 1)
    assert board.trellis.rows[0].attainment == "1 of 1 step done"
    assert list(Step.objects.open()) == []


def test_finished_rhythm_keeps_its_ticks_and_can_come_again(ben, walk):
    walk.tick_on(by=ben)

    walk.tick(by=ben)
    with pytest.raises(NotPossible):
        walk.tick_on(by=ben)
    was_done = walk.is_done
    walk.untick(by=ben)
    walk.tick_on(by=ben)

    assert (was_done, walk.ticks.count()) == (True, 2)


def test_history_tells_of_the_rhythm(ben, ben_goal, walk):
    walk.edit(by=ben, wording=walk.title, due_on=None, rhythm=(1, "day"))
    walk.edit(by=ben, wording=walk.title, due_on=None)

    changes = [(change.before, change.after) for change in history_of(ben_goal) if "often" in change.what]

    assert changes == [("Every day", "Once"), ("Twice a week", "Every day")]


# --- pages --------------------------------------------------------------------


def test_step_form_makes_a_rhythm(ben_browser, ben_goal):
    url = reverse("goals:step_create", args=[ben_goal.pk])

    ben_browser.post(url, {"title": "Breathe", "rhythm": "3/day"})

    assert Step.objects.get().rhythm == (3, "day")


def test_date_and_rhythm_together_are_refused_and_nothing_is_lost(ben_browser, ben_goal):
    url = reverse("goals:step_create", args=[ben_goal.pk])

    response = ben_browser.post(url, {"title": "Breathe", "rhythm": "1/week", "due_on": "2027-01-05"})

    page = response.content.decode()
    assert (response.status_code, Step.objects.count()) == (422, 0)
    assert "not both" in page
    assert 'value="2027-01-05"' in page
    assert '<option value="1/week" selected>' in page


def test_edit_form_offers_the_rhythm_it_has(ben, ben_browser, ben_goal):
    step = actions.add_step(by=ben, goal=ben_goal, title="Swim", rhythm=(11, "month"))
    url = reverse("goals:step_edit", args=[step.pk])

    page = ben_browser.get(url).content.decode()
    ben_browser.post(url, {"title": "Swim", "rhythm": "11/month"})

    assert '<option value="11/month" selected>11 times a month</option>' in page
    assert Step.objects.get().rhythm == (11, "month")


def test_client_ticks_from_home_and_takes_it_back(ben_browser, walk, dan_walk):
    home = ben_browser.get("/home/").content.decode()
    tick, untick = (reverse(f"goals:step_{name}", args=[walk.pk]) for name in ("tick", "untick"))

    response = ben_browser.post(
        tick, {"next": "/home/", "on": walk.today.isoformat(), "number": "1"}, follow=True
    )
    ticked = response.content.decode()
    back = ben_browser.post(untick, {"next": "/home/"}, follow=True).content.decode()

    assert "Done today: Walk to the river" in home
    assert "secret" not in home
    assert "1 of 2 this week" in ticked
    assert "0 of 2 this week" in back
    assert not StepTick.objects.exists()


def test_tick_button_refuses_what_is_no_day(ben_browser, walk):
    for name in ("tick", "untick"):
        response = ben_browser.post(reverse(f"goals:step_{name}", args=[walk.pk]), {"on": "yesterday"})
        assert response.status_code == 400


def test_rhythm_page_shows_days_weeks_and_nothing_missed(ben, ben_browser, walk, dan, dan_walk):
    walk.tick_on(by=ben, on=walk.today - timedelta(days=1))
    StepTick.objects.create(step=walk, on=walk.today - timedelta(days=70), ticked_by=ben)
    dan_walk.tick_on(by=dan)

    page = ben_browser.get(reverse("goals:step_rhythm", args=[walk.pk])).content.decode()

    assert page.count('<th scope="row">') == 2
    assert "Once more" in page
    assert "now" in page or walk.today.weekday() == 0
    assert not any(word in page.lower() for word in ("missed", "overdue", "failed", "streak", "danger"))


def test_rhythm_page_of_a_step_without_one_is_the_step(ben_browser, ben_step):
    response = ben_browser.get(reverse("goals:step_rhythm", args=[ben_step.pk]))

    assert (response.status_code, response.url) == (302, ben_step.get_absolute_url())


def test_rhythm_is_finished_and_taken_up_again_on_its_page(ben_browser, walk):
    ben_browser.post(reverse("goals:step_finish", args=[walk.pk]))
    page = ben_browser.get(reverse("goals:step_rhythm", args=[walk.pk])).content.decode()
    ben_browser.post(reverse("goals:step_untick", args=[walk.pk]))

    assert "Let it come again" in page
    assert again(walk).is_going_on


@pytest.mark.parametrize("count", [3, 60])
def test_rhythm_page_asks_the_same_after_a_day_and_a_year(
    ben, ben_browser, walk, count, django_assert_num_queries
):
    today = timezone.localdate()
    StepTick.objects.bulk_create(
        StepTick(step=walk, on=today - timedelta(days=6 * number), ticked_by=ben) for number in range(count)
    )

    with django_assert_num_queries(4):
        ben_browser.get(reverse("goals:step_rhythm", args=[walk.pk]))
