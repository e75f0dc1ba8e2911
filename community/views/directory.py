"""The public directory."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode

from coaching.accounts.paging import keyset_page
from community.forms.search import SearchForm
from community.hours import local_now, open_at
from community.models import Service, TaxonomyTerm
from community.querysets import ServiceQuerySet

LANGUAGES_FOR = 300
"""So many seconds the list of languages is remembered."""


@login_not_required
def resource_list(request: HttpRequest) -> HttpResponse:
    everything = Service.objects.visible_to(request.user).published()
    languages = cache.get_or_set("community:languages", everything.languages, LANGUAGES_FOR) or []
    form = SearchForm(request.GET, languages=languages)
    form.is_valid()
    asked = {name: value for name, value in form.cleaned_data.items() if value}
    words = asked.get("q", "")
    services = _narrowed(everything, asked).search(words)
    page = keyset_page(request, services.for_cards(), by=services.order)
    context: dict[str, Any] = {"form": form, "page": page, "is_narrowed": bool(asked)}
    if page:
        context["count"] = services.count()
    elif asked:
        context |= _instead(everything, asked, words)
    return render(request, "community/resource_list.html", context)


def _narrowed(services: ServiceQuerySet, asked: dict[str, Any]) -> ServiceQuerySet:
    if "category" in asked:
        services = services.in_category(asked["category"])
    if "kind" in asked:
        services = services.of_kind(asked["kind"])
    if "language" in asked:
        services = services.in_language(asked["language"])
    if "access" in asked:
        services = services.with_access(asked["access"])
    if "free" in asked:
        services = services.free()
    if "open_now" in asked:
        services = services.filter(open_at(local_now()))
    return services


def _instead(everything: ServiceQuerySet, asked: dict[str, Any], words: str) -> dict[str, Any]:
    """What to offer where nothing was found: fewer filters, another spelling, categories near by."""
    without = everything.search(words).count() if words and len(asked) > 1 else 0
    meant = everything.nearest_words(words) if words and not without else ""
    related = TaxonomyTerm.objects.categories().related_to(words, asked.get("category", ""))
    return {
        "without_filters": without,
        "url_without_filters": f"{reverse('community:resource_list')}?{urlencode({'q': words})}",
        "meant": meant if meant != words.lower() else "",
        "related": related[:4],
    }


@login_not_required
def resource_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    service = get_object_or_404(Service.objects.visible_to(request.user).for_page(), pk=pk)
    return render(request, "community/resource_detail.html", {"service": service})
