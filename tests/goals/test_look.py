"""The pages of a plan in Chromium: axe finds nothing, nothing scrolls sideways, in every size and theme."""

import pytest

from goals import actions
from tests.browser import axe_problems, sideways, take_screenshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("size", "scheme"), [("small", "light"), ("phone", "dark"), ("desk", "light"), ("desk", "dark")]
)
def test_plan_and_goal_pages_are_sound(
    size, scheme, open_page, alma, ben, ben_plan, ben_goal, proposal, kitchen
):
    words = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "At ten, rested"]
    actions.describe_scale(by=ben, goal=ben_goal, descriptions=words, importance=2, difficulty=3, baseline=-1)
    actions.rate_goal(by=ben, goal=ben_goal, level=0, note="Four nights.")
    actions.rate_goal(by=alma, goal=ben_goal, level=1)
    paused = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Have my tooth seen to")
    obstacle = actions.name_obstacle(
        by=ben,
        goal=paused,
        kind="both",
        what="No dentist takes new patients.",
        domain="health_care",
        cue="I put it off",
        response="ring with Dee beside me",
    )
    walk = actions.add_step(by=ben, goal=ben_goal, title="Walk to the river", rhythm=(2, "week"))
    walk.tick_on(by=ben)
    actions.note_win(by=ben, goal=ben_goal, words="Seven hours, and a dream I liked.")
    addresses = {
        "rhythm": f"/steps/{walk.pk}/rhythm/",
        "timeline": f"/plans/{ben_plan.pk}/timeline/",
        "win": f"/plans/{ben_plan.pk}/wins/new/",
        "plan": ben_plan.get_absolute_url(),
        "goal": ben_goal.get_absolute_url(),
        "goal-paused": paused.get_absolute_url(),
        "goal-history": f"/goals/{ben_goal.pk}/history/",
        "goal-scale": f"/goals/{ben_goal.pk}/scale/",
        "obstacle": f"/obstacles/{obstacle.pk}/edit/",
        "plan-edit": f"/plans/{ben_plan.pk}/edit/",
    }
    page = open_page("/home/", user=ben, size=size, scheme=scheme)

    problems = []
    for name, address in addresses.items():
        page.goto(address)
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        if sideways(page):
            problems.append(f"{name} scrolls sideways by {sideways(page)}")

    assert problems == []
