"""Bringing data in from elsewhere, for curators: hand in a file, see what it would do, bring it in, undo."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from community.forms.imports import ImportForm
from community.hsds import runs
from community.hsds.report import PackageError
from community.models import ImportRun
from community.views.shared import curators_only

LATEST = 20


@curators_only
def import_new(request: PersonRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.hand_in(by=request.user, file_name=file.name, content=file.read())
        except PackageError as error:
            form.add_error("file", str(error))
        else:
            return redirect("community:import_detail", run.pk)
    latest = ImportRun.objects.editable_by(request.user).select_related("by")[:LATEST]
    return render(
        request,
        "community/import_new.html",
        {"form": form, "runs": latest},
        status=422 if form.is_bound else 200,
    )


@curators_only
def import_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.editable_by(request.user).select_related("by"), pk=pk)
    context = {"run": run, "how_far": runs.how_far(run)}
    return render(request, "community/import_detail.html", context)


@require_POST
@curators_only
def import_apply(request: PersonRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.editable_by(request.user), pk=pk)
    try:
        runs.ask_to_bring_in(by=request.user, run=run, takes_source="takes_source" in request.POST)
    except runs.NotNow:
        messages.info(request, _("It does not wait to be brought in any more."))
    return redirect("community:import_detail", pk)


@require_POST
@curators_only
def import_undo(request: PersonRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(ImportRun.objects.editable_by(request.user), pk=pk)
    try:
        runs.ask_to_take_back(by=request.user, run=run)
    except runs.NotNow:
        messages.info(request, _("There is nothing to take back."))
    return redirect("community:import_detail", pk)
