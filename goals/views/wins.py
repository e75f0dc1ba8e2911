"""Small wins, and the timeline in which they stand."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.models import Trace
from coaching.accounts.http import PersonRequest
from goals import actions
from goals.forms.wins import WinForm
from goals.models import Goal, GoalPlan, Win
from goals.timeline import timeline_of
from goals.views.answers import back_of, form_page, tried


def plan_timeline(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What happened, month by month. A coach's look at the wins leaves a trace; the client's own does not."""
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user).with_people(), pk=pk)
    timeline = timeline_of(plan, request.user, request)
    if timeline.has_wins:
        Trace.objects.leave(client=plan.client, by=request.user, act=Trace.Act.READ, part=Trace.Part.WINS)
    context = {"plan": plan, "timeline": timeline, "is_own": plan.belongs_to(request.user)}
    return render(request, "goals/plan_timeline.html", context)


def win_create(request: PersonRequest, plan_pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=plan_pk)
    plan.client.check_open_to_words()
    goals = list(Goal.objects.editable_by(request.user).filter(plan=plan).agreed().with_plan())
    if not goals:
        messages.info(request, _("Once a goal is agreed, small wins on the way to it can be noted."))
        return redirect(plan)
    of = {str(goal.pk): goal for goal in goals}
    form = WinForm(request.POST or None, user=request.user, plan=plan, goals=goals)
    if form.is_valid():
        values = dict(form.cleaned_data)
        goal = of[values.pop("goal")]
        if tried(form, lambda: actions.note_win(by=request.user, goal=goal, **values)):
            messages.success(request, _("Noted. It stands in the timeline of the plan."))
            return redirect(back_of(request, reverse("goals:plan_timeline", args=[plan.pk])))
    return form_page(request, "goals/win_create.html", form, plan=plan, is_own=plan.belongs_to(request.user))


def win_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    wins = Win.objects.removable_by(request.user).select_related("goal__plan__client")
    win = get_object_or_404(wins, pk=pk)
    if request.method == "POST":
        plan = win.goal.plan
        actions.remove_win(by=request.user, win=win)
        messages.success(request, _("It is gone."))
        return redirect("goals:plan_timeline", plan.pk)
    return render(request, "goals/win_remove.html", {"win": win, "plan": win.goal.plan})
