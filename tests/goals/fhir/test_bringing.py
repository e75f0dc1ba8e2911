"""What comes in of a file: the client's own by their yes to each wording, a coach's as proposals; once."""

import copy
import json
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.models import Client
from goals import actions
from goals.errors import NotPossible, NotTheirPlan
from goals.fhir.bringing import bring_in
from goals.fhir.reading import read
from goals.models import Goal, GoalPlan, Origin, Step
from goals.models.goal import AGREED
from tests.goals.fhir.conftest import export_of, resources
from tests.goals.fhir.test_reading import GOAL, PLAN, bundle_with, places, reading_of


@pytest.fixture
def elsewhere(esra, ben, other_practice) -> Client:
    """Ben's record with a coach of another practice, where nothing of his plan is known."""
    return Client.objects.create(
        practice=other_practice, coach=esra.coach, user=ben, name="Ben", email="ben@example.org"
    )


def all_of(reading) -> set[str]:
    return {goal.fingerprint for goal in reading.goals}


def carried(bundle: dict) -> dict:
    """What is carried from place to place. Who said it, and since when, is each place's own to say."""
    bundle = copy.deepcopy(bundle)
    for resource in [entry["resource"] for entry in bundle["entry"]]:
        for name in ("statusDate", "expressedBy", "contained"):
            resource.pop(name, None)
    return bundle


def test_out_and_in_and_out_is_the_same(ben, elsewhere, bundle):
    reading = reading_of(bundle)

    plan, goals = bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))

    assert carried(export_of(plan)) == carried(bundle)
    assert [goal.lifecycle for goal in goals] == ["active", "on-hold", "completed"]


def test_a_closed_plan_comes_in_closed(ben, elsewhere, full_plan):
    full_plan.close(by=ben)
    bundle = export_of(full_plan)
    reading = reading_of(bundle)

    plan, _goals = bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))

    assert plan.is_closed
    assert carried(export_of(plan)) == carried(bundle)


def test_a_coachs_proposals_come_out_as_they_came_in(esra, elsewhere, alma, ben_plan):
    actions.propose_goal(by=alma, plan=ben_plan, side="community", title="Cook with the neighbours")
    bundle = export_of(ben_plan)
    resources(bundle, "CarePlan")[0].pop("description")  # Ben's vision is his to word

    plan, _goals = bring_in(by=esra, client=elsewhere, reading=reading_of(bundle))

    assert carried(export_of(plan)) == carried(bundle)
    assert resources(export_of(plan), "Goal")[0]["expressedBy"] == {"reference": "#coach"}


@pytest.mark.parametrize("by", ["ben", "esra"])
def test_the_same_file_twice_changes_nothing(by, request, elsewhere, bundle):
    person = request.getfixturevalue(by)
    reading = reading_of(bundle)
    bring_in(by=person, client=elsewhere, reading=reading, agreed=all_of(reading))
    before = [list(model.objects.order_by("pk").values()) for model in (GoalPlan, Goal, Step, Origin)]

    with pytest.raises(NotPossible, match="here already"):
        bring_in(by=person, client=elsewhere, reading=reading_of(bundle), agreed=all_of(reading))

    after = [list(model.objects.order_by("pk").values()) for model in (GoalPlan, Goal, Step, Origin)]
    assert after == before


def test_a_file_that_went_out_here_is_known_here(ben, ben_client, bundle):
    reading = reading_of(bundle)

    with pytest.raises(NotPossible, match="here already"):
        bring_in(by=ben, client=ben_client, reading=reading, agreed=all_of(reading))


def test_file_of_one_person_never_comes_into_anothers_record(cora, dan_client, bundle):
    with pytest.raises(NotPossible, match="another person's plan here"):
        bring_in(by=cora, client=dan_client, reading=reading_of(bundle))
    assert not Goal.objects.filter(plan__client=dan_client).exists()


