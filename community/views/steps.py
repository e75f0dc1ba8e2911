"""A listing's steps from state to state, and how a curator checked it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest
from community import actions
from community.forms.listings import VerifyForm
from community.models import Service
from community.views.shared import curators_only


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
    if "from_queue" in request.POST and not VerifyForm(request.POST).is_valid():
        return _back_to_queue(request, str(pk), unsaid=str(pk))
    response = _checked_step(request, pk, actions.verify, _("Checked today, by you."))
    return _back_to_queue(request, request.POST["from_queue"]) if "from_queue" in request.POST else response


def _back_to_queue(request: PersonRequest, to: str, **more: str) -> HttpResponse:
    """To the same page of the queue, and there to this entry: the next key reaches it."""
    query = {name: value for name, value in {"after": request.POST.get("after"), **more}.items() if value}
    place = f"#listing-{pk}" if (pk := slugify(to)) else ""
    return redirect(reverse("community:queue", query=query) + place)
