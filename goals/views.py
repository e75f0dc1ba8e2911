"""The plan, its goals and its steps, for the client and their coach. Scopes decide who; verbs decide what."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from coaching.accounts.http import PersonRequest
from community.models import Service
from goals import actions
from goals.board import Board, Ratings, ladder_of
from goals.errors import NotPossible
from goals.forms import (
    GoalCreateForm,
    GoalForm,
    PlanForm,
    RatingForm,
    ResourceForm,
    RewordForm,
    ScaleForm,
    StepForm,
)
from goals.history import history_of, history_of_plan
from goals.models import Goal, GoalPlan, Step
from goals.models.goal import Side

MOST_RESOURCES = 20


def _back(request: PersonRequest, default: str) -> str:
    """Where the form said that the person came from, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return default


def _done(request: PersonRequest, act: Callable[[], object], *, back: str, said: str = "") -> HttpResponse:
    """Do it and go back; where it is not possible, say why."""
    try:
        act()
    except NotPossible as reason:
        messages.warning(request, str(reason))
    else:
        if said:
            messages.success(request, said)
    return redirect(_back(request, back))


def _tried(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do what a valid form asks; where it is not possible, say why at the top of the form."""
    try:
        act()
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return False
    return True


def _form_page(request: PersonRequest, template: str, form: object, **context: object) -> HttpResponse:
    is_refused = request.method == "POST"
    return render(request, template, {"form": form, **context}, status=422 if is_refused else 200)


# --- plans --------------------------------------------------------------------


def plan_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    plans = GoalPlan.objects.visible_to(request.user).with_people().with_goals(with_views=True)
    plan = get_object_or_404(plans, pk=pk)
    return render(request, "goals/plan_detail.html", {"board": Board(plan, request.user), "plan": plan})


def _client_asked_for(request: PersonRequest) -> Client:
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
    client = _client_asked_for(request)
    form = PlanForm(request.POST or None, user=request.user, client=client)
    if form.is_valid():
        values = form.cleaned_data
        share = values.pop("community_share", None)
        plan = actions.start_plan(by=request.user, client=client, **values)
        if share is not None:
            plan.choose_share(by=request.user, percent=share)
        messages.success(request, _("The plan is there. Now it can grow."))
        return redirect(plan)
    return _form_page(
        request, "goals/plan_create.html", form, client=client, is_own=client.user_id == request.user.pk
    )


def plan_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=pk)
    form = PlanForm(request.POST or None, user=request.user, client=plan.client, plan=plan)
    if form.is_valid():
        values = form.cleaned_data
        has_share = "community_share" in values
        share = values.pop("community_share", None)
        plan.edit(by=request.user, **values)
        if has_share:
            plan.choose_share(by=request.user, percent=share)
        messages.success(request, _("Saved."))
        return redirect(plan)
    return _form_page(request, "goals/plan_edit.html", form, plan=plan, is_own=plan.belongs_to(request.user))


def plan_close(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=pk)
    if request.method == "POST":
        return _done(
            request,
            lambda: plan.close(by=request.user),
            back=plan.get_absolute_url(),
            said=_("The plan is closed. Everything in it stays."),
        )
    return render(request, "goals/plan_close.html", {"plan": plan})


@require_POST
def plan_reopen(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user), pk=pk)
    return _done(request, lambda: plan.reopen(by=request.user), back=plan.get_absolute_url())


def plan_history(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user), pk=pk)
    return render(request, "goals/plan_history.html", {"plan": plan, "changes": history_of_plan(plan)})


# --- goals --------------------------------------------------------------------


def goal_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    goals = Goal.objects.visible_to(request.user).with_plan().with_level().with_ratings()
    goal = get_object_or_404(goals, pk=pk)
    ratings = Ratings(goal)
    context = {
        "goal": goal,
        "plan": goal.plan,
        "ratings": ratings,
        "ladder": ladder_of(goal, ratings),
        "steps": goal.steps.visible_to(request.user).with_resources(),
        "is_own": goal.plan.belongs_to(request.user),
        "is_own_proposal": goal.proposed_by == request.user and not goal.agreed_title,
        "is_editable": not goal.plan.is_closed,
        "step_form": StepForm(user=request.user),
    }
    return render(request, "goals/goal_detail.html", context)


def goal_create(request: PersonRequest, plan_pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=plan_pk)
    side = request.GET.get("side", "")
    form = GoalCreateForm(request.POST or None, user=request.user, plan=plan, initial={"side": side})
    is_own = plan.belongs_to(request.user)
    if form.is_valid():
        goal = actions.propose_goal(by=request.user, plan=plan, **form.cleaned_data)
        if is_own:
            messages.success(request, _("This is your goal now."))
        else:
            messages.success(request, _("Proposed. %(name)s decides about it.") % {"name": plan.client.name})
        return redirect(goal)
    return _form_page(
        request, "goals/goal_create.html", form, plan=plan, is_own=is_own, is_community=side == Side.COMMUNITY
    )


@require_POST
def goal_accept(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Yes to the words that were on the page: it sends their fingerprint, so newer words are not meant."""
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(
        request,
        lambda: goal.accept(by=request.user, seen=request.POST.get("seen", "")),
        back=goal.plan.get_absolute_url(),
        said=_("This is your goal now."),
    )


def goal_reword(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user).with_plan(), pk=pk)
    title = goal.title
    form = RewordForm(request.POST or None, user=request.user, initial={"title": title})
    if form.is_valid() and _tried(
        form, lambda: goal.reword(by=request.user, wording=form.cleaned_data["title"])
    ):
        messages.success(request, _("This is your goal now, in your words."))
        return redirect(_back(request, goal.plan.get_absolute_url()))
    return _form_page(request, "goals/goal_reword.html", form, goal=goal, plan=goal.plan)


