"""The consent gate: a coach's proposal becomes active only by the client's own act, on the words they saw."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clients.models import Client
from coaching.accounts.models import Coach, Practice, User
from goals import actions
from goals.carrying import close_plan
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan, WordingChanged
from goals.models import Goal, GoalPlan, Obstacle
from goals.models.goal import AGREED, CONSENTS

NOW = Now()


@pytest.mark.parametrize(
    "name", ["goal_accept", "goal_reword", "goal_decline", "goal_resume", "goal_hold", "goal_complete"]
)
def test_decisions_are_absent_for_everybody_else(
    name, proposal, browser_of, alma, cora, dan, dan_client, esra, olga, finn, gita
):
    for person in (alma, cora, dan, esra, olga, finn, gita):
        address = reverse(f"goals:{name}", args=[proposal.pk])
        assert browser_of(person).post(address, {"seen": proposal.fingerprint}).status_code == 404


# --- the verbs ----------------------------------------------------------------


def test_alma_cannot_accept_for_ben(alma, proposal):
    for verb in (
        lambda: proposal.accept(by=alma),
        lambda: proposal.reword(by=alma, wording="Other"),
        lambda: proposal.decline(by=alma),
        lambda: proposal.resume(by=alma),
    ):
        with pytest.raises(NotTheirDecision):
            verb()

    proposal.refresh_from_db()
    assert (proposal.lifecycle, proposal.decision) == ("proposed", "")


def test_alma_cannot_say_for_ben_that_it_rests_or_is_done(alma, ben_goal):
    for verb in (lambda: ben_goal.hold(by=alma), lambda: ben_goal.complete(by=alma)):
        with pytest.raises(NotTheirDecision):
            verb()

    ben_goal.refresh_from_db()
    assert (ben_goal.lifecycle, ben_goal.achievement) == ("active", "in-progress")


def test_dan_and_cora_can_do_nothing_with_bens_plan(
    cora, dan, dan_client, ben_plan, ben_goal, ben_step, kitchen
):
    for person in (cora, dan):
        for verb in (
            lambda by: actions.propose_goal(by=by, plan=ben_plan, side="personal", title="X"),
            lambda by: actions.add_step(by=by, goal=ben_goal, title="X"),
            lambda by: actions.rate_goal(by=by, goal=ben_goal, level=2),
            lambda by: actions.start_plan(by=by, client=ben_plan.client, title="X"),
            lambda by: ben_plan.close(by=by),
            lambda by: ben_plan.reopen(by=by),
            lambda by: ben_plan.choose_share(by=by, percent=10),
            lambda by: ben_goal.hold(by=by),
            lambda by: ben_goal.complete(by=by),
            lambda by: ben_goal.cancel(by=by),
            lambda by: ben_goal.propose_wording(by=by, wording="X"),
            lambda by: ben_step.tick(by=by),
            lambda by: ben_step.attach(by=by, service=kitchen),
        ):
            with pytest.raises(NotTheirPlan):
                verb(person)

    assert Goal.objects.get() == ben_goal
    assert not ben_step.is_done


def test_a_client_who_has_not_joined_is_asked_later(alma, practice):
    record = Client.objects.create(practice=practice, coach=alma.coach, name="Ines", email="ines@example.org")
    plan = actions.start_plan(by=alma, client=record, title="First ideas")
    goal = actions.propose_goal(by=alma, plan=plan, side="personal", title="Breathe")

    with pytest.raises(NotTheirDecision):
        goal.accept(by=alma)


def test_accept_writes_down_who_when_and_which_words(ben, proposal):
    proposal.accept(by=ben, seen=proposal.fingerprint)

    assert (proposal.lifecycle, proposal.decision, proposal.decided_by) == ("active", "accepted", ben)
    assert proposal.decided_at is not None
    assert proposal.decided_wording_hash == Goal.hash_of("Cook with the neighbours")
    assert proposal.was_agreed


def test_accept_of_words_that_were_not_read(ben, proposal):
    with pytest.raises(WordingChanged):
        proposal.accept(by=ben, seen=Goal.hash_of("Something else"))


def test_accept_sees_the_row_as_it_is_now(alma, ben, proposal):
    stale = Goal.objects.get(pk=proposal.pk)
    proposal.propose_wording(by=alma, wording="Cook every day")

    with pytest.raises(WordingChanged):
        stale.accept(by=ben, seen=Goal.hash_of("Cook with the neighbours"))


def test_declined_goal_may_be_accepted_after_all(ben, proposal):
    proposal.decline(by=ben)
    assert (proposal.lifecycle, proposal.decision) == ("rejected", "declined")

    proposal.accept(by=ben)

    assert proposal.lifecycle == "active"


def test_coach_rewording_an_accepted_goal_opens_the_question(alma, ben, ben_goal):
    agreed_at = ben_goal.decided_at
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")

    assert (ben_goal.asked_title, ben_goal.asked_by) == ("Sleep before ten", alma)
    assert (ben_goal.title, ben_goal.lifecycle, ben_goal.decision, ben_goal.decided_at) == (
        "Sleep before midnight",
        "active",
        "accepted",
        agreed_at,
    )
    assert list(Goal.objects.waiting()) == [ben_goal]
    with pytest.raises(WordingChanged, match="Sleep before ten"):
        ben_goal.accept(by=ben, seen=Goal.hash_of("Something else"))
    ben_goal.accept(by=ben, seen=ben_goal.fingerprint)
    assert (ben_goal.title, ben_goal.lifecycle, ben_goal.asked_title) == ("Sleep before ten", "active", "")
    assert ben_goal.decided_wording_hash == Goal.hash_of("Sleep before ten")


def test_client_keeps_their_words_or_writes_others(alma, ben, ben_goal):
    before = ben_goal.decided_at
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")
    ben_goal.decline(by=ben)
    assert (ben_goal.title, ben_goal.lifecycle, ben_goal.asked_title) == (
        "Sleep before midnight",
        "active",
        "",
    )
    assert (ben_goal.decision, ben_goal.decided_at) == ("accepted", before)

    ben_goal.propose_wording(by=alma, wording="Sleep before ten")
    ben_goal.reword(by=ben, wording="Sleep when tired")
    assert (ben_goal.title, ben_goal.decision, ben_goal.asked_title) == ("Sleep when tired", "reworded", "")


def test_coach_takes_other_words_back(alma, cora, ben, ben_goal):
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")
    for person, refusal in ((ben, NotTheirDecision), (cora, NotTheirPlan)):
        with pytest.raises(refusal):
            ben_goal.withdraw_wording(by=person)

    ben_goal.withdraw_wording(by=alma)

    assert (ben_goal.title, ben_goal.asked_title, ben_goal.lifecycle) == (
        "Sleep before midnight",
        "",
        "active",
    )
    for verb in (ben_goal.accept, ben_goal.decline):
        with pytest.raises(NotPossible):
            verb(by=ben)
    with pytest.raises(NotPossible):
        ben_goal.withdraw_wording(by=alma)


def test_the_goal_rests_and_is_ticked_under_a_question_and_ends_it(alma, ben, ben_goal, ben_step):
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")

    ben_step.tick(by=ben)
    ben_goal.hold(by=ben)
    assert ben_goal.is_rewording
    ben_goal.accept(by=ben)
    assert (ben_goal.title, ben_goal.lifecycle) == ("Sleep before ten", "on-hold")
    ben_goal.propose_wording(by=alma, wording="Sleep")
    ben_goal.complete(by=ben)

    assert (ben_goal.title, ben_goal.asked_title) == ("Sleep before ten", "")
    assert list(Goal.objects.waiting()) == []


def test_coach_rewording_with_the_same_words_changes_nothing(alma, ben_goal):
    ben_goal.propose_wording(by=alma, wording="  Sleep before   midnight ")

    assert not ben_goal.is_rewording


def test_a_goal_on_hold_stays_so_when_its_words_change(ben, ben_goal):
    ben_goal.hold(by=ben)

    ben_goal.reword(by=ben, wording="Sleep when tired")

    assert ben_goal.lifecycle == "on-hold"


def test_coach_cannot_take_back_what_the_client_had_agreed_to(alma, ben_goal):
    ben_goal.propose_wording(by=alma, wording="Sleep before ten")

    with pytest.raises(NotTheirDecision):
        ben_goal.cancel(by=alma)


def test_a_proposal_that_was_taken_back_cannot_be_resumed(alma, ben, proposal):
    proposal.cancel(by=alma)

    with pytest.raises(NotPossible):
        proposal.resume(by=ben)


@pytest.mark.parametrize(
    "verb",
    [
        lambda goal, by: goal.accept(by=by),
        lambda goal, by: goal.decline(by=by),
        lambda goal, by: goal.resume(by=by),
        lambda goal, by: goal.reword(by=by, wording="  "),
        lambda goal, by: goal.reword(by=by, wording="x" * 251),
    ],
)
def test_what_makes_no_sense_for_an_active_goal(verb, ben, ben_goal):
    with pytest.raises(NotPossible) as raised:
        verb(ben_goal, ben)

    assert str(raised.value)


@pytest.mark.parametrize("name", ["hold", "complete", "cancel"])
def test_what_makes_no_sense_for_a_stopped_goal(name, ben, ben_goal):
    ben_goal.cancel(by=ben)

    with pytest.raises(NotPossible):
        getattr(ben_goal, name)(by=ben)


def test_other_words_for_a_finished_goal_are_not_possible(alma, ben, ben_goal):
    ben_goal.complete(by=ben)

    with pytest.raises(NotPossible):
        ben_goal.propose_wording(by=alma, wording="Again")


def test_nothing_changes_in_a_closed_plan(alma, ben, ben_plan, ben_goal, ben_step, proposal):
    ben_plan.close(by=ben)

    for verb in (
        lambda: proposal.accept(by=ben),
        lambda: ben_goal.complete(by=ben),
        lambda: ben_step.tick(by=ben),
        lambda: ben_plan.choose_share(by=ben, percent=5),
        lambda: actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="X"),
    ):
        with pytest.raises(NotPossible):
            verb()


def test_share_is_the_clients_and_a_percentage(alma, ben, ben_plan):
    with pytest.raises(NotTheirDecision):
        ben_plan.choose_share(by=alma, percent=50)
    for percent in (-1, 101):
        with pytest.raises(NotPossible):
            ben_plan.choose_share(by=ben, percent=percent)

    for percent in (0, 100, None):
        ben_plan.choose_share(by=ben, percent=percent)
        assert GoalPlan.objects.get().community_share == percent


# --- the database -------------------------------------------------------------


@pytest.mark.parametrize("lifecycle", sorted(AGREED))
@pytest.mark.parametrize("missing", ["all", "decided_at", "decided_by", "decided_wording_hash", "decision"])
def test_database_refuses_an_agreed_goal_without_a_whole_decision(lifecycle, missing, ben, proposal):
    values = {
        "decided_at": proposal.proposed_at,
        "decided_by": ben,
        "decided_wording_hash": proposal.wording_hash,
        "decision": "accepted",
    }
    if missing == "all":
        values = {}
    else:
        values[missing] = {"decided_at": None, "decided_by": None}.get(missing, "")

    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.filter(pk=proposal.pk).update(lifecycle=lifecycle, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"title": "Words that nobody agreed to"},
        {"decided_wording_hash": Goal.hash_of("Other words")},
        {"decided_wording_hash": "no hash"},
        {"decision": "declined"},
        {"side": "both"},
        {"lifecycle": "won"},
        {"achievement": "failed"},
        {"asked_title": "Nobody asked this"},
        {"asked_title": "Sleep before midnight", "asked_at": NOW, "asked_by": F("proposed_by")},
        {"asked_at": NOW, "asked_by": F("proposed_by")},
        {"lifecycle": "proposed", "asked_title": "X", "asked_at": NOW, "asked_by": F("proposed_by")},
    ],
)
def test_database_refuses_other_words_than_agreed(values, ben_goal):
    with pytest.raises(IntegrityError), transaction.atomic():
        Goal.objects.filter(pk=ben_goal.pk).update(**values)


def test_database_refuses_a_decision_by_anybody_but_the_client(alma, dan, dan_plan, ben_goal):
    for change in ({"decided_by": alma}, {"decided_by": dan}, {"plan": dan_plan}):
        with pytest.raises(IntegrityError, match="only the client decides"), transaction.atomic():
            Goal.objects.filter(pk=ben_goal.pk).update(**change)


def test_the_databases_fingerprint_is_the_same_for_every_script(ben, ben_plan):
    for title in ("Grüße an José", "友だちと歌う", "أمشي كل يوم", "🌱 plant"):
        goal = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title=title)
        assert goal.lifecycle == "active"


# --- the whole lifecycle ------------------------------------------------------

PEOPLE = st.sampled_from(["ben", "alma", "cora", "dan"])
WORDS = st.sampled_from(["Walk", "Walk daily", "Sing", "  "])


class Lifecycle(RuleBasedStateMachine):
    """Anybody tries anything in any order; only Ben's acts make a goal of Ben's plan active."""

    @initialize()
    def begin(self):
        self.example = transaction.atomic()
        self.example.__enter__()
        practice = Practice.objects.create(name="P", slug="p")
        users = {
            name: User.objects.create(email=f"{name}@example.org", name=name)
            for name in ("ben", "alma", "cora", "dan")
        }
        coaches = {
            name: Coach.objects.create(user=users[name], practice=practice, slug=name)
            for name in ("alma", "cora")
        }
        for coach, client in (("alma", "ben"), ("cora", "dan")):
            record = Client.objects.create(
                practice=practice,
                coach=coaches[coach],
                user=users[client],
                name=client,
                email=f"{client}@x.org",
            )
            if client == "ben":
                self.plan = actions.start_plan(by=users["ben"], client=record, title="Plan")
        self.users = users
        self.agreed: dict[object, str] = {}
        self.goals: list[Goal] = []

    def attempt(self, name: str, act) -> None:
        """Let this person try; what is active afterwards and was not before must be Ben's doing."""
        before = dict(Goal.objects.values_list("pk", "lifecycle"))
        try:
            act(self.users[name])
        except (NotPossible, NotTheirDecision, NotTheirPlan):
            assert dict(Goal.objects.values_list("pk", "lifecycle")) == before
        after = Goal.objects.in_bulk()
        if name == "ben":
            self.agreed |= {pk: goal.title for pk, goal in after.items() if goal.lifecycle in AGREED}
        for pk, goal in after.items():
            if goal.lifecycle in AGREED and goal.lifecycle != before.get(pk):
                assert name == "ben"
            if before.get(pk) in AGREED and goal.lifecycle != before[pk]:
                assert name == "ben"
            if goal.carried_from_id and pk not in before:
                assert self.agreed[goal.carried_from_id] == goal.title

    def some(self, number: int) -> Goal:
        return Goal.objects.get(pk=self.goals[number % len(self.goals)].pk)

    @rule(name=PEOPLE, title=st.sampled_from(["Walk", "Sing"]))
    def propose(self, name, title):
        def act(by):
            self.goals.append(actions.propose_goal(by=by, plan=self.plan, side="personal", title=title))

        self.attempt(name, act)

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), seen=st.sampled_from(["now", "none", "other"]))
    def accept(self, name, number, seen):
        goal = self.some(number)
        read = {"now": goal.fingerprint, "none": None, "other": Goal.hash_of("?")}[seen]
        self.attempt(name, lambda by: goal.accept(by=by, seen=read))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), words=WORDS)
    def reword(self, name, number, words):
        self.attempt(name, lambda by: self.some(number).reword(by=by, wording=words))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), words=WORDS)
    def propose_wording(self, name, number, words):
        self.attempt(name, lambda by: self.some(number).propose_wording(by=by, wording=words))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), words=WORDS)
    def edit(self, name, number, words):
        self.attempt(name, lambda by: self.some(number).edit(by=by, wording=words, why="", target_on=None))

    @precondition(lambda self: self.goals)
    @rule(
        name=PEOPLE,
        number=st.integers(0, 5),
        verb=st.sampled_from(["decline", "hold", "resume", "complete", "cancel", "withdraw_wording"]),
    )
    def move(self, name, number, verb):
        self.attempt(name, lambda by: getattr(self.some(number), verb)(by=by))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), kind=st.sampled_from(["internal", "structural", "both"]))
    def name_obstacle(self, name, number, kind):
        domain = "" if kind == "internal" else "housing"
        self.attempt(
            name,
            lambda by: actions.name_obstacle(
                by=by, goal=self.some(number), kind=kind, what="Rent", domain=domain
            ),
        )

    @precondition(lambda self: Obstacle.objects.exists())
    @rule(name=PEOPLE, number=st.integers(0, 5), verb=st.sampled_from(["clear", "edit", "confirm"]))
    def change_obstacle(self, name, number, verb):
        obstacles = list(Obstacle.objects.all())
        obstacle = obstacles[number % len(obstacles)]
        fields = {"kind": "both", "what": "Rent and fear", "domain": "housing"} if verb == "edit" else {}
        self.attempt(name, lambda by: getattr(obstacle, verb)(by=by, **fields))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5), level=st.integers(-2, 2))
    def describe_and_rate(self, name, number, level):
        goal = self.some(number)
        self.attempt(
            name,
            lambda by: actions.describe_scale(
                by=by, goal=goal, descriptions=list("abcde"), importance=1, difficulty=1, baseline=level
            ),
        )
        self.attempt(name, lambda by: actions.rate_goal(by=by, goal=goal, level=level))

    @precondition(lambda self: self.goals)
    @rule(name=PEOPLE, number=st.integers(0, 5))
    def add_and_tick_step(self, name, number):
        self.attempt(
            name, lambda by: actions.add_step(by=by, goal=self.some(number), title="Step").tick(by=by)
        )

    @rule(name=PEOPLE, verb=st.sampled_from(["close", "reopen"]))
    def turn_the_page(self, name, verb):
        self.attempt(name, lambda by: getattr(self.plan, verb)(by=by))

    @rule(name=PEOPLE, numbers=st.lists(st.integers(0, 5), max_size=3), is_back=st.booleans())
    def carry_over(self, name, numbers, is_back):
        """Into a new plan, or into the one before."""
        goals = {goal.pk: goal for goal in (self.some(number) for number in numbers if self.goals)}
        other = GoalPlan.objects.exclude(pk=self.plan.pk).order_by("-pk").first() if is_back else None

        def act(by):
            into = close_plan(by=by, plan=self.plan, carried=goals.values(), into=other, title="Next")
            if into is not None:
                self.plan = into
                self.goals += Goal.objects.filter(plan=into, carried_from__in=goals)

        self.attempt(name, act)

    @invariant()
    def agreed_goals_carry_the_clients_own_decision(self):
        for goal in Goal.objects.filter(lifecycle__in=AGREED):
            assert goal.decision in CONSENTS
            assert goal.decided_by_id == self.users["ben"].pk
            assert goal.decided_wording_hash == goal.wording_hash
            assert self.agreed[goal.pk] == goal.title

    def teardown(self):
        """Each run begins with an empty house."""
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)


