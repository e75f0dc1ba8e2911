"""The goals of a plan as they were at the end of an earlier day, for the trellis picture."""

from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import F, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from goals.models import Goal, GoalPlan, Step

type Was = dict[str, Any]
"""A goal or a step as it stood: title, a goal's `lifecycle`, when a step was `done_at`, how many `times`."""


def goals_on(plan: GoalPlan, goals: Sequence[Goal], day: date) -> list[Goal]:
    """Copies of the goals as they were then: words, state, level and steps. One query.

    The goals are from `with_goals(for_plan_page=True)`; the day is one of the
    client's. What came later is left out.
    """
    was = _as_of(plan, day)
    return [_then(goal, was, day) for goal in goals if goal.pk in was]


def _then(goal: Goal, was: dict[UUID, Was], day: date) -> Goal:
    then: Any = copy(goal)
    then.title, then.lifecycle = was[goal.pk]["title"], was[goal.pk]["lifecycle"]
    views = [view for view in then.views if date.fromisoformat(view["day"]) <= day]
    view = next((view for view in views if view["is_client"]), views[0] if views else None)
    then.level = view["level"] if view else None
    then.level_words = view["described"] if view else ""
    then.all_steps = [_step_then(step, was[step.pk]) for step in then.all_steps if step.pk in was]
    return then  # type: ignore[no-any-return]


def _step_then(step: Step, was: Was) -> Step:
    then = copy(step)
    then.done_at, then.times = was["done_at"], was["times"]
    return then


def _as_of(plan: GoalPlan, day: date) -> dict[UUID, Was]:
    """The latest of each goal and step that had happened by the end of that day, by its id."""
    zone = plan.client.own_timezone
    was: dict[UUID, Was] = {}
    for event in sorted(_events(plan), key=_moment):
        if timezone.localdate(_moment(event), zone) <= day:
            was[event["pgh_obj_id"]] = event
    return was


def _moment(event: Was) -> datetime:
    """When it was meant to happen."""
    return (parse_datetime(event["meant_at"]) if event["meant_at"] else None) or event["pgh_created_at"]


def _events(plan: GoalPlan) -> Iterable[Was]:
    """What the history has of the plan's goals and their steps, in one query, in the order it was written."""
    meant_at = KeyTextTransform("at", "pgh_context__metadata")
    columns = ["pgh_id", "pgh_obj_id", "title", "meant_at", "pgh_created_at", "lifecycle", "done_at", "times"]
    goals: Any = Goal.pgh_event_model  # type: ignore[attr-defined]
    steps: Any = Step.pgh_event_model  # type: ignore[attr-defined]
    never = Cast(Value(None), models.DateTimeField())
    of_goals = goals.objects.filter(plan=plan.pk).annotate(
        meant_at=meant_at, done_at=never, times=Cast(Value(None), models.SmallIntegerField())
    )
    of_steps = steps.objects.filter(goal__plan=plan.pk).annotate(
        meant_at=meant_at, lifecycle=Value("", models.CharField())
    )
    return of_goals.values(*columns).union(of_steps.values(*columns), all=True).order_by(F("pgh_id"))
