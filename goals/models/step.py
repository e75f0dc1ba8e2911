"""A step: one small thing that can be done and ticked off."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property

import pghistory
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from community.models import Service
from goals.authors import told_by
from goals.errors import NotPossible, NotTheirDecision
from goals.models.goal import Goal
from goals.models.plan import GoalPlan
from goals.models.rhythm import MOST_TIMES, Often, Per, Period, period_of, so_far, words_for
from goals.querysets import StepQuerySet

MOST_A_DAY = 31
LEFT_OUT = "left_out"
"""What the history calls it when a step goes."""
LATE = timedelta(days=13)
"""How far back a day can still be ticked: this week and the last one."""


@pghistory.track(
    pghistory.InsertEvent("insert"), pghistory.UpdateEvent("update"), pghistory.ManualEvent(LEFT_OUT)
)
class Step(Record):
    """One thing to do towards a goal, perhaps with a date and a resource that helps.

    Or something to do again and again: then it has a rhythm in place of a date,
    each time is a `StepTick`, and it is done when the person is through with it.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="steps")
    title = models.CharField(_("step"), max_length=250)
    due_on = models.DateField(_("date"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(null=True, blank=True)
    per = models.CharField(max_length=5, choices=Per, blank=True)
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
            models.CheckConstraint(
                condition=Q(times=None, per="")
                | Q(
                    times__isnull=False,
                    times__gte=1,
                    times__lte=MOST_TIMES,
                    per__in=Per.values,
                    due_on=None,
                ),
                name="step_has_a_date_or_a_rhythm",
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
    def is_counted(self) -> bool:
        """Whether it is one of so many steps to do; what comes again and again has no share of them."""
        return not self.has_rhythm or self.is_done

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
            self.lock_for(by)
            yield
            self.save()

    def lock_for(self, by: User) -> None:
        """The row as it is now, locked, for somebody who may change it.

        Raises NotPossible where it has been left out of the plan meanwhile.
        """
        GoalPlan.lock(self.goal.plan_id)
        rows = Step.objects.select_related("goal__plan__client__coach").select_for_update(of=("self",))
        try:
            self.refresh_from_db(from_queryset=rows)
        except Step.DoesNotExist:
            raise NotPossible(gettext("This step is no longer in the plan.")) from None
        self.goal.plan.check_shaped_by(by)

    def edit(
        self,
        *,
        by: User,
        wording: str,
        due_on: date | None,
        rhythm: Often | None = None,
        at: datetime | None = None,
    ) -> None:
        """What was ticked stays ticked, whatever the rhythm is from now on."""
        with self._change(by, at):
            self.title, self.due_on = " ".join(wording.split()), due_on
            self.times, self.per = rhythm or (None, "")

    def tick(self, *, by: User, at: datetime | None = None) -> None:
        """Done; one with a rhythm for good. Ticking twice changes nothing."""
        with self._change(by, at):
            if not self.goal.is_open:
                raise NotPossible(gettext("This step belongs to a goal that is not active."))
            if not self.is_done:
                self.done_at, self.done_by = at or timezone.now(), by

    def untick(self, *, by: User, at: datetime | None = None) -> None:
        """Open again."""
        with self._change(by, at):
            self.done_at, self.done_by = None, None

    def leave_out(self, *, by: User) -> None:
        """The client does without it, whoever added it: it goes, and only the history knows of it.

        What was done stays: a step that was ticked, even once, cannot be left out.
        """
        with transaction.atomic(), told_by(by, None):
            self.lock_for(by)
            if not self.goal.plan.is_worded_by(by):
                raise NotTheirDecision
            if self.is_done or self.ticks.exists():
                raise NotPossible(gettext("What was ticked off stays. Take the ticks back first."))
            pghistory.create_event(self, label=LEFT_OUT)
            self.delete()

    # --- a rhythm --------------------------------------------------------------

    @property
    def has_rhythm(self) -> bool:
        return self.times is not None

    @property
    def rhythm(self) -> Often | None:
        return None if self.times is None else (self.times, self.per)

    @property
    def rhythm_words(self) -> str:
        return words_for(*self.rhythm) if self.rhythm else ""

    @property
    def is_going_on(self) -> bool:
        """Whether it comes again: the rhythm is not over, the goal does not rest, the plan is open."""
        rests = self.goal.is_resting or self.goal.plan.is_closed
        return self.has_rhythm and not self.is_done and self.goal.is_open and not rests

    @property
    def today(self) -> date:
        """The day it is for the client: theirs are the weeks."""
        return self._day_of(timezone.now())

    def _day_of(self, moment: datetime) -> date:
        return timezone.localdate(moment, self.goal.plan.client.own_timezone)

    @property
    def period(self) -> Period:
        return period_of(self.per, self.today)

    @cached_property
    def _recent_days(self) -> Sequence[date]:
        """The days of its latest ticks, each as often as ticked; after `with_ticks()` without a query."""
        if hasattr(self, "recent_ticks"):
            return self.recent_ticks
        return list(self.ticks.lately().values_list("on", flat=True))

    @property
    def count_today(self) -> int:
        return self.count_on(self.today)

    def count_on(self, day: date) -> int:
        return sum(on == day for on in self._recent_days)

    @property
    def count_now(self) -> int:
        """How often it was done in the period that it is now."""
        return sum(on in self.period for on in self._recent_days)

    @property
    def is_kept(self) -> bool:
        """Whether it was done as often as meant, in the period that it is now."""
        return self.times is not None and self.count_now >= self.times

    @property
    def has_room(self) -> bool:
        """Whether it can still be done as often as meant, once a day from today on, and has not been yet."""
        days_left = (self.period.last - self.today).days + 1
        return self.times is not None and 0 < self.times - self.count_now <= days_left

    @property
    def so_far(self) -> str:
        """For example “1 of 2 this week”."""
        return so_far(self.count_now, *self.rhythm) if self.rhythm else ""

    @property
    def dots(self) -> list[bool]:
        """One for each time that was meant in this period, and for each that came on top: whether done."""
        count = self.count_now
        return [True] * count + [False] * ((self.times or 0) - count)

    @property
    def next_number(self) -> int:
        """What a tap on today's button sends: see `StepTick`."""
        return self.count_today + 1

    def tick_on(
        self, *, by: User, on: date | None = None, number: int = 0, at: datetime | None = None
    ) -> None:
        """It was done on this day of the client's; without a day, today.

        `number` says which time of that day it is, so that the same tap twice is
        one; 0 is one more. Not while the goal rests: then the rhythm rests, too.
        """
        with self._change(by, at):
            if not self.is_going_on:
                raise NotPossible(gettext("This rhythm rests at the moment, so nothing is counted."))
            today = self._day_of(at or timezone.now())
            on = on or today
            if not today - LATE <= on <= today:
                raise NotPossible(gettext("Choose today or one of the thirteen days before."))
            number = number or self.ticks.filter(on=on).count() + 1
            if number > MOST_A_DAY:
                raise NotPossible(gettext("That is as often as one day can be ticked."))
            self.ticks.get_or_create(on=on, number=number, defaults={"ticked_by": by})
        self._forget_days()

    def untick_on(self, *, by: User, on: date | None = None) -> None:
        """Take the latest tick of this day back; without a day, the latest of the period that it is now."""
        with self._change(by):
            ticks = self.ticks.filter(on=on) if on else self.ticks.within(self.period)
            if latest := ticks.order_by("-on", "-number").first():
                latest.delete()
        self._forget_days()

    def _forget_days(self) -> None:
        for known in ("recent_ticks", "_recent_days"):
            self.__dict__.pop(known, None)

    # --- a resource -------------------------------------------------------------

    def attach(self, *, by: User, service: Service, at: datetime | None = None) -> None:
        """This resource helps with the step. Only a published one that the person can see."""
        with self._change(by, at):
            if not Service.objects.published().visible_to(by).filter(pk=service.pk).exists():
                raise NotPossible(gettext("This resource is not in the published directory."))
            self.resource = service

    def detach(self, *, by: User, at: datetime | None = None) -> None:
        with self._change(by, at):
            self.resource = None
