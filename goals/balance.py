"""The mix of a plan: how much of what is going on is with and for others, against what the client wants.

The mix counts goals that are agreed and going on; one that rests is not
counted. A notice is given only when the mix has been outside the client's
tolerance for `WEEKS` without a break, in either direction, and never while
something urgent is open for the client or a circumstance stands in the way of
a goal: then that comes first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from goals.models import Goal, GoalPlan
from goals.models.goal import Lifecycle, Side

WEEKS = 3
"""How long the mix must have been outside before anything is said."""
COUNTED = (Lifecycle.ACTIVE, Lifecycle.ACCEPTED)

type Moment = tuple[datetime, object, bool, bool]
"""A change of one goal: when, which, whether it counts from then on, whether it is a community goal."""


@dataclass(frozen=True)
class Mix:
    """How many goals are going on, and how many of them are with and for others."""

    community: int
    total: int

    @property
    def percent(self) -> int:
        return round(100 * self.community / self.total) if self.total else 0

    def is_outside(self, wanted: int, tolerance: int) -> bool:
        """Further from the wanted percentage than tolerated, and further than this many goals must be.

        One goal is all or nothing; nobody is told that it is not half.
        """
        if not self.total:
            return False
        away = abs(100 * self.community - wanted * self.total)
        nearest = min(abs(100 * count - wanted * self.total) for count in range(self.total + 1))
        return away > tolerance * self.total and away > nearest


@dataclass(frozen=True)
class Notice:
    """The mix has been other than wanted for some weeks."""

    percent: int
    wanted: int
    since: datetime


def mix_of(goals: Iterable[Goal]) -> Mix:
    counted = [goal for goal in goals if goal.lifecycle in COUNTED]
    return Mix(sum(goal.side == Side.COMMUNITY for goal in counted), len(counted))


def outside_since(moments: Sequence[Moment], wanted: int, tolerance: int) -> datetime | None:
    """Since when the mix has been outside without a break, from all changes in order. None: it is not."""
    sides: dict[object, bool] = {}
    since = None
    for place, (at, goal, is_counted, is_community) in enumerate(moments):
        sides.pop(goal, None)
        if is_counted:
            sides[goal] = is_community
        if place + 1 < len(moments) and moments[place + 1][0] == at:
            continue  # several changes of one act: only what came out of them counts
        is_outside = Mix(sum(sides.values()), len(sides)).is_outside(wanted, tolerance)
        since = (since or at) if is_outside else None
    return since


def notice_for(plan: GoalPlan, goals: Sequence[Goal]) -> Notice | None:
    """What may be said about the mix of the plan now; one query at most. Goals are from `for_pages`."""
    wanted, tolerance = plan.community_share, plan.share_tolerance
    if plan.is_closed or wanted is None or not plan.has_balance_notice:
        return None
    if plan.has_urgent_need:  # type: ignore[attr-defined]  # from `with_people`
        return None
    mix = mix_of(goals)
    if any(goal.circumstances for goal in goals) or not mix.is_outside(wanted, tolerance):
        return None
    since = outside_since(_moments(plan), wanted, tolerance)
    if since is None:
        return None
    if plan.share_chosen_at:  # what was wanted before does not count
        since = max(since, plan.share_chosen_at)
    if timezone.now() - since < timedelta(weeks=WEEKS):
        return None
    if plan.balance_dismissed_at and plan.balance_dismissed_at >= since:
        return None
    return Notice(mix.percent, wanted, since)


def _moments(plan: GoalPlan) -> list[Moment]:
    """Every change of the plan's goals, oldest first, at the time it was meant to happen."""
    events = Goal.pgh_event_model.objects.filter(plan=plan.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    meant_at = KeyTextTransform("at", "pgh_context__metadata")
    rows = events.annotate(meant_at=meant_at).values_list(
        "meant_at", "pgh_created_at", "pgh_obj_id", "lifecycle", "side"
    )
    moments = [
        ((parse_datetime(meant) if meant else None) or at, goal, lifecycle in COUNTED, side == Side.COMMUNITY)
        for meant, at, goal, lifecycle, side in rows
    ]
    return sorted(moments, key=lambda moment: moment[0])
