"""A practice's library: whose templates are seen; taking one is a proposal, or the client's own act."""

import pytest
from django.db import IntegrityError, transaction

from coaching.accounts.models import User
from goals import actions
from goals.errors import NotPossible
from goals.library import take_template, write_template
from goals.models import Goal, GoalTemplate
from tests.clients.rows import a_circumstance

LEVELS = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "At ten, rested"]
TYPED = {
    "side": "personal",
    "title": "Keep one evening for myself",
    "why": "Rest counts.",
    "steps": "Say which evening\n\nTell the others ",
    "is_shared": "yes",
}
WITH_LEVELS = {f"level_{place}": words for place, words in enumerate(LEVELS, start=1)}


def a_template(by: User, title: str = "Sleep before midnight", **values) -> GoalTemplate:
    given = {"side": "personal", "levels": [], "steps": [], "is_shared": True, **values}
    return write_template(by=by, title=title, **given)


@pytest.fixture
def cast(alma, cora, olga, esra, ben, ben_client, dan, finn, gita) -> dict[str, User]:
    return {"alma": alma, "cora": cora, "olga": olga, "esra": esra, "ben": ben, "dan": dan, "finn": finn}


def test_who_sees_what(cast):
    a_template(cast["alma"], "Shared")
    a_template(cast["alma"], "Mine", is_shared=False)
    a_template(cast["alma"], "Put away").retire()
    a_template(cast["esra"], "Elsewhere")

    seen = {
        who: [template.title for template in GoalTemplate.objects.visible_to(person)]
        for who, person in cast.items()
    }

    assert seen == {
        "alma": ["Mine", "Put away", "Shared"],
        "cora": ["Shared"],
        "olga": ["Shared"],
        "esra": ["Elsewhere"],
        "ben": ["Shared"],
        "dan": [],
        "finn": [],
    }


def test_library_shows_nothing_of_another_practice(esra_browser, alma, ben_client):
    template = a_template(alma, "Alma's own idea")

    assert "Alma's own idea" not in esra_browser.get("/library/?q=idea").content.decode()
    for page in ("", "edit/", "take/"):
        assert esra_browser.get(f"/library/{template.pk}/{page}").status_code == 404
    for act in ("retire/", "restore/", "take/"):
        assert esra_browser.post(f"/library/{template.pk}/{act}").status_code == 404


def test_library_finds_by_words_and_side(alma_browser, alma):
    a_template(alma, "Sleep before midnight")
    a_template(alma, "Sleep in the sun", side="community")
    a_template(alma, "Cook", why="for sleep")

    def titles(query: str) -> list[str]:
        return [template.title for template in alma_browser.get(f"/library/?{query}").context["page"]]

    assert titles("") == ["Cook", "Sleep before midnight", "Sleep in the sun"]
    assert titles("q=sleep") == ["Cook", "Sleep before midnight", "Sleep in the sun"]
    assert titles("q=sleep&side=community") == ["Sleep in the sun"]
    assert titles("q=%00&side=x") == ["Cook", "Sleep before midnight", "Sleep in the sun"]
    assert titles("q=nothing") == []


def test_library_asks_no_more_for_thirty(ben_browser, alma, ben_client, django_assert_num_queries):
    for number in range(3):
        a_template(alma, f"Goal {number:02}")
    with django_assert_num_queries(5):
        ben_browser.get("/library/")
    for number in range(3, 30):
        a_template(alma, f"Goal {number:02}")

    with django_assert_num_queries(5):
        page = ben_browser.get("/library/").context["page"]
    rest = ben_browser.get(page.next_url).context["page"]

    assert [template.title for template in [*page, *rest]] == [f"Goal {number:02}" for number in range(30)]


def test_library_suggests_no_contribution_while_a_need_is_urgent(ben_browser, alma, ben, ben_client):
    a_template(alma, "Rest")
    a_template(alma, "Help at the café", side="community")
    before = ben_browser.get("/library/").content.decode()

    a_circumstance(ben_client, ben, urgency="urgent")

    after = ben_browser.get("/library/").content.decode()
    assert "Help at the café" in before
    assert "Help at the café" not in after
    assert "Rest" in after


def test_template_create_starts_with_nothing_chosen(alma_browser):
    form = alma_browser.get("/library/new/").context["form"]

    assert {name: form[name].value() for name in form.fields if form[name].value()} == {"is_shared": "no"}


def test_template_create_keeps_what_was_typed(alma_browser, alma):
    response = alma_browser.post("/library/new/", {**TYPED, **WITH_LEVELS})

    template = GoalTemplate.objects.get()
    assert response.url == template.get_absolute_url()
    assert (template.author, template.practice, template.title, template.is_shared) == (
        alma,
        alma.coach.practice,
        "Keep one evening for myself",
        True,
    )
    assert template.levels == LEVELS
    assert template.steps == ["Say which evening", "Tell the others"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"level_3": "Enough"}, "Describe all five levels, or leave all of them empty."),
        ({"steps": "x" * 251}, "at most 250 characters for each step"),
        ({"steps": "\n".join("x" * 21)}, "at most 20 steps"),
        ({"side": ""}, "Choose one."),
        ({"title": " "}, "Write something here."),
    ],
)
def test_template_create_says_what_is_missing(typed, words, alma_browser):
    response = alma_browser.post("/library/new/", TYPED | typed)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not GoalTemplate.objects.exists()


