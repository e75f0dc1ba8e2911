"""Files in a client's record: added, given out and taken out by the client and their coach."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from clients.files import acts
from clients.files.kinds import NotTaken
from clients.forms.files import FileForm
from clients.models import Client, RecordFile, Trace
from clients.views.own import clients_only, own_words_only_where_open
from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page


def file_own(request: PersonRequest) -> HttpResponse:
    """The client's page."""
    clients_only(request)
    files = RecordFile.objects.belonging_to(request.user)
    if request.method == "POST":
        own_words_only_where_open(request)
    form = FileForm(request.POST or None, request.FILES or None, user=request.user)
    if form.is_valid() and _added(request, form):
        return redirect("clients:file_own")
    page = keyset_page(request, files.select_related("added_by", "client"), by=["-created_at", "-pk"])
    context = {"form": form, "page": page, "is_own": True}
    return render(request, "clients/file_list.html", context, status=422 if form.errors else 200)


def file_list(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The coach's page of one client."""
    client = get_object_or_404(Client.objects.coached_by(request.user), pk=pk)
    if request.method == "POST":
        client.check_open_to_words()
    form = FileForm(request.POST or None, request.FILES or None, user=request.user, client=client)
    if form.is_valid() and _added(request, form):
        return redirect("clients:file_list", client.pk)
    files = RecordFile.objects.visible_to(request.user).about(client).select_related("added_by", "client")
    context = {
        "form": form,
        "page": keyset_page(request, files, by=["-created_at", "-pk"]),
        "client": client,
        "is_own": False,
    }
    return render(request, "clients/file_list.html", context, status=422 if form.errors else 200)


def _added(request: PersonRequest, form: FileForm) -> bool:
    """Whether the file was taken; where it was not, the form says why."""
    upload = form.cleaned_data["file"]
    assert form.record is not None  # noqa: S101 - a valid form has one
    try:
        acts.add_file(
            by=request.user,
            client=form.record,
            name=upload.name,
            content=upload.read(),
            audience=form.cleaned_data["audience"],
        )
    except NotTaken as refused:
        form.add_error("file", str(refused))
        return False
    messages.success(request, _("It is in the record."))
    return True


def file_download(request: PersonRequest, pk: UUID) -> HttpResponse:
    files = RecordFile.objects.visible_to(request.user).select_related("client")
    file = get_object_or_404(files, pk=pk)
    if file.client.user_id != request.user.pk and file.added_by_id != request.user.pk:
        Trace.objects.leave(client=file.client, by=request.user, act=Trace.Act.READ, part=Trace.Part.FILES)
    return acts.download_of(file)


def file_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    file = get_object_or_404(RecordFile.objects.removable_by(request.user).select_related("client"), pk=pk)
    is_own = file.client.user_id == request.user.pk
    back = reverse("clients:file_own") if is_own else reverse("clients:file_list", args=[file.client_id])
    if request.method == "POST":
        acts.remove_file(by=request.user, file=file)
        messages.success(request, _("It is gone."))
        return redirect(back)
    return render(request, "clients/file_remove.html", {"file": file, "back": back})
