"""What curators did, and taking it back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from community import edits, merging
from community.errors import NotPossible
from community.models import Edit
from community.views.shared import curators_only

MOST_EDITS = 10
"""So many stand on the page of what they changed."""


@curators_only
def edit_list(request: PersonRequest) -> HttpResponse:
    edits_of_all = Edit.objects.editable_by(request.user).with_people().with_names()
    page = keyset_page(request, edits_of_all, by=["-created_at", "-pk"])
    edits_told = [(edit, list(edits.told(edit))) for edit in page]
    return render(request, "community/edit_list.html", {"page": page, "edits": edits_told})


@require_POST
@curators_only
def edit_undo(request: PersonRequest, pk: UUID) -> HttpResponse:
    edit = get_object_or_404(Edit.objects.editable_by(request.user), pk=pk)
    take_back = merging.take_back_merge if edit.kind == Edit.Kind.MERGE else edits.take_back
    try:
        take_back(by=request.user, edit=edit)
    except NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back. It is as it was before."))
    if edit.organization:
        return redirect(edit.organization)
    services = list(edit.services.all()[:2])
    if edit.kind == Edit.Kind.BULK or not services:
        return redirect("community:edit_list")
    return redirect("community:listing_detail", services[0].pk)


def latest_edits(request: PersonRequest, edits_of_one: Any) -> list[tuple[Edit, list[tuple[str, str, str]]]]:
    """The latest of these edits, each with its lines."""
    latest = edits_of_one.editable_by(request.user).with_people()[:MOST_EDITS]
    return [(edit, list(edits.told(edit))) for edit in latest]
