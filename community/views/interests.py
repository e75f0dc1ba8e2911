"""What curators have to do with organizations: said by each, seen by all of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coaching.accounts.http import PersonRequest, typed
from coaching.accounts.paging import keyset_page
from community import eyes
from community.forms.interests import InterestForm
from community.models import Interest
from community.views.shared import an_organization, curators_only, form_page


@curators_only
def interest_list(request: PersonRequest) -> HttpResponse:
    interests = Interest.objects.visible_to(request.user).select_related("curator", "organization")
    page = keyset_page(request, interests, by=["-created_at", "-pk"])
    return render(request, "community/interest_list.html", {"page": page})


@curators_only
def interest_declare(request: PersonRequest, pk: UUID) -> HttpResponse:
    organization = an_organization(request, pk)
    form = InterestForm(typed(request), user=request.user)
    if form.is_valid():
        eyes.declare_interest(by=request.user, organization=organization, **form.cleaned_data)
        messages.success(request, _("Saved. Another curator checks and publishes its listings from now on."))
        return redirect("community:interest_list")
    return form_page(
        request,
        form,
        title=_("What do you have to do with it?"),
        eyebrow=str(organization),
        back=organization.get_absolute_url(),
        who=_("All curators"),
    )


@require_POST
@curators_only
def interest_end(request: PersonRequest, pk: UUID) -> HttpResponse:
    interest = get_object_or_404(Interest.objects.belonging_to(request.user), pk=pk)
    eyes.end_interest(by=request.user, interest=interest)
    messages.success(request, _("Ended. It stays in the list."))
    return redirect("community:interest_list")
