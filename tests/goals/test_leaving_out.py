"""A step that the client does without, whoever added it."""

import pytest
from django.urls import reverse

from clients.models import Client
from goals import actions
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.models import Step


@pytest.fixture
def added(alma, ben_goal) -> Step:
    """One that Alma added to Ben's goal."""
    return actions.add_step(by=alma, goal=ben_goal, title="Write down three worries")


def test_the_client_leaves_out_what_the_coach_added(ben_browser, ben_goal, added):
    address = reverse("goals:step_leave_out", args=[added.pk])
    edit = ben_browser.get(reverse("goals:step_edit", args=[added.pk])).content.decode()
    assert address in edit
    assert "Write down three worries" in ben_browser.get(address).content.decode()

    answer = ben_browser.post(address, follow=True)

    assert not Step.objects.exists()
    assert "“Write down three worries” is no longer in the plan." in answer.content.decode()
    history = ben_browser.get(reverse("goals:goal_history", args=[ben_goal.pk])).content.decode()
    assert "left a step out" in history
    assert ben_browser.post(address).status_code == 404


def test_the_coach_does_not(alma, alma_browser, cora, dan, dan_client, added):
    page = alma_browser.get(reverse("goals:step_edit", args=[added.pk])).content.decode()
    assert reverse("goals:step_leave_out", args=[added.pk]) not in page

    for person, refusal in ((alma, NotTheirDecision), (cora, NotTheirPlan), (dan, NotTheirPlan)):
        with pytest.raises(refusal):
            added.leave_out(by=person)

    assert Step.objects.get() == added


def test_before_they_join_the_coach_does(alma, practice):
    record = Client.objects.create(practice=practice, coach=alma.coach, name="Ines", email="ines@example.org")
    plan = actions.start_plan(by=alma, client=record, title="First ideas")
    goal = actions.propose_goal(by=alma, plan=plan, side="personal", title="Breathe")

    actions.add_step(by=alma, goal=goal, title="Walk").leave_out(by=alma)

    assert not Step.objects.exists()


def test_what_was_ticked_stays(ben, ben_browser, ben_goal, added):
    rhythm = actions.add_step(by=ben, goal=ben_goal, title="Walk", rhythm=(2, "week"))
    rhythm.tick_on(by=ben)
    added.tick(by=ben)

    for step in (rhythm, added):
        with pytest.raises(NotPossible, match="What was ticked off stays"):
            step.leave_out(by=ben)
    answer = ben_browser.post(reverse("goals:step_leave_out", args=[added.pk]), follow=True)

    assert "What was ticked off stays. Take the ticks back first." in answer.content.decode()
    assert set(Step.objects.all()) == {rhythm, added}
    added.untick(by=ben)
    added.leave_out(by=ben)
    assert list(Step.objects.all()) == [rhythm]


def test_nothing_is_left_out_of_a_closed_plan(ben, ben_plan, added):
    ben_plan.close(by=ben)

    with pytest.raises(NotPossible):
        added.leave_out(by=ben)
