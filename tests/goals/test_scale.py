"""Goal Attainment Scaling on a plan: five described levels, ratings side by side, the score over time."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from goals import actions
from goals.attainment import MOST_REVIEWS, Attainment
from goals.errors import NotPossible, NotTheirPlan
from goals.gas import t_score
from goals.history import history_of
from goals.models import Goal, GoalPlan, GoalRating, GoalScale

WORDS = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "Asleep at ten, rested"]
TODAY = date(2026, 11, 24)


def described(by, goal, **fields) -> GoalScale:
    values = {"descriptions": WORDS, "importance": 2, "difficulty": 3, "baseline": -1, **fields}
    return actions.describe_scale(by=by, goal=goal, **values)


def sent(**fields) -> dict[str, str]:
    levels = {f"level_{place}": words for place, words in enumerate(WORDS, start=1)}
    return {**levels, "importance": "2", "difficulty": "3", "baseline": "-1", **fields}


def page_of(name: str, goal: Goal) -> str:
    return reverse(f"goals:{name}", args=[goal.pk])


# --- describing ---------------------------------------------------------------


@pytest.mark.parametrize("who", ["ben", "alma"])
def test_client_and_coach_describe_the_levels(who, request, browser_of, ben_goal):
    browser = browser_of(request.getfixturevalue(who))

    response = browser.post(page_of("goal_scale", ben_goal), sent())

    scale = GoalScale.objects.get()
    assert response.url == ben_goal.get_absolute_url()
    assert scale.descriptions == WORDS
    assert (scale.weight, scale.baseline, str(scale)) == (6, -1, "Asleep by midnight")
    page = browser.get(ben_goal.get_absolute_url()).content.decode()
    assert (
        page.index("Asleep at ten, rested") < page.index("Asleep by midnight") < page.index("Awake at three")
    )
    assert "A big stretch" in page
    assert "The start" in page


@pytest.mark.parametrize(
    "fields",
    [{"level_2": " "}, {"level_5": "x" * 301}, {"importance": "4"}, {"difficulty": ""}, {"baseline": "3"}],
)
def test_goal_scale_shows_what_is_wrong_and_loses_nothing(fields, ben_browser, ben_goal):
    response = ben_browser.post(page_of("goal_scale", ben_goal), sent(**fields))

    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert "Asleep by midnight" in response.content.decode()
    assert not GoalScale.objects.exists()


def test_describe_scale_needs_five_levels_and_their_own_open_goal(ben, cora, dan, ben_goal):
    for descriptions in (WORDS[:4], [*WORDS[:4], "  "]):
        with pytest.raises(NotPossible, match="all five levels"):
            described(ben, ben_goal, descriptions=descriptions)
    for stranger in (cora, dan):
        with pytest.raises(NotTheirPlan):
            described(stranger, ben_goal)
    ben_goal.complete(by=ben)
    with pytest.raises(NotPossible, match="finished"):
        described(ben, ben_goal)


@pytest.mark.parametrize(
    "values",
    [
        {"descriptions": WORDS[:4]},
        {"descriptions": [*WORDS[:4], ""]},
        {"importance": 0},
        {"difficulty": 4},
        {"baseline": -3},
    ],
)
def test_database_refuses_a_scale_that_is_none(values, ben, ben_goal):
    described(ben, ben_goal)

    with pytest.raises(IntegrityError), transaction.atomic():
        GoalScale.objects.update(**values)


def test_scales_are_visible_to_client_and_coach_only(alma, ben, cora, dan, olga, finn, ben_goal, dan_goal):
    mine, theirs = described(ben, ben_goal), described(dan, dan_goal)

    for person, seen in (
        (alma, [mine]),
        (ben, [mine]),
        (cora, [theirs]),
        (dan, [theirs]),
        (olga, []),
        (finn, []),
    ):
        assert list(GoalScale.objects.visible_to(person)) == seen


def test_changing_a_scale_after_ratings_keeps_what_was_rated(alma, ben, ben_browser, ben_goal):
    described(alma, ben_goal)
    actions.rate_goal(by=ben, goal=ben_goal, level=0)

    described(ben, ben_goal, descriptions=[*WORDS[:2], "In bed by midnight", *WORDS[3:]], importance=3)

    assert GoalRating.objects.get().described == "Asleep by midnight"
    page = ben_browser.get(ben_goal.get_absolute_url()).content.decode()
    assert "In bed by midnight" in page  # what the level means now
    assert "Asleep by midnight" in page  # what Ben chose
    changes = [(each.who, each.what, each.before, each.after) for each in history_of(ben_goal)[::-1]]
    assert changes[1:] == [
        ("Alma", "described the five levels", "", ""),
        ("Ben", "described “About as hoped” in other words", "Asleep by midnight", "In bed by midnight"),
        ("Ben", "changed how much it matters", "It matters a lot", "It matters most"),
    ]


def test_changed_weight_and_start_are_told(ben, ben_goal):
    described(ben, ben_goal)

    described(ben, ben_goal, difficulty=1, baseline=-2)

    assert {(each.what, each.before, each.after) for each in history_of(ben_goal)[:2]} == {
        ("changed how big a stretch it is", "A big stretch", "A small stretch"),
        ("changed where it stood at the start", "Somewhat less than hoped", "Much less than hoped"),
    }


# --- rating -------------------------------------------------------------------


def test_rating_chooses_among_the_described_levels(ben_browser, alma_browser, ben, ben_goal):
    described(ben, ben_goal)
    page = ben_browser.get(page_of("goal_rate", ben_goal)).content.decode()
    assert page.count('name="level"') == 5
    assert "Asleep by eleven" in page

    ben_browser.post(page_of("goal_rate", ben_goal), {"level": "1", "rated_on": TODAY - timedelta(days=3)})
    alma_browser.post(page_of("goal_rate", ben_goal), {"level": "-1", "rated_on": TODAY - timedelta(days=3)})

    [row] = ben_browser.get(ben_goal.get_absolute_url()).context["ratings"].days
    assert [(each.who, each.described) for each in (*row.client, *row.coach)] == [
        ("Ben", "Asleep by eleven"),
        ("Alma", "Asleep by two"),
    ]


def test_a_rating_is_not_about_a_day_to_come(ben, ben_browser, ben_goal):
    tomorrow = date.today() + timedelta(days=2)  # noqa: DTZ011 - beyond tomorrow in every zone

    response = ben_browser.post(page_of("goal_rate", ben_goal), {"level": "1", "rated_on": tomorrow})

    assert response.status_code == 422
    assert "Choose today or a day before." in response.content.decode()
    with pytest.raises(NotPossible):
        actions.rate_goal(by=ben, goal=ben_goal, level=1, rated_on=tomorrow)


# --- the score over time ------------------------------------------------------


@pytest.fixture
def two_goals(ben, ben_plan) -> tuple[Goal, Goal]:
    """Begun twelve weeks ago: one weighs 6 and began at -1, the other weighs 1 and began at -2."""
    start = TODAY - timedelta(weeks=12)
    ben_plan.edit(by=ben, title="Plan", vision="", starts_on=start, ends_on=None, review_weeks=4)
    sleep = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Sleep")
    sing = actions.propose_goal(by=ben, plan=ben_plan, side="community", title="Sing")
    described(ben, sleep, baseline_on=start)
    described(ben, sing, importance=1, difficulty=1, baseline=-2, baseline_on=start)
    return sleep, sing


def attainment_of(plan) -> Attainment:
    plan = GoalPlan.objects.with_people().with_goals(for_plan_page=True).get(pk=plan.pk)
    return Attainment(plan, plan.all_goals)


def rows(plan) -> list[tuple]:
    return [
        ((review.day - TODAY).days, *(score and round(score.value, 2) for score in review.both))
        for review in attainment_of(plan).reviews
    ]


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_score_at_the_start_and_at_each_review(alma, ben, ben_plan, two_goals):
    sleep, sing = two_goals
    for by, goal, level, days in (
        (ben, sleep, 0, 60),
        (ben, sleep, 1, 20),
        (ben, sing, 0, 20),
        (alma, sing, 1, 56),
        (alma, sleep, 2, 0),
    ):
        actions.rate_goal(by=by, goal=goal, level=level, rated_on=TODAY - timedelta(days=days))

    def score(sleep_level: int, sing_level: int) -> float:
        return round(t_score([sleep_level, sing_level], [6, 1]), 2)

    start = score(-1, -2)
    assert rows(ben_plan) == [
        (-84, start, start),
        (-56, score(0, -2), score(-1, 1)),  # each in their own eyes; unrated stands where it began
        (-28, score(0, -2), score(-1, 1)),
        (0, score(1, 0), score(2, 1)),
    ]
    latest = attainment_of(ben_plan).latest
    assert latest.client.change == pytest.approx(score(1, 0) - start, abs=0.01)
    assert latest.client.change_text.startswith("+")


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_a_person_who_rated_nothing_has_no_score(ben, ben_plan, two_goals):
    actions.rate_goal(by=ben, goal=two_goals[0], level=0, rated_on=TODAY - timedelta(days=30))

    assert [(review.client is None, review.coach is None) for review in attainment_of(ben_plan).reviews] == [
        (False, False),
        (True, True),
        (False, True),
        (False, True),
    ]


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_goals_that_rest_wait_or_have_no_levels_are_not_counted(alma, ben, ben_plan, two_goals):
    sleep, sing = two_goals
    sing.hold(by=ben)
    described(alma, actions.propose_goal(by=alma, plan=ben_plan, side="personal", title="Proposed"))
    actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="No levels")
    actions.rate_goal(by=ben, goal=sleep, level=2, rated_on=TODAY)

    attainment = attainment_of(ben_plan)

    assert (attainment.goals, attainment.others_count) == ([sleep], 1)
    assert round(attainment.latest.client.value, 2) == 70.0


@time_machine.travel("2026-11-24 12:00Z", tick=False)
@pytest.mark.parametrize(
    ("ends", "closed", "rhythm", "days"),
    [
        (None, False, 8, [-84, -28, 0]),
        (-20, False, 4, [-84, -56, -28, -20]),
        (-28, False, 4, [-84, -56, -28]),
        (None, True, 12, [-84, 0]),
    ],
)
def test_days_of_review(ends, closed, rhythm, days, ben, ben_plan, two_goals):
    ends_on = TODAY + timedelta(days=ends) if ends else None
    ben_plan.edit(
        by=ben, title="P", vision="", starts_on=ben_plan.starts_on, ends_on=ends_on, review_weeks=rhythm
    )
    if closed:
        ben_plan.close(by=ben)

    assert [row[0] for row in rows(ben_plan)] == days


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_a_weekly_plan_of_years_shows_the_latest_reviews(ben, ben_plan, two_goals):
    ben_plan.edit(by=ben, title="P", vision="", starts_on=date(2023, 1, 2), ends_on=None, review_weeks=1)
    GoalScale.objects.update(baseline_on=date(2023, 1, 2))

    days = [row[0] for row in rows(ben_plan)]

    assert len(days) == MOST_REVIEWS + 1
    assert days[-1] == 0


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_on_the_first_day_one_row_has_the_start_and_what_was_rated(ben, ben_browser, ben_plan, ben_goal):
    described(ben, ben_goal)
    assert rows(ben_plan) == [(0, 40.0, 40.0)]
    assert "±0.0" not in ben_browser.get(ben_plan.get_absolute_url()).text

    actions.rate_goal(by=ben, goal=ben_goal, level=0)

    assert rows(ben_plan) == [(0, 50.0, 40.0)]
    assert "+10.0" in ben_browser.get(ben_plan.get_absolute_url()).text


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_levels_described_on_a_day_of_review_give_it_one_row(ben, ben_plan, two_goals):
    GoalScale.objects.update(baseline_on=TODAY - timedelta(days=28))
    actions.rate_goal(by=ben, goal=two_goals[0], level=2, rated_on=TODAY - timedelta(days=28))

    assert [row[0] for row in rows(ben_plan)] == [-28, 0]


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_the_table_says_of_which_goals_it_speaks(ben_browser, ben_plan, two_goals):
    assert "Every row speaks of the goals of today." in ben_browser.get(ben_plan.get_absolute_url()).text


@time_machine.travel("2026-11-24 12:00Z", tick=False)
def test_chart_and_table_say_the_same_and_stay_in_the_frame(alma, ben, ben_plan, two_goals):
    for goal in two_goals:
        actions.rate_goal(by=ben, goal=goal, level=2, rated_on=TODAY - timedelta(days=30))
        actions.rate_goal(by=alma, goal=goal, level=-2, rated_on=TODAY - timedelta(days=30))
    attainment = attainment_of(ben_plan)

    html = render_to_string(
        "goals/_attainment.html",
        {"attainment": attainment, "client_name": "Ben", "coach_name": "Alma", "picture_id": "x"},
    )

    figure = ElementTree.fromstring(html.strip())
    svg = figure.find("svg")
    assert len(list(svg.iter("circle"))) == len(attainment.client_points) == 3
    assert len(list(svg.iter("rect"))) == len(attainment.coach_points) == 3
    for point in attainment.client_points + attainment.coach_points:
        assert attainment.left <= point.x <= attainment.right
        assert 0 < point.y < attainment.bottom
    cells = [" ".join("".join(cell.itertext()).split()) for cell in figure.find(".//tbody").iter("td")]
    assert cells[-2] == f"{attainment.latest.client.value:.1f} {attainment.latest.client.change_text}"
    assert "not said yet" in cells
    for each in svg.iter():
        assert {"style", "fill", "stroke"}.isdisjoint(each.keys())


def test_plan_page_shows_the_score_once_levels_are_described(ben, ben_browser, ben_plan, ben_goal):
    assert "How far it has come together" not in ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    described(ben, ben_goal)

    assert "How far it has come together" in ben_browser.get(ben_plan.get_absolute_url()).content.decode()


def test_review_rhythm_is_changed_and_told(ben_browser, ben_plan):
    sent = {"title": "Plan", "starts_on": "2026-11-01", "review_weeks": "2"}

    ben_browser.post(reverse("goals:plan_edit", args=[ben_plan.pk]), sent)

    ben_plan.refresh_from_db()
    assert ben_plan.review_weeks == 2
    page = ben_browser.get(reverse("goals:plan_history", args=[ben_plan.pk])).content.decode()
    assert "changed how often you look at the plan" in page
