"""Every change to a plan in plain sentences, from the events that database triggers keep."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import OuterRef, Subquery, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clients.models.circumstance import DOMAINS
from coaching.accounts.models import User
from goals.models import Goal, GoalPlan, GoalScale, Obstacle, Step
from goals.models.goal import AGREED, Decision, Lifecycle
from goals.models.obstacle import Kind
from goals.models.plan import Rhythm
from goals.models.rating import Level
from goals.models.rhythm import words_for
from goals.models.scale import Difficulty, Importance
from goals.models.step import LEFT_OUT

MOST_EVENTS = 400
"""The latest that one page reads."""


@dataclass(frozen=True)
class Change:
    """One thing that somebody did: who, when, what, and where it helps the words before and after."""

    at: datetime
    who: str
    what: str
    before: str = ""
    after: str = ""


def history_of(goal: Goal) -> list[Change]:
    """What happened to a goal, its levels, its steps and what was in the way, newest first. Four queries."""
    goal_events, step_events = _events(Goal, pgh_obj=goal.pk), _events(Step, goal=goal.pk)
    obstacle_events = _events(Obstacle, goal=goal.pk)
    resting = _acts_of_resting(goal_events) & {event.pgh_context_id for event in obstacle_events}
    changes = list(_told(goal_events, lambda old, new: _goal_changes(old, new, goal, resting)))
    changes += _told(_events(GoalScale, goal=goal.pk), _scale_changes)
    by_obstacle: dict[object, list[Any]] = {}
    for event in obstacle_events:
        by_obstacle.setdefault(event.pgh_obj_id, []).append(event)
    for events in by_obstacle.values():
        changes += _told(events, lambda old, new: _obstacle_changes(old, new, resting))
    by_step: dict[object, list[Any]] = {}
    for event in step_events:
        by_step.setdefault(event.pgh_obj_id, []).append(event)
    for events in by_step.values():
        changes += _told(events, _step_changes)
    return _newest_first(changes)


def _acts_of_resting(events: Iterable[Any]) -> set[object]:
    """The acts by which the goal came to rest."""
    return {
        new.pgh_context_id
        for old, new in pairwise(events)
        if new.lifecycle == Lifecycle.ON_HOLD != old.lifecycle and new.pgh_context_id
    }


def history_of_plan(plan: GoalPlan) -> list[Change]:
    """What happened to the plan itself, newest first; its goals tell their own. One query."""
    changes = _told(_events(GoalPlan, pgh_obj=plan.pk), _plan_changes)
    return _newest_first(changes)


def _newest_first(changes: Iterable[Change]) -> list[Change]:
    """What happened in one act keeps its order, the last of it first."""
    return sorted(changes, key=lambda change: change.at)[::-1]


def _events(model: Any, **of: object) -> list[Any]:
    """The latest events, oldest first, each with `author` and the time it was `meant_at`, if said."""
    author = User.objects.filter(pk=OuterRef("author_id")).values("name")
    events = (
        model.pgh_event_model.objects.filter(**of)
        .alias(author_id=Cast(KeyTextTransform("user", "pgh_context__metadata"), UUIDField()))
        .annotate(author=Subquery(author[:1]), meant_at=KeyTextTransform("at", "pgh_context__metadata"))
        .order_by("-pgh_id")[:MOST_EVENTS]
    )
    return list(reversed(events))


def _told(events: Iterable[Any], changes: Any) -> Iterable[Change]:
    events = list(events)
    for old, new in pairwise([None, *events]):
        if old is None and new.pgh_label != "insert":
            continue  # what came before it is no longer read, so there is nothing to compare with
        at = (parse_datetime(new.meant_at) if new.meant_at else None) or new.pgh_created_at
        for what, before, after in changes(old, new):
            yield Change(at, new.author or _("Somebody"), what, before, after)


type Sentence = tuple[str, str, str]


def _goal_changes(old: Any, new: Any, goal: Goal, resting: Container[object]) -> Iterable[Sentence]:
    """`resting`: the acts that named an obstacle, of which the rest of the goal is told."""
    is_own = new.proposed_by_id == goal.plan.client.user_id
    if old is None and new.carried_from_id:
        yield _("carried this goal over from an earlier plan"), "", new.title
        return
    if old is None:
        yield (_("set this goal") if is_own else _("proposed this goal")), "", new.title
        return
    if old.title != new.title:
        yield _("changed the words"), old.title, new.title
    if new.decided_at and old.decided_at != new.decided_at:
        said = {
            Decision.ACCEPTED: _("said yes to it"),
            Decision.REWORDED: _("agreed to it in these words"),
            Decision.DECLINED: _("said “No thanks”"),
        }[new.decision]
        is_first_yes = is_own and old.pgh_label == "insert" and new.decision == Decision.ACCEPTED
        if not is_first_yes:  # they set the goal themselves; that was their yes
            yield said, "", new.title if new.decision == Decision.REWORDED else ""
    elif old.lifecycle != new.lifecycle and new.pgh_context_id not in resting:
        yield _lifecycle_change(old, new), "", ""
    elif old.asked_title and not new.asked_title:
        yield _("let the other words go"), old.asked_title, ""
    if new.asked_title and old.asked_title != new.asked_title:
        yield _("proposed other words"), new.title, new.asked_title
    if old.why != new.why:
        yield _("changed why it matters"), old.why, new.why
    if old.target_on != new.target_on:
        yield _("changed the target date"), _day(old.target_on), _day(new.target_on)


def _lifecycle_change(old: Any, new: Any) -> str:
    if new.lifecycle == Lifecycle.PROPOSED and old.lifecycle in AGREED:
        return _("opened the question again")
    return {
        Lifecycle.ACTIVE: _("took the goal up again"),
        Lifecycle.ON_HOLD: _("put the goal on hold"),
        Lifecycle.COMPLETED: _("marked the goal as completed"),
        Lifecycle.CANCELLED: _("stopped the goal"),
    }.get(new.lifecycle) or _("changed the goal to “%s”") % Lifecycle(new.lifecycle).label


def _scale_changes(old: Any, new: Any) -> Iterable[Sentence]:
    if old is None:
        yield _("described the five levels"), "", ""
        return
    for level in Level:
        before, after = old.descriptions[level + 2], new.descriptions[level + 2]
        if before != after:
            yield _("described “%s” in other words") % level.label, before, after
    if old.importance != new.importance:
        before, after = Importance(old.importance).label, Importance(new.importance).label
        yield _("changed how much it matters"), str(before), str(after)
    if old.difficulty != new.difficulty:
        before, after = Difficulty(old.difficulty).label, Difficulty(new.difficulty).label
        yield _("changed how big a stretch it is"), str(before), str(after)
    if old.baseline != new.baseline:
        before, after = Level(old.baseline).label, Level(new.baseline).label
        yield _("changed where it stood at the start"), str(before), str(after)


def _obstacle_changes(old: Any, new: Any, resting: Container[object]) -> Iterable[Sentence]:
    is_resting = new.pgh_context_id in resting
    if old is None:
        named = _("named what is in the way; the goal rests because of it")
        yield (named if is_resting else _("named what is in the way")), "", new.what
        return
    if old.what != new.what:
        yield _("said anew what is in the way"), old.what, new.what
    if (old.kind, old.domain) != (new.kind, new.domain):
        said = _("said anew which kind it is; the goal rests because of it")
        yield (said if is_resting else _("said anew which kind it is")), _kind(old), _kind(new)
    if (old.cue, old.response) != (new.cue, new.response):
        yield _("changed the if-then plan"), _if_then(old), _if_then(new)
    if old.confirmed_at != new.confirmed_at and (old.kind, old.what) == (new.kind, new.what):
        said = _("said that it is so; the goal rests because of it")
        yield (said if is_resting else _("said that it is so")), "", new.what
    if old.cleared_at != new.cleared_at:
        yield _("said it is out of the way"), "", new.what


def _kind(event: Any) -> str:
    domain = f": {dict(DOMAINS)[event.domain]}" if event.domain else ""
    return f"{Kind(event.kind).label}{domain}"


def _if_then(event: Any) -> str:
    if not event.cue:
        return ""
    return _("If %(cue)s, then I %(response)s") % {"cue": event.cue, "response": event.response}


def _step_changes(old: Any, new: Any) -> Iterable[Sentence]:
    if old is None:
        yield _("added a step"), "", new.title
        return
    if new.pgh_label == LEFT_OUT:
        yield _("left a step out"), new.title, ""
        return
    if old.title != new.title:
        yield _("changed a step"), old.title, new.title
    if old.due_on != new.due_on:
        yield _("changed the date of “%s”") % new.title, _day(old.due_on), _day(new.due_on)
    if (old.times, old.per) != (new.times, new.per):
        yield _("changed how often “%s” comes") % new.title, _often(old), _often(new)
    if old.done_at != new.done_at:
        yield (_("ticked off “%s”") if new.done_at else _("opened “%s” again")) % new.title, "", ""
    if old.resource_id != new.resource_id:
        yield (
            (_("attached a resource to “%s”") if new.resource_id else _("took the resource off “%s”"))
            % new.title,
            "",
            "",
        )


def _often(event: Any) -> str:
    return words_for(event.times, event.per) if event.times else _("Once")


def _plan_changes(old: Any, new: Any) -> Iterable[Sentence]:
    if old is None:
        yield _("began this plan"), "", new.title
        return
    if old.title != new.title:
        yield _("changed the title"), old.title, new.title
    if old.vision != new.vision:
        yield _("changed the vision"), old.vision, new.vision
    if old.starts_on != new.starts_on:
        yield _("changed the first day"), _day(old.starts_on), _day(new.starts_on)
    if old.ends_on != new.ends_on:
        yield _("changed the last day"), _day(old.ends_on), _day(new.ends_on)
    if old.review_weeks != new.review_weeks:
        before, after = Rhythm(old.review_weeks).label, Rhythm(new.review_weeks).label
        yield _("changed how often you look at the plan"), str(before), str(after)
    if old.community_share != new.community_share:
        said = _("chose how much of the plan is with and for others")
        yield said, _percent(old.community_share), _percent(new.community_share)
    if old.share_tolerance != new.share_tolerance:
        tolerated = _percent(old.share_tolerance)
        yield _("chose how far the mix may be from that"), tolerated, _percent(new.share_tolerance)
    if old.has_balance_notice != new.has_balance_notice:
        words = (
            _("asked to be told about the mix")
            if new.has_balance_notice
            else _("asked not to be told about the mix")
        )
        yield words, "", ""
    if old.closed_at != new.closed_at:
        yield (_("closed the plan") if new.closed_at else _("opened the plan again")), "", ""


def _day(day: date | None) -> str:
    return date_format(day) if day else _("no date")


def _percent(share: int | None) -> str:
    return _("undecided") if share is None else f"{share} %"
