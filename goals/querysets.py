"""Which plans, goals and steps a person may see, change and decide, composed from the rule for clients."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import JSONObject, Trunc
from django.utils import timezone

from clients.models import Client
from coaching.accounts.models import Practice
from coaching.accounts.querysets import Person, related
from community.models import Service

if TYPE_CHECKING:
    from goals.models import GoalPlan, Step
    from goals.models.rhythm import Period

LATELY = timedelta(days=33)
"""A month, and the day that it may be elsewhere."""


class GoalPlanQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those of the clients this person coaches, and their own."""
        return self.filter(client__in=Client.objects.visible_to(user))

    def editable_by(self, user: Person) -> Self:
        """Those they may still shape: visible and not closed."""
        return self.visible_to(user).open()

    def belonging_to(self, user: Person) -> Self:
        """Those that are this person's own."""
        return self.filter(client__in=Client.objects.belonging_to(user))

    def decidable_by(self, user: Person) -> Self:
        """Those whose mix this person decides about: their own, while they are open."""
        return self.belonging_to(user).open()

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def closed(self) -> Self:
        """Those whose time is over, the latest first."""
        return self.exclude(closed_at=None).order_by("-closed_at", "-pk")

    def going_on_from(self, plan: "GoalPlan") -> Self:
        """Those into which a goal of this plan was carried over."""
        return self.filter(goals__carried_from__plan=plan).distinct()

    def with_people(self) -> Self:
        """With the two people, and whether something urgent is open for the client (`has_urgent_need`)."""
        urgent = Client.objects.in_urgent_need().filter(pk=OuterRef("client"))
        return self.select_related("client__user", "client__coach__user").annotate(
            has_urgent_need=Exists(urgent)
        )

    def with_goals(self, *, for_plan_page: bool = False, for_paper: bool = False) -> Self:
        """With all that a page about them shows, in two more queries however many goals there are.

        A plan's own page has more: its figures, what each goal grows from, in one more,
        and the plan from which it was carried over.
        On paper stand the ratings in words.
        """
        goals = _rows_of(self.model, "goals").for_pages()
        if for_paper:
            goals = goals.with_ratings()
        if for_plan_page:
            goals = goals.with_views().with_values().select_related("carried_from__plan")
        return self.prefetch_related(Prefetch("goals", goals, to_attr="all_goals"))


class GoalQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(plan__client__in=Client.objects.visible_to(user))

    def editable_by(self, user: Person) -> Self:
        """Those in a plan they may still shape."""
        return self.visible_to(user).filter(plan__closed_at=None)

    def coached_by(self, user: Person) -> Self:
        """Those of the clients this person coaches."""
        return self.filter(plan__client__in=Client.objects.coached_by(user))

    def decidable_by(self, user: Person) -> Self:
        """Those this person decides about: their own, and nobody else's."""
        return self.filter(plan__client__in=Client.objects.belonging_to(user), plan__closed_at=None)

    def worded_by(self, user: Person) -> Self:
        """Those of which this person says what is in the way: their own, or a client's who has not joined."""
        return self.filter(plan__client__in=Client.objects.worded_by(user), plan__closed_at=None)

    def waiting(self) -> Self:
        """Those that wait for the client's answer. In a closed plan nothing waits."""
        return self.in_open_plans().unanswered()

    def unanswered(self) -> Self:
        """Those to which the client has said neither yes nor no, whether or not the plan is closed by now."""
        return self.filter(models.Q(lifecycle__in=["proposed", "planned"]) | ~models.Q(asked_title=""))

    def going_on(self) -> Self:
        """Agreed, and not finished or stopped; those that rest, too."""
        return self.filter(lifecycle__in=["accepted", "active", "on-hold"])

    def agreed(self) -> Self:
        return self.filter(lifecycle__in=["accepted", "active", "on-hold", "completed"])

    def open(self) -> Self:
        """Those agreed, and not finished or stopped."""
        return self.filter(lifecycle__in=["accepted", "active", "on-hold"])

    def in_open_plans(self) -> Self:
        return self.filter(plan__closed_at=None)

    def with_plan(self) -> Self:
        return self.select_related(
            "plan__client__user",
            "plan__client__coach__user",
            "proposed_by",
            "decided_by",
            "asked_by",
            "scale",
            "carried_from__plan",
        )

    def with_level(self) -> Self:
        """With `level`: the client's latest rating, or the coach's where the client has given none."""
        ratings = _rows_of(self.model, "ratings").filter(goal=OuterRef("pk")).weightiest_first()
        return self.annotate(level=Subquery(ratings.values("level")[:1]))

    def with_ratings(self) -> Self:
        """With `rated`, a list of {level, described, day, note, who, is_client}, newest first."""
        return self.annotate(
            rated=self._ratings(
                level="level", described="described", day="rated_on", note="note", who="rated_by__name"
            )
        )

    def with_views(self) -> Self:
        """With `views`, the ratings for figures: {level, described, day, is_client}, newest first."""
        return self.annotate(views=self._ratings(level="level", described="described", day="rated_on"))

    def with_values(self) -> Self:
        """With `grows_from`, the values the client has linked each to, in their order. One more query."""
        values = _rows_of(self.model, "values").order_by("position", "pk")
        return self.prefetch_related(Prefetch("values", values, to_attr="grows_from"))

    def _ratings(self, **columns: str) -> ArraySubquery:
        ratings = _rows_of(self.model, "ratings").filter(goal=OuterRef("pk")).order_by("-rated_on", "-pk")
        by_client = models.When(rated_by=F("goal__plan__client__user"), then=True)
        is_client = models.Case(by_client, default=False, output_field=models.BooleanField())
        return ArraySubquery(ratings.values(each=JSONObject(is_client=is_client, **columns)))

    def with_circumstances(self) -> Self:
        """With `blocked_by`, the {domain, state} of the circumstances that stand in the way now."""
        around = _rows_of(self.model, "obstacles").filter(goal=OuterRef("pk")).standing().around()
        each = JSONObject(domain="domain", state="circumstance__state")
        return self.annotate(blocked_by=ArraySubquery(around.order_by("named_at").values(each=each)))

    def for_pages(self) -> Self:
        """Without mistakes, with level, proposer, circumstances and steps."""
        steps = _rows_of(self.model, "steps").with_resources().with_ticks()
        return (
            self.exclude(lifecycle="entered-in-error")
            .with_level()
            .with_circumstances()
            .select_related("proposed_by", "asked_by", "scale")
            .prefetch_related(Prefetch("steps", steps, to_attr="all_steps"))
        )


class StepQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(goal__plan__client__in=Client.objects.visible_to(user))

    def editable_by(self, user: Person) -> Self:
        return self.visible_to(user).filter(goal__plan__closed_at=None)

    def belonging_to(self, user: Person) -> Self:
        """Those in this person's own plans."""
        return self.filter(goal__plan__client__in=Client.objects.belonging_to(user))

    def open(self) -> Self:
        """Those still to do in goals that are going on; a goal that rests or waits asks for nothing.

        What has a rhythm has its own place and no end to wait for.
        """
        return self._going_on().filter(times=None)

    def coming_again(self) -> Self:
        """Those with a rhythm that is not over, in goals that are going on."""
        return self._going_on().exclude(times=None)

    def _going_on(self) -> Self:
        goals_going_on = Q(goal__lifecycle__in=["accepted", "active"], goal__plan__closed_at=None)
        return self.filter(goals_going_on, done_at=None)

    def soonest_first(self) -> Self:
        return self.order_by(F("due_on").asc(nulls_last=True), "goal__position", "position", "pk")

    def next(self) -> "Step | None":
        """The one thing to do next: the soonest open step, those without a date last."""
        step: Any = self.open().soonest_first().select_related("goal__plan", "resource").first()
        return cast("Step | None", step)

    def with_resources(self) -> Self:
        """With each step's resource, and `has_public_resource`: whether it is still published."""
        published = Service.objects.published().filter(pk=OuterRef("resource_id"))
        return self.select_related("resource").annotate(has_public_resource=Exists(published))

    def with_ticks(self) -> Self:
        """With `recent_ticks`: the days it was done of late, at least of the period that it is now."""
        lately = _rows_of(self.model, "ticks").lately().filter(step=OuterRef("pk"))
        return self.annotate(recent_ticks=ArraySubquery(lately.order_by("on").values("on")))


class StepTickQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(step__goal__plan__client__in=Client.objects.visible_to(user))

    def lately(self) -> Self:
        """Those of the last month and more, wherever on earth it is today."""
        return self.filter(on__gte=timezone.now().date() - LATELY)

    def within(self, period: "Period") -> Self:
        return self.filter(on__gte=period.first, on__lte=period.last)

    def by_period(self, per: str) -> Any:
        """How often in each period, as {first, count}, the latest first; `first` is its first day."""
        first = Trunc("on", per, output_field=models.DateField())
        return self.values(first=first).annotate(count=models.Count("pk")).order_by("-first")


class WinQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """A client's own records'; for their coach those that are for both."""
        clients = Client.objects.all()
        return self.filter(
            Q(goal__plan__client__in=clients.belonging_to(user))
            | Q(goal__plan__client__in=clients.coached_by(user), audience="both")
        )

    def removable_by(self, user: Person) -> Self:
        """Those this person noted, while they may still see them."""
        return self.visible_to(user).filter(author=user.pk)


class ObstacleQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(goal__plan__client__in=Client.objects.visible_to(user))

    def decidable_by(self, user: Person) -> Self:
        """Those that are this person's own to confirm, in an open plan."""
        return self.filter(
            goal__plan__client__in=Client.objects.belonging_to(user), goal__plan__closed_at=None
        )

    def editable_by(self, user: Person) -> Self:
        """Those this person words, in an open plan: their own, or a client's who has not joined."""
        return self.filter(goal__plan__client__in=Client.objects.worded_by(user), goal__plan__closed_at=None)

    def standing(self) -> Self:
        """Those that the client has said, and that are not out of the way yet."""
        return self.filter(cleared_at=None, confirmed_at__isnull=False)

    def around(self) -> Self:
        """Those that are circumstances, wholly or in part."""
        return self.exclude(domain="")


class GoalTemplateQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Their own; and what is shared in the practice where they coach or are a client."""
        own = Q(author=user.pk, practice__in=Practice.objects.visible_to(user))
        theirs = Q(practice__in=Practice.objects.visible_to(user)) | Q(
            practice__in=Client.objects.belonging_to(user).values("practice")
        )
        return self.filter(own | Q(is_shared=True, retired_at=None) & theirs)

    def editable_by(self, user: Person) -> Self:
        """Their own, while they coach at the practice."""
        return self.filter(author=user.pk, practice__in=Practice.objects.visible_to(user))

    def retirable_by(self, user: Person) -> Self:
        """Their own; and for the owner of a practice all that is shared in it."""
        owned = Q(is_shared=True, practice__in=Practice.objects.owned_by(user))
        return self.filter(Q(author=user.pk, practice__in=Practice.objects.visible_to(user)) | owned)

    def search(self, text: str) -> Self:
        """Those that hold every word of `text` in the goal or in why it can matter."""
        rows = self
        for word in text.split():
            rows = rows.filter(Q(title__icontains=word) | Q(why__icontains=word))
        return rows


class GoalScaleQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(goal__plan__client__in=Client.objects.visible_to(user))


class GoalRatingQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        return self.filter(goal__plan__client__in=Client.objects.visible_to(user))

    def weightiest_first(self) -> Self:
        """The client's own view before the coach's, each with the newest first."""
        by_client = models.When(rated_by=F("goal__plan__client__user"), then=0)
        return self.order_by(models.Case(by_client, default=1), "-rated_on", "-pk")


def _rows_of(model: type[models.Model], relation: str) -> Any:
    """All rows at the other end of a relation, with the methods of their queryset."""
    return related(model, relation).objects.all()
