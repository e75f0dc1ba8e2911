"""Two tabs, or two people, at the same moment: one waits for the other, and neither meets an error."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coaching.scheduling.actions import schedule_session
from coaching.scheduling.followup import do_before
from goals import actions
from goals.carrying import close_plan
from goals.models import Goal, Step
from tests.at_once import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def close_and_carry(ben, ben_plan, ben_goal) -> Callable[[], object]:
    return lambda: close_plan(by=ben, plan=ben_plan, carried=[ben_goal], title="My winter")


def test_words_that_come_while_a_plan_is_closed_are_not_lost_in_it(
    ben_browser, ben_plan, ben_goal, close_and_carry
):
    address = reverse("goals:goal_edit", args=[ben_goal.pk])
    answer = meanwhile(close_and_carry, lambda: ben_browser.post(address, {"title": "Sleep by ten"}))

    assert answer.status_code == 422
    assert "This plan is closed." in answer.text
    assert "Sleep by ten" in answer.text
    assert set(Goal.objects.values_list("title", flat=True)) == {"Sleep before midnight"}


@pytest.mark.parametrize("act", ["step_tick", "step_edit", "step_create", "goal_rate", "goal_scale"])
def test_nothing_comes_into_a_plan_that_is_being_closed(
    act, ben, ben_browser, ben_goal, ben_step, close_and_carry
):
    row = ben_step if act in ("step_tick", "step_edit") else ben_goal
    said = {"title": "Walk", "level": 1, "importance": 1, "difficulty": 1, "baseline": 0}
    said |= {f"level_{number}": "So far" for number in range(1, 6)}
    address = reverse(f"goals:{act}", args=[row.pk])
    answer = meanwhile(close_and_carry, lambda: ben_browser.post(address, said))

    assert answer.status_code in (302, 422)
    old = Goal.objects.get(pk=ben_goal.pk)
    assert [(step.title, step.is_done) for step in old.steps.all()] == [(ben_step.title, False)]
    assert not old.ratings.exists()
    assert old.scale_or_none is None


@pytest.mark.parametrize("act", ["step_leave_out", "step_edit", "step_tick", "step_detach"])
def test_step_that_is_being_left_out_is_no_longer_there_for_a_second_click(act, ben, ben_browser, ben_step):
    address = reverse(f"goals:{act}", args=[ben_step.pk])
    answer = meanwhile(
        lambda: ben_step.leave_out(by=ben), lambda: ben_browser.post(address, {"title": "Walk"}, follow=True)
    )

    assert "This step is no longer in the plan." in answer.text
    assert not Step.objects.exists()


def test_the_last_two_circumstances_are_cleared_at_once_and_the_goal_goes_on(ben, ben_goal):
    rent, work = (
        actions.name_obstacle(by=ben, goal=ben_goal, kind="structural", what=what, domain=what)
        for what in ("housing", "work")
    )

    meanwhile(lambda: rent.clear(by=ben), lambda: work.clear(by=ben))

    ben_goal.refresh_from_db()
    assert ben_goal.lifecycle == "active"


def test_a_step_is_put_before_one_session_and_at_once_before_another(
    alma, ben, ben_browser, ben_client, ben_step
):
    start = timezone.now().replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
    first, second = (
        schedule_session(
            by=alma,
            client=ben_client,
            local_start=start + timedelta(days=days),
            timezone=alma.timezone,
            minutes=60,
        )
        for days in (7, 14)
    )
    address = reverse("scheduling:step_session", args=[ben_step.pk])
    answer = meanwhile(
        lambda: do_before(by=ben, step=ben_step, session=first),
        lambda: ben_browser.post(address, {"session": second.pk}),
    )

    assert answer.status_code == 302
    assert ben_step.session_links.get().session == second
