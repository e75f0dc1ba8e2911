"""From home, on a phone, a client ticks a step, rates a goal and says yes in at most two taps each."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page

from goals import actions
from goals.models import Goal, GoalRating
from tests.browser import axe_problems, sideways

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Thumb:
    """A thumb on a phone that counts its taps; it starts on the home page."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def taps_on(self, role: str, name: str | re.Pattern) -> "Thumb":
        target: Locator = self.page.get_by_role(role, name=name)
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 24  # WCAG 2.2, target size
        target.click()
        self.page.wait_for_load_state()
        self.taps += 1
        return self


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def thumb(request, open_page, ben, ben_goal, ben_step, proposal) -> Thumb:
    actions.describe_scale(
        by=ben,
        goal=ben_goal,
        descriptions=["Awake at three", "Asleep by two", "Asleep by midnight", "By eleven", "At ten, rested"],
        importance=2,
        difficulty=2,
        baseline=-1,
    )
    page = open_page("/home/", user=ben, size="phone", scripts=request.param)
    if request.param:
        assert axe_problems(page) == []
    assert sideways(page) == 0
    return Thumb(page)


def until(page: Page, is_so: Callable[[], bool]) -> None:
    """A quicker answer comes by htmx, which does not load a page."""
    for _turn in range(50):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen")


def test_step_is_ticked(thumb, ben_step):
    thumb.taps_on("button", "Tick off: Put the phone in the kitchen")

    until(thumb.page, lambda: type(ben_step).objects.get().is_done)
    assert thumb.taps <= 2
    thumb.page.wait_for_url("**/home/**")


def test_rhythm_is_ticked_and_taken_back(thumb, ben, ben_goal):
    walk = actions.add_step(by=ben, goal=ben_goal, title="Walk to the river", rhythm=(2, "week"))
    thumb.page.reload()

    thumb.taps_on("button", "Done today: Walk to the river")
    until(thumb.page, lambda: walk.ticks.count() == 1)
    thumb.page.wait_for_url("**/home/**")
    thumb.page.get_by_text("1 of 2 this week").wait_for()
    thumb.taps_on("button", re.compile("^Take one back ?: Walk to the river"))
    until(thumb.page, lambda: walk.ticks.count() == 0)

    assert thumb.taps <= 2


def test_goal_is_rated(thumb, ben_goal):
    thumb.taps_on("link", "Sleep before midnight").taps_on("button", re.compile("Asleep by midnight"))

    until(thumb.page, lambda: GoalRating.objects.filter(level=0, described="Asleep by midnight").exists())
    assert thumb.taps <= 2
    thumb.page.wait_for_url("**/home/**")


def test_proposal_is_accepted(thumb, proposal):
    thumb.taps_on("button", re.compile("^Accept ?: Cook with the neighbours"))

    until(thumb.page, lambda: Goal.objects.get(pk=proposal.pk).lifecycle == "active")
    assert thumb.taps <= 2
    thumb.page.wait_for_url("**/home/**")


def test_rating_page_is_sound(thumb, open_page, ben, ben_goal):
    for size, scheme in (("small", "light"), ("phone", "dark"), ("desk", "light")):
        page = open_page(f"/goals/{ben_goal.pk}/rate/", user=ben, size=size, scheme=scheme)
        assert axe_problems(page) == []
        assert sideways(page) == 0
