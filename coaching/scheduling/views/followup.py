"""After a session: what was agreed, and the summary. Before the next: what is to be done."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from clients.views.own import clients_only
from clients.views.writing import write_page
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from coaching.scheduling import followup
from coaching.scheduling.forms.followup import AgreedForm, StepSessionForm, SummaryForm
from coaching.scheduling.models import CoachingSession, SessionSummary
from goals.models import Step
from goals.views.answers import form_page, tried


def step_agree(request: PersonRequest, pk: str) -> HttpResponse:
    """One line of what was agreed becomes a step of a goal that the client has said yes to."""
    sessions = CoachingSession.objects.visible_to(request.user).of_one_client()
    session = get_object_or_404(sessions.with_people(), pk=pk)
    form = AgreedForm(request.POST or None, user=request.user, session=session)
    if form.is_valid() and tried(
        form, lambda: followup.agree_step(by=request.user, session=session, **form.cleaned_data)
    ):
        messages.success(request, _("It is in the plan as a step."))
        return redirect(f"{session.get_absolute_url()}#agreed")
    return form_page(
        request,
        "scheduling/step_agree.html",
        form,
        session=session,
        other_person=session.other_person(request.user),
    )


def step_session(request: PersonRequest, pk: str) -> HttpResponse:
    """Choose the session before which a step is to be done."""
    steps = Step.objects.editable_by(request.user).select_related("goal__plan__client__coach")
    step = get_object_or_404(steps, pk=pk)
    link = step.session_links.visible_to(request.user).filter(role="before").first()
    initial = {"session": link.session_id if link else None}
    form = StepSessionForm(request.POST or None, user=request.user, step=step, initial=initial)
    is_sent = request.method == "POST"
    if (
        is_sent
        and form.is_valid()
        and tried(form, lambda: followup.do_before(by=request.user, step=step, **form.cleaned_data))
    ):
        messages.success(request, _("Saved."))
        return redirect(step)
    context = {"form": form, "step": step, "goal": step.goal, "plan": step.goal.plan}
    return render(request, "scheduling/step_session.html", context, status=422 if form.errors else 200)


def summary_write(request: PersonRequest, pk: str) -> HttpResponse:
    """The coach writes; nobody else sees it before it is sent."""
    sessions = CoachingSession.objects.editable_by(request.user).of_one_client()
    session = get_object_or_404(sessions.with_people(), pk=pk)
    try:
        summary = SessionSummary.objects.continued_by(request.user, session)
    except SessionSummary.DoesNotExist:
        raise Http404 from None
    return write_page(
        request,
        "scheduling/summary_write.html",
        summary,
        SummaryForm,
        back=session.get_absolute_url(),
        save=followup.send_summary,
        said=_("%(name)s can read it now.") % {"name": session.client.name},
        session=session,
    )


def summary_list(request: PersonRequest) -> HttpResponse:
    """All summaries that were sent to the client, the latest first."""
    clients_only(request)
    summaries = SessionSummary.objects.belonging_to(request.user).select_related("author", "session")
    page = keyset_page(request, summaries, by=["-saved_at", "-pk"])
    return render(request, "scheduling/summary_list.html", {"page": page})
