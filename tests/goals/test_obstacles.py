"""What is in the way: in the person, around the person, or both; the client says which."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clients.actions import leave_out, remove_circumstance, veto
from clients.models import Circumstance, Client, LookingFor, Trace
from community.actions import create_listing, create_organization
from community.models import Listing, Service
from goals import actions
from goals.board import plans_for
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.history import history_of
from goals.models import Goal, Obstacle, Step
from tests.clients.rows import a_circumstance

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
        ("Ben", "said anew which kind it is; the goal rests because of it", "Both: Housing"),
        ("Ben", "changed the if-then plan", ""),
    }


# --- help ---------------------------------------------------------------------


@pytest.fixture
def directory(finn) -> list[Service]:
    organization = create_organization(by=finn, name="Bridge Advice")
    published = {"affiliation": "none", "published_by": finn, "published_at": timezone.now()}
    made: list[Service] = []
    for name, kind, categories, state in (
        ("A housing office", "get_help", ["housing"], "published"),
        ("Tenants together", "support_group", ["housing"], "published"),
        ("Not checked for long", "get_help", ["housing"], "published"),
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
        checked_on = timezone.localdate() - timedelta(days=3 - len(made) if len(made) < 2 else 400)
        Listing.objects.filter(service=service).update(
            state=state, verified_on=checked_on, verified_by=finn, verified_how="phone"
        )
        made.append(service)
    return made


def test_a_circumstance_leads_to_places_that_help(ben_browser, ben, ben_goal, directory):
    obstacle = named(ben, ben_goal)

    page = ben_browser.get(ben_goal.get_absolute_url())

    assert [match.service for match in page.context["help"]] == [directory[1], directory[0]]
    assert page.context["help"][0].reason.startswith("Because you named housing. Checked ")
    text = page.content.decode()
    assert "Places that can help: Housing" in text
    assert "/resources/?category=housing" in text
    assert "A housing office" in ben_browser.get("/resources/?category=housing").content.decode()
    obstacle.clear(by=ben)
    assert "Places that can help" not in ben_browser.get(ben_goal.get_absolute_url()).content.decode()


def test_what_ben_does_not_want_to_see_is_no_help_on_his_page_and_no_news_on_his_coachs(
    ben_browser, alma_browser, ben, ben_client, ben_goal, directory
):
    named(ben, ben_goal)

    def seen(browser) -> list[Service]:
        return [match.service for match in browser.get(ben_goal.get_absolute_url()).context["help"]]

    leave_out(by=ben, looking_for=LookingFor(client=ben_client), service=directory[1])
    without_one = seen(ben_browser), seen(alma_browser)
    veto(by=ben, looking_for=LookingFor.objects.get(), code="housing")

    assert without_one == ([directory[0]], [directory[1], directory[0]])
    assert (seen(ben_browser), seen(alma_browser)) == ([], [directory[1], directory[0]])


@pytest.mark.parametrize("count", [1, 20])
def test_goal_page_asks_the_same_for_few_obstacles_and_many(
    count, alma_browser, ben, ben_goal, directory, django_assert_num_queries
):
    for number in range(count):
        named(ben, ben_goal, what=f"Number {number}")
        actions.add_step(by=ben, goal=ben_goal, title="Step", due_on=timezone.localdate() - timedelta(days=3))

    with django_assert_num_queries(7):
        alma_browser.get(ben_goal.get_absolute_url())
    assert Step.objects.count() == count


def test_where_it_ends_the_circumstance_is_asked_about(ben_browser, ben, ben_goal):
    obstacle = named(ben, ben_goal)
    assert "how does it stand now?" in ben_browser.get(ben_goal.get_absolute_url()).text

    ben_browser.post(page_of("obstacle_clear", obstacle), {"state": "easing"})

    circumstance = Circumstance.objects.get()
    assert (circumstance.state, circumstance.is_confirmed, now(ben_goal)) == ("easing", True, "active")
    assert Trace.objects.filter(client=circumstance.client, act=Trace.Act.CHANGED).count() == 1


@pytest.mark.parametrize(("state", "code"), [("", 302), ("present", 302), ("laziness", 400)])
def test_where_it_stands_as_it_did_nothing_is_written_down(state, code, ben_browser, ben, ben_goal):
    obstacle = named(ben, ben_goal)

    answer = ben_browser.post(page_of("obstacle_clear", obstacle), {"state": state})

    obstacle.refresh_from_db()
    assert (answer.status_code, obstacle.is_cleared) == (code, code == 302)
    assert Circumstance.objects.get().state == "present"
    assert not Trace.objects.filter(act=Trace.Act.CHANGED).exists()


def test_what_is_in_the_client_asks_of_no_circumstance(ben_browser, ben, ben_goal):
    actions.name_obstacle(by=ben, goal=ben_goal, **FEAR)

    assert "how does it stand now?" not in ben_browser.get(ben_goal.get_absolute_url()).text


# --- circumstances --------------------------------------------------------------


def test_naming_what_is_around_adds_it_to_the_clients_record(ben_browser, ben, ben_client, ben_goal):
    ben_browser.post(page_of("obstacle_create", ben_goal), FLAT)

    circumstance, obstacle = Circumstance.objects.get(), Obstacle.objects.get()
    assert obstacle.circumstance == circumstance
    assert (circumstance.client, circumstance.domain, circumstance.words) == (
        ben_client,
        "housing",
        FLAT["what"],
    )
    assert (circumstance.recorded_by, circumstance.is_confirmed) == (ben, True)
    assert FLAT["what"] in ben_browser.get(reverse("clients:circumstance_list")).content.decode()


@pytest.mark.parametrize(("sent", "urgency"), [({}, "pressing"), ({"urgency": "background"}, "background")])
def test_how_pressing_it_is_can_be_said_with_it(sent, urgency, ben_browser, ben_goal):
    form = ben_browser.get(page_of("obstacle_create", ben_goal)).text
    assert "How pressing is it?" in form

    ben_browser.post(page_of("obstacle_create", ben_goal), {**FLAT, **sent})

    assert Circumstance.objects.get().urgency == urgency


def test_what_it_is_about_is_not_called_optional_and_its_lack_blames_nobody(ben_browser, ben_goal):
    refused = ben_browser.post(page_of("obstacle_create", ben_goal), {**FLAT, "domain": ""})

    assert refused.context["form"].errors["domain"] == ["Choose what it is about."]
    assert refused.text.count("(optional)") == 2  # the if and the then


def test_what_is_around_only_has_no_if_then_plan(ben_browser, ben_goal):
    ben_browser.post(page_of("obstacle_create", ben_goal), {**FEAR, **FLAT})

    assert (Obstacle.objects.get().cue, Obstacle.objects.get().response) == ("", "")


def test_one_of_the_clients_circumstances_is_chosen(ben_browser, ben, ben_client, ben_goal, dan, dan_client):
    work, gone = a_circumstance(ben_client, ben, domain="work"), a_circumstance(ben_client, ben)
    gone.state = "resolved"
    gone.write(by=ben)
    theirs = a_circumstance(dan_client, dan, words="Dan's secret")
    address = page_of("obstacle_create", ben_goal)

    form = ben_browser.get(address).context["form"]
    refused = ben_browser.post(address, {**FLAT, "domain": "", "circumstance": theirs.pk})
    ben_browser.post(address, {**FLAT, "domain": "", "circumstance": work.pk})

    assert list(form.fields["circumstance"].queryset) == [work]
    assert set(refused.context["form"].errors) == {"circumstance"}
    obstacle = Obstacle.objects.get()
    assert (obstacle.circumstance, obstacle.domain) == (work, "work")
    assert Circumstance.objects.filter(client=ben_client).count() == 2
    with pytest.raises(NotTheirPlan):
        named(ben, ben_goal, circumstance=theirs)
    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        Obstacle.objects.update(circumstance=theirs)


def test_what_turns_out_to_be_in_the_client_lets_go_of_the_circumstance(ben_browser, ben, ben_goal):
    obstacle = named(ben, ben_goal)
    form = ben_browser.get(page_of("obstacle_edit", obstacle)).context["form"]
    assert form.initial["circumstance"] == obstacle.circumstance

    ben_browser.post(page_of("obstacle_edit", obstacle), {**FEAR, "circumstance": obstacle.circumstance.pk})

    obstacle.refresh_from_db()
    assert (obstacle.circumstance, obstacle.domain) == (None, "")
    assert Circumstance.objects.count() == 1


def test_a_circumstance_taken_out_leaves_the_obstacle_its_domain(ben, ben_goal):
    obstacle = named(ben, ben_goal)

    remove_circumstance(by=ben, circumstance=obstacle.circumstance)

    obstacle.refresh_from_db()
    assert (obstacle.circumstance, obstacle.domain, now(ben_goal)) == (None, "housing", "on-hold")


@pytest.mark.parametrize(
    ("state", "says", "offers"),
    [
        ("present", "", "It is out of the way, go on"),
        ("easing", "It is easing, as of", "Take it up again"),
        ("resolved", "It is resolved, as of", "It is out of the way, go on"),
    ],
)
def test_a_circumstance_that_eases_offers_to_go_on_and_does_nothing_by_itself(
    state, says, offers, ben_browser, alma_browser, ben, ben_plan, ben_goal
):
    circumstance = named(ben, ben_goal).circumstance
    circumstance.state = state
    circumstance.write(by=ben)

    card = ben_browser.get(ben_goal.get_absolute_url()).content.decode().split('id="in-the-way"')[1]
    plan = ben_browser.get(ben_plan.get_absolute_url()).content.decode()

    assert now(ben_goal) == "on-hold"
    assert says in card
    assert offers in card
    assert ("as of" in card) == ("It is easier now. Take it up again?" in plan) == bool(says)
    coach = alma_browser.get(ben_goal.get_absolute_url()).content.decode()
    assert says in coach
    assert "go on" not in coach.split('id="in-the-way"')[1]


# --- with somebody who has not joined -------------------------------------------


@pytest.fixture
def ines_goal(alma, practice) -> Goal:
    """A first idea, planned with somebody who has not joined."""
    record = Client.objects.create(practice=practice, coach=alma.coach, name="Ines", email="ines@example.org")
    plan = actions.start_plan(by=alma, client=record, title="First ideas")
    return actions.propose_goal(by=alma, plan=plan, side="personal", title="Breathe")


def join(goal: Goal, user) -> None:
    goal.plan.client.user = user
    goal.plan.client.save()


def test_coach_writes_down_what_is_in_the_way_of_somebody_who_has_not_joined(
    alma_browser, cora_browser, dan_browser, dan, alma, ines_goal
):
    address = page_of("obstacle_create", ines_goal)
    assert cora_browser.post(address, FLAT).status_code == 404

    alma_browser.post(address, FLAT)

    obstacle = Obstacle.objects.get()
    assert not obstacle.is_confirmed
    assert not obstacle.circumstance.is_confirmed
    page = alma_browser.get(ines_goal.get_absolute_url()).content.decode()
    assert "Ines has not confirmed it yet, so it counts for nothing." in page
    form = alma_browser.get(page_of("obstacle_edit", obstacle)).context["form"]
    assert form.initial["circumstance"] == obstacle.circumstance
    alma_browser.post(page_of("obstacle_edit", obstacle), {**FLAT, "what": "The flat is cold."})
    obstacle.refresh_from_db()
    assert (obstacle.what, obstacle.is_confirmed) == ("The flat is cold.", False)
    with pytest.raises(NotTheirDecision):
        obstacle.confirm(by=alma)

    join(ines_goal, dan)
    assert alma_browser.post(address, FLAT).status_code == 404
    assert alma_browser.post(page_of("obstacle_clear", obstacle)).status_code == 404
    assert Trace.objects.filter(person=alma, act="read", part="circumstances").exists()


def test_unconfirmed_it_pauses_nothing_and_confirmed_it_does(dan_browser, alma, dan, ines_goal):
    obstacle = named(alma, ines_goal)
    join(ines_goal, dan)
    Goal.objects.get().accept(by=dan)
    assert now(ines_goal) == "active"
    assert plans_for(dan)[0].goals[0].circumstances == []
    assert "wrote this down with you. Is it right?" in dan_browser.get(ines_goal.get_absolute_url()).text

    dan_browser.post(page_of("obstacle_confirm", obstacle))

    obstacle.refresh_from_db()
    assert obstacle.is_confirmed
    assert obstacle.circumstance.is_confirmed
    assert now(ines_goal) == "on-hold"
    assert ("Dan", "said that it is so; the goal rests because of it") in {
        (each.who, each.what) for each in history_of(ines_goal)
    }
    with pytest.raises(NotPossible):
        obstacle.confirm(by=dan)


def test_a_yes_does_not_cover_other_words_of_the_record(alma, dan, ines_goal):
    other = a_circumstance(ines_goal.plan.client, alma, words="Other words")
    obstacle = named(alma, ines_goal, circumstance=other)
    join(ines_goal, dan)

    obstacle.confirm(by=dan)

    other.refresh_from_db()
    assert not other.is_confirmed


def test_the_client_says_that_it_is_not_in_the_way(dan_browser, alma, dan, ines_goal):
    obstacle = named(alma, ines_goal)
    join(ines_goal, dan)
    Goal.objects.get().accept(by=dan)

    dan_browser.post(page_of("obstacle_clear", obstacle))

    assert now(ines_goal) == "active"
    assert list(Obstacle.objects.standing()) == []
