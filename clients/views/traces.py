"""For the client: who read and changed what in their record."""

from django.http import HttpResponse
from django.shortcuts import render

from clients.models import Trace
from clients.views.own import clients_only
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page


def trace_list(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    traces = Trace.objects.visible_to(request.user).select_related("person", "client__coach__user")
    page = keyset_page(request, traces, by=["-at", "-pk"])
    return render(request, "clients/trace_list.html", {"page": page})
