"""A plan as its pages show it: what waits for an answer, the two sides, how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils import timezone

from clients.models import Client, Value
from coaching.accounts.models import User
from goals.attainment import Attainment
from goals.balance import Notice, notice_for
from goals.forms.wins import WinForm
from goals.models import Goal, GoalPlan, Step
from goals.models.goal import Lifecycle, Side
from goals.models.rating import Level
from goals.past import goals_on
from goals.querysets import GoalPlanQuerySet
from goals.trellis import Trellis, grow

MOST_TO_RATE = 12
MOST_RHYTHMS = 8
"""On a home page; a plan's own page has them all."""
JUST = timedelta(minutes=10)
"""So long a step that was ticked stays on the first page, to be opened again."""
MOST_LOOKS = 5
"""Of earlier reviews, beside the picture; any other day can be written."""
SHOWN_DAYS = 6
"""Of ratings, before the earlier ones are folded away."""


@dataclass(frozen=True)
class PlanSide:
    """One side of a plan: what is going on, what rests, what is finished and what was left."""

    side: Side
    goals: Sequence[Goal]

    @property
    def title(self) -> str:
        return str(self.side.label)

    @property
    def is_community(self) -> bool:
        return self.side == Side.COMMUNITY

    @cached_property
    def growing(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.is_open]

    @cached_property
    def completed(self) -> list[Goal]:
        return [goal for goal in self.goals if goal.is_completed]

    @cached_property
    def left(self) -> list[Goal]:
        """Declined or stopped: kept, and out of the way."""
        return [goal for goal in self.goals if goal.lifecycle in (Lifecycle.REJECTED, Lifecycle.CANCELLED)]

    @property
    def is_empty(self) -> bool:
        return not self.growing and not self.completed


