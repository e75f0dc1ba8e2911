"""What leaves in a file: valid FHIR R4, in the client's words, and nothing that is private."""

import json
from datetime import timedelta

from django.utils import timezone
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.goal import Goal as FhirGoal

from goals import actions
from goals.models.goal import Achievement, Lifecycle
from tests.clients.rows import a_circumstance, a_note, an_entry
from tests.goals.fhir.conftest import LEVELS, export_of, resources


def without_empty(value):
    """FHIR forbids empty strings, lists and objects (ele-1); here are those that are in it."""
    if isinstance(value, dict):
        return [found for each in value.values() for found in without_empty(each)] or (
            [] if value else [value]
        )
    if isinstance(value, list):
        return [found for each in value for found in without_empty(each)] or ([] if value else [value])
    return [value] if value == "" else []


def test_the_file_is_valid_fhir(bundle):
    checked = Bundle.model_validate(bundle)

    assert [type(entry.resource) for entry in checked.entry] == [CarePlan, FhirGoal, FhirGoal, FhirGoal]
    assert json.loads(checked.model_dump_json(exclude_none=True)) == bundle
    assert without_empty(bundle) == []


def test_what_the_library_does_not_check_is_right_as_well(bundle):
    """Codes of required value sets, references, and the constraints bdl-7, dom-3, gol-1 and cpl-3."""
    [plan] = resources(bundle, "CarePlan")
    goals = resources(bundle, "Goal")
    names = [entry["fullUrl"] for entry in bundle["entry"]]

    assert bundle["type"] == "collection"
    assert (plan["status"], plan["intent"]) == ("active", "plan")
    assert [goal["lifecycleStatus"] for goal in goals] == ["active", "on-hold", "completed"]
    assert [goal["achievementStatus"]["coding"] for goal in goals] == [
        [{"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": code}]
        for code in ["in-progress", "in-progress", "achieved"]
    ]
    assert len(set(names)) == len(names)
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [
        f"urn:uuid:{entry['resource']['id']}" for entry in bundle["entry"]
    ]
    assert [each["reference"] for each in plan["goal"]] == names[1:]
    assert {each["detail"]["status"] for each in plan["activity"]} == {
        "completed",
        "scheduled",
        "not-started",
    }
    for activity in plan["activity"]:
        assert "reference" not in activity
        assert {each["reference"] for each in activity["detail"]["goal"]} <= set(names[1:])
    for resource in [plan, *goals]:
        text = json.dumps({name: value for name, value in resource.items() if name != "contained"})
        assert all(f'"#{inside["id"]}"' in text for inside in resource["contained"])
    for target in [target for goal in goals for target in goal.get("target", [])]:
        assert "measure" in target or not any(name.startswith("detail") for name in target)


def test_every_code_of_ours_is_one_of_fhirs():
    """HL7 FHIR R4: goal-status and goal-achievement."""
    assert set(Lifecycle.values) == {
        "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error",
        "rejected",
    }  # fmt: skip
    assert set(Achievement.values) == {
        "in-progress", "improving", "worsening", "no-change", "achieved", "sustaining", "not-achieved",
        "no-progress", "not-attainable",
    }  # fmt: skip


def test_a_goal_says_all_of_it(bundle, settings):
    goal = resources(bundle, "Goal")[0]
    [target] = goal["target"]

    assert goal["description"] == {"text": "Sleep before midnight — “most” nights"}
    assert goal["note"] == [{"text": "So that the mornings are mine.\n\nAnd Tara's."}]
    assert goal["expressedBy"] == {"reference": "#client"}
    assert goal["category"][0]["coding"] == [
        {"system": f"{settings.SITE_URL}/fhir/trellis-goal-side", "code": "personal"}
    ]
    assert target["dueDate"] == "2026-12-24"
    assert target["detailString"] == "Asleep by midnight"
    levels = [part["extension"] for part in target["extension"][0]["extension"] if part["url"] == "level"]
    assert [(value["valueInteger"], words["valueString"]) for value, words in levels] == list(
        zip([-2, -1, 0, 1, 2], LEVELS, strict=True)
    )


def test_the_status_has_its_own_day(bundle, full_plan):
    """Since when it is what it is: the day it was put on hold, not the day it was proposed."""
    today = timezone.localdate()

    dates = [goal["statusDate"] for goal in resources(bundle, "Goal")]

    assert dates == [str(today), str(today - timedelta(days=5)), str(today)]


def test_what_a_coach_proposed_says_so(bundle):
    goal = resources(bundle, "Goal")[1]

    assert goal["expressedBy"] == {"reference": "#coach"}
    assert goal["contained"] == [
        {"resourceType": "Patient", "id": "client"},
        {"resourceType": "Practitioner", "id": "coach"},
    ]


def test_nobody_is_named(bundle, alma, ben):
    written = json.dumps(bundle)

    assert [
        word for word in ("Alma", "Ben", "example.org", str(alma.pk), str(ben.pk)) if word in written
    ] == []


def test_what_is_private_stays(alma, ben, ben_client, full_plan):
    note = a_note(ben_client, alma, "canary-note", audience="author")
    an_entry(ben_client, ben, "canary-journal")
    a_circumstance(ben_client, ben, words="canary-circumstance")
    goal = full_plan.goals.first()
    actions.name_obstacle(by=ben, goal=goal, kind="both", what="canary-obstacle", domain="food")
    declined = actions.propose_goal(by=alma, plan=full_plan, side="personal", title="canary-declined")
    declined.decline(by=ben)
    stopped = actions.propose_goal(by=ben, plan=full_plan, side="personal", title="canary-stopped")
    stopped.cancel(by=ben)
    full_plan.goals.filter(title="Open the letters").update(lifecycle="entered-in-error")

    written = json.dumps(export_of(full_plan))

    assert note.pk
    assert "Sleep before midnight" in written
    assert "canary" not in written
    assert "Open the letters" not in written


def test_plan_fhir_is_a_file(ben_browser, full_plan):
    response = ben_browser.get(f"/plans/{full_plan.pk}/fhir/")

    assert response.headers["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    with timezone.override(full_plan.client.own_timezone):  # days are those of whoever takes it out
        assert response.json() == export_of(full_plan)


def test_plan_fhir_asks_no_more_for_sixty_goals(ben, ben_browser, full_plan, django_assert_num_queries):
    address = f"/plans/{full_plan.pk}/fhir/"
    with django_assert_num_queries(7):
        ben_browser.get(address)
    for number in range(57):
        goal = actions.propose_goal(by=ben, plan=full_plan, side="community", title=f"Goal {number}")
        actions.add_step(by=ben, goal=goal, title="A step")

    with django_assert_num_queries(7):
        response = ben_browser.get(address)

    assert len(resources(response.json(), "Goal")) == 60