def test_one_goal_of_anothers_file_is_enough_to_refuse_it(cora, dan_client, bundle):
    (goal,) = [entry for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Goal"][:1]
    with pytest.raises(NotPossible, match="another person's plan here"):
        bring_in(by=cora, client=dan_client, reading=reading_of({**bundle, "entry": [goal]}))


def test_coach_leaves_out_what_they_do_not_choose(esra, elsewhere, bundle):
    reading = reading_of(bundle)
    chosen = reading.goals[0]

    _plan, goals = bring_in(by=esra, client=elsewhere, reading=reading, agreed={chosen.fingerprint})

    assert [goal.title for goal in goals] == [chosen.title]


def test_coachs_steps_come_without_days_gone_by(esra, elsewhere, bundle):
    reading = reading_of(bundle)
    bring_in(by=esra, client=elsewhere, reading=reading)

    days = Step.objects.filter(goal__plan__client=elsewhere).exclude(due_on=None)
    assert all(step.due_on >= timezone.localdate() for step in days)


def test_coach_ticks_off_what_to_propose(esra, elsewhere, bundle, browser_of):
    page = f"{reverse('goals:plan_import')}?client={elsewhere.pk}"
    file = SimpleUploadedFile("plan.json", json.dumps(bundle).encode())
    preview = browser_of(esra).post(page, {"file": file})
    goals = preview.context["arrival"].new
    assert preview.content.decode().count(" checked") == len(goals)

    address = f"{reverse('goals:plan_import_apply')}?client={elsewhere.pk}"
    browser_of(esra).post(address, {"content": preview.context["content"], "agree": [goals[1].fingerprint]})

    assert [goal.title for goal in Goal.objects.filter(plan__client=elsewhere)] == [goals[1].title]


def test_it_is_known_on_the_way_back(ben, ben_client, elsewhere, bundle):
    reading = reading_of(bundle)
    plan, _goals = bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))
    back = reading_of(export_of(plan))

    with pytest.raises(NotPossible, match="here already"):
        bring_in(by=ben, client=ben_client, reading=back, agreed=all_of(back))


def test_what_is_new_in_it_comes_in_beside_what_was(ben, ben_client, full_plan, bundle):
    bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": GOAL})
    reading = reading_of(bundle)

    plan, goals = bring_in(by=ben, client=ben_client, reading=reading, agreed=all_of(reading))

    assert plan == full_plan
    assert [goal.title for goal in goals] == ["Sleep before midnight"]
    assert plan.goals.count() == 4


def test_a_closed_plan_takes_nothing(ben, ben_client, full_plan, bundle):
    full_plan.close(by=ben)
    bundle["entry"].append({"fullUrl": "urn:uuid:1", "resource": GOAL})
    reading = reading_of(bundle)

    with pytest.raises(NotPossible, match="closed"):
        bring_in(by=ben, client=ben_client, reading=reading, agreed=all_of(reading))

    assert full_plan.goals.count() == 3


# --- the consent gate -----------------------------------------------------------


def test_of_the_clients_file_only_what_they_said_yes_to_comes_in(ben, elsewhere, bundle):
    reading = reading_of(bundle)
    agreed = {reading.goals[1].fingerprint}

    _plan, goals = bring_in(by=ben, client=elsewhere, reading=reading, agreed=agreed)

    assert [(goal.title, goal.lifecycle, goal.decided_by) for goal in goals] == [
        ("Sing on Thursdays", "on-hold", ben)
    ]
    assert Goal.objects.filter(plan__client=elsewhere).count() == 1


def test_a_yes_to_other_words_counts_for_nothing(ben, elsewhere, bundle):
    agreed = all_of(reading_of(bundle))
    for goal in resources(bundle, "Goal"):
        goal["note"] = [{"text": "Another reason"}]

    _plan, goals = bring_in(by=ben, client=elsewhere, reading=reading_of(bundle), agreed=agreed)

    assert goals == []