class Board:
    """One plan (from `with_people().with_goals()`) as one person sees it; it asks the database nothing."""

    def __init__(self, plan: GoalPlan, viewer: User, on: date | None = None) -> None:
        """`on`: an earlier day, for the picture alone; it costs one query."""
        self.plan, self.viewer, self.on = plan, viewer, on
        self.goals: list[Goal] = plan.all_goals  # type: ignore[attr-defined]
        for goal in self.goals:
            goal.plan = plan
            for step in goal.all_steps:  # type: ignore[attr-defined]
                step.goal = goal
        self.is_own = plan.belongs_to(viewer)
        self.is_editable = not plan.is_closed
        self.is_worded_here = plan.is_worded_by(viewer)

    @property
    def coach_name(self) -> str:
        return self.plan.client.coach.user.get_short_name()

    @property
    def client_name(self) -> str:
        return self.plan.client.name.split(" ")[0]

    @cached_property
    def waiting(self) -> list[Goal]:
        """Proposals, and other words for a goal, that wait for the client's answer."""
        return [goal for goal in self.goals if goal.asks]

    @cached_property
    def sides(self) -> list[PlanSide]:
        return [PlanSide(side, [goal for goal in self.goals if goal.side == side]) for side in Side]

    @cached_property
    def trellis(self) -> Trellis:
        return grow(goals_on(self.plan, self.goals, self.on) if self.on else self.goals)

    @property
    def days_of_picture(self) -> list[date]:
        """Days to look back to: the first, and those of the latest reviews."""
        today = timezone.localdate()
        return [
            day for day in (self.plan.starts_on, *self.plan.review_days(today)[-MOST_LOOKS:]) if day < today
        ]

    @cached_property
    def roots(self) -> list[tuple[Value, list[Goal]]]:
        """Each value that a goal of the plan grows from, in the client's order, with these goals."""
        goals = [goal for goal in self.goals if goal.takes_steps or goal.is_completed]
        values = {value for goal in goals for value in goal.grows_from}  # type: ignore[attr-defined]
        return [
            (value, [goal for goal in goals if value in goal.grows_from])  # type: ignore[attr-defined]
            for value in sorted(values, key=lambda value: (value.position, str(value.pk)))
        ]

    @cached_property
    def goes_on_from(self) -> list[GoalPlan]:
        """Earlier plans of which a goal was carried over; the plan must be from a plan's own page."""
        earlier = {goal.carried_from.plan for goal in self.goals if goal.carried_from}
        return sorted(earlier, key=lambda plan: (plan.starts_on, str(plan.pk)))

    @cached_property
    def attainment(self) -> Attainment:
        """The T-scores; the plan must come from `with_goals(for_plan_page=True)`."""
        return Attainment(self.plan, self.goals)

    @cached_property
    def balance(self) -> Notice | None:
        """What may be said about the mix; one query where the mix is outside what the client wants."""
        return notice_for(self.plan, self.goals)

    @cached_property
    def steps(self) -> list[Step]:
        """The steps of the goals that are going on or finished; a goal that rests is not counted.

        Nor is what comes again and again: it is never done, and counts in its own weeks.
        """
        counted = [goal for goal in self.goals if goal.is_agreed and not goal.is_resting]
        return [step for goal in counted for step in steps_of(goal) if step.is_counted]

    @property
    def rhythms(self) -> list[Step]:
        """What comes again and again, for a person's first page."""
        return [step for goal in self.goals for step in steps_of(goal) if step.is_going_on][:MOST_RHYTHMS]

    @property
    def done_count(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def to_rate(self) -> list[Goal]:
        """Goals that are going on, which a person may say how far they have come."""
        return [goal for goal in self.goals if goal.is_open and not goal.is_resting][:MOST_TO_RATE]

    @property
    def win_form(self) -> WinForm | None:
        """For noting a small win with one of the goals that are going on."""
        goals = [goal for goal in self.goals if goal.is_open]
        if not goals or not self.is_editable:
            return None
        return WinForm(user=self.viewer, plan=self.plan, goals=goals, auto_id=f"win-{self.plan.pk}-%s")

    @property
    def completed_count(self) -> int:
        return sum(goal.is_completed for goal in self.goals)

    @property
    def growing_count(self) -> int:
        return sum(goal.is_open for goal in self.goals)

    @cached_property
    def just_done(self) -> Step | None:
        """The step ticked last, for some minutes: it stays where it was, so that a slip is undone there."""
        since = timezone.now() - JUST
        done = [step for step in self.steps if step.done_at is not None and step.done_at > since]
        return max(done, key=lambda step: (step.done_at, step.pk), default=None)

    @cached_property
    def next_step(self) -> Step | None:
        """The soonest open step of an active goal, those without a date last."""
        active = (Lifecycle.ACTIVE, Lifecycle.ACCEPTED)
        todo = [step for step in self.steps if not step.is_done and step.goal.lifecycle in active]
        return min(todo, key=_soonness, default=None)


def _soonness(step: Step) -> tuple[object, ...]:
    return (step.due_on is None, step.due_on or 0, step.goal.position, step.position, str(step.pk))


def steps_of(goal: Goal) -> list[Step]:
    return goal.all_steps  # type: ignore[attr-defined,no-any-return]


@dataclass(frozen=True)
class Rating:
    """One person's view of a goal on one day, for reading; `described` in the words of the scale that day."""

    day: date
    who: str
    value: int
    described: str
    note: str

    @property
    def level(self) -> str:
        return str(Level(self.value).label)


@dataclass(frozen=True)
class RatingDay:
    """The views of one day, side by side."""

    day: date
    client: list[Rating]
    coach: list[Rating]

    @property
    def both(self) -> tuple[list[Rating], list[Rating]]:
        return self.client, self.coach


class Ratings:
    """The ratings of a goal from `with_ratings()`: by day, newest first, and each person's latest."""

    def __init__(self, goal: Goal) -> None:
        by_client: list[Rating] = []
        by_coach: list[Rating] = []
        for each in goal.rated:  # type: ignore[attr-defined]
            rating = Rating(
                date.fromisoformat(each["day"]), each["who"], each["level"], each["described"], each["note"]
            )
            (by_client if each["is_client"] else by_coach).append(rating)
        self.client = next(iter(by_client), None)
        self.coach = next(iter(by_coach), None)
        days = sorted({rating.day for rating in by_client + by_coach}, reverse=True)
        self.days = [
            RatingDay(
                day,
                [each for each in by_client if each.day == day],
                [each for each in by_coach if each.day == day],
            )
            for day in days
        ]

    @property
    def latest_days(self) -> list[RatingDay]:
        return self.days[:SHOWN_DAYS]

    @property
    def earlier_days(self) -> list[RatingDay]:
        return self.days[SHOWN_DAYS:]


@dataclass(frozen=True)
class Rung:
    """One level of a goal's scale, with what stands on it: the start, and where client and coach see it."""

    level: Level
    described: str
    is_start: bool = False
    client: Rating | None = None
    coach: Rating | None = None


def ladder_of(goal: Goal, ratings: Ratings) -> list[Rung]:
    """The five levels of a goal, the highest first; words only where they have been described."""
    scale = goal.scale_or_none
    return [
        Rung(
            level,
            scale.description_of(level) if scale else "",
            bool(scale and scale.baseline == level),
            ratings.client if ratings.client and ratings.client.value == level else None,
            ratings.coach if ratings.coach and ratings.coach.value == level else None,
        )
        for level in reversed(Level)
    ]


def plans_for(user: User, client: Client | None = None) -> list[Board]:
    """The open plans, newest first, that a home or client page shows. Three queries, however many there are.

    Without `client` a person's own plans; with it, that client's, as far as `user` may see them.
    """
    return [Board(plan, user) for plan in _plans_of(user, client).open().with_people().with_goals()]


def closed_plans_for(user: User, client: Client | None = None) -> list[GoalPlan]:
    """The closed plans that the same page names at its foot, the latest first. One query."""
    return list(_plans_of(user, client).closed())


def _plans_of(user: User, client: Client | None) -> GoalPlanQuerySet:
    if client is None:
        return GoalPlan.objects.belonging_to(user)
    return GoalPlan.objects.visible_to(user).filter(client=client)
