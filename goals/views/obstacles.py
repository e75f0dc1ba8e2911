"""What is in the way of a goal: the client names it, says of what kind it is, and when it is gone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Trace
from coaching.accounts.http import PersonRequest
from goals import actions
from goals.forms.obstacles import ClearForm, ObstacleForm
from goals.models import Goal, Obstacle
from goals.views.answers import done, form_page, tried


def obstacle_create(request: PersonRequest, goal_pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.worded_by(request.user).with_plan(), pk=goal_pk)
    form = ObstacleForm(request.POST or None, user=request.user, client=goal.plan.client)
    if form.is_valid() and tried(
        form, lambda: actions.name_obstacle(by=request.user, goal=goal, **form.cleaned_data)
    ):
        goal.refresh_from_db(fields=["lifecycle"])
        if goal.is_resting and form.cleaned_data["domain"]:
            messages.success(request, _("Named. The goal is not counted until you take it up again."))
        else:
            messages.success(request, _("Named."))
        return redirect(f"{goal.get_absolute_url()}#in-the-way")
    return _form_page(request, form, goal)


def obstacle_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    rows = Obstacle.objects.editable_by(request.user)
    obstacle = get_object_or_404(rows.select_related("goal__plan__client", "circumstance"), pk=pk)
    goal = obstacle.goal
    form = ObstacleForm(request.POST or None, user=request.user, client=goal.plan.client, obstacle=obstacle)
    if form.is_valid() and tried(form, lambda: obstacle.edit(by=request.user, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect(obstacle)
    return _form_page(request, form, goal)


def _form_page(request: PersonRequest, form: ObstacleForm, goal: Goal) -> HttpResponse:
    """The form shows how the circumstances begin, so a coach's look at it is noted for the client."""
    client = goal.plan.client
    Trace.objects.leave(client=client, by=request.user, act=Trace.Act.READ, part=Trace.Part.CIRCUMSTANCES)
    is_own = goal.plan.belongs_to(request.user)
    return form_page(request, "goals/obstacle_form.html", form, goal=goal, client=client, is_own=is_own)


@require_POST
def obstacle_confirm(request: PersonRequest, pk: UUID) -> HttpResponse:
    obstacle = get_object_or_404(Obstacle.objects.decidable_by(request.user), pk=pk)
    return done(
        request,
        lambda: obstacle.confirm(by=request.user),
        back=obstacle.get_absolute_url(),
        said=_("Confirmed."),
    )


@require_POST
def obstacle_clear(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Out of the way; the same form asks how the circumstance stands now."""
    obstacle = get_object_or_404(Obstacle.objects.editable_by(request.user), pk=pk)
    form = ClearForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    return done(
        request,
        lambda: obstacle.clear(by=request.user, **form.cleaned_data),
        back=obstacle.get_absolute_url(),
        said=_("Good to hear. It stays in the history."),
    )
