"""The steps towards a goal."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from community.models import Service
from goals import actions
from goals.errors import NotTheirDecision
from goals.forms.steps import ResourceForm, StepForm, TickForm
from goals.kept import Kept
from goals.models import Goal, Step
from goals.views.answers import back_of, done, form_page, tried

MOST_RESOURCES = 20


def step_create(request: PersonRequest, goal_pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=goal_pk)
    form = StepForm(request.POST or None, user=request.user)
    if form.is_valid() and tried(
        form, lambda: actions.add_step(by=request.user, goal=goal, **form.cleaned_data)
    ):
        messages.success(request, _("The step is in the plan."))
        return redirect(back_of(request, goal.get_absolute_url()))
    return form_page(request, "goals/step_create.html", form, goal=goal, plan=goal.plan)


def _step(request: PersonRequest, pk: UUID) -> Step:
    steps = Step.objects.editable_by(request.user).select_related("goal__plan__client__user", "resource")
    return get_object_or_404(steps, pk=pk)


def step_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    form = StepForm(request.POST or None, user=request.user, step=step)
    if form.is_valid() and tried(
        form,
        lambda: step.edit(by=request.user, wording=form.cleaned_data.pop("title"), **form.cleaned_data),
    ):
        messages.success(request, _("Saved."))
        return redirect(step)
    return form_page(
        request,
        "goals/step_edit.html",
        form,
        step=step,
        goal=step.goal,
        plan=step.goal.plan,
        can_leave_out=step.goal.plan.is_worded_by(request.user),
    )


@require_POST
def step_tick(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Done; where it has a rhythm, once more on the day that the form names."""
    step = _step(request, pk)
    if not step.has_rhythm:
        return done(request, lambda: step.tick(by=request.user), back=_place_of(step))
    form = TickForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    return done(request, lambda: step.tick_on(by=request.user, **form.cleaned_data), back=_place_of(step))


@require_POST
def step_untick(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Open again; where it has a rhythm, one time less."""
    step = _step(request, pk)
    if not step.has_rhythm or step.is_done:
        return done(request, lambda: step.untick(by=request.user), back=_place_of(step))
    form = TickForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    return done(
        request,
        lambda: step.untick_on(by=request.user, on=form.cleaned_data["on"]),
        back=_place_of(step),
    )


@require_POST
def step_finish(request: PersonRequest, pk: UUID) -> HttpResponse:
    """It need not come again. What was ticked stays."""
    step = _step(request, pk)
    return done(
        request,
        lambda: step.tick(by=request.user),
        back=_place_of(step),
        said=_("It does not come again. What you ticked stays."),
    )


def step_rhythm(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The days of these two weeks, each to be ticked, and how often it was in the time before."""
    steps = Step.objects.visible_to(request.user).with_ticks()
    step = get_object_or_404(steps.select_related("goal__plan__client__user"), pk=pk)
    if not step.has_rhythm:
        return redirect(step)
    return render(
        request,
        "goals/step_rhythm.html",
        {
            "step": step,
            "goal": step.goal,
            "plan": step.goal.plan,
            "rhythm": Kept(step, step.ticks.visible_to(request.user)),
            "is_own": step.goal.plan.belongs_to(request.user),
            "is_editable": not step.goal.plan.is_closed,
        },
    )


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
            return done(
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


def step_leave_out(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Asks once more, then takes it out of the plan. For the client to say, whoever added it."""
    step = _step(request, pk)
    if not step.goal.plan.is_worded_by(request.user):
        raise NotTheirDecision
    if request.method == "POST":
        return done(
            request,
            lambda: step.leave_out(by=request.user),
            back=step.goal.get_absolute_url(),
            said=_("“%(step)s” is no longer in the plan.") % {"step": step.title},
        )
    return render(request, "goals/step_leave_out.html", {"step": step, "goal": step.goal})


@require_POST
def step_detach(request: PersonRequest, pk: UUID) -> HttpResponse:
    step = _step(request, pk)
    return done(
        request,
        lambda: step.detach(by=request.user),
        back=reverse("goals:goal_detail", args=[step.goal_id]),
        said=_("The resource is no longer with this step."),
    )
