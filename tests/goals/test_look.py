"""The pages of a plan in Chromium: axe finds nothing, nothing scrolls sideways, in every size and theme."""

import json

import pytest

from goals import actions
from goals.library import write_template
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot
from tests.clients.rows import a_circumstance

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@LOOKS
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
    actions.describe_scale(
        by=alma, goal=proposal, descriptions=words, importance=1, difficulty=1, baseline=-1
    )
    closed = actions.start_plan(by=ben, client=ben_plan.client, title="My summer")
    actions.propose_goal(by=alma, plan=closed, side="community", title="Come to the tenants' evening")
    closed.close(by=ben)
    addresses = {
        "plan-closed": closed.get_absolute_url(),
        "plan-close": f"/plans/{ben_plan.pk}/close/",
        "proposal": proposal.get_absolute_url(),
        "goal-reword": f"/goals/{proposal.pk}/reword/",
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


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_only_what_is_asked_of_the_chosen_kind_is_shown(scripts, open_page, ben, ben_client, ben_goal):
    a_circumstance(ben_client, ben)
    page = open_page(f"/goals/{ben_goal.pk}/obstacles/new/", user=ben, scripts=scripts)
    around, inside = ["circumstance", "domain", "urgency"], ["cue", "response"]

    def shown() -> list[str]:
        return [name for name in around + inside if page.locator(f"#div_id_{name}").is_visible()]

    assert shown() == []
    for kind, fields in (("internal", inside), ("structural", around), ("both", around + inside)):
        page.locator(f"[name=kind][value={kind}]").check()
        assert shown() == fields
    page.locator("#id_circumstance").select_option(index=1)
    assert shown() == ["circumstance", *inside]


@LOOKS
def test_library_paper_and_import_pages_are_sound(
    size, scheme, open_page, tmp_path, alma, ben, ben_client, ben_plan, ben_goal
):
    words = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "At ten, rested"]
    long_title = "Keep one evening for averyveryverylongwordthatdoesnotendforaverylongtimeindeed"
    template = write_template(
        by=alma,
        side="personal",
        title=long_title,
        why="Rest counts.",
        levels=words,
        steps=["Say which evening"],
        is_shared=True,
    )
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": long_title},
        "subject": {"display": "Ben"},
    }
    file = tmp_path / "goal.json"
    file.write_text(json.dumps(goal))
    shared = {
        "library": "/library/",
        "template": template.get_absolute_url(),
        "template-take": f"{template.get_absolute_url()}take/",
        "print": f"/plans/{ben_plan.pk}/print/",
    }
    of_coach = shared | {
        "template-new": "/library/new/",
        "template-edit": f"{template.get_absolute_url()}edit/",
        "goal-template": f"/goals/{ben_goal.pk}/template/",
    }
    imports = {alma: f"/plans/import/?client={ben_client.pk}", ben: "/plans/import/"}

    problems = []
    for user, addresses in ((ben, shared), (alma, of_coach)):
        page = open_page("/home/", user=user, size=size, scheme=scheme)
        for name, address in [*addresses.items(), ("import", imports[user]), ("import-preview", "")]:
            if address:
                page.goto(address)
            else:
                page.set_input_files("[name=file]", file)
                page.get_by_role("button", name="See what is in it").click()
                page.get_by_text(long_title).first.wait_for()
            take_screenshot(page, f"{name}-{user.name}-{size}-{scheme}")
            problems += axe_problems(page)
            problems += [f"{name} is {wide} px too wide" for wide in [sideways(page)] if wide]

    assert problems == []
