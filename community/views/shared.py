"""What the directory's pages share: the curators' door, what was typed, a form on a page of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext

from coaching.accounts.http import PersonRequest
from community.errors import NotPossible
from community.models import Organization, Service

type View = Callable[..., HttpResponse]


def curators_only(view: View) -> View:
    """The pages of the whole area are for curators. Everybody else who is signed in gets 403."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_curator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def an_organization(request: PersonRequest, pk: UUID | str) -> Organization:
    """The organization of this id, for a curator; what is no id is not there."""
    try:
        return get_object_or_404(Organization.objects.editable_by(request.user), pk=UUID(str(pk)))
    except ValueError as error:
        raise Http404 from error


def done(form: Any, action: Callable[..., Any], **more: Any) -> bool:
    """Whether what was typed could be done; where not, the form says why and keeps it."""
    try:
        action(**more)
    except NotPossible as error:
        form.add_error(None, str(error))
        return False
    return True


def who_reads(service: Service) -> str:
    """Who sees what is typed for a listing."""
    if service.listing.is_published:
        return gettext("Everybody, as soon as you save.")
    return gettext("Curators now, and everybody once it is published.")


def form_page(
    request: PersonRequest, form: Any, *, title: str, eyebrow: str = "", back: str, **more: Any
) -> HttpResponse:
    """A curator's form on a page of its own."""
    return render(
        request,
        "community/curate_form.html",
        {"form": form, "title": title, "eyebrow": eyebrow, "back": back, **more},
        status=(409 if getattr(form, "is_stale", False) else 422) if form.is_bound else 200,
    )
