"""Bringing a list of clients in: hand in a file, choose its columns, look, bring in, take back."""

from collections import Counter
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from clients.bringing import runs
from clients.bringing.columns import samples
from clients.bringing.judging import Verdict
from clients.bringing.tables import BadTable
from clients.forms.bringing import ColumnsForm, RosterImportForm
from clients.models import Client, RosterImport
from coaching.accounts.http import PersonRequest, coaches_only

SHOWN = 200
"""So many lines with something to say are shown, and a few that are fine; the figures count all."""
SHOWN_FINE = 10


def roster_import_new(request: PersonRequest) -> HttpResponse:
    coaches_only(request)
    form = RosterImportForm(request.POST, request.FILES) if request.method == "POST" else RosterImportForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = runs.hand_in(by=request.user, file_name=file.name, content=file.read())
        except BadTable as error:
            form.add_error("file", str(error))
        else:
            return redirect("clients:roster_import", run.pk)
    context = {"form": form, "runs": RosterImport.objects.visible_to(request.user)[:10]}
    return render(request, "clients/roster_import_new.html", context, status=422 if form.is_bound else 200)


def roster_import(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Where the list stands. While it is only looked at: its columns, and what would become of its lines."""
    imports = RosterImport.objects.visible_to(request.user).select_related("coach__user")
    run = get_object_or_404(imports, pk=pk)
    context: dict[str, object] = {"run": run}
    if run.state != RosterImport.State.LOOKED_AT:
        added = Client.objects.coached_by(request.user).filter(roster_import=run)
        context |= {"added": added.count(), "percent": 100 * run.lines_done // run.lines}
        return render(request, "clients/roster_import.html", context)
    table = runs.table_of(run)
    mapping = {int(column): field for column, field in run.mapping.items()}
    form = ColumnsForm(request.POST or None, header=table.header, mapping=mapping)
    if form.is_valid():
        try:
            runs.choose_columns(run=run, mapping=form.mapping)
        except runs.NotNow:
            messages.info(request, _("It is being brought in with the columns as they were."))
        return redirect("clients:roster_import", run.pk)
    lines = runs.judged(run)
    telling = [line for line in lines if line.said or line.verdict != Verdict.NEW]
    context |= {
        "form": form,
        "columns": [(form[name], samples(table, number)) for number, name in enumerate(form.fields)],
        "counts": Counter(line.verdict.value for line in lines),
        "telling": telling[:SHOWN],
        "more": max(len(telling) - SHOWN, 0),
        "fine": [line for line in lines if line.verdict == Verdict.NEW and not line.said][:SHOWN_FINE],
    }
    return render(request, "clients/roster_import.html", context, status=422 if form.is_bound else 200)


@require_POST
def roster_import_begin(request: PersonRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(RosterImport.objects.visible_to(request.user), pk=pk)
    try:
        runs.begin(run=run, invites="invite" in request.POST)
    except runs.NotNow:
        messages.info(request, _("That was done already."))
    return redirect("clients:roster_import", pk)


@require_POST
def roster_import_take_back(request: PersonRequest, pk: UUID) -> HttpResponse:
    run = get_object_or_404(RosterImport.objects.visible_to(request.user), pk=pk)
    try:
        gone, stay = runs.take_back(run=run)
    except runs.NotNow:
        messages.info(request, _("There is nothing to take back."))
        return redirect("clients:roster_import", pk)
    words = ngettext("One person was taken off your list.", "%d people were taken off your list.", gone)
    kept = ngettext(
        "One stays, because somebody has worked with them since.",
        "%d stay, because somebody has worked with them since.",
        stay,
    )
    said = [words % gone if "%d" in words else words]
    if stay:
        said.append(kept % stay if "%d" in kept else kept)
    messages.success(request, " ".join(said))
    return redirect("clients:roster_import", pk)