@pytest.mark.django_db
def test_no_order_of_acts_makes_a_goal_active_without_the_client():
    run_state_machine_as_test(
        Lifecycle, settings=hypothesis_settings(max_examples=30, stateful_step_count=20, deadline=None)
    )


def test_an_old_form_of_the_coach_does_not_undo_the_clients_words(alma, alma_browser, ben, proposal):
    seen = proposal.fingerprint
    proposal.reword(by=ben, wording="Soup with two neighbours")
    old_form = {"title": "Cook with the neighbours", "why": "", "target_on": "2027-01-01", "seen": seen}

    answer = alma_browser.post(reverse("goals:goal_edit", args=[proposal.pk]), old_form)

    proposal.refresh_from_db()
    assert answer.status_code == 422
    assert "It now says: “Soup with two neighbours”" in answer.content.decode()
    assert (proposal.lifecycle, proposal.title) == ("active", "Soup with two neighbours")
    again = {**old_form, "title": "Soup with two neighbours", "seen": answer.context["goal"].fingerprint}
    assert alma_browser.post(reverse("goals:goal_edit", args=[proposal.pk]), again).status_code == 302


def test_a_yes_covers_all_that_was_read(alma, ben, proposal):
    seen = proposal.fingerprint
    proposal.edit(by=alma, wording=proposal.title, why="Because you are lazy", target_on=None)

    with pytest.raises(WordingChanged):
        proposal.accept(by=ben, seen=seen)

    proposal.refresh_from_db()
    assert not proposal.is_agreed


