"""A practice's library of goals: written by its coaches; taken as a proposal, or as the client's own goal."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext

from coaching.accounts.models import User
from goals import actions
from goals.errors import NotPossible
from goals.models import Goal, GoalPlan, GoalTemplate


def write_template(
    *,
    by: User,
    side: str,
    title: str,
    why: str = "",
    levels: list[str],
    steps: list[str],
    is_shared: bool,
) -> GoalTemplate:
    """One more in the library of the practice where this person coaches."""
    coach = by.coach_or_none
    if coach is None:
        raise PermissionDenied
    return GoalTemplate.objects.create(
        practice=coach.practice,
        author=by,
        side=side,
        title=title,
        why=why.strip(),
        levels=levels,
        steps=steps,
        is_shared=is_shared,
    )


@transaction.atomic
def take_template(
    *,
    by: User,
    template: GoalTemplate,
    plan: GoalPlan,
    side: str,
    title: str,
    why: str = "",
    target_on: date | None = None,
    steps: Iterable[str] = (),
) -> Goal:
    """A goal in these words, which began as the template's. Only of the practice that the plan belongs to."""
    taken = GoalTemplate.objects.visible_to(by).filter(pk=template.pk, retired_at=None)
    if not taken.filter(practice=plan.client.practice_id).exists():
        raise NotPossible(gettext("This is not in the library of the practice that the plan belongs to."))
    goal = actions.propose_goal(by=by, plan=plan, side=side, title=title, why=why, target_on=target_on)
    for step in steps:
        actions.add_step(by=by, goal=goal, title=step)
    return goal
