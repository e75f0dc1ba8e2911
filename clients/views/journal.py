"""A client's journal: theirs alone, or read by their coach where they say so, entry by entry."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients import actions
from clients.forms.record import JournalForm
from clients.models import Client, JournalEntry, Trace
from clients.views.own import clients_only
from clients.views.writing import write_page
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from coaching.accounts.records import uuid7


def journal_list(request: PersonRequest) -> HttpResponse:
    clients_only(request)
    entries = JournalEntry.objects.belonging_to(request.user).select_related("client__coach__user")
    page = keyset_page(request, entries, by=["-created_at", "-pk"])
    return render(request, "clients/journal_list.html", {"page": page})


def journal_create(request: PersonRequest) -> HttpResponse:
    """A new entry has its address before its first letter, so that what is typed can be found again."""
    clients_only(request)
    return redirect("clients:journal_write", uuid7())


def journal_write(request: PersonRequest, pk: UUID) -> HttpResponse:
    clients_only(request)
    client = Client.objects.belonging_to(request.user).order_by("created_at")[0]
    try:
        entry = JournalEntry.objects.continued_by(request.user, client, pk)
    except JournalEntry.DoesNotExist:
        raise Http404 from None
    back = reverse("clients:journal_list")
    return write_page(request, "clients/journal_write.html", entry, JournalForm, back=back)


def journal_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    entry = get_object_or_404(JournalEntry.objects.belonging_to(request.user).select_related("client"), pk=pk)
    if request.method == "POST":
        actions.remove_writing(by=request.user, writing=entry)
        messages.success(request, _("The entry is gone."))
        return redirect("clients:journal_list")
    return render(request, "clients/journal_remove.html", {"entry": entry})


def journal_shared(request: PersonRequest, pk: UUID) -> HttpResponse:
    """What a client lets their coach read."""
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    entries = JournalEntry.objects.visible_to(request.user).filter(client=client)
    Trace.objects.leave(client=client, by=request.user, act=Trace.Act.READ, part=Trace.Part.JOURNAL)
    page = keyset_page(request, entries, by=["-created_at", "-pk"])
    return render(request, "clients/journal_shared.html", {"client": client, "page": page})
