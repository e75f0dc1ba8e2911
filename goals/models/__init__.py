"""Goal plans that belong to the client: a plan has two sides, goals on each, and steps towards them."""

from goals.models.goal import Goal
from goals.models.obstacle import Obstacle
from goals.models.origin import Origin
from goals.models.plan import GoalPlan
from goals.models.rating import GoalRating
from goals.models.root import Root
from goals.models.scale import GoalScale
from goals.models.step import Step
from goals.models.template import GoalTemplate
from goals.models.tick import StepTick
from goals.models.win import Win

__all__ = [
    "Goal",
    "GoalPlan",
    "GoalRating",
    "GoalScale",
    "GoalTemplate",
    "Obstacle",
    "Origin",
    "Root",
    "Step",
    "StepTick",
    "Win",
]