def test_whatever_the_file_says_a_coachs_goals_are_proposals(esra, elsewhere, bundle):
    reading = reading_of(bundle)

    plan, goals = bring_in(by=esra, client=elsewhere, reading=reading, agreed=all_of(reading))

    found = Goal.objects.filter(plan=plan)
    assert [(goal.lifecycle, goal.decision, goal.achievement, goal.proposed_by) for goal in found] == [
        ("proposed", "", "", esra)
    ] * 3
    assert [goal.scale_or_none is not None for goal in found] == [True, False, False]
    assert len(goals) == 3
    assert Step.objects.filter(goal__plan=plan).count() == 4
    assert not Step.objects.filter(goal__plan=plan).exclude(done_at=None).exists()
    assert not Goal.objects.filter(plan=plan, lifecycle__in=AGREED).exists()
    assert (plan.vision, plan.community_share) == ("", None)


@pytest.mark.parametrize("who", ["alma", "cora", "dan", "olga", "finn", "gita"])
def test_nobody_else_brings_anything_in(who, request, dan_client, elsewhere, bundle):
    reading = reading_of(bundle)

    with pytest.raises(NotTheirPlan):
        bring_in(by=request.getfixturevalue(who), client=elsewhere, reading=reading, agreed=all_of(reading))

    assert not GoalPlan.objects.filter(client=elsewhere).exists()


def test_not_into_another_clients_plan(ben, ben_client, dan_plan):
    reading = reading_of(GOAL)

    with pytest.raises(NotTheirPlan):
        bring_in(by=ben, client=ben_client, reading=reading, plan=dan_plan, agreed=all_of(reading))


def test_goals_need_a_plan(ben, ben_client, ben_plan):
    reading = reading_of(GOAL)

    with pytest.raises(NotPossible, match="Choose which plan"):
        bring_in(by=ben, client=ben_client, reading=reading, agreed=all_of(reading))
    plan, [goal] = bring_in(by=ben, client=ben_client, reading=reading, plan=ben_plan, agreed=all_of(reading))

    assert plan == goal.plan == ben_plan


# --- all or nothing -------------------------------------------------------------


def test_a_file_with_a_problem_does_nothing(ben, elsewhere, bundle):
    resources(bundle, "Goal")[2]["lifecycleStatus"] = "banana"
    reading = reading_of(bundle)

    with pytest.raises(NotPossible):
        bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))

    assert not GoalPlan.objects.filter(client=elsewhere).exists()


def test_what_breaks_halfway_leaves_nothing(ben, elsewhere, bundle, monkeypatch):
    reading = reading_of(bundle)
    monkeypatch.setattr(Goal, "complete", lambda *_args, **_kwargs: (_ for _ in ()).throw(OSError))

    with pytest.raises(OSError):  # noqa: PT011 - the one thrown above
        bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))

    assert not GoalPlan.objects.filter(client=elsewhere).exists()
    assert not Origin.objects.exists()


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_can_be_read_can_be_brought_in(ben, elsewhere, bundle, data):
    """Other values in a real file: refused with words, or all of it comes in; never in between."""
    document = copy.deepcopy(bundle)
    for _round in range(data.draw(st.integers(1, 3))):
        node, key = data.draw(st.sampled_from(places(document)))
        node[key] = data.draw(
            st.sampled_from(["", " ", "x" * 260, "2026-01-31", "active", 0, -2, 3, None, [], {}, "urn:x"])
            | st.text(max_size=5)
        )
        if not places(document):
            break
    reading = read(json.dumps(document).encode())

    with transaction.atomic():
        with suppress(NotPossible):
            _plan, goals = bring_in(by=ben, client=elsewhere, reading=reading, agreed=all_of(reading))
            assert len(goals) == len(reading.goals)
        transaction.set_rollback(True)

    assert not GoalPlan.objects.filter(client=elsewhere).exists()


# --- the pages ------------------------------------------------------------------


def upload(browser, document, *, client=None, **values):
    import io  # noqa: PLC0415

    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    file = io.BytesIO(content)
    file.name = "plan.json"
    address = f"/plans/import/?client={client.pk}" if client else "/plans/import/"
    return browser.post(address, {"file": file, **values})


