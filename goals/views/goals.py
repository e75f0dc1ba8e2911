"""A goal: proposed, decided, described, rated, finished."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.fitting import Looking
from clients.models import Value
from clients.models.circumstance import State
from coaching.accounts.http import PersonRequest
from coaching.accounts.models import User
from community.matching import Match, helping_with
from goals import actions
from goals.board import Ratings, ladder_of
from goals.forms.goals import GoalCreateForm, GoalForm, RewordForm
from goals.forms.scales import RatingForm, ScaleForm
from goals.forms.steps import StepForm
from goals.forms.wins import WinForm
from goals.history import history_of
from goals.models import Goal, GoalPlan, GoalTemplate
from goals.models.goal import Side
from goals.views.answers import back_of, done, form_page, tried

MOST_HELP = 4


def goal_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    goals = Goal.objects.visible_to(request.user).with_plan().with_level().with_circumstances().with_ratings()
    goal = get_object_or_404(goals, pk=pk)
    ratings = Ratings(goal)
    obstacles = list(goal.obstacles.visible_to(request.user).select_related("circumstance"))
    is_own = goal.plan.belongs_to(request.user)
    standing = next((each for each in obstacles if each.is_around and not each.is_cleared), None)
    context = {
        "obstacles": obstacles,
        "states": State.choices,
        "standing": standing,
        "help": _help(request, standing.domain, is_own=is_own) if standing else [],
        "goal": goal,
        "plan": goal.plan,
        "ratings": ratings,
        "ladder": ladder_of(goal, ratings),
        "grows_from": Value.objects.visible_to(request.user).filter(goals=goal).order_by("position", "pk"),
        "steps": goal.steps.visible_to(request.user).with_resources().with_ticks(),
        "goes_on": Goal.objects.visible_to(request.user).filter(carried_from=goal).select_related("plan")
        if goal.plan.is_closed
        else [],
        "is_own": is_own,
        "is_asked": is_own and goal.is_waiting,
        "is_worded_here": goal.plan.is_worded_by(request.user),
        "is_own_proposal": goal.proposed_by == request.user,
        "is_editable": not goal.plan.is_closed,
        "step_form": StepForm(user=request.user),
        "win_form": WinForm(user=request.user, plan=goal.plan, goals=[goal], auto_id="win-%s"),
    }
    return render(request, "goals/goal_detail.html", context)


def _help(request: PersonRequest, need: str, *, is_own: bool) -> list[Match]:
    """What they said they do not want to see counts for the client alone: their coach would read it off."""
    return helping_with(need, most=MOST_HELP, wish=Looking.of(request.user).wish() if is_own else None)


def goal_create(request: PersonRequest, plan_pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.editable_by(request.user).with_people(), pk=plan_pk)
    side = request.GET.get("side", "")
    form = GoalCreateForm(request.POST or None, user=request.user, plan=plan, initial={"side": side})
    is_own = plan.belongs_to(request.user)
    made: list[Goal] = []
    if form.is_valid() and tried(
        form,
        lambda: made.append(actions.propose_goal(by=request.user, plan=plan, **form.cleaned_data)),
    ):
        goal = made[0]
        if is_own:
            messages.success(request, _("This is your goal now."))
        else:
            messages.success(request, _("Proposed. %(name)s decides about it.") % {"name": plan.client.name})
        return redirect(goal)
    return form_page(
        request, "goals/goal_create.html", form, plan=plan, is_own=is_own, is_community=side == Side.COMMUNITY
    )


@require_POST
def goal_accept(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Yes to the words that were on the page: it sends their fingerprint, so newer words are not meant."""
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return done(
        request,
        lambda: goal.accept(by=request.user, seen=request.POST.get("seen", "")),
        back=goal.plan.get_absolute_url(),
        said=_("This is your goal now."),
    )


def goal_reword(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user).with_plan(), pk=pk)
    form = RewordForm(request.POST or None, user=request.user, goal=goal)
    if form.is_valid() and tried(
        form, lambda: _reword(goal, form, by=request.user, seen=request.POST.get("seen"))
    ):
        messages.success(request, _("This is your goal now, in your words."))
        return redirect(back_of(request, goal.plan.get_absolute_url()))
    return form_page(request, "goals/goal_reword.html", form, goal=goal, plan=goal.plan)


