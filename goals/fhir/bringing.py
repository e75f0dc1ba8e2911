"""Bringing a file's plan and goals in: first what would happen, then all of it or nothing.

Whatever the file says, who brings it in decides what it means: by a coach
every goal is a proposal; by the client it is theirs in the words that they
have read and said yes to, one by one.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from clients.models import Client
from coaching.accounts.models import User
from goals import actions
from goals.errors import NotPossible, NotTheirPlan
from goals.fhir.drafts import GoalDraft, PlanDraft, Reading
from goals.fhir.terms import URI, Identity
from goals.models import Goal, GoalPlan, Origin
from goals.models.goal import Achievement, Lifecycle


@dataclass
class Arrival:
    """What would come of a file for one client.

    `plan` is where its goals go, None for a new one as the file has it; `by` is who brings it in.
    """

    by: User
    client: Client
    reading: Reading
    chosen: GoalPlan | None = None

    @property
    def is_own(self) -> bool:
        return self.client.user_id is not None and self.client.user_id == self.by.pk

    @cached_property
    def known(self) -> dict[Identity, GoalPlan | None]:
        """What the client has, by what it is called here and elsewhere; a plan with its row."""
        plans = {plan.pk: plan for plan in GoalPlan.objects.filter(client=self.client)}
        goals = Goal.objects.filter(plan__client=self.client).values_list("pk", flat=True)
        found: dict[Identity, GoalPlan | None] = {(URI, f"urn:uuid:{pk}"): None for pk in goals}
        found |= {(URI, f"urn:uuid:{pk}"): plan for pk, plan in plans.items()}
        for origin in Origin.objects.filter(client=self.client):
            found[origin.system, origin.value] = plans.get(origin.plan_id) if origin.plan_id else None
        return found

    @property
    def plan(self) -> GoalPlan | None:
        if self.chosen or self.reading.plan is None:
            return self.chosen
        return self.known.get(self.reading.plan.identity)

    @property
    def frame(self) -> PlanDraft | None:
        """The plan that would be made."""
        return self.reading.plan if self.plan is None else None

    @property
    def has_vision(self) -> bool:
        """Whether the file's vision would come in: once a client has joined, only they word it."""
        return bool(self.frame and self.frame.vision) and (self.is_own or not self.client.has_joined)

    @cached_property
    def new(self) -> list[GoalDraft]:
        return [goal for goal in self.reading.goals if goal.identity not in self.known]

    @property
    def known_goals(self) -> list[GoalDraft]:
        return [goal for goal in self.reading.goals if goal.identity in self.known]

    @cached_property
    def is_of_somebody_else(self) -> bool:
        """Whether something of it is in another person's record here; one query."""
        called = [goal.identity for goal in self.reading.goals]
        called += [self.reading.plan.identity] if self.reading.plan else []
        pks = [pk for system, value in called if system == URI and (pk := _own_id(value))]
        theirs = ~Q(client=self.client)
        if self.client.user_id:
            theirs &= Q(client__user=None) | ~Q(client__user=self.client.user_id)
        plans = GoalPlan.objects.filter(theirs)
        return plans.filter(Q(pk__in=pks) | Q(goals__in=pks)).exists()

    @property
    def obstacle(self) -> str:
        """Why it cannot be done, in a sentence; empty where it can."""
        if not self.is_own and self.is_of_somebody_else:
            return gettext("This file is of another person's plan here. It stays in their record.")
        if self.plan is None and self.frame is None:
            return gettext("The file holds goals and no plan. Choose which plan they are for.")
        if self.plan and self.plan.is_closed and self.new:
            return gettext("This plan is closed. Open it again to change it.")
        return ""

    @property
    def is_nothing_new(self) -> bool:
        return not self.new and self.frame is None


