"""What anybody may tell the curators."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from coaching.accounts.http import typed
from community import actions
from community.forms.voices import ProblemForm, SuggestionForm, VisitorForm
from community.models import Service
from community.throttle import is_too_often, network_of

MOST_AN_HOUR = 10


@login_not_required
def problem_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user), pk=pk)
    form = ProblemForm(typed(request))
    if _may_be_taken(request, form):
        if not form.is_from_a_machine:
            actions.report_problem(service=service, source=_source(request, service), **form.columns)
        messages.success(request, _("Thank you. A curator will look at it."))
        return redirect("community:resource_list")
    return _page(
        request, form, title=_("What is not right?"), what=service.name, back=service.get_absolute_url()
    )


@login_not_required
def resource_suggest(request: HttpRequest) -> HttpResponse:
    form = SuggestionForm(typed(request))
    back = reverse("community:resource_list")
    if _may_be_taken(request, form):
        if not form.is_from_a_machine:
            actions.suggest_place(**form.columns)
        messages.success(request, _("Thank you. A curator will look at it before it stands here."))
        return redirect(back)
    return _page(request, form, title=_("Which place is missing?"), what="", back=back)


def _may_be_taken(request: HttpRequest, form: VisitorForm) -> bool:
    if not form.is_valid():
        return False
    if is_too_often(request, "voice", most=MOST_AN_HOUR, seconds=3600):
        form.add_error(None, _("That is a lot for one hour. Please come back later."))
        return False
    return True


def _source(request: HttpRequest, service: Service) -> str:
    """Tells two networks apart and leads to nobody; differs from listing to listing.

    Who is signed in counts as one of their network: signed out they are no second person.
    """
    where = f"{service.pk}:{network_of(request)}"
    return salted_hmac("community.problem_report", where, algorithm="sha256").hexdigest()


def _page(request: HttpRequest, form: VisitorForm, **more: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "community/voice_form.html", {"form": form, **more}, status=status)
