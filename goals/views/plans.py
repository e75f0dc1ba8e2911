"""A plan, its period and its history."""

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from coaching.accounts.http import PersonRequest, typed
from coaching.accounts.models import User
from goals import actions
from goals.board import Board
from goals.carrying import close_plan
from goals.errors import NotTheirDecision
from goals.forms.plans import CloseForm, OnForm, PlanForm
from goals.history import history_of_plan
from goals.models import Goal, GoalPlan
from goals.views.answers import done, form_page, tried


def plan_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The plan as it is; `?on=` shows the trellis picture as it was at the end of that day."""
    plans = GoalPlan.objects.visible_to(request.user).with_people().with_goals(for_plan_page=True)
    plan = get_object_or_404(plans, pk=pk)
    form = OnForm(request.GET if "on" in request.GET else None, plan=plan)
    on = form.cleaned_data["on"] if form.is_valid() else None
    context = {"board": Board(plan, request.user, on), "plan": plan, "on_form": form}
    if plan.is_closed:
        context["goes_on_in"] = GoalPlan.objects.visible_to(request.user).going_on_from(plan)
    return render(request, "goals/plan_detail.html", context, status=422 if form.errors else 200)


def client_asked_for(request: PersonRequest) -> Client:
    """The client of the address; where it names none, the person's own record, if they have just one."""
    if "client" not in request.GET:
        own = list(Client.objects.belonging_to(request.user)[:2])
        if len(own) == 1:
            return own[0]
        raise Http404
    try:
        pk = UUID(request.GET["client"])
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Client.objects.visible_to(request.user), pk=pk)


def plan_create(request: PersonRequest) -> HttpResponse:
    client = client_asked_for(request)
    form = PlanForm(request.POST or None, user=request.user, client=client)
    if form.is_valid():
        values = form.cleaned_data
        share, tolerance = values.pop("community_share", None), values.pop("share_tolerance", None)
        plan = actions.start_plan(by=request.user, client=client, **values)
        if share is not None:
            plan.choose_share(by=request.user, percent=share, tolerance=tolerance)
        messages.success(request, _("The plan is there. Now it can grow."))
        return redirect(plan)
    return form_page(
        request, "goals/plan_create.html", form, client=client, is_own=client.user_id == request.user.pk
    )


def plan_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=pk)
    form = PlanForm(request.POST or None, user=request.user, client=plan.client, plan=plan)
    if form.is_valid() and tried(
        form, lambda: _save_plan(plan, form, by=request.user, seen=request.POST.get("seen"))
    ):
        messages.success(request, _("Saved."))
        return redirect(plan)
    return form_page(request, "goals/plan_edit.html", form, plan=plan, is_own=plan.belongs_to(request.user))


@transaction.atomic
def _save_plan(plan: GoalPlan, form: PlanForm, *, by: User, seen: str | None) -> None:
    values = dict(form.cleaned_data)
    share, tolerance = values.pop("community_share", None), values.pop("share_tolerance", None)
    is_on = values.pop("has_balance_notice", None)
    plan.edit(by=by, seen=seen, **values)
    if "community_share" in form.cleaned_data:
        plan.choose_share(by=by, percent=share, tolerance=tolerance)
        plan.notice_balance(by=by, is_on=is_on)


def plan_close(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=pk)
    if not plan.is_worded_by(request.user):
        raise NotTheirDecision
    form = CloseForm(typed(request), user=request.user, plan=plan)
    went: list[GoalPlan | None] = []
    if form.is_valid() and tried(form, lambda: went.append(_close(plan, form, by=request.user))):
        messages.success(request, _("The plan is closed. Everything in it stays."))
        return redirect(went[0] or plan)
    unanswered = Goal.objects.visible_to(request.user).filter(plan=plan).waiting()
    return form_page(
        request,
        "goals/plan_close.html",
        form,
        plan=plan,
        unanswered=unanswered,
        is_own=plan.belongs_to(request.user),
    )


def _close(plan: GoalPlan, form: CloseForm, *, by: User) -> GoalPlan | None:
    values = form.cleaned_data
    return close_plan(
        by=by,
        plan=plan,
        carried=values.get("goals", ()),
        into=values.get("into"),
        title=values.get("title", ""),
    )


@require_POST
def plan_reopen(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user), pk=pk)
    return done(request, lambda: plan.reopen(by=request.user), back=plan.get_absolute_url())


@require_POST
def plan_balance_dismiss(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.decidable_by(request.user), pk=pk)
    return done(request, lambda: plan.dismiss_balance(by=request.user), back=plan.get_absolute_url())


@require_POST
def plan_balance_off(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.decidable_by(request.user), pk=pk)
    return done(
        request,
        lambda: plan.notice_balance(by=request.user, is_on=False),
        back=plan.get_absolute_url(),
        said=_("You will not be told again. You can switch it on when you edit the plan."),
    )


def plan_history(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user), pk=pk)
    return render(request, "goals/plan_history.html", {"plan": plan, "changes": history_of_plan(plan)})
