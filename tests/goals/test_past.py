"""The trellis picture at earlier days, and that its table says the same."""

import re
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest
import time_machine

from goals import actions
from goals.models import Goal, GoalPlan
from goals.trellis import GROUND, TOP

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEVELS = ["Awake at three", "Asleep by two", "By midnight", "By eleven", "At ten, rested"]


@pytest.fixture
def grown(alma, ben, ben_client):
    """Sixty days of a plan: a goal rated three times, one with steps, one that came late and one on hold."""

    def at(days: int) -> datetime:
        return NOW + timedelta(days=days)

    with time_machine.travel(NOW, tick=False):
        begun = at(-60)
        plan = actions.start_plan(by=ben, client=ben_client, title="P", starts_on=begun.date(), at=begun)
        sleep = actions.propose_goal(by=ben, plan=plan, side="personal", title="Sleep", at=begun)
        actions.describe_scale(
            by=ben, goal=sleep, descriptions=LEVELS, importance=1, difficulty=1, baseline=-2
        )
        for days, level in ((-50, -1), (-30, 1), (-5, 2)):
            on = at(days)
            actions.rate_goal(by=ben, goal=sleep, level=level, rated_on=on.date(), at=on)
        actions.rate_goal(by=alma, goal=sleep, level=-2, rated_on=at(-2).date(), at=at(-2))
        walk = actions.propose_goal(by=ben, plan=plan, side="personal", title="Walk", at=begun)
        first = actions.add_step(by=ben, goal=walk, title="Shoes", at=at(-55))
        actions.add_step(by=ben, goal=walk, title="Bridge", at=at(-55))
        first.tick(by=ben, at=at(-40))
        actions.add_step(by=ben, goal=walk, title="Hill", at=at(-10))
        walk.reword(by=ben, wording="Walk far", at=at(-20))
        cook = actions.propose_goal(by=alma, plan=plan, side="community", title="Cook", at=at(-45))
        cook.accept(by=ben, at=at(-35))
        cook.hold(by=ben, at=at(-15))
        yield plan


def rows(page) -> list[tuple[str, str]]:
    return [(vine.goal.title, vine.attainment) for vine in page.context["board"].trellis.rows]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-60, [("Sleep", "Just planted"), ("Walk", "Just planted")]),
        (-50, [("Sleep", "Asleep by two"), ("Walk", "0 of 2 steps done")]),
        (-36, [("Sleep", "Asleep by two"), ("Walk", "1 of 2 steps done")]),
        (-35, [("Sleep", "Asleep by two"), ("Walk", "1 of 2 steps done"), ("Cook", "Just planted")]),
        (-20, [("Sleep", "By eleven"), ("Walk far", "1 of 2 steps done"), ("Cook", "Just planted")]),
        (0, [("Sleep", "At ten, rested"), ("Walk far", "1 of 3 steps done"), ("Cook", "Just planted")]),
    ],
)
def test_the_picture_is_that_of_the_day(days, expected, ben_browser, alma_browser, grown):
    day = (NOW + timedelta(days=days)).date()

    for browser in (ben_browser, alma_browser):
        page = browser.get(grown.get_absolute_url(), {"on": day.isoformat()})
        assert page.status_code == 200
        assert rows(page) == expected


def test_today_looked_back_at_is_the_same_as_now(ben_browser, grown):
    now = ben_browser.get(grown.get_absolute_url())

    assert rows(ben_browser.get(grown.get_absolute_url(), {"on": "2026-11-24"})) == rows(now)


def test_what_rested_later_did_not_rest_then(ben_browser, grown):
    def resting(day: str) -> list[bool]:
        page = ben_browser.get(grown.get_absolute_url(), {"on": day})
        return [vine.is_resting for vine in page.context["board"].trellis.rows]

    assert resting("2026-11-08") == [False, False, False]
    assert resting("2026-11-09") == [False, False, True]


def test_what_a_level_meant_when_it_was_chosen(ben, ben_browser, grown):
    goal = Goal.objects.get(title="Sleep")
    anew = [*LEVELS[:3], "Out by eleven", LEVELS[4]]
    actions.describe_scale(by=ben, goal=goal, descriptions=anew, importance=1, difficulty=1, baseline=-2)

    page = ben_browser.get(grown.get_absolute_url(), {"on": "2026-11-01"})

    assert rows(page)[0] == ("Sleep", "By eleven")