def test_plan_import_shows_first_and_changes_nothing(ben_browser, ben_client):
    response = upload(ben_browser, bundle_with(PLAN, GOAL))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Sleep before midnight" in page
    assert "Yes, this is my goal in these words" in page
    assert "checked" not in page  # nothing is chosen for the client
    assert not GoalPlan.objects.exists()


def test_plan_import_apply_brings_in_what_the_client_chose(ben_browser, ben_client, ben):
    document = bundle_with(PLAN, GOAL, GOAL | {"id": "g2", "description": {"text": "Run"}})
    shown = upload(ben_browser, document).context

    response = ben_browser.post(
        "/plans/import/apply/",
        {"content": shown["content"], "agree": shown["arrival"].new[0].fingerprint},
    )

    plan = GoalPlan.objects.get()
    assert response.url == plan.get_absolute_url()
    assert [(goal.title, goal.lifecycle, goal.decided_by) for goal in plan.goals.all()] == [
        ("Sleep before midnight", "active", ben)
    ]


def test_plan_import_apply_by_a_coach_proposes(alma_browser, ben_client, ben_plan):
    shown = upload(alma_browser, GOAL, client=ben_client, plan=ben_plan.pk)

    response = alma_browser.post(
        f"/plans/import/apply/?client={ben_client.pk}",
        {
            "content": shown.context["content"],
            "plan": ben_plan.pk,
            "agree": shown.context["arrival"].new[0].fingerprint,
        },
    )

    assert "Yes, this is my goal" not in shown.content.decode()
    assert response.url == ben_plan.get_absolute_url()
    assert ben_plan.goals.get().lifecycle == "proposed"


def test_plan_import_says_what_is_wrong_by_path(ben_browser, ben_client):
    response = upload(ben_browser, GOAL | {"colour": "<script>"})

    assert response.status_code == 422
    assert "<code>Goal.colour</code> FHIR has no such element." in response.content.decode()


@pytest.mark.parametrize(
    ("content", "words"), [(b" " * 500_001, "larger than 500 kB"), (b"", "is empty"), (b"\xff", "not JSON")]
)
def test_plan_import_refuses_what_is_no_file(content, words, ben_browser, ben_client):
    response = upload(ben_browser, content)

    assert response.status_code == 422
    assert words in response.content.decode()


def test_plan_import_apply_reads_anew(ben_browser, ben_client):
    """What came back from the page is no more trusted than what was sent first."""
    response = ben_browser.post(
        "/plans/import/apply/", {"content": json.dumps(GOAL | {"lifecycleStatus": "banana"})}
    )

    assert response.status_code == 422
    assert "Goal.lifecycleStatus" in response.content.decode()


def test_plan_import_apply_with_nothing_chosen_says_so(ben_browser, ben_client, ben_plan):
    response = ben_browser.post("/plans/import/apply/", {"content": json.dumps(GOAL), "plan": ben_plan.pk})

    assert response.status_code == 422
    assert "No goal was chosen" in response.content.decode()


def test_plan_import_shows_what_is_here_already(ben_browser, ben_client, full_plan, bundle):
    page = upload(ben_browser, bundle).content.decode()

    assert "All of it is here already." in page
    assert 'name="agree"' not in page


@pytest.mark.parametrize("who", ["cora", "dan", "esra", "olga", "finn", "gita"])
def test_plan_import_is_for_the_pair(who, request, browser_of, ben_client, dan_client):
    browser = browser_of(request.getfixturevalue(who))

    assert browser.get(f"/plans/import/?client={ben_client.pk}").status_code == 404
    assert upload(browser, GOAL, client=ben_client).status_code == 404


def test_plan_import_offers_only_the_clients_own_plans(alma_browser, ben_client, ben_plan, dan_plan):
    page = alma_browser.get(f"/plans/import/?client={ben_client.pk}").content.decode()

    assert str(ben_plan.pk) in page
    assert str(dan_plan.pk) not in page
    assert upload(alma_browser, GOAL, client=ben_client, plan=dan_plan.pk).status_code == 422
