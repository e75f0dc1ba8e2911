"""A goal, and the consent gate: it is the client's goal only once the client has said so, in these words."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from types import EllipsisType
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models import Value
from clients.models.circumstance import DOMAINS, State
from coaching.accounts.models import User
from coaching.accounts.records import Record
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision, WordingChanged
from goals.models.plan import GoalPlan
from goals.querysets import GoalQuerySet

if TYPE_CHECKING:
    from goals.models.scale import GoalScale


class Sha256Of(models.Func):
    """The same fingerprint as `Goal.hash_of`, computed by PostgreSQL without an extension."""

    template = "ENCODE(SHA256(CONVERT_TO(%(expressions)s, 'UTF8')), 'hex')"
    output_field = models.CharField()


class Side(models.TextChoices):
    PERSONAL = "personal", _("For me")
    COMMUNITY = "community", _("With and for others")


class Lifecycle(models.TextChoices):
    """The values of `Goal.lifecycleStatus` in HL7 FHIR."""

    PROPOSED = "proposed", _("Proposed")
    PLANNED = "planned", _("Planned")
    ACCEPTED = "accepted", _("Agreed, not begun")
    ACTIVE = "active", _("Active")
    ON_HOLD = "on-hold", _("On hold")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Stopped")
    REJECTED = "rejected", _("Declined")
    ENTERED_IN_ERROR = "entered-in-error", _("Entered by mistake")


class Achievement(models.TextChoices):
    """The values of `Goal.achievementStatus` in HL7 FHIR."""

    IN_PROGRESS = "in-progress", _("In progress")
    IMPROVING = "improving", _("Improving")
    WORSENING = "worsening", _("Harder than before")
    NO_CHANGE = "no-change", _("No change")
    ACHIEVED = "achieved", _("Reached")
    SUSTAINING = "sustaining", _("Keeping it up")
    NOT_ACHIEVED = "not-achieved", _("Not reached")
    NO_PROGRESS = "no-progress", _("No movement yet")
    NOT_ATTAINABLE = "not-attainable", _("Not possible for now")


class Decision(models.TextChoices):
    ACCEPTED = "accepted", _("Accepted")
    REWORDED = "reworded", _("Accepted in other words")
    DECLINED = "declined", _("Declined")


AGREED = (Lifecycle.ACCEPTED, Lifecycle.ACTIVE, Lifecycle.ON_HOLD, Lifecycle.COMPLETED)
"""The states that a goal reaches only by the client's own act."""
WAITING = (Lifecycle.PROPOSED, Lifecycle.PLANNED)
OPEN = (Lifecycle.ACCEPTED, Lifecycle.ACTIVE, Lifecycle.ON_HOLD)
CONSENTS = (Decision.ACCEPTED, Decision.REWORDED)


