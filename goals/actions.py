"""What client and coach do to a plan beyond one row: begin it, propose, add steps, rate."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext

from clients.models import Circumstance, Client, Trace, Value
from coaching.accounts.models import User
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.models import Goal, GoalPlan, GoalRating, GoalScale, Obstacle, Step, Win
from goals.models.obstacle import check_named_by
from goals.models.plan import Rhythm
from goals.models.rating import Level
from goals.models.rhythm import Often


@transaction.atomic
def start_plan(
    *,
    by: User,
    client: Client,
    title: str,
    vision: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    review_weeks: int | None = None,
    at: datetime | None = None,
) -> GoalPlan:
    """A new plan for the client, begun by them or their coach. Once they have joined, only they word it."""
    if not Client.objects.visible_to(by).filter(pk=client.pk).exists():
        raise NotTheirPlan
    client.check_goes_on()
    if vision and client.has_joined and client.user_id != by.pk:
        raise NotTheirDecision
    before = GoalPlan.objects.filter(client=client).order_by("-created_at").first()
    with told_by(by, at):
        return GoalPlan.objects.create(
            client=client,
            title=title.strip(),
            vision=vision.strip(),
            starts_on=starts_on or timezone.localdate(),
            ends_on=ends_on,
            review_weeks=Rhythm.FOUR if review_weeks is None else review_weeks,
            has_balance_notice=before.has_balance_notice if before else True,
        )


@transaction.atomic
def propose_goal(
    *,
    by: User,
    plan: GoalPlan,
    side: str,
    title: str,
    why: str = "",
    target_on: date | None = None,
    achievement: str = "",
    values: Collection[Value] = (),
    at: datetime | None = None,
) -> Goal:
    """A goal for one side of the plan. The client's own is active by the same act; a coach's waits.

    `achievement` is how far it has come already, where it was pursued elsewhere before.
    `values` are what it grows from, for the client alone to say.
    """
    plan = GoalPlan.objects.select_related("client__coach").select_for_update(of=("self",)).get(pk=plan.pk)
    plan.check_shaped_by(by)
    if values and not plan.belongs_to(by):
        raise NotTheirDecision
    with told_by(by, at):
        goal = Goal.objects.create(
            plan=plan,
            side=side,
            title=" ".join(title.split()),
            why=why.strip(),
            target_on=target_on,
            achievement=achievement,
            proposed_by=by,
            proposed_at=at or timezone.now(),
            position=_after(plan.goals.all()),
        )
    if plan.belongs_to(by):
        goal.accept(by=by, at=at)
        goal.values.set(values)
    return goal


@transaction.atomic
def add_step(
    *,
    by: User,
    goal: Goal,
    title: str,
    due_on: date | None = None,
    rhythm: Often | None = None,
    at: datetime | None = None,
) -> Step:
    """One more thing to do towards the goal, after the others: once, perhaps with a date, or in a rhythm."""
    goal = _taken(goal)
    goal.plan.check_shaped_by(by)
    if not goal.takes_steps:
        raise NotPossible(gettext("This goal is finished. Take it up again to plan steps."))
    with told_by(by, at):
        times, per = rhythm or (None, "")
        return Step.objects.create(
            goal=goal,
            title=" ".join(title.split()),
            due_on=due_on,
            times=times,
            per=per,
            position=_after(goal.steps.all()),
        )


@transaction.atomic
def describe_scale(
    *,
    by: User,
    goal: Goal,
    descriptions: list[str],
    importance: int,
    difficulty: int,
    baseline: int,
    baseline_on: date | None = None,
    at: datetime | None = None,
) -> GoalScale:
    """What the five levels mean for this goal, from -2 to 2, and how much it weighs.

    Described anew, it replaces what it said; ratings keep the words they were chosen by.
    """
    goal = _taken(goal)
    goal.plan.check_shaped_by(by)
    if not goal.takes_steps:
        raise NotPossible(gettext("This goal is finished. Take it up again to change its levels."))
    scale = GoalScale.objects.filter(goal=goal).first() or GoalScale(goal=goal)
    scale.descriptions = [" ".join(words.split()) for words in descriptions]
    if len(scale.descriptions) != len(Level) or not all(scale.descriptions):
        raise NotPossible(gettext("Describe all five levels, each in a few words."))
    scale.importance, scale.difficulty, scale.baseline = importance, difficulty, baseline
    scale.baseline_on = baseline_on or scale.baseline_on
    with told_by(by, at):
        scale.save()
    return scale


@transaction.atomic
def name_obstacle(
    *,
    by: User,
    goal: Goal,
    kind: str,
    what: str,
    domain: str = "",
    circumstance: Circumstance | None = None,
    urgency: str = "",
    cue: str = "",
    response: str = "",
    at: datetime | None = None,
) -> Obstacle:
    """The client says what is in the way. A circumstance pauses the goal by the same act.

    What is around them is one of the circumstances of their record: the one
    given, or else a new one in the same words, as pressing as `urgency` says.
    Before they have joined, the coach writes it down with them, and it waits
    for their yes.
    """
    goal = _taken(goal)
    check_named_by(by, goal)
    if not goal.takes_obstacles:
        raise NotPossible(gettext("Something can be in the way of a goal that is going on."))
    obstacle = Obstacle(
        goal=goal,
        kind=kind,
        what=what.strip(),
        domain=domain,
        cue=cue,
        response=response,
        named_at=at or timezone.now(),
    )
    with told_by(by, at):
        obstacle.name_circumstance(circumstance, urgency, by=by, at=at)
        obstacle.confirmed_at = obstacle.confirmed_by(by, at)
        obstacle.save()
        obstacle.pause(by=by, at=at)
    return obstacle


@transaction.atomic
def rate_goal(
    *,
    by: User,
    goal: Goal,
    level: int,
    rated_on: date | None = None,
    note: str = "",
    at: datetime | None = None,
) -> GoalRating:
    """How far the goal has come in this person's eyes. A second rating on the same day replaces the first."""
    goal = _taken(goal)
    goal.plan.check_shaped_by(by)
    if not goal.is_agreed:
        raise NotPossible(gettext("Only an agreed goal can be rated."))
    rated_on = rated_on or timezone.localdate()
    if rated_on > timezone.localdate():
        raise NotPossible(gettext("Choose today or a day before."))
    scale = GoalScale.objects.filter(goal=goal).first()
    with told_by(by, at):
        rating, _is_new = GoalRating.objects.update_or_create(
            goal=goal,
            rated_by=by,
            rated_on=rated_on,
            defaults={
                "level": level,
                "note": note.strip(),
                "described": scale.description_of(level) if scale else "",
            },
        )
    return rating


