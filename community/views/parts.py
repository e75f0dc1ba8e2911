"""The places of a listing and its parts, each on a small page of its own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest, held, saved_whole, typed
from community import actions
from community.forms.parts import PARTS
from community.forms.places import PlaceForm
from community.models import Location, Service, ServiceAtLocation
from community.views.shared import curators_only, form_page


def _place(request: PersonRequest, pk: UUID, place_pk: UUID) -> ServiceAtLocation:
    service = get_object_or_404(Service.objects.editable_by(request.user), pk=pk)
    link = get_object_or_404(service.service_at_locations.select_related("service"), pk=place_pk)
    link.location = held(request, Location.objects.editable_by(request.user), link.location_id)
    if request.method == "POST":
        for rows in (link.location.addresses, link.location.accessibility):
            list(rows.select_for_update().values_list("pk"))
    return link


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
    return form_page(request, form, title=_("Where is it?"), eyebrow=service.name, back=back, who=form.who)


@curators_only
@saved_whole
def place_edit(request: PersonRequest, pk: UUID, place_pk: UUID) -> HttpResponse:
    link = _place(request, pk, place_pk)
    form = PlaceForm(typed(request), user=request.user, location=link.location)
    if form.is_valid():
        actions.change_place(
            by=request.user,
            location=link.location,
            place=form.place,
            address=form.address,
            accessibility=form.access,
        )
        messages.success(request, _("The place is saved."))
        return redirect("community:listing_detail", pk)
    back = reverse("community:listing_detail", args=[pk])
    return form_page(
        request, form, title=_("Change the place"), eyebrow=link.service.name, back=back, who=form.who
    )


@curators_only
@saved_whole
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
@saved_whole
def part_edit(request: PersonRequest, pk: UUID, part: str, part_pk: UUID) -> HttpResponse:
    service, form_class, title = _part(request, pk, part)
    row = held(request, getattr(service, form_class.related_name).all(), part_pk)
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
