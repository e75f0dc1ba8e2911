"""A client takes their record out, or has it erased, without asking anybody."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients import actions
from clients.export import export_of
from clients.models import Client, Erasure, Trace
from clients.models.erasure import COOLING_OFF
from clients.views.own import clients_only
from coaching.accounts.http import PersonRequest, attachment


def export(request: PersonRequest) -> HttpResponse:
    """All records of this person, one for each coach, in one zip."""
    clients_only(request)
    if request.method != "POST":
        return render(request, "clients/export_page.html")
    records = Client.objects.belonging_to(request.user).select_related("coach__user", "practice", "user")
    name = f"record-{timezone.localdate():%Y-%m-%d}.zip"
    response = attachment(export_of(records), name, "application/zip")
    for record in records:
        Trace.objects.leave(client=record, by=request.user, act=Trace.Act.TOOK_OUT, part=Trace.Part.RECORD)
    return response


def erasure_request(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Says what goes and what stays, and asks once more."""
    records = Client.objects.belonging_to(request.user).select_related("coach__user", "practice", "user")
    client = get_object_or_404(records, pk=pk)
    if request.method == "POST":
        actions.request_erasure(by=request.user, client=client)
        messages.success(request, _("Your record will be erased. Until then you can take that back."))
        return redirect("home:me")
    context = {
        "client": client,
        "days": COOLING_OFF.days,
        "erasure": Erasure.objects.belonging_to(request.user).open().filter(record=client.pk).first(),
    }
    return render(request, "clients/erasure_request.html", context)


@require_POST
def erasure_withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.belonging_to(request.user), pk=pk)
    asked = Erasure.objects.belonging_to(request.user).open().filter(record=client.pk, reason="asked")
    if not asked:
        messages.info(request, _("There is nothing of yours to take back."))
        return redirect("home:me")
    for erasure in asked:
        erasure.withdraw()
    messages.success(request, _("Your record stays. Nothing was lost."))
    return redirect("home:me")
