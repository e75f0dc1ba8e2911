"""A plan out to a file and in from one, as HL7 FHIR R4."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.models import Client
from coaching.accounts.http import PersonRequest
from goals.board import Board
from goals.errors import NotPossible
from goals.fhir.bringing import Arrival, bring_in
from goals.fhir.reading import read
from goals.fhir.writing import bundle_of
from goals.forms.plans import PlanFileForm
from goals.models import GoalPlan
from goals.views.answers import form_page
from goals.views.plans import client_asked_for


def plan_fhir(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = get_object_or_404(GoalPlan.objects.visible_to(request.user).with_people().with_goals(), pk=pk)
    bundle = bundle_of(Board(plan, request.user))
    answer = JsonResponse(
        bundle,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        content_type="application/fhir+json; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="plan-{str(plan.pk)[-6:]}.fhir.json"'
    return answer


def plan_import(request: PersonRequest) -> HttpResponse:
    """Choose a file; then see what would come of it. Nothing changes and nothing is kept."""
    client = client_asked_for(request)
    form = PlanFileForm(request.POST or None, request.FILES or None, user=request.user, client=client)
    if not form.is_valid():
        return _file_page(request, form, client)
    arrival = Arrival(request.user, client, read(form.file_content), form.cleaned_data["plan"])
    # A coach leaves out what is not to be proposed; a client says yes to each.
    ticked = set() if arrival.is_own else {goal.fingerprint for goal in arrival.new}
    return _preview(request, form, arrival, ticked)


@require_POST
def plan_import_apply(request: PersonRequest) -> HttpResponse:
    """Bring in what the preview showed. The file is read anew, and only what was said yes to counts."""
    client = client_asked_for(request)
    form = PlanFileForm(request.POST, user=request.user, client=client)
    if not form.is_valid():
        return _file_page(request, form, client)
    chosen = form.cleaned_data["plan"]
    reading, ticked = read(form.file_content), set(request.POST.getlist("agree"))
    try:
        plan, goals = bring_in(
            by=request.user,
            client=client,
            reading=reading,
            plan=chosen,
            agreed=ticked,
        )
    except NotPossible as reason:
        form.add_error(None, str(reason))
        return _preview(request, form, Arrival(request.user, client, reading, chosen), ticked)
    if client.user_id == request.user.pk:
        said = ngettext("%d goal came in. It is yours.", "%d goals came in. They are yours.", len(goals))
    else:
        said = ngettext("%d goal came in as a proposal.", "%d goals came in, each as a proposal.", len(goals))
    messages.success(request, said % len(goals) if goals else _("The plan is there. Now it can grow."))
    return redirect(plan)


def _file_page(request: PersonRequest, form: PlanFileForm, client: Client) -> HttpResponse:
    is_own = client.user_id == request.user.pk
    return form_page(request, "goals/plan_import.html", form, client=client, is_own=is_own)


def _preview(request: PersonRequest, form: PlanFileForm, arrival: Arrival, ticked: set[str]) -> HttpResponse:
    is_refused = bool(form.errors or arrival.reading.problems or arrival.obstacle)
    context = {
        "form": form,
        "arrival": arrival,
        "client": arrival.client,
        "content": "" if arrival.reading.problems else form.file_content.decode("utf-8-sig"),
        "agreed": ticked,
    }
    return render(request, "goals/plan_import_preview.html", context, status=422 if is_refused else 200)