@require_POST
def goal_decline(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(
        request,
        lambda: goal.decline(by=request.user),
        back=goal.plan.get_absolute_url(),
        said=_("All right. The goal is not in your plan."),
    )


def goal_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client changes their goal; the coach proposes other words for it."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=pk)
    is_own = goal.plan.belongs_to(request.user)
    was_agreed = goal.is_agreed
    form = GoalForm(request.POST or None, user=request.user, plan=goal.plan, goal=goal)
    if form.is_valid():
        values = form.cleaned_data
        if _tried(
            form,
            lambda: goal.edit(
                by=request.user, wording=values["title"], why=values["why"], target_on=values["target_on"]
            ),
        ):
            is_reopened = was_agreed and not goal.is_agreed
            asked = _("Saved. %(name)s decides about the new words.") % {"name": goal.plan.client.name}
            messages.success(request, asked if is_reopened else _("Saved."))
            return redirect(goal)
    return _form_page(request, "goals/goal_edit.html", form, goal=goal, plan=goal.plan, is_own=is_own)


@require_POST
def goal_hold(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.editable_by(request.user), pk=pk)
    return _done(
        request,
        lambda: goal.hold(by=request.user),
        back=goal.get_absolute_url(),
        said=_("The goal rests. It is not counted until it is taken up again."),
    )


@require_POST
def goal_resume(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(
        request,
        lambda: goal.resume(by=request.user),
        back=goal.get_absolute_url(),
        said=_("Welcome back to it."),
    )


@require_POST
def goal_complete(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.editable_by(request.user), pk=pk)
    return _done(
        request,
        lambda: goal.complete(by=request.user),
        back=goal.get_absolute_url(),
        said=_("Completed. Well done, all who had a part in it."),
    )


def goal_cancel(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client stops a goal; a coach takes back a proposal of their own."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=pk)
    if request.method == "POST":
        return _done(
            request,
            lambda: goal.cancel(by=request.user),
            back=goal.get_absolute_url(),
            said=_("The goal is stopped. It stays in the plan's history."),
        )
    return render(
        request,
        "goals/goal_cancel.html",
        {"goal": goal, "plan": goal.plan, "is_own": goal.plan.belongs_to(request.user)},
    )


def goal_history(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.visible_to(request.user).with_plan(), pk=pk)
    return render(request, "goals/goal_history.html", {"goal": goal, "changes": history_of(goal)})


def goal_scale(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Client and coach describe the five levels of a goal together."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=pk)
    form = ScaleForm(request.POST or None, user=request.user, goal=goal)
    if form.is_valid() and _tried(
        form, lambda: actions.describe_scale(by=request.user, goal=goal, **form.values)
    ):
        messages.success(request, _("The levels are described."))
        return redirect(goal)
    return _form_page(
        request,
        "goals/goal_scale.html",
        form,
        goal=goal,
        plan=goal.plan,
        is_own=goal.plan.belongs_to(request.user),
    )


def goal_rate(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Each level is a button: one tap says how far it has come."""
    goals = Goal.objects.editable_by(request.user).agreed().with_plan().with_ratings()
    goal = get_object_or_404(goals, pk=pk)
    form = RatingForm(request.POST or None, user=request.user)
    if form.is_valid():
        actions.rate_goal(by=request.user, goal=goal, **form.cleaned_data)
        messages.success(request, _("Noted."))
        return redirect(_back(request, goal.get_absolute_url()))
    return _form_page(
        request,
        "goals/goal_rate.html",
        form,
        goal=goal,
        ladder=ladder_of(goal, Ratings(goal)),
        plan=goal.plan,
        is_own=goal.plan.belongs_to(request.user),
    )


# --- steps --------------------------------------------------------------------


def step_create(request: PersonRequest, goal_pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=goal_pk)
    form = StepForm(request.POST or None, user=request.user)
    if form.is_valid() and _tried(
        form, lambda: actions.add_step(by=request.user, goal=goal, **form.cleaned_data)
    ):
        messages.success(request, _("The step is in the plan."))
        return redirect(_back(request, goal.get_absolute_url()))
    return _form_page(request, "goals/step_create.html", form, goal=goal, plan=goal.plan)


def _step(request: PersonRequest, pk: UUID) -> Step:
    steps = Step.objects.editable_by(request.user).select_related("goal__plan__client", "resource")
    return get_object_or_404(steps, pk=pk)


def step_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    form = StepForm(request.POST or None, user=request.user, step=step)
    if form.is_valid():
        step.edit(by=request.user, wording=form.cleaned_data["title"], due_on=form.cleaned_data["due_on"])
        messages.success(request, _("Saved."))
        return redirect(step)
    return _form_page(request, "goals/step_edit.html", form, step=step, goal=step.goal, plan=step.goal.plan)


@require_POST
def step_tick(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    return _done(request, lambda: step.tick(by=request.user), back=_place_of(step))


@require_POST
def step_untick(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    return _done(request, lambda: step.untick(by=request.user), back=_place_of(step))


def _place_of(step: Step) -> str:
    """The step on its plan's page."""
    return f"{step.goal.plan.get_absolute_url()}#goal-{step.goal_id}"


def step_resource(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Search the published directory and attach what helps with the step."""
    step = _step(request, pk)
    if request.method == "POST":
        form = ResourceForm(request.POST, user=request.user)
        if form.is_valid():
            service = form.cleaned_data["resource"]
            return _done(
                request,
                lambda: step.attach(by=request.user, service=service),
                back=step.get_absolute_url(),
                said=_("“%(name)s” is with this step now.") % {"name": service},
            )
        messages.warning(request, _("This resource is not in the published directory."))
    search = " ".join(request.GET.get("q", "").split())[:100]
    found = []
    if search:
        services = Service.objects.published().visible_to(request.user).search(search)
        found = list(services.select_related("organization")[:MOST_RESOURCES])
    context = {"step": step, "goal": step.goal, "plan": step.goal.plan, "search": search, "found": found}
    return render(
        request, "goals/step_resource.html", context, status=422 if request.method == "POST" else 200
    )


@require_POST
def step_detach(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    return _done(
        request,
        lambda: step.detach(by=request.user),
        back=reverse("goals:goal_detail", args=[step.goal_id]),
        said=_("The resource is no longer with this step."),
    )
