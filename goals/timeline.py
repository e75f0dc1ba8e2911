"""What happened in a plan, by the day it speaks of: wins, ratings, steps, answers.

Everything is one list in SQL, cut by keyset; only the words of wins are read
through their rows, for they are encrypted. What comes again and again is one
line for each week.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    StringAgg,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, Trunc, TruncDate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coaching.accounts.models import User
from coaching.accounts.paging import joined_page
from goals.models import Goal, GoalPlan, GoalRating, Step, StepTick, Win
from goals.models.goal import Lifecycle
from goals.models.rating import Level

ORDER = ["-day", "-at", "-key"]
COLUMNS = ["day", "at", "key", "kind", "goal_pk", "goal_title", "goal_side", "person", "figure", "text"]
"""The same for every kind, in one order."""

# icons: stars bar-chart check2-circle arrow-repeat chat-left-heart flag slash-circle
ICONS = {
    "win": "stars",
    "rating": "bar-chart",
    "step": "check2-circle",
    "rhythm": "arrow-repeat",
    "declined": "slash-circle",
    "completed": "flag",
}
ANSWER_ICON = "chat-left-heart"


@dataclass(frozen=True)
class Line:
    """One thing that happened: on which day, with which goal, who said so, and what."""

    kind: str
    day: date
    goal_pk: object
    goal: str
    side: str
    who: str
    figure: int
    text: str
    win: Win | None

    @property
    def icon(self) -> str:
        return ICONS.get(self.kind, ANSWER_ICON)

    @property
    def what(self) -> str:
        """What it was, in a few words."""
        match self.kind:
            case "win":
                return _("A small win")
            case "rating":
                return str(Level(self.figure).label)
            case "step":
                return _("Done: %s") % self.text
            case "rhythm":
                words = ngettext(
                    "%(step)s: %(count)d time that week", "%(step)s: %(count)d times that week", self.figure
                )
                return words % {"step": self.text, "count": self.figure}
            case "own":
                return _("Set this goal: %s") % self.text
            case "accepted":
                return _("Said yes to: %s") % self.text
            case "reworded":
                return _("Agreed in these words: %s") % self.text
            case "declined":
                return _("Said “No thanks” to: %s") % self.text
            case _other:
                return _("Completed: %s") % self.text

    @property
    def words(self) -> str:
        """What a person wrote along."""
        if self.kind == "win":
            return self.win.words if self.win else ""
        return self.text if self.kind == "rating" else ""


@dataclass(frozen=True)
class Month:
    first: date
    lines: Sequence[Line]


@dataclass(frozen=True)
class Timeline:
    months: Sequence[Month]
    next_url: str | None
    has_wins: bool


def timeline_of(plan: GoalPlan, reader: User, request: HttpRequest) -> Timeline:
    """The page of the plan's timeline that the address names, as this person may see it. Two queries."""
    page = joined_page(request, _branches(plan, reader), by=ORDER)
    keys = [row["key"] for row in page if row["kind"] == "win"]
    found = Win.objects.visible_to(reader).filter(pk__in=keys) if keys else Win.objects.none()
    wins = {str(win.pk): win for win in found}
    lines = [
        Line(
            row["kind"],
            row["day"],
            row["goal_pk"],
            row["goal_title"],
            row["goal_side"],
            row["person"] or "",
            row["figure"],
            row["text"],
            wins.get(row["key"]),
        )
        for row in page
    ]
    months = [
        Month(first, list(of_month))
        for first, of_month in groupby(lines, key=lambda line: line.day.replace(day=1))
    ]
    return Timeline(months, page.next_url, bool(wins))


def _branches(plan: GoalPlan, reader: User) -> list[QuerySet]:
    """One query for each kind, all with the same columns; a day is one of the client's."""
    wins = _columns(
        Win.objects.visible_to(reader).filter(goal__plan=plan),
        kind=_said("win"),
        day=F("on"),
        at=F("created_at"),
        person=_text("author__name"),
    )
    ratings = _columns(
        GoalRating.objects.filter(goal__plan=plan),
        kind=_said("rating"),
        day=F("rated_on"),
        at=F("created_at"),
        person=_text("rated_by__name"),
        figure=Cast("level", IntegerField()),
        text=_text("note"),
    )
    steps = _columns(
        Step.objects.filter(goal__plan=plan, done_at__isnull=False),
        kind=_said("step"),
        day=TruncDate("done_at", tzinfo=plan.client.own_timezone),
        at=F("done_at"),
        person=_text("done_by__name"),
        text=_text("title"),
    )
    return [wins, ratings, steps, _rhythms(plan), _turns(plan)]


def _columns(rows: QuerySet, **columns: Any) -> QuerySet:
    """These columns, and for the others what is usual."""
    given: dict[str, Any] = {
        "key": _text("pk"),
        "goal_pk": F("goal__pk"),
        "goal_title": _text("goal__title"),
        "goal_side": _text("goal__side"),
        "figure": Value(0, IntegerField()),
        "text": _said(""),
        **columns,
    }
    return rows.order_by().annotate(**given).values(*COLUMNS)


def _text(name: str) -> Cast:
    return Cast(name, TextField())


def _said(words: str) -> Cast:
    return Cast(Value(words), TextField())


def _rhythms(plan: GoalPlan) -> QuerySet:
    """How often in a week each step that comes again was done, at the last of its days."""
    week = Cast(Trunc("on", "week"), TextField())
    return (
        StepTick.objects.filter(step__goal__plan=plan)
        .order_by()
        .values(
            key=Concat(_text("step"), week, output_field=TextField()),
            kind=_said("rhythm"),
            goal_pk=F("step__goal__pk"),
            goal_title=_text("step__goal__title"),
            goal_side=_text("step__goal__side"),
            text=_text("step__title"),
        )
        .annotate(
            day=Max("on"),
            at=Max("created_at"),
            person=StringAgg("ticked_by__name", Value(", "), distinct=True, output_field=TextField()),
            figure=Cast(Count("pk"), IntegerField()),
        )
        .values(*COLUMNS)
    )


def _turns(plan: GoalPlan) -> QuerySet:
    """The client's answers, in the words of that day, and when a goal was completed; from the history."""
    events = Goal.pgh_event_model.objects.filter(plan=plan.pk)  # type: ignore[attr-defined]
    meant_at = Cast(KeyTextTransform("at", "pgh_context__metadata"), DateTimeField())
    is_answer = Q(decided_at__isnull=False) & (Q(decided_before=None) | ~Q(decided_before=F("decided_at")))
    is_completed = Q(lifecycle=Lifecycle.COMPLETED) & ~Q(lifecycle_before=Lifecycle.COMPLETED)
    before = events.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id")).order_by(
        "-pgh_id"
    )
    turns = events.alias(
        decided_before=Subquery(before.values("decided_at")[:1]),
        lifecycle_before=Subquery(before.values("lifecycle")[:1]),
    ).filter(is_answer | is_completed)
    kind = Case(
        When(is_completed, then=_said("completed")),
        When(decision="accepted", proposed_by=F("decided_by"), then=_said("own")),
        default=_text("decision"),
    )
    return (
        turns.order_by()
        .annotate(
            at=Coalesce(meant_at, "pgh_created_at"),
            key=_text("pgh_id"),
            kind=kind,
            day=TruncDate("at", tzinfo=plan.client.own_timezone),
            goal_pk=F("pgh_obj_id"),
            goal_title=_text("title"),
            goal_side=_text("side"),
            person=Case(When(is_completed, then=_said("")), default=_text("decided_by__name")),
            figure=Value(0, IntegerField()),
            text=_text("title"),
        )
        .values(*COLUMNS)
    )
