"""What is in the way of a goal: in the person, around the person, or both. The client says which."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pghistory
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients.models.circumstance import DOMAINS
from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.vocabulary import NEEDS
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision
from goals.models.goal import Goal, Lifecycle
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
    no failing of theirs: it leads to resources, and the goal is not counted
    until the client takes it up again.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="obstacles")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    what = models.CharField(_("what is in the way"), max_length=500)
    domain = models.CharField(_("domain"), max_length=17, choices=DOMAINS, blank=True)
    cue = models.CharField(_("if"), max_length=250, blank=True)
    response = models.CharField(_("then"), max_length=250, blank=True)
    named_at = models.DateTimeField(default=timezone.now, editable=False)
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

    @contextmanager
    def _change(self, by: User, at: datetime | None) -> Iterator[None]:
        """One change by the client, to the row as it is now, told to the history."""
        with transaction.atomic(), told_by(by, at):
            rows = Obstacle.objects.select_related("goal__plan__client__coach")
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
        cue: str = "",
        response: str = "",
        at: datetime | None = None,
    ) -> None:
        """Say it anew. What turns out to be around the person pauses the goal from then on."""
        with self._change(by, at):
            was_around = self.is_around
            self.kind, self.what, self.domain = kind, what, domain
            self.cue, self.response = cue, response
        if self.is_around and not was_around and not self.is_cleared:
            self.pause(by=by, at=at)

    def pause(self, *, by: User, at: datetime | None = None) -> None:
        """The goal rests because of it, if it does not rest already."""
        if self.goal.lifecycle in (Lifecycle.ACTIVE, Lifecycle.ACCEPTED):
            self.goal.hold(by=by, at=at)

    @transaction.atomic
    def clear(self, *, by: User, at: datetime | None = None) -> None:
        """The client says that it is out of the way. With the last circumstance the goal goes on."""
        with self._change(by, at):
            if self.is_cleared:
                raise NotPossible(gettext("This is out of the way already."))
            self.cleared_at = at or timezone.now()
        if self.is_around and self.goal.is_resting and not self.goal.obstacles.standing().around().exists():
            self.goal.resume(by=by, at=at)


def check_named_by(by: User, goal: Goal) -> None:
    """What is in the way is the client's to say, while the plan is open."""
    goal.plan.check_shaped_by(by)
    if not goal.plan.belongs_to(by):
        raise NotTheirDecision
