"""A plan and its goals as a file has them, before anything of it is made."""

from dataclasses import dataclass, field
from datetime import date, datetime

from goals.fhir.terms import Identity
from goals.models.goal import Goal, Lifecycle, Side
from goals.models.rhythm import Often

MOST_PROBLEMS = 50


@dataclass(frozen=True)
class Finding:
    """Something in the file that cannot be used or is not carried: where, and why."""

    path: str
    words: str


@dataclass(frozen=True)
class StepDraft:
    title: str
    due_on: date | None
    rhythm: Often | None
    is_done: bool
    done_at: datetime | None


@dataclass(frozen=True)
class ScaleDraft:
    descriptions: list[str]
    importance: int
    difficulty: int
    baseline: int
    baseline_on: date | None


@dataclass(frozen=True)
class GoalDraft:
    """A goal as the file has it."""

    identity: Identity
    title: str
    why: str
    side: Side
    lifecycle: Lifecycle
    achievement: str
    target_on: date | None
    scale: ScaleDraft | None
    steps: list[StepDraft] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """Of all that a person reads before they say yes to it."""
        return Goal.hash_of(repr(self))


@dataclass(frozen=True)
class PlanDraft:
    """The frame of a plan as the file has it."""

    identity: Identity
    title: str
    vision: str
    starts_on: date | None
    ends_on: date | None
    is_closed: bool
    review_weeks: int | None
    community_share: int | None
    share_tolerance: int | None


@dataclass
class Reading:
    """All that a file holds for a plan. With `problems` nothing of it may be brought in."""

    plan: PlanDraft | None = None
    goals: list[GoalDraft] = field(default_factory=list)
    left_out: list[Finding] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)

    @property
    def shown_problems(self) -> list[Finding]:
        return self.problems[:MOST_PROBLEMS]

    @property
    def hidden_count(self) -> int:
        return max(len(self.problems) - MOST_PROBLEMS, 0)
