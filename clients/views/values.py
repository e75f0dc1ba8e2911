"""What matters to a client: theirs to word, to order and to take out, all at once if they like."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import actions
from clients.forms.record import ValueForm
from clients.models import Value
from clients.views.own import clients_only
from coaching.accounts.http import PersonRequest


def value_list(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    form = ValueForm(request.POST or None, user=request.user)
    if form.is_valid():
        actions.add_value(by=request.user, value=form.instance)
        return redirect("clients:value_list")
    values = Value.objects.belonging_to(request.user).select_related("client__coach__user")
    context = {"form": form, "values": values.order_by("client", "position", "pk")}
    return render(request, "clients/value_list.html", context, status=422 if form.errors else 200)


def value_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    value = get_object_or_404(Value.objects.belonging_to(request.user).select_related("client"), pk=pk)
    value.client.check_open_to_words()
    form = ValueForm(request.POST or None, user=request.user, instance=value)
    if form.is_valid():
        actions.change_value(by=request.user, value=form.instance)
        messages.success(request, _("Saved."))
        return redirect("clients:value_list")
    context = {"form": form, "value": value}
    return render(request, "clients/value_edit.html", context, status=422 if form.errors else 200)


@require_POST
def value_move(request: PersonRequest, pk: UUID) -> HttpResponse:
    value = get_object_or_404(Value.objects.belonging_to(request.user).select_related("client"), pk=pk)
    actions.move_value(by=request.user, value=value, steps=1 if request.POST.get("to") == "down" else -1)
    return redirect("clients:value_list")


@require_POST
def value_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    value = get_object_or_404(Value.objects.belonging_to(request.user).select_related("client"), pk=pk)
    actions.remove_values(by=request.user, values=[value])
    messages.success(request, _("It is gone."))
    return redirect("clients:value_list")


def value_remove_all(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    if request.method == "POST":
        values = Value.objects.belonging_to(request.user).select_related("client")
        actions.remove_values(by=request.user, values=list(values))
        messages.success(request, _("All of them are gone."))
        return redirect("clients:value_list")
    return render(request, "clients/value_remove_all.html")