@pghistory.track()
class Goal(Record):
    """Something the client wants, for themselves or with others.

    A coach may propose one. It becomes active only by the client's own act, on
    exactly the wording they saw: the database refuses an agreed goal whose
    wording is not the one that was decided, or whose decision was made by
    anybody but the client. Other words that a coach would choose for an agreed
    goal stand beside it as a question (`asked_title`); until the client answers,
    theirs hold.
    """

    plan = models.ForeignKey(GoalPlan, on_delete=models.CASCADE, related_name="goals")
    side = models.CharField(_("side"), max_length=9, choices=Side)
    title = models.CharField(_("goal"), max_length=250)
    why = models.TextField(_("why it matters"), blank=True)
    lifecycle = models.CharField(max_length=16, choices=Lifecycle, default=Lifecycle.PROPOSED)
    achievement = models.CharField(max_length=14, choices=Achievement, blank=True)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="goals_proposed")
    proposed_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=8, choices=Decision, blank=True, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="goals_decided"
    )
    decided_wording_hash = models.CharField(max_length=64, blank=True, editable=False)
    asked_title = models.CharField(
        max_length=250,
        blank=True,
        editable=False,
        help_text=_("Other words that the coach proposes; until they are answered, the title holds."),
    )
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="goals_asked"
    )
    asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    target_on = models.DateField(_("target date"), null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    carried_from = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="carried_to",
        help_text=_("The same goal in an earlier plan, from which the client carried it over."),
    )
    values = models.ManyToManyField(Value, through="goals.Root", related_name="goals", blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=Side.values), name="goal_side_is_known"),
            models.CheckConstraint(
                condition=Q(lifecycle__in=Lifecycle.values), name="goal_lifecycle_is_known"
            ),
            models.CheckConstraint(
                condition=Q(achievement__in=["", *Achievement.values]), name="goal_achievement_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None, decided_wording_hash="")
                | Q(
                    decision__in=Decision.values,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    decided_wording_hash__regex=r"^[0-9a-f]{64}$",
                ),
                name="goal_decision_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(lifecycle__in=AGREED)
                | Q(decision__in=CONSENTS, decided_wording_hash=Sha256Of("title")),
                name="goal_agreed_only_by_consent",
            ),
            models.CheckConstraint(
                condition=Q(asked_title="", asked_by=None, asked_at=None)
                | (
                    Q(lifecycle__in=OPEN, asked_by__isnull=False, asked_at__isnull=False)
                    & ~Q(asked_title__in=["", models.F("title")])
                ),
                name="goal_asked_beside_what_holds",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="decided_by_the_client",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("decided_by_id", "plan_id"),
                condition=pgtrigger.Q(new__decided_by__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM goals_goalplan plan
                        JOIN clients_client client ON client.id = plan.client_id
                        WHERE plan.id = NEW.plan_id AND client.user_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'only the client decides about a goal' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("goals:goal_detail", args=[self.pk])

    @staticmethod
    def hash_of(wording: str) -> str:
        """SHA-256 of a wording, hexadecimal: what was decided, without room for a later change."""
        return hashlib.sha256(wording.encode()).hexdigest()

    @property
    def wording_hash(self) -> str:
        return self.hash_of(self.title)

    @property
    def fingerprint(self) -> str:
        """Of all that a person reads before they answer: another word anywhere in it is another one."""
        return self.hash_of(f"{self.title}\0{self.asked_title}\0{self.why}\0{self.target_on or ''}")

    @property
    def is_agreed(self) -> bool:
        return self.lifecycle in AGREED

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the client's answer."""
        return self.lifecycle in WAITING

    @property
    def is_open(self) -> bool:
        """Agreed, and not yet finished or stopped."""
        return self.lifecycle in OPEN

    @property
    def is_resting(self) -> bool:
        return self.lifecycle == Lifecycle.ON_HOLD

    @property
    def is_completed(self) -> bool:
        return self.lifecycle == Lifecycle.COMPLETED

    @property
    def is_rewording(self) -> bool:
        """Whether other words stand beside those the client agreed to, and wait for their answer."""
        return bool(self.asked_title)

    @property
    def asks(self) -> bool:
        """Whether there is a question for the client: the goal itself, or other words for it."""
        return self.is_waiting or self.is_rewording

    @property
    def was_agreed(self) -> bool:
        """Whether the client said yes to it in these words, whatever became of it."""
        return self.decision in CONSENTS and self.decided_wording_hash == self.wording_hash

    @property
    def is_clients_own(self) -> bool:
        """Whether the client set it themselves; nobody proposed it to them."""
        return self.plan.belongs_to(self.proposed_by)

    @property
    def is_past_its_date(self) -> bool:
        """Still open after its day: a reason to ask for another date, not to scold. Never while it rests."""
        if self.target_on is None or not self.is_open or self.is_resting or self.plan.is_closed:
            return False
        return self.target_on < timezone.localdate()

    @property
    def is_community(self) -> bool:
        return self.side == Side.COMMUNITY

    @property
    def scale_or_none(self) -> "GoalScale | None":
        """Its described levels, if there are any; no query after `for_pages` or `with_plan`."""
        return getattr(self, "scale", None)

    @property
    def circumstances(self) -> list[str]:
        """What the circumstances in the way are about, in words; none after a query that did not ask."""
        labels = dict(DOMAINS)
        return list(dict.fromkeys(labels[each["domain"]] for each in getattr(self, "blocked_by", ())))

    @property
    def is_easing(self) -> bool:
        """Whether everything in the way has become easier, so that the goal may be taken up again."""
        states = [each["state"] for each in getattr(self, "blocked_by", ())]
        return bool(states) and all(state in (State.EASING, State.RESOLVED) for state in states)

    @property
    def takes_steps(self) -> bool:
        """Steps may be planned for it: it is neither declined nor stopped nor a mistake."""
        return self.is_open or self.is_waiting

    @property
    def takes_obstacles(self) -> bool:
        """It is going on; or it is a first idea, planned with somebody who has not joined yet."""
        return self.is_open or (self.is_waiting and not self.plan.client.has_joined)

    # --- the client decides ---------------------------------------------------

    @contextmanager
    def _change(self, by: User, at: datetime | None, *, is_decision: bool = False) -> Iterator[None]:
        """One change to the row as it is now: locked, allowed, and told to the history with its author."""
        with transaction.atomic(), told_by(by, at):
            GoalPlan.lock(self.plan_id)
            rows = Goal.objects.select_related("plan__client__coach").select_for_update(of=("self",))
            self.refresh_from_db(from_queryset=rows)
            self.plan.check_shaped_by(by)
            if is_decision and not self.plan.belongs_to(by):
                raise NotTheirDecision
            yield
            if not self.is_open:
                self._ask("")
            self.save()

    def _ask(self, wording: str, by: User | None = None, at: datetime | None = None) -> None:
        """Put other words beside those that hold, or take them away."""
        if wording == self.title:
            wording = ""
        if wording == self.asked_title:
            return
        self.asked_title = wording
        self.asked_by, self.asked_at = (by, at or timezone.now()) if wording else (None, None)

    def _decide(self, decision: Decision, by: User, at: datetime | None) -> None:
        self.decision = decision
        self.decided_by = by
        self.decided_at = at or timezone.now()
        self.decided_wording_hash = self.wording_hash

    def _agree(self, decision: Decision, by: User, at: datetime | None) -> None:
        self._decide(decision, by, at)
        self._ask("")
        if not self.is_open:
            is_blocked = self.obstacles.standing().around().exists()
            self.lifecycle = Lifecycle.ON_HOLD if is_blocked else Lifecycle.ACTIVE
        self.achievement = self.achievement or Achievement.IN_PROGRESS

    def accept(self, *, by: User, seen: str | None = None, at: datetime | None = None) -> None:
        """The client says yes to this, or to the other words. `seen`: the `fingerprint` of what they read."""
        with self._change(by, at, is_decision=True):
            if not (self.asks or self.lifecycle == Lifecycle.REJECTED):
                raise NotPossible(gettext("There is no open question about this goal."))
            self._check_seen(seen)
            self.title = self.asked_title or self.title
            self._agree(Decision.ACCEPTED, by, at)

    def _check_seen(self, seen: str | None) -> None:
        if seen is not None and seen != self.fingerprint:
            raise WordingChanged(
                gettext("This has changed since you read it. It now says: “%(words)s”. Please look again.")
                % {"words": self.asked_title or self.title}
            )

    def reword(
        self,
        *,
        by: User,
        wording: str,
        why: str | None = None,
        target_on: date | EllipsisType | None = ...,
        values: Collection[Value] | None = None,
        seen: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """The client says it in their own words, and by that says yes.

        Why it matters, by when and what it grows from are in their words, too;
        `why` and `values` are None, and `target_on` is `...`, where they stay.
        `seen` is the `fingerprint` of what they had before them.
        """
        with self._change(by, at, is_decision=True):
            if not (self.takes_steps or self.lifecycle == Lifecycle.REJECTED):
                raise NotPossible(gettext("This goal is finished. Take it up again to change it."))
            self._check_seen(seen)
            self.title = _worded(wording)
            if why is not None:
                self.why = why.strip()
            if not isinstance(target_on, EllipsisType):
                self.target_on = target_on
            if values is not None:
                self.values.set(values)
            self._agree(Decision.REWORDED, by, at)

    def decline(self, *, by: User, at: datetime | None = None) -> None:
        """The client says no. Nobody asks for a reason, and nobody is told to try again.

        To other words: those they had agreed to hold on, as they did all along.
        """
        with self._change(by, at, is_decision=True):
            if not self.asks:
                raise NotPossible(gettext("There is no open question about this goal."))
            if self.is_rewording:
                self._ask("")
            else:
                self._decide(Decision.DECLINED, by, at)
                self.lifecycle = Lifecycle.REJECTED

    def resume(self, *, by: User, at: datetime | None = None) -> None:
        """The client takes up a goal that rested, was finished or was stopped."""
        with self._change(by, at, is_decision=True):
            if self.lifecycle not in (Lifecycle.ON_HOLD, Lifecycle.COMPLETED, Lifecycle.CANCELLED):
                raise NotPossible(gettext("This goal is not on hold."))
            if not self.was_agreed:
                raise NotPossible(gettext("This goal was not agreed. Propose it anew."))
            self.lifecycle = Lifecycle.ACTIVE
            self.achievement = Achievement.IN_PROGRESS

    def hold(self, *, by: User, at: datetime | None = None) -> None:
        """The goal rests and is not counted, for whatever reason. The client can take it up again."""
        with self._change(by, at, is_decision=True):
            if self.lifecycle not in (Lifecycle.ACTIVE, Lifecycle.ACCEPTED):
                raise NotPossible(gettext("Only an active goal can rest."))
            self.lifecycle = Lifecycle.ON_HOLD

    def complete(
        self, *, by: User, achievement: Achievement = Achievement.ACHIEVED, at: datetime | None = None
    ) -> None:
        """The client says that it is done. A slip is put right by taking it up again."""
        with self._change(by, at, is_decision=True):
            if not self.is_open:
                raise NotPossible(gettext("Only an agreed goal can be completed."))
            self.lifecycle = Lifecycle.COMPLETED
            self.achievement = achievement

    # --- client and coach -----------------------------------------------------

    def propose_wording(self, *, by: User, wording: str, at: datetime | None = None) -> None:
        """Other words for a proposal; for an agreed goal they stand beside it until the client answers."""
        with self._change(by, at):
            self._propose_wording(wording, by, at)

    def _propose_wording(self, wording: str, by: User, at: datetime | None) -> None:
        wording = _worded(wording)
        if not self.takes_steps and wording != self.title:
            raise NotPossible(gettext("This goal is finished. Only the client can take it up again."))
        if self.is_open:
            self._ask(wording, by, at)
        else:
            self.title = wording

    def withdraw_wording(self, *, by: User, at: datetime | None = None) -> None:
        """The coach takes their other words back. What the client agreed to was never out of force."""
        with self._change(by, at):
            if self.plan.belongs_to(by):
                raise NotTheirDecision
            if not self.is_rewording:
                raise NotPossible(gettext("There is no open question about this goal."))
            self._ask("")

    def edit(
        self,
        *,
        by: User,
        wording: str,
        target_on: date | None,
        why: str | None = None,
        values: Collection[Value] | None = None,
        seen: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """New words by the client are agreed by the same act; by the coach they are a proposal.

        Once the goal is agreed, why it matters and by when it is to be reached
        are the client's own. `why` is None where it stays. `values` are all that it
        grows from, for the client to say; None where they stay. `seen` is the
        `fingerprint` of what the person had before them.
        Raises WordingChanged where somebody has changed it since.
        """
        with self._change(by, at):
            is_own = self.plan.belongs_to(by)
            if not is_own and not self.takes_steps:
                raise NotPossible(gettext("This goal is finished. Only the client can take it up again."))
            self._check_seen(seen)
            if why is not None and why.strip() != self.why:
                if not (is_own or self.is_waiting):
                    raise NotTheirDecision
                self.why = why.strip()
            if target_on != self.target_on:
                if not (is_own or self.is_waiting):
                    raise NotTheirDecision
                self.target_on = target_on
            if values is not None:
                if not is_own:
                    raise NotTheirDecision
                self.values.set(values)
            if not is_own:
                self._propose_wording(wording, by, at)
            elif _worded(wording) != self.title:
                if not self.takes_steps:
                    raise NotPossible(gettext("This goal is finished. Take it up again to change it."))
                self.title = _worded(wording)
                self._agree(Decision.REWORDED, by, at)

    def cancel(self, *, by: User, at: datetime | None = None) -> None:
        """The client stops a goal; a coach can only take back a proposal of their own."""
        with self._change(by, at):
            if not self.takes_steps:
                raise NotPossible(gettext("This goal is already finished."))
            is_own_proposal = self.is_waiting and self.proposed_by_id == by.pk
            if not (self.plan.belongs_to(by) or is_own_proposal):
                raise NotTheirDecision
            self.lifecycle = Lifecycle.CANCELLED


def _worded(wording: str) -> str:
    wording = " ".join(wording.split())
    if not wording:
        raise NotPossible(gettext("Write the goal in a few words."))
    if len(wording) > 250:
        raise NotPossible(gettext("Please use at most 250 characters for the goal."))
    return wording
