"""One time that a step with a rhythm was done."""

from django.db import models
from django.db.models import Q

from coaching.accounts.models import User
from coaching.accounts.records import Record
from goals.models.step import MOST_A_DAY, Step
from goals.querysets import StepTickQuerySet


class StepTick(Record):
    """A day on which a step was done, and who said so; `number` counts from 1 on that day.

    The number comes from the page that was tapped, so that two quick taps on
    one button are one tick. A tick that is taken back is gone: it was a slip,
    and nothing is counted against anybody.
    """

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="ticks")
    on = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    ticked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="step_ticks")

    objects = StepTickQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["step", "on", "number"], name="steptick_once_for_each_tap"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=MOST_A_DAY), name="steptick_number_is_small"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} ({self.number})"
