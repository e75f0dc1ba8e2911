"""A step: one small thing that can be done and ticked off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pghistory
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models import Service
from goals.authors import told_by
from goals.errors import NotPossible
from goals.models.goal import Goal
from goals.querysets import StepQuerySet


@pghistory.track()
class Step(Record):
    """One thing to do towards a goal, perhaps with a date and a resource that helps."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="steps")
    title = models.CharField(_("step"), max_length=250)
    due_on = models.DateField(_("date"), null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="steps_done"
    )
    resource = models.ForeignKey(
        Service, on_delete=models.SET_NULL, null=True, blank=True, related_name="steps"
    )
    position = models.PositiveIntegerField(default=0)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(done_at=None, done_by=None)
                | models.Q(done_at__isnull=False, done_by__isnull=False),
                name="step_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{reverse('goals:goal_detail', args=[self.goal_id])}#step-{self.pk}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    @property
    def is_past_its_date(self) -> bool:
        """Still open after its day: a reason to ask for another date, never to scold.

        Never while the goal rests: then its steps have no date to keep.
        """
        if self.due_on is None or self.is_done or self.goal.is_resting:
            return False
        return self.due_on < timezone.localdate()

    @contextmanager
    def _change(self, by: User, at: datetime | None = None) -> Iterator[None]:
        """One change to the row as it is now: locked, allowed, and told to the history with its author."""
        with transaction.atomic(), told_by(by, at):
            rows = Step.objects.select_related("goal__plan__client__coach").select_for_update(of=("self",))
            self.refresh_from_db(from_queryset=rows)
            self.goal.plan.check_shaped_by(by)
            yield
            self.save()

    def edit(self, *, by: User, wording: str, due_on: date | None, at: datetime | None = None) -> None:
        with self._change(by, at):
            self.title, self.due_on = " ".join(wording.split()), due_on

    def tick(self, *, by: User, at: datetime | None = None) -> None:
        """Done. Ticking twice changes nothing."""
        with self._change(by, at):
            if not self.goal.agreed_title or not self.goal.takes_steps:
                raise NotPossible(gettext("This step belongs to a goal that is not active."))
            if not self.is_done:
                self.done_at, self.done_by = at or timezone.now(), by

    def untick(self, *, by: User, at: datetime | None = None) -> None:
        """Open again."""
        with self._change(by, at):
            self.done_at, self.done_by = None, None

    def attach(self, *, by: User, service: Service, at: datetime | None = None) -> None:
        """This resource helps with the step. Only a published one that the person can see."""
        with self._change(by, at):
            if not Service.objects.published().visible_to(by).filter(pk=service.pk).exists():
                raise NotPossible(gettext("This resource is not in the published directory."))
            self.resource = service

    def detach(self, *, by: User, at: datetime | None = None) -> None:
        with self._change(by, at):
            self.resource = None