def test_template_edit_changes_the_template_and_not_what_was_taken(alma_browser, alma, ben_plan):
    template = a_template(alma)
    goal = take_template(by=alma, template=template, plan=ben_plan, side="personal", title=template.title)

    alma_browser.post(f"/library/{template.pk}/edit/", TYPED)

    template.refresh_from_db()
    goal.refresh_from_db()
    assert (template.title, goal.title) == ("Keep one evening for myself", "Sleep before midnight")


def test_template_retire_takes_it_out_of_the_list(olga_browser, alma, ben_browser, ben_plan):
    template = a_template(alma)

    olga_browser.post(f"/library/{template.pk}/retire/")

    assert template.title not in ben_browser.get("/library/").content.decode()
    assert ben_browser.get(f"/library/{template.pk}/take/").status_code == 404


# --- taking one -----------------------------------------------------------------


def test_template_take_by_a_coach_is_a_proposal_in_their_words(alma_browser, alma, ben_plan):
    template = a_template(alma, levels=LEVELS, steps=["Put the phone away"])
    form = alma_browser.get(f"/library/{template.pk}/take/?plan={ben_plan.pk}").context["form"]

    response = alma_browser.post(
        f"/library/{template.pk}/take/",
        {
            "plan": form["plan"].value(),
            "side": form["side"].value(),
            "title": "Sleep before one",
            "steps": form["steps"].value(),
        },
    )

    goal = ben_plan.goals.get()
    assert (goal.title, goal.lifecycle, goal.decision, goal.proposed_by) == (
        "Sleep before one",
        "proposed",
        "",
        alma,
    )
    assert [step.title for step in goal.steps.all()] == ["Put the phone away"]
    assert goal.scale_or_none is None  # the levels are described together, next
    page = alma_browser.get(response.url)
    assert [page.context["form"][f"level_{place}"].value() for place in range(1, 6)] == LEVELS


def test_template_take_by_the_client_is_their_own_goal(ben_browser, alma, ben, ben_plan):
    template = a_template(alma)

    ben_browser.post(
        f"/library/{template.pk}/take/", {"plan": ben_plan.pk, "side": "personal", "title": "Sleep, at last"}
    )

    goal = ben_plan.goals.get()
    assert (goal.title, goal.lifecycle, goal.decided_by) == ("Sleep, at last", "active", ben)


def test_template_take_offers_only_plans_of_ones_own(cora_browser, alma, ben_plan, dan_plan):
    template = a_template(alma)

    page = cora_browser.get(f"/library/{template.pk}/take/").content.decode()
    response = cora_browser.post(
        f"/library/{template.pk}/take/", {"plan": ben_plan.pk, "side": "personal", "title": "X"}
    )

    assert str(dan_plan.pk) in page
    assert str(ben_plan.pk) not in page
    assert response.status_code == 422
    assert not Goal.objects.exists()


def test_one_of_another_practice_is_not_taken(esra, ben, ben_plan):
    template = a_template(esra)

    with pytest.raises(NotPossible):
        take_template(by=ben, template=template, plan=ben_plan, side="personal", title="X")

    assert not Goal.objects.exists()


# --- from a goal ----------------------------------------------------------------


@pytest.fixture
def told_goal(ben, ben_plan) -> Goal:
    goal = actions.propose_goal(
        by=ben, plan=ben_plan, side="personal", title="Sleep beside Mia", why="canary-why"
    )
    actions.describe_scale(by=ben, goal=goal, descriptions=LEVELS, importance=1, difficulty=1, baseline=0)
    actions.add_step(by=ben, goal=goal, title="Put the phone away")
    return goal


def test_goal_template_begins_with_the_words_and_not_with_the_reason(alma_browser, told_goal):
    page = alma_browser.get(f"/goals/{told_goal.pk}/template/")

    text = page.content.decode()
    assert page.context["form"]["title"].value() == "Sleep beside Mia"
    assert page.context["form"]["steps"].value() == "Put the phone away"
    assert "These words came from your work with Ben." in text
    assert "canary-why" not in text


def test_goal_template_is_kept_only_once_it_was_read(alma_browser, told_goal):
    unread = alma_browser.post(f"/goals/{told_goal.pk}/template/", TYPED)
    read = alma_browser.post(f"/goals/{told_goal.pk}/template/", {**TYPED, "is_neutral": "on"})

    template = GoalTemplate.objects.get()
    assert unread.status_code == 422
    assert read.url == template.get_absolute_url()
    assert {field.name for field in GoalTemplate._meta.fields if field.is_relation} == {"practice", "author"}


@pytest.mark.parametrize("field", ["title", "why", "steps"])
@pytest.mark.parametrize("told", ["ben", "Ben@example.org"])
def test_goal_template_refuses_the_clients_name(field, told, alma_browser, told_goal):
    words = {**TYPED, "is_neutral": "on", field: f"Walk with {told} at night"}

    response = alma_browser.post(f"/goals/{told_goal.pk}/template/", words)

    assert response.status_code == 422
    assert not GoalTemplate.objects.exists()


@pytest.mark.parametrize("values", [{"levels": ["x"]}, {"levels": [*LEVELS[:4], ""]}, {"side": "both"}])
def test_the_database_refuses_half_a_template(values, alma):
    with pytest.raises(IntegrityError), transaction.atomic():
        a_template(alma, **values)