def test_own_words_say_yes_only_to_the_reason_and_the_date_that_were_read(alma, ben_browser, proposal):
    address = reverse("goals:goal_reword", args=[proposal.pk])
    said = {"title": "Soup with two neighbours", "seen": proposal.fingerprint}
    proposal.edit(by=alma, wording=proposal.title, why="Because I say so", target_on=date(2027, 5, 3))

    answer = ben_browser.post(address, said)

    assert answer.status_code == 422
    assert all(words in answer.text for words in ("This has changed", said["title"]))
    assert Goal.objects.get().lifecycle == "proposed"
    ben_browser.post(address, {**said, "why": "For us", "seen": Goal.objects.get().fingerprint})
    goal = Goal.objects.get()
    assert (goal.lifecycle, goal.why, goal.target_on) == ("active", "For us", None)


@pytest.mark.parametrize("page", ["/home/", "plan"])
def test_the_date_stands_beside_the_yes_that_covers_it(page, alma, ben_browser, ben_plan, proposal):
    proposal.edit(by=alma, wording=proposal.title, why="", target_on=date(2027, 5, 3))

    text = ben_browser.get(ben_plan.get_absolute_url() if page == "plan" else page).text

    assert "By 3 May 2027" in text


def test_why_it_matters_is_the_clients_own_once_agreed(alma, alma_browser, ben, ben_goal):
    ben_goal.edit(by=ben, wording=ben_goal.title, why="For the mornings", target_on=None)

    with pytest.raises(NotTheirDecision):
        ben_goal.edit(by=alma, wording=ben_goal.title, why="For the figures", target_on=None)

    form = alma_browser.get(reverse("goals:goal_edit", args=[ben_goal.pk])).context["form"]
    assert "why" not in form.fields
    ben_goal.refresh_from_db()
    assert ben_goal.why == "For the mornings"


