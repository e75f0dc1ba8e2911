"""What is in the way of a goal: in the person, around the person, or both. The client says which."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pghistory
import pgtrigger
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.actions import confirm_circumstance, write_circumstance
from clients.models import Circumstance
from clients.models.circumstance import DOMAINS, State, Urgency
from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.vocabulary import NEEDS
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision, NotTheirPlan
from goals.models.goal import Goal, Lifecycle
from goals.models.plan import GoalPlan
from goals.querysets import ObstacleQuerySet


class Kind(models.TextChoices):
    INTERNAL = "internal", _("Something in me: a habit, a worry, a busy head")
    STRUCTURAL = "structural", _("Something around me: my circumstances")
    BOTH = "both", _("Both")


AROUND = (Kind.STRUCTURAL, Kind.BOTH)
"""The kinds that have a circumstance, and so pause the goal's counting."""


@pghistory.track()
class Obstacle(Record):
    """Something in the way of a goal, in the client's words.

    What is in the person may get an if-then plan (Gollwitzer 1999, American
    Psychologist 54(7)). What is around the person is named by its domain and is
    no failing of theirs: it is a circumstance of their record, leads to
    resources, and the goal is not counted until the client takes it up again.

    A coach writes one down only with a client who has not joined yet. It counts
    for nothing until that person has said that it is so (`confirmed_at`).
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="obstacles")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    what = models.CharField(_("what is in the way"), max_length=500)
    domain = models.CharField(_("domain"), max_length=17, choices=DOMAINS, blank=True)
    circumstance = models.ForeignKey(
        Circumstance,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="obstacles",
        help_text=_("Of the client's record. Taken out there, the obstacle keeps only its domain."),
    )
    cue = models.CharField(_("if"), max_length=250, blank=True)
    response = models.CharField(_("then"), max_length=250, blank=True)
    named_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the client said that it is so; empty while only the coach has written it down."),
    )
    cleared_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ObstacleQuerySet.as_manager()

    class Meta:
        ordering = ["-named_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=Kind.INTERNAL, domain="") | Q(kind__in=AROUND, domain__in=list(NEEDS)),
                name="obstacle_around_has_a_domain",
            ),
            models.CheckConstraint(
                condition=Q(cue="", response="") | (~Q(cue="") & ~Q(response="")),
                name="obstacle_if_with_then",
            ),
            models.CheckConstraint(
                condition=Q(circumstance=None) | Q(kind__in=AROUND), name="obstacle_circumstance_is_around"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="circumstance_of_the_client",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("circumstance_id", "goal_id"),
                condition=pgtrigger.Q(new__circumstance__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM goals_goal goal
                        JOIN goals_goalplan plan ON plan.id = goal.plan_id
                        JOIN clients_circumstance circumstance ON circumstance.client_id = plan.client_id
                        WHERE goal.id = NEW.goal_id AND circumstance.id = NEW.circumstance_id
                    ) THEN
                        RAISE EXCEPTION 'a circumstance of somebody else' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return f"{reverse('goals:goal_detail', args=[self.goal_id])}#obstacle-{self.pk}"

    @property
    def is_around(self) -> bool:
        return self.kind in AROUND

    @property
    def is_cleared(self) -> bool:
        return self.cleared_at is not None

    @property
    def is_confirmed(self) -> bool:
        """Whether the client has said that it is so, by naming it or by a yes to what was written down."""
        return self.confirmed_at is not None

    @property
    def is_easing(self) -> bool:
        """Whether its circumstance has become easier, or is resolved."""
        return self.circumstance is not None and self.circumstance.state != State.PRESENT

    @property
    def asks_how_it_stands(self) -> bool:
        """Whether its end is the moment to say how the circumstance stands now."""
        return self.is_confirmed and self.circumstance is not None and self.circumstance.is_open

    @contextmanager
    def _change(self, by: User, at: datetime | None) -> Iterator[None]:
        """One change by whose word it is, to the row as it is now, told to the history."""
        with transaction.atomic(), told_by(by, at):
            GoalPlan.lock(self.goal.plan_id)
            rows = Obstacle.objects.select_related("goal__plan__client__coach", "circumstance")
            self.refresh_from_db(from_queryset=rows.select_for_update(of=("self",)))
            check_named_by(by, self.goal)
            yield
            self.save()

    @transaction.atomic
    def edit(
        self,
        *,
        by: User,
        kind: str,
        what: str,
        domain: str = "",
        circumstance: Circumstance | None = None,
        urgency: str = "",
        cue: str = "",
        response: str = "",
        at: datetime | None = None,
    ) -> None:
        """Say it anew. What turns out to be around the person pauses the goal from then on."""
        with told_by(by, at):
            with self._change(by, at):
                was_around = self.is_around and self.is_confirmed
                self.kind, self.what, self.domain = kind, what, domain
                self.cue, self.response = cue, response
                self.name_circumstance(circumstance, urgency, by=by, at=at)
                self.confirmed_at = self.confirmed_at or self.confirmed_by(by, at)
            if not was_around and not self.is_cleared:
                self.pause(by=by, at=at)

    def name_circumstance(
        self,
        circumstance: Circumstance | None,
        urgency: str = "",
        *,
        by: User,
        at: datetime | None = None,
    ) -> None:
        """What is around the person is this circumstance of theirs; without one, one more in their record.

        `urgency` is how pressing the new one is.
        """
        if not self.is_around:
            self.circumstance, self.domain = None, ""
            return
        client = self.goal.plan.client
        if circumstance is None:
            circumstance = Circumstance(
                client=client, domain=self.domain, words=self.what, urgency=urgency or Urgency.PRESSING
            )
            write_circumstance(by=by, circumstance=circumstance, at=at)
        elif circumstance.client_id != client.pk:
            raise NotTheirPlan
        elif not Circumstance.objects.select_for_update().filter(pk=circumstance.pk):
            raise NotPossible(gettext("This circumstance has been taken out of the record."))
        self.circumstance, self.domain = circumstance, circumstance.domain

    def confirmed_by(self, by: User, at: datetime | None) -> datetime | None:
        """The client's own word is a yes by itself; their coach's waits for it."""
        return (at or timezone.now()) if self.goal.plan.belongs_to(by) else None

    @transaction.atomic
    def confirm(self, *, by: User, at: datetime | None = None) -> None:
        """The client says that what their coach wrote down is so; from then on the goal is paused."""
        with told_by(by, at):
            with self._change(by, at):
                if not self.goal.plan.belongs_to(by):
                    raise NotTheirDecision
                if self.is_confirmed or self.is_cleared:
                    raise NotPossible(gettext("There is no open question about this."))
                self.confirmed_at = at or timezone.now()
            same = self.circumstance if self.circumstance and self.circumstance.words == self.what else None
            if same and not same.is_confirmed:
                confirm_circumstance(by=by, circumstance=same)
            self.pause(by=by, at=at)

    def pause(self, *, by: User, at: datetime | None = None) -> None:
        """The goal rests because of a circumstance the client stands by, if it does not rest already."""
        is_going_on = self.goal.lifecycle in (Lifecycle.ACTIVE, Lifecycle.ACCEPTED)
        if self.is_around and self.is_confirmed and is_going_on:
            self.goal.hold(by=by, at=at)

    @transaction.atomic
    def clear(self, *, by: User, state: str = "", at: datetime | None = None) -> None:
        """The client says that it is out of the way. With the last circumstance the goal goes on.

        `state` is how the circumstance stands now; empty where it stays as it was said last.
        """
        with self._change(by, at):
            if self.is_cleared:
                raise NotPossible(gettext("This is out of the way already."))
            self.cleared_at = at or timezone.now()
            if self.circumstance and state not in ("", self.circumstance.state):
                self.circumstance.state = state
                write_circumstance(by=by, circumstance=self.circumstance, at=at)
        if self.is_around and self.goal.is_resting and not self.goal.obstacles.standing().around().exists():
            self.goal.resume(by=by, at=at)


def check_named_by(by: User, goal: Goal) -> None:
    """What is in the way is the client's to say; until they join, the coach writes it down with them."""
    goal.plan.check_shaped_by(by)
    if not goal.plan.is_worded_by(by):
        raise NotTheirDecision
