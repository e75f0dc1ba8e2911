"""A plan with something of every kind that a file can carry, and the file."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from goals import actions
from goals.board import Board
from goals.fhir.writing import bundle_of
from goals.models import GoalPlan

LEVELS = ["Awake at three", "Asleep by two", "Asleep by midnight", "Asleep by eleven", "At ten, rested"]


@pytest.fixture
def full_plan(alma, ben, ben_plan) -> GoalPlan:
    ben_plan.choose_share(by=ben, percent=30, tolerance=10)
    ben_plan.edit(
        by=ben, title="My autumn", starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31), review_weeks=8
    )
    sleep = actions.propose_goal(
        by=ben,
        plan=ben_plan,
        side="personal",
        title="Sleep before midnight — “most” nights",
        why="So that the mornings are mine.\n\nAnd Tara's.",
        target_on=date(2026, 12, 24),
    )
    actions.describe_scale(
        by=ben,
        goal=sleep,
        descriptions=LEVELS,
        importance=2,
        difficulty=3,
        baseline=-1,
        baseline_on=date(2026, 10, 2),
    )
    phone = actions.add_step(
        by=ben, goal=sleep, title="Put the phone in the kitchen", due_on=date(2026, 10, 9)
    )
    phone.tick(by=ben, at=timezone.now() - timedelta(days=3))
    actions.add_step(by=ben, goal=sleep, title="Buy an alarm clock", due_on=date(2026, 12, 1))
    actions.add_step(by=ben, goal=sleep, title="Tell Dee")
    actions.add_step(by=ben, goal=sleep, title="Walk after supper", rhythm=(2, "week"))
    choir = actions.propose_goal(by=alma, plan=ben_plan, side="community", title="Sing on Thursdays")
    choir.accept(by=ben)
    choir.hold(by=ben, at=timezone.now() - timedelta(days=5))
    letters = actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Open the letters")
    letters.complete(by=ben)
    return ben_plan


def export_of(plan: GoalPlan) -> dict[str, Any]:
    board = Board(GoalPlan.objects.with_people().with_goals().get(pk=plan.pk), plan.client.user)
    return json.loads(json.dumps(bundle_of(board)))


@pytest.fixture
def bundle(full_plan) -> dict[str, Any]:
    return export_of(full_plan)


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]
