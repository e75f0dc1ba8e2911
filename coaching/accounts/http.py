"""What a view is handed, its doors, and a file as an answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django_htmx.middleware import HtmxDetails

from coaching.accounts.models import Coach, Practice, User


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in: LoginRequiredMiddleware lets no other through."""

    user: User  # type: ignore[assignment]
    htmx: HtmxDetails


def coaches_only(request: PersonRequest) -> Coach:
    """The coach that this person is. Raises PermissionDenied for everybody else."""
    coach = request.user.coach_or_none
    if coach is None:
        raise PermissionDenied
    return coach


def owned_practice(request: PersonRequest) -> Practice:
    """The practice that this person runs. Raises PermissionDenied for everybody else."""
    practice = Practice.objects.owned_by(request.user).first()
    if practice is None:
        raise PermissionDenied
    return practice


def saved_whole(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Where something is sent, one transaction: what is locked stays so until it is saved."""

    @wraps(view)
    def whole(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            return view(request, *args, **kwargs)

    return whole


def held[Row: Model](request: HttpRequest, rows: QuerySet[Row], pk: UUID | str) -> Row:
    """The row of this id, or 404. Where something was sent, nobody else changes it until that is saved.

    The view is `saved_whole`.
    """
    if request.method == "POST":
        # Read after it is locked, not with the lock: what is joined to it would be as it was before the wait.
        # Only changed and not deleted: who speaks of it meanwhile does not wait.
        list(rows.filter(pk=pk).select_for_update(no_key=True, of=("self",)).values_list("pk"))
    return get_object_or_404(rows, pk=pk)


def typed(request: HttpRequest) -> QueryDict | None:
    """What was sent, which may be nothing at all."""
    return request.POST if request.method == "POST" else None


def attachment(content: bytes | memoryview, name: str, media_type: str) -> HttpResponse:
    """A file to be kept and not to be opened by the browser, which nobody keeps on the way."""
    return HttpResponse(
        content,
        content_type=media_type,
        headers={
            "Content-Disposition": content_disposition_header(True, name),
            "Cache-Control": "private, no-store",
        },
    )
