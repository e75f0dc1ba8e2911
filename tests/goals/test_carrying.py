"""Closing a plan: the client chooses what goes on, and the closed plan stays as it was."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from clients.actions import change_status
from clients.models import Client
from goals import actions
from goals.board import closed_plans_for, plans_for
from goals.carrying import close_plan
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.history import history_of
from goals.models import Goal, GoalPlan, Obstacle
from tests.clients.rows import a_value

LEVELS = list("abcde")


def page(plan: GoalPlan) -> str:
    return reverse("goals:plan_close", args=[plan.pk])


@pytest.fixture
def later_plan(ben, ben_client, ben_plan) -> GoalPlan:
    return actions.start_plan(by=ben, client=ben_client, title="My winter")


def test_nothing_is_chosen_and_nothing_goes_without_being_chosen(ben_browser, ben_plan, ben_goal, proposal):
    form = ben_browser.get(page(ben_plan))
    assert list(form.context["form"].fields["goals"].queryset) == [ben_goal]
    assert b"checked" not in form.content

    answer = ben_browser.post(page(ben_plan), {"title": "My winter"})

    assert answer.url == ben_plan.get_absolute_url()
    assert GoalPlan.objects.count() == 1
    assert Goal.objects.count() == 2
    ben_plan.refresh_from_db()
    assert ben_plan.is_closed


def test_chosen_goals_go_into_a_new_plan_with_all_that_goes_on(
    ben_browser, alma, ben, ben_client, ben_plan, ben_goal, ben_step
):
    value = a_value(ben_client, ben)
    ben_goal.edit(by=ben, wording=ben_goal.title, why="Mornings", target_on=date(2027, 2, 1), values=[value])
    actions.describe_scale(
        by=ben, goal=ben_goal, descriptions=LEVELS, importance=2, difficulty=3, baseline=-2
    )
    for person, day, level in ((ben, 1, -1), (ben, 9, 1), (alma, 20, 2)):
        actions.rate_goal(by=person, goal=ben_goal, level=level, rated_on=date(2026, 11, day))
    done = actions.add_step(by=ben, goal=ben_goal, title="Done")
    done.tick(by=ben)
    left = actions.propose_goal(by=ben, plan=ben_plan, side="community", title="Left here")

    answer = ben_browser.post(page(ben_plan), {"goals": [ben_goal.pk], "title": "My winter"})

    winter = GoalPlan.objects.get(title="My winter")
    assert answer.url == winter.get_absolute_url()
    assert (winter.vision, winter.review_weeks, winter.client) == (ben_plan.vision, 4, ben_client)
    went = winter.goals.get()
    for name in ("title", "why", "side", "target_on", "lifecycle", "decision", "decided_at", "decided_by"):
        assert getattr(went, name) == getattr(Goal.objects.get(pk=ben_goal.pk), name)
    assert went.carried_from == ben_goal
    assert went.decided_wording_hash == went.wording_hash
    assert [step.title for step in went.steps.all()] == [ben_step.title]
    assert list(went.values.all()) == [value]
    assert (went.scale.descriptions, went.scale.weight, went.scale.baseline) == (LEVELS, 6, 1)
    assert sorted(went.ratings.values_list("rated_by", "level")) == sorted([(ben.pk, 1), (alma.pk, 2)])
    # What was there stays there.
    assert list(ben_plan.goals.order_by("position")) == [ben_goal, left]
    assert ben_goal.steps.count() == 2
    assert ben_goal.scale.baseline == -2
    assert ben_goal.ratings.count() == 3
    assert "carried this goal over from an earlier plan" in {each.what for each in history_of(went)}
    assert "Carried over from “My autumn”" in ben_browser.get(went.get_absolute_url()).text
    assert "It goes on in" in ben_browser.get(ben_goal.get_absolute_url()).text


def test_a_new_plan_begins_with_the_mix_that_was_wanted(ben, ben_plan, ben_goal):
    ben_plan.choose_share(by=ben, percent=0, tolerance=30)

    into = close_plan(by=ben, plan=ben_plan, carried=[ben_goal], title="My winter")

    into.refresh_from_db()
    assert (into.community_share, into.share_tolerance) == (0, 30)


def test_an_undecided_mix_stays_undecided_and_an_existing_plan_keeps_its_own(
    ben, ben_plan, ben_goal, later_plan
):
    later_plan.choose_share(by=ben, percent=40, tolerance=10)
    new = close_plan(by=ben, plan=ben_plan, carried=[ben_goal], title="My winter")
    assert (new.community_share, new.share_chosen_at) == (None, None)
    new.choose_share(by=ben, percent=60)

    close_plan(by=ben, plan=new, carried=new.goals.all(), into=later_plan)

    later_plan.refresh_from_db()
    assert (later_plan.community_share, later_plan.share_tolerance) == (40, 10)


def test_into_an_existing_plan_behind_what_grows_there(ben_browser, ben, ben_plan, ben_goal, later_plan):
    there = actions.propose_goal(by=ben, plan=later_plan, side="personal", title="There")

    answer = ben_browser.post(page(ben_plan), {"goals": [ben_goal.pk], "into": later_plan.pk})

    assert answer.url == later_plan.get_absolute_url()
    assert [goal.title for goal in later_plan.goals.order_by("position")] == [there.title, ben_goal.title]
    assert [board.plan for board in plans_for(ben)] == [later_plan]


def test_what_rests_because_of_a_circumstance_rests_there_too(ben, ben_plan, ben_goal, later_plan):
    actions.name_obstacle(by=ben, goal=ben_goal, kind="structural", what="The flat", domain="housing")

    close_plan(by=ben, plan=ben_plan, carried=[ben_goal], into=later_plan)

    went = later_plan.goals.get()
    assert went.lifecycle == "on-hold"
    obstacle = went.obstacles.get()
    assert obstacle.circumstance == Obstacle.objects.get(goal=ben_goal).circumstance
    obstacle.clear(by=ben)
    assert later_plan.goals.get().lifecycle == "active"


def test_no_goal_goes_without_the_clients_own_choice(
    alma, ben, cora, ben_plan, ben_goal, later_plan, proposal, dan, dan_plan, dan_goal
):
    for person in (alma, cora, dan):
        with pytest.raises(NotTheirDecision):
            close_plan(by=person, plan=ben_plan, carried=[ben_goal], into=later_plan)
    for goals, into in (([proposal], later_plan), ([ben_goal], ben_plan)):
        with pytest.raises(NotPossible):
            close_plan(by=ben, plan=ben_plan, carried=goals, into=into)
    with pytest.raises(NotTheirPlan):
        close_plan(by=ben, plan=ben_plan, carried=[ben_goal], into=dan_plan)

    close_plan(by=ben, plan=ben_plan, carried=[dan_goal], into=later_plan)
    assert not later_plan.goals.exists()


def test_plan_close_says_what_is_missing_and_keeps_what_was_chosen(
    ben_browser, ben_plan, ben_goal, proposal, dan_plan, dan_goal
):
    answer = ben_browser.post(page(ben_plan), {"goals": [ben_goal.pk], "title": " "})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"title"}
    assert b"checked" in answer.content

    for goal in (dan_goal, proposal):
        answer = ben_browser.post(page(ben_plan), {"goals": [goal.pk], "title": "X"})
        assert set(answer.context["form"].errors) == {"goals"}
    ben_plan.refresh_from_db()
    assert not ben_plan.is_closed


def test_other_peoples_plans_are_not_offered(ben_browser, ben_plan, ben_goal, later_plan, dan_plan):
    assert list(ben_browser.get(page(ben_plan)).context["form"].fields["into"].queryset) == [later_plan]

    answer = ben_browser.post(page(ben_plan), {"goals": [ben_goal.pk], "into": dan_plan.pk})

    assert set(answer.context["form"].errors) == {"into"}


# --- finding a closed plan again ------------------------------------------------------


def test_home_and_the_coachs_page_name_the_closed_plans(
    alma_browser, ben, ben_browser, ben_client, ben_plan, later_plan, dan_plan, dan
):
    ben_plan.close(by=ben)
    dan_plan.close(by=dan)

    for browser, address in ((ben_browser, "/home/"), (alma_browser, ben_client.get_absolute_url())):
        shown = browser.get(address).text
        assert shown.index(later_plan.title) < shown.index("Closed plans") < shown.index(ben_plan.title)
        assert f'href="{ben_plan.get_absolute_url()}"' in shown
        assert dan_plan.title not in shown
    mirror = alma_browser.get(reverse("home:client_mirror", args=[ben_client.pk])).text
    assert f'href="{ben_plan.get_absolute_url()}"' in mirror
    assert closed_plans_for(ben) == [ben_plan]
    assert closed_plans_for(dan, ben_client) == []


def test_home_with_every_plan_closed_says_so(alma_browser, ben, ben_browser, ben_client, ben_plan):
    ben_plan.close(by=ben)

    shown = ben_browser.get("/home/").text

    assert "No plan is open" in shown
    assert "Your plan will stand here" not in shown
    assert f'href="{reverse("goals:plan_create")}?client={ben_client.pk}"' in shown
    assert "No plan is open" in alma_browser.get(ben_client.get_absolute_url()).text


def test_home_with_a_plan_open_leads_to_another_while_the_work_goes_on(
    alma, ben_browser, ben_client, ben_plan
):
    assert "Begin another plan" in ben_browser.get("/home/").text

    change_status(by=alma, client=ben_client, status="ended")

    assert "Begin another plan" not in ben_browser.get("/home/").text


def test_two_plans_name_each_other(ben, ben_browser, ben_plan, ben_goal, later_plan):
    assert "Goes on from" not in ben_browser.get(later_plan.get_absolute_url()).text

    close_plan(by=ben, plan=ben_plan, carried=[ben_goal], into=later_plan)

    after = ben_browser.get(later_plan.get_absolute_url()).text
    before = ben_browser.get(ben_plan.get_absolute_url()).text
    assert f'Goes on from <a href="{ben_plan.get_absolute_url()}">My autumn</a>' in after
    assert f'It goes on in <a href="{later_plan.get_absolute_url()}">My winter</a>.' in before


@pytest.mark.parametrize("count", [1, 20])
def test_a_plan_that_goes_on_asks_no_more_for_many_goals(
    count, ben, ben_browser, ben_plan, later_plan, django_assert_max_num_queries
):
    goals = [
        actions.propose_goal(by=ben, plan=ben_plan, side="personal", title=f"Goal {number}")
        for number in range(count)
    ]
    close_plan(by=ben, plan=ben_plan, carried=goals, into=later_plan)

    for plan in (ben_plan, later_plan):
        with django_assert_max_num_queries(8):
            ben_browser.get(plan.get_absolute_url())


# --- what has no answer -----------------------------------------------------------


def test_closing_says_what_becomes_of_what_waits(alma, ben_browser, ben_plan, ben_goal, proposal):
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")

    said = ben_browser.get(page(ben_plan)).text

    assert "it stays here without one: neither a yes nor a no" in said
    assert proposal.get_absolute_url() in said
    assert "Other words: “Sleep before ten”" in said


def test_closing_says_nothing_of_answers_where_nothing_waits(ben_browser, ben_plan, ben_goal):
    assert "neither a yes nor a no" not in ben_browser.get(page(ben_plan)).text


def test_a_coach_who_closes_for_somebody_not_joined_is_told_too(alma, alma_browser, practice):
    record = Client.objects.create(practice=practice, coach=alma.coach, name="Ines", email="ines@example.org")
    plan = actions.start_plan(by=alma, client=record, title="First ideas")
    actions.propose_goal(by=alma, plan=plan, side="personal", title="Breathe")

    assert "This waits for Ines's answer." in alma_browser.get(page(plan)).text


def test_a_closed_plan_asks_nothing_until_it_is_opened_again(
    alma_browser, ben, ben_browser, ben_plan, proposal
):
    ben_plan.close(by=ben)

    said = ben_browser.get(ben_plan.get_absolute_url()).text
    goal_page = ben_browser.get(proposal.get_absolute_url()).text
    assert "Without an answer" in said
    assert proposal.title in said
    for shown in (said, goal_page):
        assert "/accept/" not in shown
        assert "No thanks" not in shown
    assert "It had no answer when the plan was closed." in goal_page
    assert "Ben decides" not in alma_browser.get(ben_plan.get_absolute_url()).text
    assert list(Goal.objects.waiting()) == []

    ben_plan.reopen(by=ben)
    assert list(Goal.objects.waiting()) == [proposal]
    assert "/accept/" in ben_browser.get(ben_plan.get_absolute_url()).text


# --- the rhythm -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "weeks", "ends_on", "expected"),
    [
        (date(2026, 11, 2), 6, None, date(2026, 12, 14)),
        (date(2026, 12, 14), 6, None, date(2026, 12, 14)),
        (date(2026, 12, 15), 6, None, date(2027, 1, 25)),
        (date(2026, 12, 15), 6, date(2027, 1, 24), None),
        (date(2026, 10, 1), 4, None, date(2026, 11, 30)),
        (date(2026, 12, 15), 0, None, None),
    ],
)
def test_next_review(today, weeks, ends_on, expected, ben, ben_client):
    plan = actions.start_plan(
        by=ben,
        client=ben_client,
        title="P",
        starts_on=date(2026, 11, 2),
        ends_on=ends_on,
        review_weeks=weeks,
    )

    with time_machine.travel(today, tick=False):
        assert plan.next_review_on == expected
        plan.close(by=ben)
        assert plan.next_review_on is None


def test_no_fixed_rhythm_is_a_choice(ben_browser, ben_plan):
    assert "Next look at the whole plan" in ben_browser.get(ben_plan.get_absolute_url()).text
    sent = {"title": "P", "starts_on": ben_plan.starts_on, "review_weeks": "0", "share_tolerance": "20"}

    ben_browser.post(reverse("goals:plan_edit", args=[ben_plan.pk]), sent)

    ben_plan.refresh_from_db()
    assert ben_plan.review_weeks == 0
    assert "Next look at the whole plan" not in ben_browser.get(ben_plan.get_absolute_url()).text
