"""What needs a curator's eye, ordered by need, and what else waits for one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from community import actions
from community.eyes import why_not
from community.forms.listings import VerifyForm
from community.forms.voices import SetAsideForm
from community.models import GapRecord, Service, Suggestion, WebLink
from community.needs import reasons
from community.views.shared import curators_only

SHOWN = 50
"""So many links that moved, and so many suggestions."""


@curators_only
def queue(request: PersonRequest) -> HttpResponse:
    services = Service.objects.editable_by(request.user).by_need(timezone.localdate())
    services = services.with_interest_of(request.user)
    page = keyset_page(request, services.for_queue(), by=["-need", "sort_name", "pk"])
    links = WebLink.objects.editable_by(request.user).by_address(page, and_moved=SHOWN)
    gaps = list(GapRecord.objects.editable_by(request.user).still_open())
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
            "moved": [link for link in links.values() if link.new_address],
            "gaps": [gap for gap in gaps if not gap.is_set_aside],
            "gaps_aside": [gap for gap in gaps if gap.is_set_aside],
            "in_review": Service.objects.editable_by(request.user).in_state("in_review").count(),
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


@require_POST
@curators_only
def gap_set_aside(request: PersonRequest, pk: UUID) -> HttpResponse:
    gap = get_object_or_404(GapRecord.objects.editable_by(request.user), pk=pk)
    form = SetAsideForm(request.POST)
    if form.is_valid():
        gap.set_aside(by=request.user, why=form.cleaned_data["why"], on=timezone.localdate())
        messages.success(request, _("Set aside. If it is looked for again in a month, it comes back."))
    else:
        messages.error(request, str(form.errors["why"][0]))
    return redirect(f"{reverse('community:queue')}#gaps")


@require_POST
@curators_only
def gap_bring_back(request: PersonRequest, pk: UUID) -> HttpResponse:
    get_object_or_404(GapRecord.objects.editable_by(request.user), pk=pk).bring_back()
    messages.success(request, _("It stands with the others again."))
    return redirect(f"{reverse('community:queue')}#gaps")
