"""How far a goal has come, said on a day by the client or the coach."""

import pghistory
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record
from goals.models.goal import Goal
from goals.querysets import GoalRatingQuerySet


class Level(models.IntegerChoices):
    """The five levels of Goal Attainment Scaling (Kiresuk and Sherman 1968)."""

    MUCH_LESS = -2, _("Much less than hoped")
    LESS = -1, _("Somewhat less than hoped")
    EXPECTED = 0, _("About as hoped")
    MORE = 1, _("Somewhat more than hoped")
    MUCH_MORE = 2, _("Much more than hoped")


@pghistory.track()
class GoalRating(Record):
    """One person's view of a goal on one day; client and coach may see it differently."""

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="ratings")
    level = models.SmallIntegerField(_("level"), choices=Level)
    rated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="goal_ratings")
    rated_on = models.DateField(_("date"), default=timezone.localdate)
    note = models.TextField(_("note"), blank=True)
    described = models.CharField(
        max_length=300,
        blank=True,
        editable=False,
        help_text=_("How the goal's scale described this level when it was chosen."),
    )

    objects = GoalRatingQuerySet.as_manager()

    class Meta:
        ordering = ["-rated_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(level__in=Level.values), name="goalrating_level_is_gas"
            ),
            models.UniqueConstraint(
                fields=["goal", "rated_by", "rated_on"], name="goalrating_one_per_person_and_day"
            ),
        ]

    def __str__(self) -> str:
        return self.get_level_display()
