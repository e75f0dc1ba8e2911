"""A practice's library of goals to take."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client
from coaching.accounts.http import PersonRequest, coaches_only
from coaching.accounts.paging import keyset_page
from goals.forms.library import TakeForm, TemplateForm
from goals.library import take_template, write_template
from goals.models import Goal, GoalPlan, GoalTemplate
from goals.models.goal import Side
from goals.views.answers import form_page, tried


def library(request: PersonRequest) -> HttpResponse:
    coach = request.user.coach_or_none
    if coach is None and not Client.objects.belonging_to(request.user).exists():
        raise PermissionDenied
    search = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:100]
    side = request.GET.get("side", "")
    templates = GoalTemplate.objects.visible_to(request.user).select_related("author")
    if search:
        templates = templates.search(search)
    if side in Side.values:
        templates = templates.filter(side=side)
    elif Client.objects.belonging_to(request.user).in_urgent_need().exists():
        templates = templates.filter(side=Side.PERSONAL)  # the need stands first; nothing suggests giving
    context = {
        "page": keyset_page(request, templates, by=["title", "pk"]),
        "search": search,
        "side": side,
        "sides": Side.choices,
        "is_coach": coach is not None,
        "plan": _plan_asked_for(request),
    }
    return render(request, "goals/library.html", context)


def _plan_asked_for(request: PersonRequest) -> GoalPlan | None:
    """The open plan from which the person came here to look for a goal."""
    try:
        pk = UUID(request.GET["plan"])
    except (KeyError, ValueError):
        return None
    return GoalPlan.objects.editable_by(request.user).select_related("client").filter(pk=pk).first()


def template_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    templates = GoalTemplate.objects.visible_to(request.user).select_related("author")
    template = get_object_or_404(templates, pk=pk)
    context = {
        "template": template,
        "is_author": template.author == request.user,
        "is_retirable": GoalTemplate.objects.retirable_by(request.user).filter(pk=pk).exists(),
        "plan": _plan_asked_for(request),
    }
    return render(request, "goals/template_detail.html", context)


def template_create(request: PersonRequest) -> HttpResponse:
    coaches_only(request)
    form = TemplateForm(request.POST or None, user=request.user)
    if form.is_valid():
        template = write_template(by=request.user, **form.cleaned_data)
        messages.success(request, _("It is in the library."))
        return redirect(template)
    return form_page(request, "goals/template_form.html", form, back=reverse("goals:library"))


def template_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    template = get_object_or_404(GoalTemplate.objects.editable_by(request.user), pk=pk)
    form = TemplateForm(request.POST or None, user=request.user, template=template)
    if form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(template, name, value)
        template.save()
        messages.success(request, _("Saved. What was taken from it before stays as it is."))
        return redirect(template)
    return form_page(
        request, "goals/template_form.html", form, template=template, back=template.get_absolute_url()
    )


@require_POST
def template_retire(request: PersonRequest, pk: UUID) -> HttpResponse:
    template = get_object_or_404(GoalTemplate.objects.retirable_by(request.user), pk=pk)
    template.retire()
    messages.success(request, _("It is put away. What was taken from it stays."))
    return redirect("goals:library")


@require_POST
def template_restore(request: PersonRequest, pk: UUID) -> HttpResponse:
    template = get_object_or_404(GoalTemplate.objects.retirable_by(request.user), pk=pk)
    template.restore()
    return redirect(template)


def template_take(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Put the words right first; then it is a proposal, or the client's own goal."""
    templates = GoalTemplate.objects.visible_to(request.user).filter(retired_at=None)
    template = get_object_or_404(templates, pk=pk)
    form = TakeForm(
        request.POST or None, user=request.user, template=template, plan=request.GET.get("plan", "")
    )
    is_coach = request.user.coach_or_none is not None
    made: list[Goal] = []
    if form.is_valid() and tried(
        form, lambda: made.append(take_template(by=request.user, template=template, **form.cleaned_data))
    ):
        [goal] = made
        if goal.plan.belongs_to(request.user):
            messages.success(request, _("This is your goal now."))
        else:
            name = goal.plan.client.name
            messages.success(request, _("Proposed. %(name)s decides about it.") % {"name": name})
        if template.levels:
            return redirect(f"{reverse('goals:goal_scale', args=[goal.pk])}?template={template.pk}")
        return redirect(goal)
    return form_page(request, "goals/template_take.html", form, template=template, is_coach=is_coach)


def goal_template(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Keep what a goal says for others: its coach reads and changes every word first. No link stays."""
    coaches_only(request)
    goal = get_object_or_404(Goal.objects.coached_by(request.user).with_plan(), pk=pk)
    form = TemplateForm(request.POST or None, user=request.user, goal=goal)
    if form.is_valid():
        template = write_template(by=request.user, **form.cleaned_data)
        messages.success(request, _("It is in the library. Nothing in it leads back to the goal."))
        return redirect(template)
    return form_page(request, "goals/template_form.html", form, goal=goal, back=goal.get_absolute_url())
