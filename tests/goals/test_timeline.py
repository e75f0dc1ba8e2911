"""Small wins, and the timeline: what happened, on the day it speaks of."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.models import Trace
from goals import actions
from goals.errors import NotPossible, NotTheirPlan
from goals.models import Goal, GoalPlan, StepTick, Win
from goals.timeline import Timeline, timeline_of


def read(plan: GoalPlan, reader, query: str = "") -> Timeline:
    request = RequestFactory().get(f"/plans/{plan.pk}/timeline/{query}")
    return timeline_of(GoalPlan.objects.with_people().get(pk=plan.pk), reader, request)


def told(timeline: Timeline) -> list[str]:
    return [line.what for month in timeline.months for line in month.lines]


# --- wins ---------------------------------------------------------------------


def test_client_notes_a_win_for_themselves_or_for_both(ben_browser, alma_browser, ben_goal, ben_plan):
    url, timeline = (
        reverse("goals:win_create", args=[ben_plan.pk]),
        reverse("goals:plan_timeline", args=[ben_plan.pk]),
    )

    for words, audience in (("Slept seven hours", "me"), ("Said no once", "both")):
        ben_browser.post(url, {"goal": ben_goal.pk, "words": words, "audience": audience, "next": "/home/"})
    own, coachs = (browser.get(timeline).content.decode() for browser in (ben_browser, alma_browser))

    assert ("Slept seven hours" in own, "Slept seven hours" in coachs) == (True, False)
    assert ("Said no once" in own, "Said no once" in coachs) == (True, True)
    assert Win.objects.count() == 2


def test_coachs_win_is_for_both_and_has_their_name(alma_browser, ben_browser, ben_goal, ben_plan):
    url = reverse("goals:win_create", args=[ben_plan.pk])

    alma_browser.post(url, {"goal": ben_goal.pk, "words": "You rang first", "audience": "me"})
    page = ben_browser.get(reverse("goals:plan_timeline", args=[ben_plan.pk])).content.decode()

    assert (Win.objects.get().audience, "You rang first" in page, "<span>Alma</span>" in page) == (
        "both",
        True,
        True,
    )


@pytest.mark.parametrize("words", ["", "  ", "\u200b", "x" * 501])
def test_win_without_words_is_refused(ben_browser, ben_goal, ben_plan, words):
    url = reverse("goals:win_create", args=[ben_plan.pk])

    response = ben_browser.post(url, {"goal": ben_goal.pk, "words": words, "audience": "both"})

    assert (response.status_code, Win.objects.count()) == (422, 0)


def test_win_belongs_to_an_agreed_goal_of_this_plan(
    alma, ben, ben_browser, ben_plan, ben_goal, proposal, dan_goal
):
    url = reverse("goals:win_create", args=[ben_plan.pk])

    for goal in (proposal, dan_goal):
        response = ben_browser.post(url, {"goal": goal.pk, "words": "Yes", "audience": "both"})
        assert response.status_code == 422
        assert "secret" not in response.content.decode()
    with pytest.raises(NotPossible):
        actions.note_win(by=ben, goal=proposal, words="Yes")
    with pytest.raises(NotTheirPlan):
        actions.note_win(by=alma, goal=dan_goal, words="Yes")
    with pytest.raises(NotPossible):
        actions.note_win(by=ben, goal=ben_goal, words="Yes", on=timezone.localdate() + timedelta(days=2))

    assert not Win.objects.exists()


def test_page_without_agreed_goals_leads_back(ben_browser, ben_plan, proposal):
    response = ben_browser.get(reverse("goals:win_create", args=[ben_plan.pk]))

    assert (response.status_code, response.url) == (302, ben_plan.get_absolute_url())


def test_only_its_author_takes_a_win_out(alma, ben, alma_browser, ben_browser, ben_goal):
    win = actions.note_win(by=ben, goal=ben_goal, words="Said no once", audience="both")
    url = reverse("goals:win_remove", args=[win.pk])

    refused = alma_browser.post(url).status_code
    asked = ben_browser.get(url).content.decode()
    ben_browser.post(url)

    assert (refused, Win.objects.count()) == (404, 0)
    assert "Said no once" in asked


def test_wins_for_both_leave_traces_and_own_ones_none(ben, alma_browser, ben_browser, ben_goal, ben_plan):
    url = reverse("goals:plan_timeline", args=[ben_plan.pk])
    actions.note_win(by=ben, goal=ben_goal, words="For me")
    alma_browser.get(url)
    before = Trace.objects.count()
    actions.note_win(by=ben, goal=ben_goal, words="For both", audience="both")

    ben_browser.get(url)
    alma_browser.get(url)

    traces = [(trace.person.name, trace.act) for trace in Trace.objects.filter(part="wins").order_by("at")]
    assert (before, traces) == (0, [("Ben", "added"), ("Alma", "read")])


def test_database_knows_the_audiences(ben, ben_goal):
    actions.note_win(by=ben, goal=ben_goal, words="Yes")

    with pytest.raises(IntegrityError, match="win_audience_is_known"), transaction.atomic():
        Win.objects.update(audience="all")


def test_win_is_noted_from_home_and_goal_page(ben_browser, ben_goal, ben_plan):
    for page in ("/home/", ben_goal.get_absolute_url()):
        shown = ben_browser.get(page).content.decode()
        assert "Note a small win" in shown
        assert reverse("goals:win_create", args=[ben_plan.pk]) in shown


# --- the timeline -------------------------------------------------------------


@pytest.fixture
def november(alma, ben, ben_plan) -> Goal:
    """One of each kind, on days that are not the days of entry."""

    def at(month: int, day: int, hour: int = 12) -> datetime:
        return datetime(2026, month, day, hour, tzinfo=UTC)

    goal = actions.propose_goal(by=alma, plan=ben_plan, side="personal", title="Sleep", at=at(9, 1))
    goal.accept(by=ben, at=at(9, 2))
    step = actions.add_step(by=ben, goal=goal, title="Phone away", at=at(9, 2))
    walk = actions.add_step(by=ben, goal=goal, title="Walk", rhythm=(2, "week"), at=at(9, 2))
    actions.rate_goal(by=alma, goal=goal, level=1, rated_on=at(10, 5).date(), note="It shows.")
    step.tick(by=ben, at=at(10, 1, 3))  # still September in New York
    actions.note_win(by=ben, goal=goal, words="Slept seven hours", on=at(10, 20).date())
    for day in (14, 16, 19):  # Wednesday, Friday; and the Monday after
        walk.tick_on(by=ben, at=at(10, day))
    declined = actions.propose_goal(by=alma, plan=ben_plan, side="community", title="Cook", at=at(9, 3))
    declined.decline(by=ben, at=at(9, 4))
    goal.complete(by=ben, at=at(11, 3))
    return goal


def test_everything_stands_at_the_day_it_speaks_of(ben, ben_plan, november):
    timeline = read(ben_plan, ben)

    assert [(month.first.month, [line.day.day for line in month.lines]) for month in timeline.months] == [
        (11, [3]),
        (10, [20, 19, 16, 5]),
        (9, [30, 4, 2]),
    ]
    assert told(timeline) == [
        "Completed: Sleep",
        "A small win",
        "Walk: 1 time that week",
        "Walk: 2 times that week",
        "Somewhat more than hoped",
        "Done: Phone away",
        "Said “No thanks” to: Cook",
        "Said yes to: Sleep",
    ]
    lines = [line for month in timeline.months for line in month.lines]
    assert [line.who for line in lines] == ["", "Ben", "Ben", "Ben", "Alma", "Ben", "Ben", "Ben"]
    assert [line.words for line in lines if line.words] == ["Slept seven hours", "It shows."]


def test_changes_without_an_answer_and_words_agreed_anew(alma, ben, ben_plan, ben_goal):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=timezone.localdate())
    ben_goal.hold(by=ben)
    ben_goal.resume(by=ben)
    ben_goal.propose_wording(by=alma, wording="Sleep by eleven")
    ben_goal.reword(by=ben, wording="Sleep by half past ten")
    ben_goal.complete(by=ben)
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=None)

    assert told(read(ben_plan, ben)) == [
        "Completed: Sleep by half past ten",
        "Agreed in these words: Sleep by half past ten",
        "Set this goal: Sleep before midnight",
    ]


def test_pages_follow_each_other_and_nothing_is_lost_or_twice(ben, alma, ben_plan, november):
    start = timezone.localdate()
    for number in range(40):
        actions.note_win(by=ben, goal=november, words=f"Win {number}", on=start - timedelta(days=number // 4))
        actions.rate_goal(by=alma, goal=november, level=0, rated_on=start - timedelta(days=number))

    found, sizes, query = [], [], ""
    for _page in range(6):
        timeline = read(ben_plan, ben, query)
        lines = [line for month in timeline.months for line in month.lines]
        sizes.append(len(lines))
        found += [(line.day, line.kind, line.what, line.words) for line in lines]
        if timeline.next_url is None:
            break
        query = timeline.next_url[timeline.next_url.index("?") :]

    assert sizes == [25, 25, 25, 13]
    assert [day for day, *_rest in found] == sorted((day for day, *_rest in found), reverse=True)
    assert {words for _day, kind, _what, words in found if kind == "win"} == {
        "Slept seven hours", *(f"Win {number}" for number in range(40)),
    }  # fmt: skip


def test_other_plans_stay_out(ben, dan, ben_plan, ben_goal, dan_goal, dan_step, ben_browser):
    dan_step.tick(by=dan)
    actions.note_win(by=dan, goal=dan_goal, words="Dan's secret win", audience="both")
    actions.rate_goal(by=dan, goal=dan_goal, level=1, note="Dan's secret note")

    page = ben_browser.get(reverse("goals:plan_timeline", args=[ben_plan.pk])).content.decode()

    assert told(read(ben_plan, ben)) == ["Set this goal: Sleep before midnight"]
    assert "secret" not in page


def test_empty_timeline_says_what_will_be_there(ben_browser, ben_plan):
    page = ben_browser.get(reverse("goals:plan_timeline", args=[ben_plan.pk])).content.decode()

    assert "Nothing has happened yet" in page


@pytest.mark.parametrize("days", [3, 365])
@pytest.mark.parametrize("who", ["ben", "alma"])
def test_timeline_asks_the_same_after_days_and_after_a_year(
    request, days, who, alma, ben, ben_plan, ben_goal, django_assert_max_num_queries, browser_of
):
    today = timezone.localdate()
    walk = actions.add_step(by=ben, goal=ben_goal, title="Walk", rhythm=(1, "day"))
    StepTick.objects.bulk_create(
        StepTick(step=walk, on=today - timedelta(days=day), ticked_by=ben) for day in range(days)
    )
    Win.objects.bulk_create(
        Win(goal=ben_goal, author=ben, words="Yes", audience="both", on=today - timedelta(days=day))
        for day in range(days)
    )
    browser = browser_of(request.getfixturevalue(who))
    url = reverse("goals:plan_timeline", args=[ben_plan.pk])
    browser.get(url)  # the day's first reading makes the trace's row

    with django_assert_max_num_queries(8) as asked:
        page = browser.get(url).content.decode()

    assert len(asked) == (5 if who == "ben" else 6)
    lines = len(re.findall(r'<li class="side-personal">', page))
    assert lines == 25 if days > 25 else lines in (5, 6)  # three days are of one week or of two


@time_machine.travel(datetime(2026, 11, 23, 3, tzinfo=UTC))
def test_win_is_of_the_day_it_is_for_the_person_who_notes_it(ben_browser, ben_goal, ben_plan):
    ben_browser.post(
        reverse("goals:win_create", args=[ben_plan.pk]),
        {"goal": ben_goal.pk, "words": "Late", "audience": "me"},
    )

    assert Win.objects.get().on.day == 22  # evening in New York
