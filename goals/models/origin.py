"""Where a plan or goal was before: the name it has elsewhere, so that it comes in once."""

from django.db import models
from django.db.models import Q

from clients.models import Client
from coaching.accounts.records import Record
from goals.models.goal import Goal
from goals.models.plan import GoalPlan


class Origin(Record):
    """The identifier (FHIR `Identifier`) of a plan or goal that came from a file.

    Bringing the same file in again finds it and changes nothing, and an export
    carries it on, so that the next place knows it too.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="origins")
    system = models.CharField(max_length=200)
    value = models.CharField(max_length=200)
    plan = models.OneToOneField(
        GoalPlan, on_delete=models.CASCADE, null=True, blank=True, related_name="origin"
    )
    goal = models.OneToOneField(Goal, on_delete=models.CASCADE, null=True, blank=True, related_name="origin")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "system", "value"], name="origin_once_for_each_client"),
            models.CheckConstraint(
                condition=Q(plan__isnull=False, goal=None) | Q(plan=None, goal__isnull=False),
                name="origin_of_a_plan_or_a_goal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}|{self.value}"
