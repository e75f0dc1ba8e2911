"""The curators' pages. Everybody else who is signed in is told that they are not theirs (403)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from coaching.accounts.paging import keyset_page
from community import actions
from community.edits import told
from community.eyes import why_not
from community.forms.bulk import BulkForm
from community.forms.listings import ListingForm, NewListingForm, OrganizationForm, VerifyForm
from community.forms.parts import PARTS
from community.forms.places import PlaceForm
from community.forms.search import CurateSearchForm
from community.models import Edit, GapRecord, Listing, Service, ServiceAtLocation, WebLink
from community.views.shared import an_organization, curators_only, form_page, typed

MOST_EDITS = 10


@curators_only
def curate(request: PersonRequest) -> HttpResponse:
    form = CurateSearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    counts = Listing.objects.editable_by(request.user).counts()
    services = Service.objects.editable_by(request.user).search(asked.get("q", ""))
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
            "gaps": GapRecord.objects.editable_by(request.user).still_open()[:10],
            "page": page,
            "ids": " ".join(str(service.pk) for service in page),
            "bulk_form": BulkForm(user=request.user),
        },
    )


# --- one listing ------------------------------------------------------------


@curators_only
def listing_new(request: PersonRequest) -> HttpResponse:
    organization = None
    if "organization" in request.GET:
        organization = an_organization(request, request.GET["organization"])
    form = NewListingForm(typed(request), user=request.user, organization=organization)
    if not form.is_valid():
        return form_page(
            request,
            form,
            title=_("New listing"),
            eyebrow=str(organization or ""),
            back=organization.get_absolute_url() if organization else reverse("community:curate"),
        )
    service = actions.create_listing(
        by=request.user,
        organization=form.organization or form.new_organization,
        service=form.columns,
        listing=form.listing,
        categories=form.cleaned_data["categories"],
        phones=form.phones,
        schedules=form.schedules,
        languages=form.language_names,
    )
    messages.success(request, _("The draft is saved. Next: where is it?"))
    return redirect("community:listing_detail", service.pk)


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
            "edits": _edits(request, service.edits),
            "changes": listing.state_changes.select_related("by")[:20],
            "parts": [
                (part, title, getattr(service, form.related_name).all())
                for part, (form, title) in PARTS.items()
            ],
        },
    )


def _edits(request: PersonRequest, edits: Any) -> list[tuple[Edit, list[tuple[str, str, str]]]]:
    """The latest of these edits, each with its lines."""
    latest = edits.editable_by(request.user).with_people()[:MOST_EDITS]
    return [(edit, list(told(edit))) for edit in latest]


def _links(request: PersonRequest, service: Service) -> list[tuple[str, WebLink | None]]:
    """The addresses the listing names, each with what was last answered there."""
    known = WebLink.objects.editable_by(request.user).by_address([service])
    return [(url, known.get(url)) for url in service.web_addresses]


@curators_only
def listing_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.editable_by(request.user).for_lines(), pk=pk)
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
    if form.is_valid():
        try:
            actions.change_listing(
                by=request.user,
                service=service,
                columns=form.columns,
                listing=form.listing,
                categories=form.cleaned_data["categories"],
            )
        except actions.NotPossible as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("community:listing_detail", service.pk)
    back = reverse("community:listing_detail", args=[pk])
    return form_page(request, form, title=_("Change the listing"), eyebrow=service.name, back=back)


def _step(
    request: PersonRequest, pk: UUID, action: Callable[..., Any], done: str, **more: Any
) -> HttpResponse:
    service = get_object_or_404(Service.objects.editable_by(request.user), pk=pk)
    try:
        action(by=request.user, service=service, **more)
    except actions.NotPossible as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("community:listing_detail", pk)


def _checked_step(request: PersonRequest, pk: UUID, *step: Any, **more: Any) -> HttpResponse:
    """A step for which the curator says how they have checked the listing today."""
    form = VerifyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say how you checked it."))
        return redirect("community:listing_detail", pk)
    return _step(request, pk, *step, how=form.cleaned_data["how"], **more)


def _note(request: PersonRequest) -> str:
    return request.POST.get("note", "").replace("\0", "")[:400]


@require_POST
@curators_only
def listing_submit(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.submit_for_review, _("It is in review now."), note=_note(request))


@require_POST
@curators_only
def listing_publish(request: PersonRequest, pk: UUID) -> HttpResponse:
    done = _("Published. Everybody can find it now.")
    return _checked_step(request, pk, actions.publish, done, note=_note(request))


@require_POST
@curators_only
def listing_check(request: PersonRequest, pk: UUID) -> HttpResponse:
    done = _("Taken out of the public directory until somebody has checked it.")
    return _step(request, pk, actions.ask_for_check, done, note=_note(request))


@require_POST
@curators_only
def listing_draft(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, actions.return_to_draft, _("It is a draft again."), note=_note(request))


@curators_only
def listing_archive(request: PersonRequest, pk: UUID) -> HttpResponse:
    if request.method == "POST":
        return _step(request, pk, actions.archive, _("Archived."), note=_note(request))
    service = get_object_or_404(Service.objects.editable_by(request.user), pk=pk)
    return render(
        request,
        "community/curate_confirm.html",
        {
            "title": _("Archive this listing?"),
            "what": service,
            "text": _(
                "Nobody will find it any more. Plans that speak of it keep it, and you can bring it back."
            ),
            "label": _("Archive it"),
            "back": reverse("community:listing_detail", args=[pk]),
        },
    )


@require_POST
@curators_only
def listing_verify(request: PersonRequest, pk: UUID) -> HttpResponse:
    response = _checked_step(request, pk, actions.verify, _("Checked today, by you."))
    return _back_to_queue(request) if "from_queue" in request.POST else response


def _back_to_queue(request: PersonRequest) -> HttpResponse:
    """To the same page of the queue, and there to the entry that followed: the next key reaches it."""
    query = f"?{urlencode({'after': after})}" if (after := request.POST.get("after", "")) else ""
    following = f"#listing-{pk}" if (pk := slugify(request.POST["from_queue"])) else ""
    return redirect(f"{reverse('community:queue')}{query}{following}")


# --- organizations ----------------------------------------------------------


@curators_only
def organization_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    organization = an_organization(request, pk)
    services = Service.objects.editable_by(request.user).filter(organization=organization).search("")
    page = keyset_page(request, services.for_cards(), by=services.order)
    return render(
        request,
        "community/organization_detail.html",
        {
            "organization": organization,
            "page": page,
            "edits": _edits(request, organization.edits),
            "interests": organization.interests.visible_to(request.user).lasting().select_related("curator"),
        },
    )


@curators_only
def organization_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    organization = an_organization(request, pk)
    form = OrganizationForm(typed(request), user=request.user, instance=organization)
    if form.is_valid():
        actions.change_organization(by=request.user, organization=organization, columns=form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(organization)
    back = organization.get_absolute_url()
    return form_page(request, form, title=_("Change the organization"), back=back)


# --- places and parts -------------------------------------------------------


def _place(request: PersonRequest, pk: UUID, place_pk: UUID) -> ServiceAtLocation:
    service = get_object_or_404(Service.objects.editable_by(request.user), pk=pk)
    return get_object_or_404(service.service_at_locations.select_related("location", "service"), pk=place_pk)


@curators_only
def place_new(request: PersonRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(
        Service.objects.editable_by(request.user).select_related("organization"), pk=pk
    )
    form = PlaceForm(typed(request), user=request.user)
    if form.is_valid():
        actions.add_place(
            by=request.user,
            service=service,
            place=form.place,
            address=form.address,
            accessibility=form.cleaned_data["accessibility"],
        )
        messages.success(request, _("The place is saved."))
        return redirect("community:listing_detail", pk)
    back = reverse("community:listing_detail", args=[pk])
    return form_page(request, form, title=_("Where is it?"), eyebrow=service.name, back=back)


@curators_only
def place_edit(request: PersonRequest, pk: UUID, place_pk: UUID) -> HttpResponse:
    link = _place(request, pk, place_pk)
    form = PlaceForm(typed(request), user=request.user, location=link.location)
    if form.is_valid():
        actions.change_place(
            by=request.user,
            location=link.location,
            place=form.place,
            address=form.address,
            accessibility=form.cleaned_data["accessibility"],
        )
        messages.success(request, _("The place is saved."))
        return redirect("community:listing_detail", pk)
    back = reverse("community:listing_detail", args=[pk])
    return form_page(request, form, title=_("Change the place"), eyebrow=link.service.name, back=back)


@curators_only
def place_remove(request: PersonRequest, pk: UUID, place_pk: UUID) -> HttpResponse:
    link = _place(request, pk, place_pk)
    back = reverse("community:listing_detail", args=[pk])
    if request.method == "POST":
        actions.remove_place(by=request.user, link=link)
        messages.success(request, _("Removed."))
        return redirect(back)
    return _remove_page(request, link.location, back)


def _remove_page(request: PersonRequest, what: Any, back: str) -> HttpResponse:
    return render(
        request,
        "community/curate_confirm.html",
        {
            "title": _("Remove this?"),
            "what": what,
            "text": _("It will not be part of the listing any more."),
            "label": _("Remove it"),
            "back": back,
        },
    )


def _part(request: PersonRequest, pk: UUID, part: str) -> tuple[Service, Any, Any]:
    if part not in PARTS:
        raise Http404
    return (get_object_or_404(Service.objects.editable_by(request.user), pk=pk), *PARTS[part])


@curators_only
def part_new(request: PersonRequest, pk: UUID, part: str) -> HttpResponse:
    service, form_class, title = _part(request, pk, part)
    form = form_class(typed(request), user=request.user, instance=form_class.Meta.model(service=service))
    return _save_part(request, service, form, title)


@curators_only
def part_edit(request: PersonRequest, pk: UUID, part: str, part_pk: UUID) -> HttpResponse:
    service, form_class, title = _part(request, pk, part)
    row = get_object_or_404(getattr(service, form_class.related_name), pk=part_pk)
    form = form_class(typed(request), user=request.user, instance=row)
    remove = reverse("community:part_remove", args=[pk, part, part_pk])
    return _save_part(request, service, form, title, remove=remove)


def _save_part(request: PersonRequest, service: Service, form: Any, title: str, **more: Any) -> HttpResponse:
    back = reverse("community:listing_detail", args=[service.pk])
    if form.is_valid():
        actions.keep_part(by=request.user, service=service, part=form.save(commit=False))
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form, title=title, eyebrow=service.name, back=back, **more)


@curators_only
def part_remove(request: PersonRequest, pk: UUID, part: str, part_pk: UUID) -> HttpResponse:
    service, form_class, _title = _part(request, pk, part)
    row = get_object_or_404(getattr(service, form_class.related_name), pk=part_pk)
    back = reverse("community:listing_detail", args=[pk])
    if request.method == "POST":
        actions.remove_part(by=request.user, service=service, part=row)
        messages.success(request, _("Removed."))
        return redirect(back)
    return _remove_page(request, row, back)
