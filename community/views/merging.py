"""Listings that look alike, side by side, and made one."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest, saved_whole, typed
from coaching.accounts.paging import keyset_page
from community import merging
from community.errors import NotPossible
from community.forms.merging import MergeForm
from community.forms.search import CurateSearchForm
from community.models import LikePair, Service
from community.views.shared import curators_only

OFFERED = 20


@curators_only
def like_pairs(request: PersonRequest) -> HttpResponse:
    pairs = LikePair.objects.editable_by(request.user).with_both()
    page = keyset_page(request, pairs, by=["-likeness", "pk"])
    return render(request, "community/like_pairs.html", {"page": page})


@require_POST
@curators_only
def pair_dismiss(request: PersonRequest, pk: UUID) -> HttpResponse:
    pair = get_object_or_404(LikePair.objects.editable_by(request.user), pk=pk)
    merging.dismiss_pair(by=request.user, pair=pair)
    messages.success(request, _("They are two. Nobody will be asked again."))
    return redirect("community:like_pairs")


@curators_only
def merge_find(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Those that look like this one, and a search for any other."""
    services = Service.objects.editable_by(request.user)
    service = get_object_or_404(services.select_related("organization", "listing"), pk=pk)
    form = CurateSearchForm(request.GET)
    form.is_valid()
    words = form.cleaned_data.get("q", "")
    found = services.exclude(pk=pk).exclude(listing__state="archived").search(words).for_cards()
    pairs = LikePair.objects.editable_by(request.user).of(service).with_both()[:OFFERED]
    alike = [(pair, pair.second if pair.first_id == pk else pair.first) for pair in pairs]
    return render(
        request,
        "community/merge_find.html",
        {"service": service, "form": form, "alike": alike, "found": found[:OFFERED] if words else []},
    )


@curators_only
@saved_whole
def merge_confirm(request: PersonRequest, pk: UUID, other_pk: UUID) -> HttpResponse:
    if request.method == "POST":
        merging.hold_both(pk, other_pk)
    services = Service.objects.editable_by(request.user).for_page()
    kept, gone = get_object_or_404(services, pk=pk), get_object_or_404(services, pk=other_pk)
    form = MergeForm(typed(request), user=request.user, kept=kept, gone=gone)
    if form.is_valid():
        try:
            merging.merge(by=request.user, kept=kept, gone=gone, choices=form.cleaned_data)
        except NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("They are one now. You can take it back below."))
            return redirect("community:listing_detail", kept.pk)
    status = (409 if form.is_stale else 422) if form.is_bound else 200
    context = {"form": form, "kept": kept, "gone": gone, "sides": [kept, gone]}
    return render(request, "community/merge.html", context, status=status)
