"""What a goal grows from: the values that the client has linked it to."""

import pgtrigger
from django.db import models

from clients.models import Value
from coaching.accounts.records import Record
from goals.models.goal import Goal


class Root(Record):
    """The client says that this goal grows from something that matters to them.

    It goes with the value, without a trace: what matters to somebody is theirs to take out.
    """

    goal = models.ForeignKey(Goal, on_delete=models.CASCADE, related_name="roots")
    value = models.ForeignKey(Value, on_delete=models.CASCADE, related_name="roots")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "value"], name="root_once")]
        triggers = [
            pgtrigger.Trigger(
                name="value_of_the_client",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("goal_id", "value_id"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM goals_goal goal
                        JOIN goals_goalplan plan ON plan.id = goal.plan_id
                        JOIN clients_value value ON value.client_id = plan.client_id
                        WHERE goal.id = NEW.goal_id AND value.id = NEW.value_id
                    ) THEN
                        RAISE EXCEPTION 'a value of somebody else' USING ERRCODE = '23514';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return str(self.value)
