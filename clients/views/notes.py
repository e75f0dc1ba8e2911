"""A coach's notes, each for its author, for the client's coaches, or for the client too."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients import actions
from clients.forms.record import NoteForm
from clients.models import Client, Note
from clients.views.own import clients_only
from clients.views.writing import write_page
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from coaching.accounts.records import uuid7


def note_list(request: PersonRequest, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    notes = Note.objects.visible_to(request.user).about(client).select_related("author", "client")
    page = keyset_page(request, notes, by=["-created_at", "-pk"])
    return render(request, "clients/note_list.html", {"client": client, "page": page})


def note_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    """A new note has its address before its first letter, so that what is typed can be found again."""
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    return redirect("clients:note_write", client.pk, uuid7())


def note_write(request: PersonRequest, client_pk: UUID, pk: UUID) -> HttpResponse:
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=client_pk)
    try:
        note = Note.objects.continued_by(request.user, client, pk)
    except Note.DoesNotExist:
        raise Http404 from None
    back = reverse("clients:note_list", args=[client.pk])
    return write_page(request, "clients/note_write.html", note, NoteForm, back=back, client=client)


def note_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    note = get_object_or_404(Note.objects.editable_by(request.user).select_related("client"), pk=pk)
    if request.method == "POST":
        actions.remove_writing(by=request.user, writing=note)
        messages.success(request, _("The note is gone."))
        return redirect("clients:note_list", note.client_id)
    return render(request, "clients/note_remove.html", {"note": note})


def note_shared(request: PersonRequest) -> HttpResponse:
    """What the client's coaches have written for the client to read."""
    clients_only(request)
    notes = Note.objects.belonging_to(request.user).select_related("author")
    page = keyset_page(request, notes, by=["-created_at", "-pk"])
    return render(request, "clients/note_shared.html", {"page": page})
