"""The pages of a session that was held and of one to come, in Chromium: sound in every size and theme."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coaching.scheduling import followup
from goals import actions as plans
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot
from tests.clients.rows import a_circumstance, a_summary

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@LOOKS
def test_session_pages_are_sound(size, scheme, open_page, alma, ben, ben_client, make_past, book):
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    past, coming = make_past(timedelta(days=7)), book()
    followup.agree_step(by=alma, session=past, goal=goal, title="Walk", rhythm=(2, "week"))
    step = followup.agree_step(by=alma, session=past, goal=goal, title="Read the letter")
    followup.do_before(by=ben, step=step, session=coming)
    a_summary(ben_client, alma, session=past)
    a_circumstance(ben_client, ben, urgency="urgent")
    page = open_page("/home/", user=alma, size=size, scheme=scheme)

    problems = []
    for name, address in {
        "session-past": past.get_absolute_url(),
        "session-coming": coming.get_absolute_url(),
        "summary": reverse("scheduling:summary_write", args=[past.pk]),
        "step-session": reverse("scheduling:step_session", args=[step.pk]),
    }.items():
        page.goto(address)
        take_screenshot(page, f"{name}-{size}-{scheme}")
        problems += axe_problems(page)
        if sideways(page):
            problems.append(f"{name} scrolls sideways by {sideways(page)}")

    assert problems == []