@transaction.atomic
def bring_in(
    *,
    by: User,
    client: Client,
    reading: Reading,
    plan: GoalPlan | None = None,
    agreed: Collection[str] | None = None,
) -> tuple[GoalPlan, list[Goal]]:
    """Make what is new of the file. Returns the plan and the goals that came in.

    `agreed` are the fingerprints of the goals that were chosen, by the client with
    a yes to each; the others stay out. None are all for a coach, and none for the
    client. A coach's are proposals, without what was done and without days gone by.
    Raises NotPossible where there is nothing new, and where the file cannot be used.
    """
    if not Client.objects.visible_to(by).filter(pk=client.pk).exists():
        raise NotTheirPlan
    client = Client.objects.select_for_update().get(pk=client.pk)  # the same file twice at once comes in once
    if plan and plan.client_id != client.pk:
        raise NotTheirPlan
    arrival = Arrival(by, client, reading, plan)
    if reading.problems or arrival.obstacle:
        raise NotPossible(arrival.obstacle or gettext("This file cannot be used."))
    if agreed is None:
        agreed = set() if arrival.is_own else {goal.fingerprint for goal in arrival.new}
    wanted = [goal for goal in arrival.new if goal.fingerprint in agreed]
    if arrival.is_nothing_new:
        raise NotPossible(gettext("All of it is here already. Nothing was changed."))
    if not wanted and arrival.frame is None:
        raise NotPossible(gettext("No goal was chosen. Nothing was changed."))
    target, frame = arrival.plan, arrival.frame
    if target is None:
        assert frame is not None  # noqa: S101 - or there was an obstacle
        target = _begin(arrival, frame)
    goals = [_make(arrival, target, draft) for draft in wanted]
    if frame and frame.is_closed and arrival.is_own:
        target.close(by=by)
    return target, goals


def _own_id(value: str) -> UUID | None:
    """The id of a row here, of `urn:uuid:…`."""
    try:
        return UUID(value.removeprefix("urn:uuid:"))
    except ValueError:
        return None


def _begin(arrival: Arrival, frame: PlanDraft) -> GoalPlan:
    plan = actions.start_plan(
        by=arrival.by,
        client=arrival.client,
        title=frame.title,
        vision=frame.vision if arrival.has_vision else "",
        starts_on=frame.starts_on,
        ends_on=frame.ends_on,
        review_weeks=frame.review_weeks,
    )
    if frame.community_share is not None and arrival.is_own:
        plan.choose_share(by=arrival.by, percent=frame.community_share, tolerance=frame.share_tolerance)
    _remember(arrival, frame.identity, plan=plan)
    return plan


def _make(arrival: Arrival, plan: GoalPlan, draft: GoalDraft) -> Goal:
    goal = actions.propose_goal(
        by=arrival.by,
        plan=plan,
        side=draft.side,
        title=draft.title,
        why=draft.why,
        target_on=draft.target_on,
        achievement=draft.achievement if arrival.is_own else "",
    )
    _remember(arrival, draft.identity, goal=goal)
    if draft.scale:
        actions.describe_scale(
            by=arrival.by,
            goal=goal,
            descriptions=draft.scale.descriptions,
            importance=draft.scale.importance,
            difficulty=draft.scale.difficulty,
            baseline=draft.scale.baseline,
            baseline_on=draft.scale.baseline_on,
        )
    for each in draft.steps:
        is_gone_by = each.due_on is not None and each.due_on < timezone.localdate()
        due_on = None if is_gone_by and not arrival.is_own else each.due_on
        step = actions.add_step(by=arrival.by, goal=goal, title=each.title, due_on=due_on, rhythm=each.rhythm)
        if each.is_done and arrival.is_own:
            step.tick(by=arrival.by, at=each.done_at)
    if arrival.is_own and draft.lifecycle == Lifecycle.COMPLETED:
        goal.complete(by=arrival.by, achievement=Achievement(draft.achievement or Achievement.ACHIEVED))
    elif arrival.is_own and draft.lifecycle == Lifecycle.ON_HOLD:
        goal.hold(by=arrival.by)
    return goal


def _remember(
    arrival: Arrival, identity: Identity, *, plan: GoalPlan | None = None, goal: Goal | None = None
) -> None:
    system, value = identity
    Origin.objects.create(client=arrival.client, system=system, value=value, plan=plan, goal=goal)
