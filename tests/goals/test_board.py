from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from goals import actions
from goals.board import JUST, Board, Ratings, plans_for
from goals.models import Goal, GoalPlan, GoalRating, Step
from goals.trellis import GROUND, HEIGHT, MOST_VINES, TOP, WIDTH, grow


def board(user) -> Board:
    return plans_for(user)[0]


# --- whose --------------------------------------------------------------------


def test_everything_is_visible_to_client_and_coach_only(
    alma, ben, cora, dan, esra, olga, finn, ben_plan, ben_goal, ben_step, dan_plan, dan_goal, dan_step
):
    actions.rate_goal(by=ben, goal=ben_goal, level=1)
    actions.rate_goal(by=dan, goal=dan_goal, level=1)

    for model in (GoalPlan, Goal, Step, GoalRating):
        rows = model.objects
        assert rows.visible_to(alma).get() == rows.visible_to(ben).get()
        assert rows.visible_to(cora).get() == rows.visible_to(dan).get()
        assert rows.visible_to(alma).get() != rows.visible_to(cora).get()
        for nobody in (esra, olga, finn, AnonymousUser()):
            assert list(rows.visible_to(nobody)) == []


def test_decidable_by_the_client_only(alma, ben, dan, proposal, dan_goal):
    assert list(Goal.objects.decidable_by(ben)) == [proposal]
    assert list(Goal.objects.decidable_by(alma)) == []
    assert list(Goal.objects.decidable_by(AnonymousUser())) == []


def test_nothing_is_editable_in_a_closed_plan(ben, ben_plan, ben_goal, ben_step):
    ben_plan.close(by=ben)

    assert list(GoalPlan.objects.editable_by(ben)) == []
    assert list(Goal.objects.editable_by(ben)) == []
    assert list(Goal.objects.decidable_by(ben)) == []
    assert list(Step.objects.editable_by(ben)) == []
    assert list(Step.objects.visible_to(ben).open()) == []
    assert list(Step.objects.visible_to(ben)) == [ben_step]


# --- what is next -------------------------------------------------------------


def test_ticked_step_stays_on_the_first_page_with_its_undo(ben, ben_browser, ben_goal, ben_step):
    other = actions.add_step(by=ben, goal=ben_goal, title="Then this")
    tick, undo = (reverse(f"goals:step_{act}", args=[ben_step.pk]) for act in ("tick", "untick"))

    page = ben_browser.post(tick, {"next": "/home/"}, follow=True).content.decode()

    assert page.index(undo) < page.index(reverse("goals:step_tick", args=[other.pk]))
    assert tick not in page
    assert tick in ben_browser.post(undo, {"next": "/home/"}, follow=True).content.decode()


def test_ticked_step_makes_room_after_some_minutes(ben, ben_step):
    ben_step.tick(by=ben, at=timezone.now() - JUST)
    assert board(ben).just_done is None


def test_last_step_of_all_is_answered_too(ben, ben_browser, ben_step):
    page = ben_browser.post(
        reverse("goals:step_tick", args=[ben_step.pk]), {"next": "/home/"}, follow=True
    ).content.decode()
    assert "Every step that was written down is done." in page


def test_next_step_is_the_soonest_of_an_active_goal(alma, ben, ben_goal, ben_step, proposal):
    later = actions.add_step(by=ben, goal=ben_goal, title="Later", due_on=date(2026, 12, 9))
    sooner = actions.add_step(by=ben, goal=ben_goal, title="Sooner", due_on=date(2026, 12, 1))
    actions.add_step(by=alma, goal=proposal, title="Not agreed", due_on=date(2026, 11, 1))

    def both() -> tuple[Step | None, Step | None]:
        return Step.objects.belonging_to(ben).next(), board(ben).next_step

    assert both() == (sooner, sooner)
    sooner.tick(by=ben)
    assert both() == (later, later)
    later.tick(by=ben)
    assert both() == (ben_step, ben_step)
    ben_goal.hold(by=ben)
    assert both() == (None, None)


