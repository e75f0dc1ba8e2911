"""The curators' pages of an organization."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from coaching.accounts.http import PersonRequest, held, saved_whole, typed
from coaching.accounts.paging import keyset_page
from community import actions
from community.forms.listings import OrganizationForm
from community.models import Organization, Service
from community.views.history import latest_edits
from community.views.shared import an_organization, curators_only, done, form_page


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
            "edits": latest_edits(request, organization.edits),
            "interests": organization.interests.visible_to(request.user).lasting().select_related("curator"),
        },
    )


@curators_only
@saved_whole
def organization_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    organization = held(request, Organization.objects.editable_by(request.user), pk)
    form = OrganizationForm(typed(request), user=request.user, instance=organization)
    if form.is_valid() and done(
        form,
        actions.change_organization,
        by=request.user,
        organization=organization,
        columns=form.cleaned_data,
    ):
        messages.success(request, _("Saved."))
        return redirect(organization)
    back = organization.get_absolute_url()
    return form_page(request, form, title=_("Change the organization"), back=back)