@transaction.atomic
def note_win(
    *,
    by: User,
    goal: Goal,
    words: str,
    audience: str = Win.Audience.ME,
    on: date | None = None,
) -> Win:
    """Something that went well. What a coach notes is for both; a coach keeps notes elsewhere.

    Raises AgreementFirst.
    """
    goal.plan.check_shaped_by(by)
    goal.plan.client.check_open_to_words()
    if not goal.is_agreed:
        raise NotPossible(gettext("Choose a goal that is agreed."))
    today = timezone.localdate()
    if on and on > today:
        raise NotPossible(gettext("Choose today or a day before."))
    is_own = goal.plan.belongs_to(by)
    win = Win.objects.create(
        goal=goal,
        author=by,
        words=words.strip(),
        audience=audience if is_own else Win.Audience.BOTH,
        on=on or today,
    )
    if win.audience == Win.Audience.BOTH:
        Trace.objects.leave(client=goal.plan.client, by=by, act=Trace.Act.ADDED, part=Trace.Part.WINS)
    return win


@transaction.atomic
def remove_win(*, by: User, win: Win) -> None:
    """Take it out for good."""
    if win.audience == Win.Audience.BOTH:
        client = win.goal.plan.client
        Trace.objects.leave(client=client, by=by, act=Trace.Act.REMOVED, part=Trace.Part.WINS)
    win.delete()


def _taken(goal: Goal) -> Goal:
    """The goal as it is now, locked with its plan until the transaction ends."""
    GoalPlan.lock(goal.plan_id)
    return Goal.objects.select_related("plan__client__coach").select_for_update(of=("self",)).get(pk=goal.pk)


def _after(rows: "models.QuerySet[Goal] | models.QuerySet[Step]") -> int:
    """The place after the last of these."""
    return (rows.aggregate(last=models.Max("position"))["last"] or 0) + 1
