"""Closing a plan, and what the client carries over into another one.

A goal that goes on is a new row in the other plan, with a link to the one it
comes from. The closed plan keeps its goals, reviews and pictures as they were.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from coaching.accounts.models import User
from goals.actions import start_plan
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision
from goals.models import Goal, GoalPlan, GoalRating, GoalScale


@transaction.atomic
def close_plan(
    *,
    by: User,
    plan: GoalPlan,
    carried: Collection[Goal] = (),
    into: GoalPlan | None = None,
    title: str = "",
    at: datetime | None = None,
) -> GoalPlan | None:
    """The period is over. The goals that the client chose go on in `into`, or in a new plan of that title.

    A new plan begins with what the client hopes for, the rhythm and the mix that they wanted.

    Returns the plan they go on in. Only the client carries goals over; a coach
    may propose them anew there.
    """
    GoalPlan.lock(plan.pk, *([into.pk] if into else []))
    if carried and not plan.belongs_to(by):
        raise NotTheirDecision
    if carried and into is None:
        into = start_plan(
            by=by,
            client=plan.client,
            title=title,
            vision=plan.vision,
            review_weeks=plan.review_weeks,
            at=at,
        )
        if plan.community_share is not None:
            into.choose_share(by=by, percent=plan.community_share, tolerance=plan.share_tolerance, at=at)
    if carried and into:
        into = GoalPlan.objects.select_related("client__coach").get(pk=into.pk)
        into.check_shaped_by(by)
        if into.pk == plan.pk or into.client_id != plan.client_id:
            raise NotPossible(gettext("Choose another plan of yours."))
        rows = plan.goals.filter(pk__in=[goal.pk for goal in carried])
        last = into.goals.aggregate(last=models.Max("position"))["last"] or 0
        with told_by(by, at):
            for number, goal in enumerate(rows.order_by("position", "pk"), start=1):
                if not goal.is_open:
                    raise NotPossible(gettext("Only a goal that is going on can be carried over."))
                _carry(goal, into, last + number, at or timezone.now())
    plan.close(by=by, at=at)
    return into


def _carry(goal: Goal, into: GoalPlan, position: int, at: datetime) -> None:
    """The goal with its agreement, levels, open steps and what is in its way; of its ratings the latest.

    In the new plan its levels start from where it stands.
    """
    copy = _copied(
        goal, plan=into, position=position, carried_from=goal, asked_title="", asked_by=None, asked_at=None
    )
    copy.values.set(goal.values.all())
    for step in goal.steps.filter(done_at=None):
        _copied(step, goal=copy)
    for obstacle in goal.obstacles.filter(cleared_at=None):
        _copied(obstacle, goal=copy)
    ratings = goal.ratings.order_by("rated_by_id", "-rated_on", "-pk").distinct("rated_by_id")
    for rating in ratings:
        _copied(rating, goal=copy)
    if scale := GoalScale.objects.filter(goal=goal).first():
        stands = GoalRating.objects.filter(goal=goal).weightiest_first().first()
        level = stands.level if stands else scale.baseline
        _copied(scale, goal=copy, baseline=level, baseline_on=timezone.localdate(at))


def _copied[Row: models.Model](row: Row, **changes: Any) -> Row:
    """A new row with the same values but for `changes`."""
    own = {"id", "created_at"}
    values = {
        field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name not in own
    }
    return type(row)._base_manager.create(**{**values, **changes})