def _reword(goal: Goal, form: RewordForm, *, by: User, seen: str | None) -> None:
    values = form.cleaned_data
    goal.reword(
        by=by,
        wording=values["title"],
        why=values["why"],
        target_on=values["target_on"],
        values=values.get("values"),
        seen=seen,
    )


@require_POST
def goal_decline(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    kept = _("All right. Your words stay as they are.")
    return done(
        request,
        lambda: goal.decline(by=request.user),
        back=goal.plan.get_absolute_url(),
        said=kept if goal.is_rewording else _("All right. The goal is not in your plan."),
    )


@require_POST
def goal_withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The coach takes back other words that wait for an answer."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user), pk=pk)
    return _done(request, goal, goal.withdraw_wording, _("Taken back. The goal stays as it was agreed."))


def goal_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client changes their goal; the coach proposes other words for it."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=pk)
    is_own = goal.plan.belongs_to(request.user)
    form = GoalForm(request.POST or None, user=request.user, plan=goal.plan, goal=goal)
    if form.is_valid():
        values = form.cleaned_data
        if tried(
            form,
            lambda: goal.edit(
                by=request.user,
                wording=values["title"],
                why=values.get("why"),
                target_on=values.get("target_on", goal.target_on),
                values=values.get("values"),
                seen=request.POST.get("seen"),
            ),
        ):
            asked = _("Saved. %(name)s decides about the new words.") % {"name": goal.plan.client.name}
            messages.success(request, asked if goal.is_rewording and not is_own else _("Saved."))
            return redirect(goal)
    return form_page(request, "goals/goal_edit.html", form, goal=goal, plan=goal.plan, is_own=is_own)


@require_POST
def goal_hold(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(request, goal, goal.hold, _("The goal rests. It is not counted until it is taken up again."))


@require_POST
def goal_resume(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(request, goal, goal.resume, _("Welcome back to it."))


@require_POST
def goal_complete(request: PersonRequest, pk: UUID) -> HttpResponse:
    goal = get_object_or_404(Goal.objects.decidable_by(request.user), pk=pk)
    return _done(request, goal, goal.complete, _("Completed. Well done, all who had a part in it."))


def _done(request: PersonRequest, goal: Goal, verb: Callable[..., None], said: str) -> HttpResponse:
    """A verb that needs nothing but its author, and back to the goal."""
    return done(request, lambda: verb(by=request.user), back=goal.get_absolute_url(), said=said)


def goal_cancel(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client stops a goal; a coach takes back a proposal of their own."""
    goal = get_object_or_404(Goal.objects.editable_by(request.user).with_plan(), pk=pk)
    if request.method == "POST":
        return _done(request, goal, goal.cancel, _("The goal is stopped. It stays in the plan's history."))
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
    form = ScaleForm(request.POST or None, user=request.user, goal=goal, levels=_levels_of_template(request))
    if form.is_valid() and tried(
        form, lambda: actions.describe_scale(by=request.user, goal=goal, **form.values)
    ):
        messages.success(request, _("The levels are described."))
        return redirect(goal)
    return form_page(
        request,
        "goals/goal_scale.html",
        form,
        goal=goal,
        plan=goal.plan,
        is_own=goal.plan.belongs_to(request.user),
    )


def _levels_of_template(request: PersonRequest) -> list[str]:
    """The words to begin with, where the goal has just been taken from the library."""
    try:
        pk = UUID(request.GET.get("template", ""))
    except ValueError:
        return []
    template = GoalTemplate.objects.visible_to(request.user).filter(pk=pk).first()
    return template.levels if template else []


def goal_rate(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Each level is a button: one tap says how far it has come."""
    goals = Goal.objects.editable_by(request.user).agreed().with_plan().with_ratings()
    goal = get_object_or_404(goals, pk=pk)
    form = RatingForm(request.POST or None, user=request.user)
    if form.is_valid() and tried(
        form, lambda: actions.rate_goal(by=request.user, goal=goal, **form.cleaned_data)
    ):
        messages.success(request, _("Noted."))
        return redirect(back_of(request, goal.get_absolute_url()))
    return form_page(
        request,
        "goals/goal_rate.html",
        form,
        goal=goal,
        ladder=ladder_of(goal, Ratings(goal)),
        plan=goal.plan,
        is_own=goal.plan.belongs_to(request.user),
    )