def test_the_target_date_is_the_clients_own_once_agreed(alma, alma_browser, ben, ben_goal):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=date(2027, 3, 1))

    with pytest.raises(NotTheirDecision):
        ben_goal.edit(by=alma, wording=ben_goal.title, target_on=date(2027, 1, 1))
    address = reverse("goals:goal_edit", args=[ben_goal.pk])
    assert "target_on" not in alma_browser.get(address).context["form"].fields
    sent = {"title": "Sleep well", "target_on": "2027-01-01", "seen": ben_goal.fingerprint}
    assert alma_browser.post(address, sent).status_code == 302

    ben_goal.refresh_from_db()
    assert (ben_goal.target_on, ben_goal.asked_title) == (date(2027, 3, 1), "Sleep well")


def test_a_coach_adds_nothing_to_a_declined_goal(alma, ben, proposal):
    proposal.decline(by=ben)

    with pytest.raises(NotPossible):
        proposal.edit(by=alma, wording=proposal.title, why="Think again", target_on=None)

    proposal.refresh_from_db()
    assert proposal.why == ""


@pytest.mark.parametrize("wanted", ["foo", "?x=1", "#a", "javascript:alert(1)", "https://elsewhere.example/"])
def test_an_odd_next_goes_to_the_usual_page(wanted, ben_browser, ben_step):
    answer = ben_browser.post(reverse("goals:step_tick", args=[ben_step.pk]), {"next": wanted})

    assert answer.status_code == 302
    assert answer.url.startswith(("/plans/", "/goals/"))
