"""A plan as a FHIR R4 Bundle: one CarePlan and its Goals, with no more of the people than their parts.

It holds what is going on, rests, is finished or waits for an answer. What was
declined, stopped or written by mistake stays here, and so do ratings,
circumstances, notes and the journal.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from goals.board import Board, steps_of
from goals.fhir.terms import (
    ACHIEVEMENT,
    CLIENT,
    COACH,
    MEASURE,
    MIX,
    REVIEW,
    SCALE,
    SIDE,
    UNITS,
    URI,
    Identity,
    own,
)
from goals.models import Goal, GoalPlan, GoalScale, Origin, Step
from goals.models.goal import Achievement, Side
from goals.models.rating import Level

type Json = dict[str, Any]


def bundle_of(board: Board) -> Json:
    """The plan of `board` (from `with_people().with_goals()`), in two more queries."""
    plan, goals = board.plan, [goal for goal in board.goals if goal.is_agreed or goal.is_waiting]
    identities = _identities(plan, goals)
    since = _status_since(plan)
    resources = [_care_plan(plan, goals, identities)]
    resources += [_goal(goal, identities[goal.pk], since.get(goal.pk, goal.proposed_at)) for goal in goals]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources],
    }


def _identities(plan: GoalPlan, goals: list[Goal]) -> dict[object, Identity]:
    """What each is called: as it was where it came from, or by its own id."""
    found: dict[object, Identity] = {row.pk: (URI, f"urn:uuid:{row.pk}") for row in [plan, *goals]}
    for origin in Origin.objects.filter(client=plan.client):
        found[origin.plan_id or origin.goal_id] = (origin.system, origin.value)
    return found


def _status_since(plan: GoalPlan) -> dict[object, datetime]:
    """Since when each goal of the plan is what it is: the history's last change of its state."""
    events = Goal.pgh_event_model.objects.filter(plan=plan.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    meant_at = KeyTextTransform("at", "pgh_context__metadata")
    rows = events.annotate(meant_at=meant_at).values_list(
        "pgh_obj_id", "lifecycle", "meant_at", "pgh_created_at"
    )
    states: dict[object, str] = {}
    since: dict[object, datetime] = {}
    for goal, lifecycle, meant, at in rows:
        if states.get(goal) != lifecycle:
            states[goal] = lifecycle
            since[goal] = (parse_datetime(meant) if meant else None) or at
    return since


def _resource(kind: str, identity: Identity, pk: object) -> Json:
    system, value = identity
    uuid = value.removeprefix("urn:uuid:") if system == URI and value.startswith("urn:uuid:") else str(pk)
    return {
        "resourceType": kind,
        "id": uuid,
        "contained": [{"resourceType": "Patient", "id": CLIENT}],
        "identifier": [{"system": system, "value": value}],
        "subject": {"reference": f"#{CLIENT}"},
    }


def _care_plan(plan: GoalPlan, goals: list[Goal], identities: dict[object, Identity]) -> Json:
    def reference(goal: Goal) -> Json:
        return {"reference": f"urn:uuid:{_resource('Goal', identities[goal.pk], goal.pk)['id']}"}

    written = _resource("CarePlan", identities[plan.pk], plan.pk) | {
        "extension": [{"url": own(REVIEW), "valueInteger": plan.review_weeks}, *_mix(plan)],
        "status": "completed" if plan.is_closed else "active",
        "intent": "plan",
        "title": plan.title,
        "description": plan.vision,
        "period": {
            "start": plan.starts_on.isoformat(),
            **({"end": plan.ends_on.isoformat()} if plan.ends_on else {}),
        },
        "goal": [reference(goal) for goal in goals],
        "activity": [_activity(step, reference(goal)) for goal in goals for step in steps_of(goal)],
    }
    return {name: value for name, value in written.items() if value not in ("", [])}


def _mix(plan: GoalPlan) -> list[Json]:
    """How much the client wants to be with and for others, once they have said so."""
    if plan.community_share is None:
        return []
    parts = [
        {"url": "percent", "valueInteger": plan.community_share},
        {"url": "tolerance", "valueInteger": plan.share_tolerance},
    ]
    return [{"url": own(MIX), "extension": parts}]


def _activity(step: Step, goal: Json) -> Json:
    detail: Json = {
        "status": "scheduled" if step.due_on else "not-started",
        "goal": [goal],
        "description": step.title,
        **({"scheduledPeriod": {"end": step.due_on.isoformat()}} if step.due_on else {}),
    }
    if step.has_rhythm:
        repeat = {"frequency": step.times, "period": 1, "periodUnit": UNITS[step.per]}
        detail |= {"status": "scheduled", "scheduledTiming": {"repeat": repeat}}
    if step.done_at is None:
        return {"detail": detail}
    detail["status"] = "completed"
    return {"progress": [{"time": _moment(step.done_at), "text": "Done"}], "detail": detail}


def _goal(goal: Goal, identity: Identity, since: datetime) -> Json:
    written = _resource("Goal", identity, goal.pk) | {
        "lifecycleStatus": goal.lifecycle,
        "category": [
            {
                "coding": [{"system": own(SIDE), "code": goal.side}],
                "text": str(Side(goal.side).label),
            }
        ],
        "description": {"text": goal.title},
        "statusDate": timezone.localdate(since).isoformat(),
        "expressedBy": {"reference": f"#{CLIENT}"},
        "note": [{"text": goal.why}] if goal.why else [],
        "target": _target(goal),
    }
    if goal.proposed_by_id != goal.plan.client.user_id:
        written["contained"] = [*written["contained"], {"resourceType": "Practitioner", "id": COACH}]
        written["expressedBy"] = {"reference": f"#{COACH}"}
    if goal.achievement:
        code = Achievement(goal.achievement)
        written["achievementStatus"] = {
            "coding": [{"system": ACHIEVEMENT, "code": str(code)}],
            "text": str(code.label),
        }
    return {name: value for name, value in written.items() if value != []}


def _target(goal: Goal) -> list[Json]:
    """By when, and what is hoped for: the middle level, with all five in the extension."""
    target: Json = {"dueDate": goal.target_on.isoformat()} if goal.target_on else {}
    if scale := goal.scale_or_none:
        target |= {
            "extension": [_scale(scale)],
            "measure": {
                "coding": [{"system": own(MEASURE), "code": "gas"}],
                "text": "Goal Attainment Scaling",
            },
            "detailString": scale.description_of(Level.EXPECTED),
        }
    return [target] if target else []


def _scale(scale: GoalScale) -> Json:
    parts: list[Json] = [
        {
            "url": "level",
            "extension": [
                {"url": "value", "valueInteger": int(level)},
                {"url": "description", "valueString": scale.description_of(level)},
            ],
        }
        for level in Level
    ]
    parts += [
        {"url": "importance", "valueInteger": scale.importance},
        {"url": "difficulty", "valueInteger": scale.difficulty},
        {"url": "baseline", "valueInteger": scale.baseline},
        {"url": "baselineOn", "valueDate": scale.baseline_on.isoformat()},
    ]
    return {"url": own(SCALE), "extension": parts}


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
