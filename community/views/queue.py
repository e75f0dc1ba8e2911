"""What needs a curator's eye, ordered by need, and what else waits for one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from community import actions
from community.eyes import why_not
from community.forms.listings import VerifyForm
from community.models import GapRecord, Service, Suggestion, WebLink
from community.needs import reasons
from community.views.shared import curators_only

SHOWN = 50
"""So many gaps, and so many suggestions."""


@curators_only
def queue(request: PersonRequest) -> HttpResponse:
    services = Service.objects.editable_by(request.user).by_need(timezone.localdate())
    services = services.with_interest_of(request.user)
    page = keyset_page(request, services.for_queue(), by=["-need", "sort_name", "pk"])
    links = WebLink.objects.editable_by(request.user).by_address(page)
    following = [*(str(service.pk) for service in page.rows[1:]), ""]
    return render(
        request,
        "community/queue.html",
        {
            "page": page,
            "entries": [
                (
                    service,
                    list(reasons(service, links)),
                    after,
                    why_not(service, service.listing, by=request.user),
                )
                for service, after in zip(page, following, strict=False)
            ],
            "ways_to_check": VerifyForm.CHOICES,
            "unsaid": request.GET.get("unsaid", ""),
            "after": request.GET.get("after", ""),
            "gaps": GapRecord.objects.editable_by(request.user).still_open()[:SHOWN],
            "suggestions": Suggestion.objects.editable_by(request.user).still_open()[:SHOWN],
        },
    )


@require_POST
@curators_only
def suggestion_close(request: PersonRequest, pk: UUID) -> HttpResponse:
    suggestion = get_object_or_404(Suggestion.objects.editable_by(request.user), pk=pk)
    actions.close_suggestion(by=request.user, suggestion=suggestion)
    messages.success(request, _("Put away."))
    return redirect("community:queue")
