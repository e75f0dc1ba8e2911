"""The public directory."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode

from coaching.accounts.paging import keyset_page
from community.forms import SearchForm
from community.models import Service


@login_not_required
def resource_list(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    services = Service.objects.visible_to(request.user).published().search(asked.get("q", ""))
    if asked.get("category"):
        services = services.in_category(asked["category"])
    if asked.get("kind"):
        services = services.of_kind(asked["kind"])
    page = keyset_page(request, services.for_cards(), by=services.order)
    without_filters = urlencode({"q": asked["q"]}) if asked.get("q") else ""
    return render(
        request,
        "community/resource_list.html",
        {
            "form": form,
            "page": page,
            "count": services.count(),
            "is_narrowed": any(asked.values()),
            "is_filtered": bool(asked.get("category") or asked.get("kind")),
            "url_without_filters": f"{reverse('community:resource_list')}?{without_filters}",
        },
    )


@login_not_required
def resource_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user).for_page(), pk=pk)
    return render(request, "community/resource_detail.html", {"service": service})
