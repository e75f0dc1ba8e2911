"""The mix a client wants: a quiet word only after weeks outside it, the same for both sides."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from clients.actions import write_circumstance
from clients.models import Circumstance
from goals import actions
from goals.balance import WEEKS, Mix, outside_since
from goals.board import plans_for
from goals.errors import NotTheirDecision, NotTheirPlan
from goals.models import GoalPlan

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(weeks=10)


def day(number: int) -> datetime:
    return NOW + timedelta(days=number)


# --- the mix ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("community", "total", "wanted", "tolerance", "is_outside"),
    [
        (0, 0, 50, 20, False),  # nothing is going on
        (7, 10, 50, 20, False),  # at the edge, above
        (8, 10, 50, 20, True),
        (3, 10, 50, 20, False),  # at the edge, below
        (2, 10, 50, 20, True),
        (0, 10, 0, 10, False),  # none wanted, none there
        (1, 10, 0, 10, False),
        (2, 10, 0, 10, True),
        (10, 10, 100, 10, False),
        (9, 10, 100, 10, False),
        (8, 10, 100, 10, True),
        (0, 1, 50, 20, False),  # one goal is all or nothing
        (1, 1, 50, 20, False),
        (1, 1, 30, 20, True),  # none would be nearer
        (0, 1, 30, 20, False),
        (1, 3, 50, 10, False),  # three goals cannot be nearer
        (0, 3, 50, 10, True),
    ],
)
def test_outside_at_the_edges(community, total, wanted, tolerance, is_outside):
    assert Mix(community, total).is_outside(wanted, tolerance) == is_outside


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 100), st.sampled_from([10, 20, 30]))
def test_both_sides_are_treated_the_same(community, personal, wanted, tolerance):
    total = community + personal

    mirrored = Mix(personal, total).is_outside(100 - wanted, tolerance)

    assert Mix(community, total).is_outside(wanted, tolerance) == mirrored


@given(st.integers(0, 30), st.sampled_from([10, 20, 30]))
def test_none_wanted_and_none_there_is_never_outside(total, tolerance):
    assert not Mix(0, total).is_outside(0, tolerance)


def test_outside_since_the_last_time_it_was_inside():
    moments = [
        (day(-50), "a", True, False),
        (day(-50), "b", True, False),  # two personal: outside
        (day(-40), "c", True, True),
        (day(-40), "d", True, True),  # two and two: inside
        (day(-30), "c", False, True),  # two and one: within the tolerance
        (day(-20), "d", False, True),  # outside again
        (day(-10), "a", True, False),  # other words, no difference
    ]

    since = [outside_since(moments[:count], 50, 20) for count in range(len(moments) + 1)]

    assert [since[count] for count in (0, 2, 4, 5, 6, 7)] == [None, day(-50), None, None, day(-20), day(-20)]


def test_several_changes_of_one_moment_count_as_one():
    moments = [
        (day(-50), "a", True, True),
        (day(-50), "b", True, False),
        (day(-10), "c", True, False),
        (day(-10), "d", True, True),
    ]

    assert outside_since(moments, 50, 10) is None


# --- the notice ---------------------------------------------------------------


@pytest.fixture
def uneven(ben, ben_client):
    """A plan that wants 50 % and has held four goals of one side since `since`."""

    def make(side: str, since: datetime = LONG_AGO, share: int | None = 50) -> GoalPlan:
        plan = actions.start_plan(by=ben, client=ben_client, title="Plan", at=LONG_AGO)
        if share is not None:
            plan.choose_share(by=ben, percent=share, at=LONG_AGO)
        for number in range(4):
            actions.propose_goal(by=ben, plan=plan, side=side, title=f"Goal {number}", at=since)
        return plan

    with time_machine.travel(NOW, tick=False):
        yield make


def notice(ben):
    return plans_for(ben)[0].balance


@pytest.mark.parametrize(("side", "percent"), [("personal", 0), ("community", 100)])
def test_notice_after_some_weeks_and_not_a_moment_before(side, percent, ben, uneven):
    since = NOW - timedelta(weeks=WEEKS)
    uneven(side, since + timedelta(seconds=1))
    assert notice(ben) is None

    with time_machine.travel(NOW + timedelta(seconds=1), tick=False):
        said = notice(ben)

    assert (said.percent, said.wanted, said.since) == (percent, 50, since + timedelta(seconds=1))


def test_no_notice_of_what_is_within_the_tolerance(ben, uneven):
    plan = uneven("personal")
    for number in range(2):
        actions.propose_goal(by=ben, plan=plan, side="community", title=f"Other {number}", at=LONG_AGO)

    assert notice(ben) is None  # 33 % of 50 %
    plan.choose_share(by=ben, percent=50, tolerance=10, at=LONG_AGO)
    assert notice(ben) is not None


@pytest.mark.parametrize("share", [0, None])
def test_no_notice_where_none_is_wanted_or_nothing_decided(share, ben, uneven):
    uneven("personal", share=share)

    assert notice(ben) is None


def test_a_wish_changed_lately_starts_the_weeks_anew(ben, uneven):
    plan = uneven("personal")
    assert notice(ben) is not None

    plan.choose_share(by=ben, percent=60)
    assert notice(ben) is None
    with time_machine.travel(NOW + timedelta(weeks=WEEKS), tick=False):
        assert notice(ben) is not None


def test_a_goal_that_rests_or_waits_is_not_counted(alma, ben, uneven):
    plan = uneven("personal")
    actions.propose_goal(by=alma, plan=plan, side="community", title="Proposed", at=LONG_AGO)
    resting = actions.propose_goal(by=ben, plan=plan, side="community", title="Rests", at=LONG_AGO)
    resting.hold(by=ben, at=LONG_AGO + timedelta(days=1))

    assert notice(ben).percent == 0


@pytest.mark.parametrize("side", ["personal", "community"])
def test_no_notice_while_a_circumstance_is_in_the_way(side, ben, uneven):
    plan = uneven(side)
    goal = plan.goals.first()
    obstacle = actions.name_obstacle(by=ben, goal=goal, kind="structural", what="Rent", domain="housing")
    assert notice(ben) is None

    obstacle.clear(by=ben)

    assert notice(ben) is not None


def test_dismissed_it_is_silent_until_the_mix_has_been_inside(ben, ben_browser, uneven):
    plan = uneven("personal")
    page = ben_browser.get(plan.get_absolute_url()).content.decode()
    assert "Of the goals that are going on, 0 % are with and for others" in page

    ben_browser.post(reverse("goals:plan_balance_dismiss", args=[plan.pk]))

    assert notice(ben) is None
    with time_machine.travel(NOW + timedelta(weeks=52), tick=False):
        assert notice(ben) is None
    others = [
        actions.propose_goal(by=ben, plan=plan, side="community", title=f"O {number}", at=day(10))
        for number in range(4)
    ]
    for goal in others:
        goal.cancel(by=ben, at=day(20))
    with time_machine.travel(day(20 + 7 * WEEKS), tick=False):
        assert notice(ben).since == day(20)


def test_switched_off_for_good_and_on_again(ben, ben_client, ben_browser, uneven):
    plan = uneven("community")

    ben_browser.post(reverse("goals:plan_balance_off", args=[plan.pk]))

    assert notice(ben) is None
    later = actions.start_plan(by=ben, client=ben_client, title="Next")
    assert not later.has_balance_notice
    sent = {"title": "Plan", "starts_on": plan.starts_on, "community_share": "50", "has_balance_notice": "on"}
    ben_browser.post(reverse("goals:plan_edit", args=[plan.pk]), sent)
    plan.refresh_from_db()
    assert plan.has_balance_notice
    page = ben_browser.get(reverse("goals:plan_history", args=[plan.pk])).content.decode()
    assert "asked not to be told about the mix" in page
    assert "asked to be told about the mix" in page


def test_coach_reads_the_same_and_decides_nothing(alma, cora, ben, alma_browser, uneven):
    plan = uneven("personal")

    page = alma_browser.get(plan.get_absolute_url()).content.decode()

    assert "Ben wanted about 50 %" in page
    assert "Do not tell me again" not in page
    for person, refusal in ((alma, NotTheirDecision), (cora, NotTheirPlan)):
        with pytest.raises(refusal):
            plan.dismiss_balance(by=person)
        with pytest.raises(refusal):
            plan.notice_balance(by=person, is_on=False)


@pytest.mark.parametrize(
    ("urgency", "state", "is_said"),
    [("urgent", "present", False), ("urgent", "resolved", True), ("pressing", "present", True)],
)
@pytest.mark.parametrize("side", ["personal", "community"])
def test_nothing_is_said_while_an_urgent_need_is_open(ben, ben_client, uneven, side, urgency, state, is_said):
    uneven(side)
    assert notice(ben) is not None

    circumstance = Circumstance(
        client=ben_client, domain="housing", words="The notice to quit", urgency=urgency, state=state
    )
    write_circumstance(by=ben, circumstance=circumstance)

    assert (notice(ben) is not None) == is_said
