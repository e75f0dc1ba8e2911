"""Links that moved for good."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from community import actions
from community.models import WebLink
from community.views.shared import curators_only


@require_POST
@curators_only
def link_take(request: PersonRequest, pk: UUID) -> HttpResponse:
    """The new address in place of the old one; back to the listing it was seen on, or else to the queue."""
    link = get_object_or_404(WebLink.objects.editable_by(request.user), pk=pk)
    try:
        number = actions.take_new_address(by=request.user, link=link, address=request.POST.get("address", ""))
    except actions.NotPossible as error:
        messages.error(request, str(error))
    else:
        done = ngettext(
            "One listing has the new address now. You can take that back in the history.",
            "%(number)s listings have the new address now. You can take that back in the history.",
            number,
        )
        messages.success(request, done % {"number": number})
    try:
        return redirect("community:listing_detail", UUID(request.POST.get("listing", "")))
    except ValueError:
        return redirect("community:queue")
