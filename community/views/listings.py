"""The curators' pages of one listing, and the list that leads to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest, held, saved_whole, typed
from coaching.accounts.paging import keyset_page
from community import actions
from community.eyes import why_not
from community.forms.bulk import BulkForm
from community.forms.listings import ListingForm, NewListingForm, VerifyForm
from community.forms.parts import PARTS
from community.forms.search import CurateSearchForm
from community.models import GapRecord, Listing, Organization, Service, Suggestion, WebLink
from community.views.history import latest_edits
from community.views.shared import an_organization, curators_only, done, form_page, who_reads
from community.vocabulary import NEEDS, term_id

MADE_FOR = 24 * 60 * 60
"""So many seconds it is remembered what a new listing was made of: the same sent twice is one."""


@curators_only
def curate(request: PersonRequest) -> HttpResponse:
    form = CurateSearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    counts = Listing.objects.editable_by(request.user).counts()
    services = Service.objects.editable_by(request.user).asked_by_curators(asked.get("q", ""))
    if asked.get("state") == Listing.State.NEEDS_CHECK:
        services = services.to_check()
    elif asked.get("state"):
        services = services.in_state(asked["state"])
    page = keyset_page(request, services.for_cards(), by=services.order)
    return render(
        request,
        "community/curate.html",
        {
            "form": form,
            "state": asked.get("state", ""),
            "states": [(state.value, state.label, counts.get(state.value, 0)) for state in Listing.State],
            "total": counts[""],
            "gaps": [
                gap
                for gap in GapRecord.objects.editable_by(request.user).still_open()
                if not gap.is_set_aside
            ],
            "page": page,
            "ids": " ".join(str(service.pk) for service in page),
            "bulk_form": BulkForm(user=request.user),
        },
    )


@curators_only
def listing_new(request: PersonRequest) -> HttpResponse:
    organization = None
    if "organization" in request.GET:
        organization = an_organization(request, request.GET["organization"])
    need = request.GET.get("need", "")
    initial: dict[str, Any] = {}
    if need in NEEDS:
        initial = {"kind": Listing.Kind.GET_HELP, "categories": [term_id(need)]}
    suggestion = _suggestion(request)
    if suggestion:
        initial |= {"name": suggestion.name, "description": suggestion.words, "url": suggestion.link}
    form = NewListingForm(typed(request), user=request.user, organization=organization, initial=initial)
    if not form.is_valid():
        return _new_page(request, form, organization, need, suggestion)
    columns = form.columns
    sent = sorted(each for each in request.POST.lists() if each[0] != "csrfmiddlewaretoken")
    cache.add(_made(columns["id"]), sent, MADE_FOR)
    try:
        with transaction.atomic():
            actions.create_listing(
                by=request.user,
                organization=form.organization or form.new_organization,
                service=columns,
                listing=form.listing,
                categories=form.cleaned_data["categories"],
                phones=form.phones,
                schedules=form.schedules,
                languages=form.language_names,
            )
            if suggestion:
                actions.close_suggestion(by=request.user, suggestion=suggestion)
    except IntegrityError:
        saved = Service.objects.editable_by(request.user).filter(pk=columns["id"]).first()
        if saved is None:
            raise
        if cache.get(_made(columns["id"])) != sent:
            form.make_another(saved)
            return _new_page(request, form, organization, need, suggestion)
        messages.info(request, _("It was saved already."))
    else:
        messages.success(request, _("The draft is saved. Next: where is it?"))
    return redirect("community:listing_detail", columns["id"])


def _made(pk: UUID) -> str:
    return f"community:made:{pk}"


def _new_page(
    request: PersonRequest,
    form: NewListingForm,
    organization: Organization | None,
    need: str,
    suggestion: Suggestion | None,
) -> HttpResponse:
    if "suggestion" in request.GET and suggestion is None:
        messages.info(request, _("That suggestion is put away by now: perhaps somebody has listed it."))
    return form_page(
        request,
        form,
        title=_("New listing"),
        eyebrow=str(organization or (NEEDS[need][0] if need in NEEDS else "")),
        back=organization.get_absolute_url() if organization else reverse("community:curate"),
        suggestion=suggestion,
    )


def _suggestion(request: PersonRequest) -> Suggestion | None:
    """The one the new listing comes of, where it is still open; what is no id is none."""
    still_open = Suggestion.objects.editable_by(request.user).still_open()
    try:
        return still_open.filter(pk=UUID(request.GET.get("suggestion", ""))).first()
    except ValueError:
        return None


@curators_only
def listing_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.editable_by(request.user).for_page(), pk=pk)
    listing = service.listing
    return render(
        request,
        "community/listing_detail.html",
        {
            "service": service,
            "listing": listing,
            "missing": actions.what_is_missing(service, listing, categories=service.categories),
            "may_become": {str(state) for state in actions.STEPS[Listing.State(listing.state)]},
            "why_not": why_not(service, listing, by=request.user),
            "verify_form": VerifyForm(),
            "reports": service.problem_reports.still_open(),
            "links": _links(request, service),
            "merged": service.merge_or_none,
            "edits": latest_edits(request, service.edits),
            "changes": listing.state_changes.select_related("by")[:20],
            "parts": [
                (part, title, getattr(service, form.related_name).all())
                for part, (form, title) in PARTS.items()
            ],
        },
    )


def _links(request: PersonRequest, service: Service) -> list[tuple[str, WebLink | None]]:
    """The addresses the listing names, each with what was last answered there."""
    known = WebLink.objects.editable_by(request.user).by_address([service])
    return [(url, known.get(url)) for url in service.web_addresses]


@curators_only
@saved_whole
def listing_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    service = held(request, Service.objects.editable_by(request.user).for_lines(), pk)
    form = ListingForm(
        typed(request),
        user=request.user,
        instance=service,
        initial={
            "kind": service.listing.kind,
            "affiliation": service.listing.affiliation,
            "summary": service.listing.summary,
            "categories": service.categories,
        },
    )
    if form.is_valid() and done(
        form,
        actions.change_listing,
        by=request.user,
        service=service,
        columns=form.columns,
        listing=form.listing,
        categories=form.cleaned_data["categories"],
    ):
        messages.success(request, _("Saved."))
        return redirect("community:listing_detail", service.pk)
    back = reverse("community:listing_detail", args=[pk])
    more = {"eyebrow": service.name, "back": back, "who": who_reads(service)}
    return form_page(request, form, title=_("Change the listing"), **more)
