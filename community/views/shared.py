"""What the directory's pages share: the curators' door, what was typed, and the page of a form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from coaching.accounts.http import PersonRequest

type View = Callable[..., HttpResponse]


def curators_only(view: View) -> View:
    """The pages of the whole area are for curators."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_curator:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, which may be nothing at all."""
    return request.POST if request.method == "POST" else None


def form_page(
    request: PersonRequest, form: Any, *, title: str, eyebrow: str = "", back: str, **more: Any
) -> HttpResponse:
    """A curator's form on a page of its own."""
    return render(
        request,
        "community/curate_form.html",
        {"form": form, "title": title, "eyebrow": eyebrow, "back": back, **more},
        status=422 if form.is_bound else 200,
    )
