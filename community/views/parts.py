"""The places of a listing and its parts, each on a small page of its own."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest, saved_whole, typed
from community import actions
from community.forms.parts import PARTS
from community.forms.places import PlaceForm
from community.holding import hold
from community.models import Location, Service, ServiceAtLocation
from community.views.shared import curators_only, done, form_page, who_reads


def _service(request: PersonRequest, pk: UUID) -> Service:
    return get_object_or_404(Service.objects.editable_by(request.user), pk=pk)


def _back(service: Service) -> str:
    return reverse("community:listing_detail", args=[service.pk])


def _place(request: PersonRequest, service: Service, place_pk: UUID) -> ServiceAtLocation | None:
    """The service's place, held where something was sent; None where it is not there (any more)."""
    links = service.service_at_locations.select_related("service", "location").filter(pk=place_pk)
    if request.method == "POST":
        places = Location.objects.editable_by(request.user).filter(pk__in=links.values("location"))
        hold(places)
        hold(links)
        for place in places:
            hold(place.addresses.all())
            hold(place.accessibility.all())
    return links.first()  # read after it is held


@curators_only
def place_new(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _save_place(request, _service(request, pk), PlaceForm(typed(request), user=request.user))


@curators_only
@saved_whole
def place_edit(request: PersonRequest, pk: UUID, place_pk: UUID) -> HttpResponse:
    service = _service(request, pk)
    link = _place(request, service, place_pk)
    if link is None and request.method != "POST":
        return _not_there(request, service)
    location = link.location if link else None
    form = PlaceForm(typed(request), user=request.user, location=location)
    if link is None:
        form.watch(is_gone=True)
    return _save_place(request, service, form)


def _save_place(request: PersonRequest, service: Service, form: PlaceForm) -> HttpResponse:
    there = form.location
    save = partial(actions.change_place, location=there) if there else actions.add_place
    back = _back(service)
    if form.is_valid() and done(
        form,
        save,
        by=request.user,
        service=service,
        place=form.place,
        address=form.address,
        accessibility=form.access,
    ):
        messages.success(request, _("The place is saved."))
        return redirect(back)
    title = _("Change the place") if there else _("Where is it?")
    return form_page(request, form, title=title, eyebrow=service.name, back=back, who=form.who)


@curators_only
@saved_whole
def place_remove(request: PersonRequest, pk: UUID, place_pk: UUID) -> HttpResponse:
    service = _service(request, pk)
    link = _place(request, service, place_pk)
    if link is None:
        return _not_there(request, service)
    return _remove(request, service, link.location, partial(actions.remove_place, link=link))


def _not_there(request: PersonRequest, service: Service) -> HttpResponse:
    messages.info(request, _("It is not part of the listing any more."))
    return redirect(_back(service))


def _remove(request: PersonRequest, service: Service, what: Any, action: Callable[..., None]) -> HttpResponse:
    back = _back(service)
    if request.method == "POST":
        try:
            action(by=request.user)
        except actions.NotPossible as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Removed."))
        return redirect(back)
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
    return (_service(request, pk), *PARTS[part])


@curators_only
def part_new(request: PersonRequest, pk: UUID, part: str) -> HttpResponse:
    service, form_class, title = _part(request, pk, part)
    form = form_class(typed(request), user=request.user, instance=form_class.Meta.model(service=service))
    return _save_part(request, service, form, title)


@curators_only
@saved_whole
def part_edit(request: PersonRequest, pk: UUID, part: str, part_pk: UUID) -> HttpResponse:
    service, form_class, title = _part(request, pk, part)
    row = _row(request, service, form_class, part_pk)
    if row is None and request.method != "POST":
        return _not_there(request, service)
    there = row or form_class.Meta.model(service=service)
    form = form_class(typed(request), user=request.user, instance=there)
    if row is None:
        form.watch(is_gone=True)
    remove = row and reverse("community:part_remove", args=[pk, part, part_pk])
    return _save_part(request, service, form, title, remove=remove)


def _row(request: PersonRequest, service: Service, form_class: Any, part_pk: UUID) -> Any:
    """The part, held where something was sent; None where it is not there (any more)."""
    rows = getattr(service, form_class.related_name).filter(pk=part_pk)
    if request.method == "POST":
        hold(rows)
    return rows.first()


def _save_part(request: PersonRequest, service: Service, form: Any, title: str, **more: Any) -> HttpResponse:
    back = _back(service)
    if form.is_valid() and done(
        form, actions.keep_part, by=request.user, service=service, part=form.save(commit=False)
    ):
        messages.success(request, _("Saved."))
        return redirect(back)
    more |= {"eyebrow": service.name, "back": back, "who": who_reads(service)}
    return form_page(request, form, title=title, **more)


@curators_only
@saved_whole
def part_remove(request: PersonRequest, pk: UUID, part: str, part_pk: UUID) -> HttpResponse:
    service, form_class, _title = _part(request, pk, part)
    row = _row(request, service, form_class, part_pk)
    if row is None:
        return _not_there(request, service)
    return _remove(request, service, row, partial(actions.remove_part, service=service, part=row))
