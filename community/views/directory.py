"""The public directory."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from coaching.accounts.paging import Page, keyset_page, list_page
from community import schema_org
from community.finding import Search, towns_like, was_listed
from community.forms.search import SearchForm
from community.models import Service, TaxonomyTerm
from community.places import how_far, metres
from community.querysets.services import MOST_COUNTED
from community.querysets.words import languages

PAGE_SIZE = 20
SOME = 4
"""So many of what helps from anywhere stand beside what is near."""


@login_not_required
def resource_list(request: HttpRequest) -> HttpResponse:
    everything = Service.objects.visible_to(request.user).published()
    form = SearchForm(request.GET, languages=languages())
    search = Search(everything, form.asked, form.place)
    if "near" in form.errors:
        ways = [(town, _address(request, near=town)) for town in towns_like(form.data["near"])]
        context: dict[str, Any] = {"form": form, "towns": ways, "everywhere": _address(request, near=None)}
        return render(request, "community/resource_list.html", context)
    page = _page(request, search)
    if not page and search.widen():
        page = _page(request, search)
    context = {"form": form, "page": page, "search": search, "is_narrowed": bool(form.asked)}
    context["chosen"] = [(label, words, _without(request, name)) for name, label, words in form.chosen]
    anywhere: list[Service] = []
    if not request.GET.get("after"):
        shown = {service.pk for service in page}
        anywhere = [each for each in search.from_anywhere(SOME) if each.pk not in shown]
    context["from_anywhere"] = anywhere
    if page:
        tally = search.tally()
        context["is_more"] = tally[""] > MOST_COUNTED
        context["count"] = min(tally[""], MOST_COUNTED)
        if not context["is_more"]:
            form.show_counts(tally)
        for service in page:
            if (away := vars(service).get("away")) is not None:
                service.how_far = how_far(metres(away))
    elif form.asked and not page.begin_url:
        context |= _instead(request, search, form)
    return render(request, "community/resource_list.html", context)


def _page(request: HttpRequest, search: Search) -> Page:
    return _best(request, search) if search.order == "best" else _in_order(request, search)


def _in_order(request: HttpRequest, search: Search) -> Page:
    services, by = search.in_order()
    if search.place and search.order != "nearest":
        services = services.with_away(search.place)
    return keyset_page(request, services.for_cards().with_number(), by=by, size=PAGE_SIZE)


def _best(request: HttpRequest, search: Search) -> Page:
    """A page of those that fit best, of the few that are put in order."""
    page = list_page(request, search.scored[:MOST_COUNTED], key=_score, size=PAGE_SIZE)
    services = search.everything.with_away(search.place) if search.place else search.everything
    cards = services.for_cards().with_number().in_bulk([row["pk"] for row in page])
    return replace(page, rows=[cards[row["pk"]] for row in page if row["pk"] in cards])


def _score(row: dict[str, Any]) -> list[Any]:
    return [-row["score"], row["sort_name"], str(row["pk"])]


def _instead(request: HttpRequest, search: Search, form: SearchForm) -> dict[str, Any]:
    """What to offer where nothing was found: one choice less, and categories near by."""
    looser = []
    for name, number in search.looser().items():
        label = "" if name == "q" else form.fields[name].label
        looser.append({"label": label, "count": number, "url": _without(request, name)})
    related = TaxonomyTerm.objects.categories().related_to(search.words, search.asked.get("category", ""))
    return {"looser": looser, "most": MOST_COUNTED, "related": related[:4]}


def _search_before(request: HttpRequest) -> str:
    """The search from which the reader comes, else the directory."""
    before = urlsplit(request.META.get("HTTP_REFERER", ""))
    everything = reverse("community:resource_list")
    is_ours = before.netloc == request.get_host() and before.path == everything
    return f"{everything}?{before.query}#found" if is_ours and before.query else everything


def _without(request: HttpRequest, name: str) -> str:
    """The same search without this choice, and what belongs to it."""
    return _address(
        request, **dict.fromkeys([name, *{"near": ["within"], "open_on": ["open_time"]}.get(name, [])])
    )


def _address(request: HttpRequest, **changed: str | None) -> str:
    """The first page of the same search with other values, None for none; what says nothing is left out."""
    asked = {**request.GET.dict(), **changed, "after": None}
    query = {name: value for name, value in asked.items() if value}
    return f"{reverse('community:resource_list')}?{urlencode(query)}".removesuffix("?")


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
        kept = services.filter(merged_from__gone=pk).first()
        if kept is None and was_listed(pk):
            return render(request, "community/resource_gone.html", status=410)
        return redirect(kept or get_object_or_404(services, pk=pk))
    context: dict[str, Any] = {"service": service, "back": _search_before(request)}
    if service.listing.is_published:
        context["script"] = schema_org.script_of(service, site=settings.SITE_URL)
    return render(request, "community/resource_detail.html", context)