def test_a_goal_that_rests_is_not_counted(ben, ben_goal, ben_step):
    assert len(board(ben).steps) == 1
    ben_goal.hold(by=ben)

    resting = board(ben)

    assert (resting.steps, resting.done_count, resting.growing_count) == ([], 0, 1)


def test_sides_hold_what_grows_is_done_and_was_left(ben, ben_plan, ben_goal, proposal):
    done = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Done")
    done.complete(by=ben)
    proposal.decline(by=ben)

    personal, community = board(ben).sides

    assert (personal.growing, personal.completed, personal.left) == ([ben_goal], [done], [])
    assert (community.growing, community.completed, community.left) == ([], [], [proposal])
    assert community.is_empty
    assert board(ben).completed_count == 1


def test_mistakes_are_not_shown(ben, ben_goal):
    Goal.objects.filter(pk=ben_goal.pk).update(lifecycle="entered-in-error")

    assert board(ben).goals == []


# --- plans_for and the summary ------------------------------------------------


def test_plans_for_a_person_and_for_a_client(alma, ben, cora, dan, ben_client, ben_plan, dan_plan):
    assert [each.plan for each in plans_for(ben)] == [ben_plan]
    assert [each.plan for each in plans_for(alma)] == []
    assert [each.plan for each in plans_for(alma, ben_client)] == [ben_plan]
    assert plans_for(cora, ben_client) == []
    assert plans_for(dan, ben_client) == []


@pytest.mark.parametrize("count", [3, 30])
def test_plans_for_asks_three_times(count, ben, ben_client, django_assert_num_queries):
    for number in range(count):
        plan = actions.start_plan(by=ben, client=ben_client, title=f"Plan {number}")
        goal = actions.propose_goal(by=ben, plan=plan, side="community", title="Goal")
        actions.add_step(by=ben, goal=goal, title="Step")

    request = RequestFactory().get("/home/")
    with django_assert_num_queries(3):
        for each in plans_for(ben):
            render_to_string("goals/_plan_summary.html", {"board": each, "request": request})


def test_plan_summary_answers_and_ticks_on_the_page_it_is_on(
    alma, ben, ben_client, ben_goal, ben_step, proposal
):
    request = RequestFactory().get("/home/")

    mine = render_to_string("goals/_plan_summary.html", {"board": board(ben), "request": request})
    hers = render_to_string(
        "goals/_plan_summary.html", {"board": plans_for(alma, ben_client)[0], "request": request}
    )

    # One to tick the step, one to note a small win.
    assert mine.count('name="next" value="/home/') == 2
    assert "Ben decides" not in mine
    assert "Tick off: Put the phone in the kitchen" in mine
    assert "No thanks" not in hers
    assert "Ben decides" in hers


def test_a_side_with_no_goal_has_no_colour(ben, ben_goal):
    request = RequestFactory().get("/home/")

    shown = render_to_string("goals/_plan_summary.html", {"board": board(ben), "request": request})

    foot = shown[shown.rindex('<p class="meta">') :]
    assert "trellis-personal" in foot
    assert "trellis-community" not in foot
    assert "With and for others: 0 goals" in foot


# --- ratings ------------------------------------------------------------------


def test_a_second_rating_on_the_same_day_replaces_the_first(ben, ben_goal):
    actions.rate_goal(by=ben, goal=ben_goal, level=-1, note="Tired")
    actions.rate_goal(by=ben, goal=ben_goal, level=0)

    rating = GoalRating.objects.get()
    assert (rating.level, rating.note, str(rating)) == (0, "", "About as hoped")


def test_level_is_the_clients_own_or_else_the_coachs(alma, ben, ben_goal):
    day = timezone.localdate()
    actions.rate_goal(by=alma, goal=ben_goal, level=2, rated_on=day)
    assert Goal.objects.with_level().get().level == 2
    actions.rate_goal(by=ben, goal=ben_goal, level=-2, rated_on=day - timedelta(days=9))
    actions.rate_goal(by=ben, goal=ben_goal, level=-1, rated_on=day - timedelta(days=2), note="Better")

    assert Goal.objects.with_level().get().level == -1
    told = Ratings(Goal.objects.with_ratings().get())
    assert [
        [(each.who, each.level, each.note) for each in (*day.client, *day.coach)] for day in told.days
    ] == [
        [("Alma", "Much more than hoped", "")],
        [("Ben", "Somewhat less than hoped", "Better")],
        [("Ben", "Much less than hoped", "")],
    ]
    assert (told.client.note, told.coach.value) == ("Better", 2)


