"""What surrounds a client's life: on the client's own pages, and written down by the coach with them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import actions
from clients.circumstances import with_changes
from clients.forms.record import CircumstanceForm
from clients.models import Circumstance, Client
from clients.models.circumstance import ChangedMeanwhile
from clients.views.own import clients_only, own_words_only_where_open
from coaching.accounts.http import PersonRequest


def circumstance_list(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    rows = Circumstance.objects.belonging_to(request.user).select_related(
        "recorded_by", "asked_by", "client__coach__user"
    )
    circumstances = with_changes(rows.most_pressing_first())
    return render(request, "clients/circumstance_list.html", {"circumstances": circumstances})


def circumstance_create(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    own_words_only_where_open(request)
    form = CircumstanceForm(request.POST or None, user=request.user)
    return _form_page(request, form, is_own=True)


def circumstance_record(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The coach writes down what the client, who is present, says."""
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    client.check_open_to_words()
    form = CircumstanceForm(request.POST or None, user=request.user, client=client)
    return _form_page(request, form, is_own=False, client=client)


def circumstance_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    rows = Circumstance.objects.visible_to(request.user).select_related("client")
    circumstance = get_object_or_404(rows, pk=pk)
    circumstance.client.check_open_to_words()
    holds = circumstance.holds_against(request.user)
    form = CircumstanceForm(request.POST or None, user=request.user, instance=circumstance)
    is_own = circumstance.client.user_id == request.user.pk
    context = {"client": circumstance.client, "circumstance": circumstance, "holds": holds}
    return _form_page(request, form, is_own=is_own, **context)


def _form_page(
    request: PersonRequest, form: CircumstanceForm, *, is_own: bool, **context: object
) -> HttpResponse:
    if form.is_valid():
        actions.write_circumstance(by=request.user, circumstance=form.instance)
        client = form.instance.client
        asks = not is_own and form.instance.has_question and client.has_joined
        messages.success(request, _said(form.instance, asks=asks, is_own=is_own))
        return _back(form.instance, is_own=is_own)
    context |= {"form": form, "is_own": is_own}
    return render(request, "clients/circumstance_form.html", context, status=422 if form.errors else 200)


def _said(circumstance: Circumstance, *, asks: bool, is_own: bool) -> str:
    client = circumstance.client
    if asks:
        return _("Saved. %(name)s is asked whether it is so.") % {"name": client}
    if is_own and circumstance.is_urgent:
        return _(
            "Saved. It stands first on your page, and on the page of %(coach)s when they next sign in. "
            "No mail goes out: if you need them sooner, write or ring."
        ) % {"coach": client.coach}
    return _("Saved.")


def _back(circumstance: Circumstance, *, is_own: bool) -> HttpResponse:
    return redirect("clients:circumstance_list") if is_own else redirect(circumstance.client)


@require_POST
def circumstance_confirm(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Yes to the words that were on the page: it sends their edition, so newer words are not meant."""
    rows = Circumstance.objects.belonging_to(request.user).select_related("client")
    circumstance = get_object_or_404(rows, pk=pk)
    try:
        actions.confirm_circumstance(
            by=request.user, circumstance=circumstance, edition=request.POST.get("edition", "")
        )
    except ChangedMeanwhile:
        return _read_again(request)
    messages.success(request, _("Confirmed."))
    return redirect("clients:circumstance_list")


@require_POST
def circumstance_keep(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The client stays with their words; or the coach does not ask any more."""
    rows = Circumstance.objects.askable_by(request.user).select_related("client")
    circumstance = get_object_or_404(rows, pk=pk)
    try:
        actions.keep_circumstance(
            by=request.user, circumstance=circumstance, edition=request.POST.get("edition")
        )
    except ChangedMeanwhile:
        return _read_again(request)
    is_own = circumstance.client.user_id == request.user.pk
    messages.success(request, _("All right. Your words stay as they are.") if is_own else _("Taken back."))
    return _back(circumstance, is_own=is_own)


def _read_again(request: PersonRequest) -> HttpResponse:
    messages.info(request, _("This has changed since you read it. Please read it once more."))
    return redirect("clients:circumstance_list")


def circumstance_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    rows = Circumstance.objects.removable_by(request.user).select_related("client")
    circumstance = get_object_or_404(rows, pk=pk)
    is_own = circumstance.client.user_id == request.user.pk
    if request.method == "POST":
        actions.remove_circumstance(by=request.user, circumstance=circumstance)
        messages.success(request, _("It is gone."))
        return _back(circumstance, is_own=is_own)
    context = {"circumstance": circumstance, "is_own": is_own}
    return render(request, "clients/circumstance_remove.html", context)