@pytest.mark.parametrize("on", ["2026-09-24", "2026-11-25", "2026-02-30", "yesterday", "", "9" * 400, "\0"])
def test_a_day_that_is_none_gets_an_answer_and_the_picture_of_now(on, ben_browser, grown):
    page = ben_browser.get(grown.get_absolute_url(), {"on": on})

    assert page.status_code == 422
    assert page.context["on_form"].errors
    assert 'id="on-error"' in page.text
    assert [title for title, _words in rows(page)] == ["Sleep", "Walk far", "Cook"]


def test_earlier_reviews_are_links(ben_browser, grown):
    page = ben_browser.get(grown.get_absolute_url()).text

    links = re.findall(r'href="\?on=([0-9-]+)#growth"', page)
    assert links == ["2026-09-25", "2026-10-23", "2026-11-20"]
    assert 'aria-current="date">Now' in page
    there = ben_browser.get(grown.get_absolute_url() + "?on=2026-10-23").text
    assert "How it was on 23 October 2026" in there


def test_other_peoples_earlier_days_are_absent(cora_browser, dan_browser, grown):
    for browser in (cora_browser, dan_browser):
        assert browser.get(grown.get_absolute_url(), {"on": "2026-11-01"}).status_code == 404


@pytest.mark.parametrize("count", [3, 60])
def test_a_look_back_asks_the_same_for_few_goals_and_many(
    count, ben, ben_browser, grown, django_assert_max_num_queries
):
    for number in range(count):
        goal = actions.propose_goal(by=ben, plan=grown, side="personal", title=f"Goal {number}")
        actions.add_step(by=ben, goal=goal, title="Step")

    with django_assert_max_num_queries(8):
        ben_browser.get(grown.get_absolute_url(), {"on": "2026-11-01"})


@pytest.mark.parametrize("day", [None, date(2026, 10, 10), date(2026, 11, 1)])
def test_picture_and_table_say_the_same(day, ben_browser, grown: GoalPlan):
    page = ben_browser.get(grown.get_absolute_url(), {"on": day.isoformat()} if day else {})
    figure = re.search(r'<figure class="trellis">(.*?)</figure>', page.text, re.DOTALL).group(1)
    svg = ElementTree.fromstring(re.search(r"<svg.*?</svg>", figure, re.DOTALL).group(0))
    table = ElementTree.fromstring(re.search(r"<tbody>.*?</tbody>", figure, re.DOTALL).group(0))

    drawn = {}
    for vine in svg.iter("g"):
        circle, diamond = vine.find("circle"), vine.find("path[@class='trellis-tip']")
        y = (
            float(circle.get("cy"))
            if circle is not None
            else float(diamond.get("d")[1:].split("L")[1].split()[1])
        )
        drawn[vine.find("text").text] = (
            "●" if circle is not None else "◆",
            y,
            "is-resting" in vine.get("class"),
        )
    said = {}
    for row in table.iter("tr"):
        sign, number = "".join(row[0].itertext()).split()
        words = " ".join("".join(row[2].itertext()).split())
        said[number] = (sign, words)

    assert set(drawn) == set(said)
    for number, (sign, y, is_resting) in drawn.items():
        other_sign, words = said[number]
        assert sign == other_sign
        assert is_resting == words.endswith("on hold")
        assert y == pytest.approx(min(GROUND - height_of(words) * (GROUND - TOP), GROUND - 14), abs=0.1)


def height_of(words: str) -> float:
    """How high the words of the table say that it is, 0 to 1."""
    words = words.removesuffix(" · on hold")
    if words in LEVELS:
        return LEVELS.index(words) / 4
    done = re.fullmatch(r"(\d+) of (\d+) steps? done", words)
    return int(done[1]) / int(done[2]) if done else 0.0


def test_the_clients_first_page_has_the_picture_and_its_table(ben_browser, alma_browser, grown):
    page = ben_browser.get("/home/").text

    assert page.count('class="trellis-picture"') == 1
    assert "The same as a table" in page
    assert "At ten, rested" in page