# --- the picture --------------------------------------------------------------


def drawn(plan_board: Board) -> ElementTree.Element:
    html = render_to_string("goals/_trellis.html", {"trellis": plan_board.trellis, "picture_id": "x"})
    return ElementTree.fromstring(html.strip().replace("&nbsp;", " "))


def test_trellis_is_as_high_as_the_level_or_the_steps(ben, ben_plan, ben_goal, ben_step, proposal):
    actions.add_step(by=ben, goal=ben_goal, title="Lamp")
    ben_step.tick(by=ben)
    proposal.accept(by=ben)
    actions.rate_goal(by=ben, goal=proposal, level=2)
    bare = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Bare")

    rows = {vine.goal: vine for vine in board(ben).trellis.rows}

    assert (rows[ben_goal].height, rows[ben_goal].attainment) == (0.5, "1 of 2 steps done")
    assert (rows[proposal].height, rows[proposal].attainment) == (1.0, "Much more than hoped")
    assert (rows[bare].height, rows[bare].attainment) == (0.0, "Just planted")
    assert rows[proposal].y == TOP
    assert rows[ben_goal].y == (GROUND + TOP) / 2
    assert rows[ben_goal].x < WIDTH / 2 < rows[proposal].x


def test_trellis_and_its_table_say_the_same(ben, ben_goal, proposal):
    proposal.accept(by=ben)
    proposal.hold(by=ben)
    ben_goal.complete(by=ben)

    figure = drawn(board(ben))

    numbers = [each.text for each in figure.iter("text") if each.get("class") == "trellis-number"]
    rows = ["".join(row.itertext()).split() for row in figure.find(".//tbody").iter("tr")]
    assert numbers == ["1", "2"]
    assert [row[:2] for row in rows] == [["●", "1"], ["◆", "2"]]
    assert "completed" in rows[0]
    assert rows[1][-2:] == ["on", "hold"]
    assert figure.find(".//title").text == "The plan as a trellis"
    assert "1 personal goal on the left, 1 community goal on the right." in figure.find(".//desc").text


def test_trellis_is_drawn_by_classes_and_shapes_alone(ben, ben_goal, proposal):
    proposal.accept(by=ben)

    svg = drawn(board(ben)).find("svg")

    for each in svg.iter():
        assert {"style", "fill", "stroke", "onclick"}.isdisjoint(each.keys())
    assert len(list(svg.iter("circle"))) == 1
    assert len([each for each in svg.iter("path") if each.get("class") == "trellis-tip"]) == 1


@pytest.mark.parametrize("count", [1, 6, 60])
def test_trellis_keeps_within_its_frame(count, ben, ben_plan):
    for number in range(count):
        for side in ("personal", "community"):
            goal = actions.propose_goal(by=ben, plan=ben_plan, side=side, title=f"{side} {number}")
    actions.rate_goal(by=ben, goal=goal, level=2)

    trellis = board(ben).trellis

    assert len(trellis.rows) == 2 * count
    assert len(trellis.vines) == 2 * min(count, MOST_VINES)
    assert trellis.hidden_count == 2 * max(0, count - MOST_VINES)
    for side in (False, True):
        places = sorted(vine.x for vine in trellis.vines if vine.is_community is side)
        gaps = [after - before for before, after in pairwise(places)]
        assert all(gap >= 18 for gap in gaps)
    for vine in trellis.vines:
        assert 12 <= vine.x <= WIDTH - 12
        assert 12 <= vine.y <= HEIGHT - 12
    assert ("more are in the table only" in "".join(drawn(board(ben)).itertext())) == (count == 60)


def test_trellis_of_nothing():
    trellis = grow([])

    assert (trellis.vines, trellis.summary) == ([], "Nothing grows here yet.")
    assert render_to_string("goals/_trellis.html", {"trellis": trellis}).strip() == ""
