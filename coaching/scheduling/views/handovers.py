"""Another coach goes on with a client: the practice asks, the client answers."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.models import Client, Handover
from coaching.accounts.http import PersonRequest
from coaching.scheduling.forms.handovers import HandoverForm
from coaching.scheduling.handovers import answer_handover, ask_to_go_on, planned_with, withdraw_handover


def handover_ask(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Says what a yes changes, and asks the client; who has no account goes on at once."""
    people = Client.objects.handed_over_by(request.user).select_related("coach__user", "user", "practice")
    client = get_object_or_404(people, pk=pk)
    client.check_goes_on()
    is_coach = client.coach.user_id == request.user.pk
    form = HandoverForm(request.POST or None, user=request.user, client=client)
    if form.is_valid():
        try:
            handover = ask_to_go_on(by=request.user, client=client, coach=form.cleaned_data["coach"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            said = (
                _("%(name)s is asked, and decides.")
                if handover.is_open
                else _("%(name)s goes on with %(coach)s from now on.")
            )
            messages.success(request, said % {"name": client, "coach": handover.to_coach})
            stays = is_coach and handover.is_open
            return redirect(client) if stays else redirect("home:home" if is_coach else "home:practice")
    context = {
        "form": form,
        "client": client,
        "is_coach": is_coach,
        "open": Handover.objects.withdrawable_by(request.user).filter(client=client).with_people().first(),
        # Who runs the practice does not see what is planned between the two.
        "sessions": len(planned_with(client)) if is_coach else None,
    }
    return render(request, "scheduling/handover_ask.html", context, status=422 if form.errors else 200)


@require_POST
def handover_withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    rows = Handover.objects.withdrawable_by(request.user).with_people()
    handover = get_object_or_404(rows, pk=pk)
    try:
        withdraw_handover(by=request.user, handover=handover)
    except ValidationError as error:
        messages.info(request, error.message)
    else:
        messages.success(request, _("Taken back. Nothing has changed."))
    is_coach = handover.from_coach.user_id == request.user.pk
    return redirect("home:home" if is_coach else "home:practice")


def handover_answer(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client reads what a yes changes, and says yes or no; later is an answer, too."""
    handover = get_object_or_404(Handover.objects.belonging_to(request.user).with_people(), pk=pk)
    answer = request.POST.get("answer")
    if answer in {"yes", "no"}:
        try:
            answer_handover(
                by=request.user,
                handover=handover,
                is_agreed=answer == "yes",
                is_closed_first="close" in request.POST,
            )
        except ValidationError as error:
            messages.error(request, error.message)
            return redirect("scheduling:handover_answer", handover.pk)
        name = handover.to_coach if answer == "yes" else handover.from_coach
        said = _("You go on with %(coach)s.") if answer == "yes" else _("You stay with %(coach)s.")
        messages.success(request, said % {"coach": name})
        return redirect("home:home")
    if request.method == "POST":
        messages.error(request, _("Choose yes or no. You can also leave it open."))
    context = {"handover": handover, "sessions": planned_with(handover.client) if handover.is_open else []}
    return render(request, "scheduling/handover_answer.html", context, status=422 if request.POST else 200)
