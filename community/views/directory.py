"""The public directory."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from coaching.accounts.paging import Page, keyset_page, list_page
from community import schema_org
from community.finding import Search
from community.forms.search import SearchForm
from community.models import Service, TaxonomyTerm
from community.places import how_far, metres
from community.querysets.services import MOST_COUNTED
from community.querysets.words import languages

PAGE_SIZE = 20


@login_not_required
def resource_list(request: HttpRequest) -> HttpResponse:
    everything = Service.objects.visible_to(request.user).published()
    form = SearchForm(request.GET, languages=languages())
    search = Search(everything, form.asked, form.place)
    page = _page(request, search)
    if not page and search.widen():
        page = _page(request, search)
    context: dict[str, Any] = {"form": form, "page": page, "search": search, "is_narrowed": bool(form.asked)}
    if page:
        tally = search.tally()
        context["is_more"] = tally[""] > MOST_COUNTED
        context["count"] = min(tally[""], MOST_COUNTED)
        if not context["is_more"]:
            form.show_counts(tally)
        if search.order == "nearest":
            for service in page:
                service.how_far = how_far(metres(service.away))
    elif form.asked and not page.begin_url:
        context |= _instead(request, search, form)
    return render(request, "community/resource_list.html", context)


def _page(request: HttpRequest, search: Search) -> Page:
    return _best(request, search) if search.order == "best" else _in_order(request, search)


def _in_order(request: HttpRequest, search: Search) -> Page:
    services, by = search.in_order()
    return keyset_page(request, services.for_cards(), by=by, size=PAGE_SIZE)


def _best(request: HttpRequest, search: Search) -> Page:
    """A page of those that fit best, of the few that are put in order."""
    page = list_page(request, search.scored[:MOST_COUNTED], key=_score, size=PAGE_SIZE)
    cards = search.everything.for_cards().in_bulk([row["pk"] for row in page])
    return replace(page, rows=[cards[row["pk"]] for row in page if row["pk"] in cards])


def _score(row: dict[str, Any]) -> list[Any]:
    return [-row["score"], row["sort_name"], str(row["pk"])]


def _instead(request: HttpRequest, search: Search, form: SearchForm) -> dict[str, Any]:
    """What to offer where nothing was found: one choice less, and categories near by."""
    looser = []
    for name, number in search.looser().items():
        query = request.GET.copy()
        for each in [name, "after", *({"near": ["within"], "open_on": ["open_time"]}.get(name, []))]:
            query.pop(each, None)
        url = f"{reverse('community:resource_list')}?{query.urlencode()}"
        label = "" if name == "q" else form.fields[name].label
        looser.append({"label": label, "count": number, "url": url})
    related = TaxonomyTerm.objects.categories().related_to(search.words, search.asked.get("category", ""))
    return {"looser": looser, "most": MOST_COUNTED, "related": related[:4]}


@login_not_required
def rules(request: HttpRequest) -> HttpResponse:
    """What is listed here and what is not: the rules that the software holds, and those of its curators."""
    context = {"has_second_eyes": settings.SECOND_PAIR_OF_EYES, "has_link_checks": settings.LINK_CHECKS}
    return render(request, "community/rules.html", context)


@login_not_required
def resource_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    services = Service.objects.visible_to(request.user)
    service = services.for_page().filter(pk=pk).first()
    if service is None:
        # One that was merged lives on in another.
        return redirect(get_object_or_404(services, merged_from__gone=pk))
    context: dict[str, Any] = {"service": service}
    if service.listing.is_published:
        context["script"] = schema_org.script_of(service, site=settings.SITE_URL)
    return render(request, "community/resource_detail.html", context)
