"""A plan on paper."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest
from coaching.accounts.paper import pdf_answer, renderer
from goals.board import Board, Ratings
from goals.history import history_of_plan
from goals.models import GoalPlan
from goals.printing import Section, chosen


def _paper(request: PersonRequest, pk: UUID) -> dict[str, Any]:
    """What the paper is written from: the plan and the sections that were asked for."""
    plans = GoalPlan.objects.visible_to(request.user).with_people().with_goals(for_paper=True)
    plan = get_object_or_404(plans, pk=pk)
    sections = chosen(request.GET.getlist("section"), is_asked="asked" in request.GET)
    board = Board(plan, request.user)
    numbers = {vine.goal.pk: vine.number for vine in board.trellis.rows}
    sides = [
        (side, [(numbers[goal.pk], goal, Ratings(goal)) for goal in side.goals if goal.is_agreed])
        for side in board.sides
    ]
    return {
        "plan": plan,
        "board": board,
        "sides": sides,
        "sections": sections,
        "changes": history_of_plan(plan) if Section.HISTORY in sections else [],
        "today": timezone.localdate(),
    }


def plan_print(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Choose the sections and see them as they will be printed."""
    context = _paper(request, pk)
    context |= {"choices": Section.choices, "has_pdf": renderer() is not None}
    return render(request, "goals/plan_print.html", context)


def plan_pdf(request: PersonRequest, pk: UUID) -> HttpResponse:
    context = _paper(request, pk)
    plan = context["plan"]
    if not context["sections"]:
        return redirect(f"{reverse('goals:plan_print', args=[plan.pk])}?asked=yes")
    if renderer() is None:
        messages.info(request, _("There is no PDF here. Print the page with your browser instead."))
        return redirect("goals:plan_print", plan.pk)
    return pdf_answer("goals/plan_pdf.html", context, name=slugify(plan.title) or "plan")
