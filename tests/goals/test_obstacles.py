"""What is in the way: in the person, around the person, or both; the client says which."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from community.actions import create_listing, create_organization
from community.models import Listing, Service
from goals import actions
from goals.board import plans_for
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.history import history_of
from goals.models import Goal, Obstacle, Step

FLAT = {"kind": "structural", "what": "The flat is cold and the lease ends.", "domain": "housing"}
FEAR = {
    "kind": "internal",
    "what": "I talk myself out of it.",
    "cue": "I want to cancel",
    "response": "ring Dee",
}


def page_of(name: str, row) -> str:
    return reverse(f"goals:{name}", args=[row.pk])


def named(by, goal, **fields) -> Obstacle:
    return actions.name_obstacle(by=by, goal=goal, **{**FLAT, **fields})


def now(goal: Goal) -> str:
    return Goal.objects.get(pk=goal.pk).lifecycle


# --- the fork -----------------------------------------------------------------


def test_what_is_in_the_client_gets_an_if_then_plan_and_the_goal_goes_on(ben_browser, ben_goal):
    ben_browser.post(page_of("obstacle_create", ben_goal), {**FEAR, "domain": "housing"})

    obstacle = Obstacle.objects.get()
    assert (obstacle.kind, obstacle.domain, obstacle.cue) == ("internal", "", "I want to cancel")
    assert now(ben_goal) == "active"
    page = ben_browser.get(ben_goal.get_absolute_url()).content.decode()
    assert "ring Dee" in page
    assert "Places that can help" not in page


@pytest.mark.parametrize("kind", ["structural", "both"])
def test_a_circumstance_pauses_the_goal(kind, ben_browser, ben, ben_goal, ben_step):
    ben_browser.post(page_of("obstacle_create", ben_goal), {**FLAT, "kind": kind})

    assert now(ben_goal) == "on-hold"
    board = plans_for(ben)[0]
    assert (board.steps, board.next_step, board.to_rate) == ([], None, [])
    assert board.goals[0].circumstances == ["Housing"]


def test_a_paused_goal_is_never_shown_as_late(ben_browser, ben, ben_plan, ben_goal):
    yesterday = timezone.localdate() - timedelta(days=9)
    actions.add_step(by=ben, goal=ben_goal, title="Sign the lease", due_on=yesterday)
    pages = [ben_plan.get_absolute_url(), ben_goal.get_absolute_url(), "/home/"]
    assert "Still open." in ben_browser.get(pages[0]).content.decode()

    named(ben, ben_goal)

    for address in pages:
        assert "Still open" not in ben_browser.get(address).content.decode()
    for address in pages[:2]:
        page = ben_browser.get(address).content.decode()
        assert "In the way: Housing. This is a circumstance." in page
        assert "Not reached" not in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({**FLAT, "domain": ""}, "domain"),
        ({**FLAT, "domain": "laziness"}, "domain"),
        ({**FLAT, "what": " "}, "what"),
        ({**FLAT, "kind": ""}, "kind"),
        ({**FEAR, "response": ""}, "response"),
        ({**FEAR, "cue": ""}, "cue"),
    ],
)
def test_obstacle_create_shows_what_is_wrong(fields, wrong, ben_browser, ben_goal):
    response = ben_browser.post(page_of("obstacle_create", ben_goal), fields)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {wrong}
    assert not Obstacle.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"domain": ""}, {"kind": "internal"}, {"kind": "failing"}, {"cue": "If"}, {"domain": "laziness"}],
)
def test_database_refuses_half_an_obstacle(values, ben, ben_goal):
    named(ben, ben_goal)

    with pytest.raises(IntegrityError), transaction.atomic():
        Obstacle.objects.update(**values)


# --- whose word it is ---------------------------------------------------------


def test_only_the_client_says_what_is_in_the_way(alma, ben, cora, dan, ben_goal, proposal):
    obstacle = named(ben, ben_goal)

    for person, refusal in ((alma, NotTheirDecision), (cora, NotTheirPlan), (dan, NotTheirPlan)):
        for verb in (
            lambda by: named(by, ben_goal),
            lambda by: obstacle.edit(by=by, **FEAR),
            lambda by: obstacle.clear(by=by),
        ):
            with pytest.raises(refusal):
                verb(person)
    with pytest.raises(NotPossible):
        named(ben, proposal)
    assert Obstacle.objects.get().what == FLAT["what"]


def test_obstacles_are_seen_by_client_and_coach_only(alma, ben, cora, dan, olga, ben_goal, dan_goal):
    mine = named(ben, ben_goal)
    theirs = named(dan, dan_goal, what="Dan's secret")

    for person, seen in ((alma, [mine]), (ben, [mine]), (cora, [theirs]), (dan, [theirs]), (olga, [])):
        assert list(Obstacle.objects.visible_to(person)) == seen
    assert list(Obstacle.objects.decidable_by(ben)) == [mine]
    assert list(Obstacle.objects.decidable_by(alma)) == []


def test_the_coach_reads_it_and_is_offered_no_change(alma_browser, ben, ben_goal):
    named(ben, ben_goal)

    page = alma_browser.get(ben_goal.get_absolute_url()).content.decode()

    assert "The flat is cold" in page
    assert "It is out of the way" not in page
    assert "Name what is in the way" not in page


# --- going on -----------------------------------------------------------------


def test_the_goal_goes_on_with_the_last_circumstance(ben_browser, ben, ben_goal):
    flat, work = named(ben, ben_goal), named(ben, ben_goal, domain="work", what="Night shifts")
    fear = actions.name_obstacle(by=ben, goal=ben_goal, **FEAR)

    ben_browser.post(page_of("obstacle_clear", flat))
    assert now(ben_goal) == "on-hold"
    ben_browser.post(page_of("obstacle_clear", work))

    assert now(ben_goal) == "active"
    fear.refresh_from_db()
    assert not fear.is_cleared
    with pytest.raises(NotPossible):
        flat.clear(by=ben)


def test_the_client_may_go_on_with_the_circumstance_still_there(ben, ben_goal):
    named(ben, ben_goal)

    Goal.objects.get().resume(by=ben)

    assert now(ben_goal) == "active"
    assert not Obstacle.objects.get().is_cleared


def test_new_words_do_not_end_the_pause(alma, ben, ben_goal):
    named(ben, ben_goal)
    goal = Goal.objects.get()
    goal.propose_wording(by=alma, wording="Sleep by one")

    goal.accept(by=ben)

    assert (now(ben_goal), goal.title) == ("on-hold", "Sleep by one")


def test_what_is_in_the_client_does_not_wake_a_goal_that_rests(ben, ben_goal):
    fear = actions.name_obstacle(by=ben, goal=ben_goal, **FEAR)
    ben_goal.hold(by=ben)

    fear.clear(by=ben)

    assert now(ben_goal) == "on-hold"


def test_said_anew_as_a_circumstance_it_pauses_the_goal(ben_browser, ben, ben_goal):
    fear = actions.name_obstacle(by=ben, goal=ben_goal, **FEAR)

    ben_browser.post(page_of("obstacle_edit", fear), {**FLAT, "kind": "both"})

    assert now(ben_goal) == "on-hold"
    assert {(each.who, each.what, each.after) for each in history_of(ben_goal)} == {
        ("Ben", "set this goal", "Sleep before midnight"),
        ("Ben", "named what is in the way", FEAR["what"]),
        ("Ben", "said anew what is in the way", FLAT["what"]),
        ("Ben", "said anew which kind it is", "Both: Housing"),
        ("Ben", "changed the if-then plan", ""),
        ("Ben", "put the goal on hold", ""),
    }


# --- help ---------------------------------------------------------------------


@pytest.fixture
def directory(finn) -> list[Service]:
    organization = create_organization(by=finn, name="Bridge Advice")
    published = {"affiliation": "none", "published_by": finn, "published_at": timezone.now()}
    made = []
    for name, kind, categories, state in (
        ("Housing office", "get_help", ["housing"], "published"),
        ("Draft for housing", "get_help", ["housing"], "draft"),
        ("Build homes with us", "contribute", ["housing"], "published"),
        ("Food bank", "get_help", ["food"], "published"),
    ):
        service = create_listing(
            by=finn,
            organization=organization,
            service={"name": name},
            listing={"kind": kind, **published},
            categories=categories,
        )
        Listing.objects.filter(service=service).update(state=state)
        made.append(service)
    return made


def test_a_circumstance_leads_to_places_that_help(ben_browser, ben, ben_goal, directory):
    obstacle = named(ben, ben_goal)

    page = ben_browser.get(ben_goal.get_absolute_url())

    assert page.context["help"] == [directory[0]]
    text = page.content.decode()
    assert "Places that can help: Housing" in text
    assert "/resources/?category=housing" in text
    assert "Housing office" in ben_browser.get("/resources/?category=housing").content.decode()
    obstacle.clear(by=ben)
    assert "Places that can help" not in ben_browser.get(ben_goal.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 20])
def test_goal_page_asks_the_same_for_few_obstacles_and_many(
    count, alma_browser, ben, ben_goal, directory, django_assert_num_queries
):
    for number in range(count):
        named(ben, ben_goal, what=f"Number {number}")
        actions.add_step(by=ben, goal=ben_goal, title="Step", due_on=timezone.localdate() - timedelta(days=3))

    with django_assert_num_queries(6):
        alma_browser.get(ben_goal.get_absolute_url())
    assert Step.objects.count() == count
