"""The directory as HSDS 3.1's API, for everybody. Only what is published, never a confidential place."""

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.vary import vary_on_headers

from community.hsds import openapi, readable
from community.hsds.asked import Asked, NotUnderstood, with_modified_at
from community.hsds.nest import flat, full
from community.hsds.share import shared
from community.hsds.tables import BY_NAME
from community.throttle import is_too_often

MOST_A_MINUTE = 600
BATCH = 200
"""So many objects at a time are read for a stream."""

type View = Callable[..., HttpResponseBase]
type Told = Callable[[list[Any]], list[dict[str, Any]]]


def api(view: View) -> View:
    """For programs of anybody, from any page: no sign-in, no cookie, errors as JSON, an ETag."""

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
        elif request.method not in {"GET", "HEAD", "POST"}:
            response = _error(405, "Only GET, and POST on lists.")
        elif is_too_often(request, "hsds", most=MOST_A_MINUTE, seconds=60):
            response = _error(429, "Too many questions. Wait a minute.")
            response["Retry-After"] = "60"
        else:
            try:
                response = _with_etag(request, view(request, *args, **kwargs))
            except NotUnderstood as error:
                response = _error(400, str(error))
        return _for_all_pages(response)

    return answer


def _for_all_pages(response: HttpResponseBase) -> HttpResponseBase:
    """A program in a page of anybody may read it."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Allow-Methods"] = response["Allow"] = "GET, HEAD, POST, OPTIONS"
    response["Access-Control-Allow-Headers"] = "Content-Type, If-None-Match"
    response["Access-Control-Expose-Headers"] = "ETag"
    return response


def _error(status: int, detail: str) -> JsonResponse:
    return JsonResponse({"detail": detail}, status=status)


def _with_etag(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if not isinstance(response, JsonResponse) or response.status_code != 200:
        return response  # a page for people holds who is signed in, and is nobody else's
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = "public, max-age=60"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@api
@vary_on_headers("Accept")
def base(request: HttpRequest) -> HttpResponse:
    """What the API is: for programs as the standard has it, for a browser as a page to read."""
    if request.get_preferred_type(["application/json", "text/html"]) == "text/html":
        document = _document()
        context = {
            "document": document,
            "operations": readable.operations(document),
            "schemas": readable.schemas(document),
        }
        return render(request, "community/hsds.html", context)
    return JsonResponse(
        {
            "version": "3.1",
            "profile": "https://docs.openreferral.org/en/v3.1.0/hsds/",
            "openapi_url": settings.SITE_URL + reverse("hsds:openapi"),
        }
    )


def _document() -> dict[str, Any]:
    return openapi.document(settings.SITE_URL + reverse("hsds:base").rstrip("/"))


@api
def openapi_document(request: HttpRequest) -> HttpResponse:
    return JsonResponse(_document())


# --- lists ------------------------------------------------------------------


def _list(asked: Asked, objects: QuerySet, told: Told) -> HttpResponseBase:
    """One page of them in the standard's envelope, or all of them, one on each line."""
    if asked.format == "ndjson":
        return StreamingHttpResponse(_lines(objects, told), content_type="application/x-ndjson")
    paginator = Paginator(objects, asked.per_page)
    page = paginator.page(asked.page) if asked.page <= paginator.num_pages else None
    contents = told(list(page)) if page else []
    return JsonResponse(
        {
            "total_items": paginator.count,
            "total_pages": paginator.num_pages,
            "page_number": asked.page,
            "size": len(contents),
            "first_page": asked.page == 1,
            "last_page": asked.page >= paginator.num_pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def _lines(objects: QuerySet, told: Told) -> Iterator[str]:
    start = 0
    while batch := list(objects[start : start + BATCH]):
        for row in told(batch):
            yield json.dumps(row, ensure_ascii=False) + "\n"
        start += BATCH


@api
def service_list(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request.GET)
    services = asked.services(shared(BY_NAME["service"]))
    if asked.flag("minimal"):
        return _list(asked, with_modified_at(services), _minimal)
    return _list(asked, services, lambda rows: _told(asked)(BY_NAME["service"], rows))


def _minimal(services: list[Any]) -> list[dict[str, Any]]:
    return [{"id": str(each.pk), "modified_date": each.modified_at.isoformat()} for each in services]


def _told(asked: Asked) -> Callable[..., list[dict[str, Any]]]:
    return full if asked.flag("full") else flat


@api
def organization_list(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request.GET)
    organizations = asked.organizations(shared(BY_NAME["organization"]))
    with_services = asked.flag("full_service")
    if not (with_services or asked.flag("full")):
        return _list(asked, organizations, lambda rows: flat(BY_NAME["organization"], rows))
    return _list(
        asked,
        organizations,
        lambda rows: full(BY_NAME["organization"], rows, with_services=with_services),
    )


@api
def service_at_location_list(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request.GET)
    links = asked.links(shared(BY_NAME["service_at_location"]))
    return _list(asked, links, lambda rows: _told(asked)(BY_NAME["service_at_location"], rows))


@api
def taxonomy_list(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request.GET)
    taxonomies = asked.named(shared(BY_NAME["taxonomy"]))
    return _list(asked, taxonomies, lambda rows: flat(BY_NAME["taxonomy"], rows))


@api
def taxonomy_term_list(request: HttpRequest) -> HttpResponseBase:
    asked = Asked(request.GET)
    terms = asked.terms(shared(BY_NAME["taxonomy_term"]))
    return _list(asked, terms, lambda rows: flat(BY_NAME["taxonomy_term"], rows))


# --- one object -------------------------------------------------------------


def _one(name: str, pk: str, tell: Callable[..., list[dict[str, Any]]], **how: bool) -> HttpResponse:
    try:
        found = list(shared(BY_NAME[name]).filter(pk=UUID(pk)))
    except ValueError:
        found = []
    if not found:
        return _error(404, f"There is no published {name.replace('_', ' ')} with this id.")
    return JsonResponse(tell(BY_NAME[name], found, **how)[0])


@api
def service(request: HttpRequest, pk: str) -> HttpResponse:
    return _one("service", pk, full)


@api
def organization(request: HttpRequest, pk: str) -> HttpResponse:
    return _one("organization", pk, full, with_services=Asked(request.GET).flag("full_service"))


@api
def service_at_location(request: HttpRequest, pk: str) -> HttpResponse:
    return _one("service_at_location", pk, full)


@api
def taxonomy(request: HttpRequest, pk: str) -> HttpResponse:
    return _one("taxonomy", pk, flat)


@api
def taxonomy_term(request: HttpRequest, pk: str) -> HttpResponse:
    return _one("taxonomy_term", pk, flat)


# --- nothing ------------------------------------------------------------------


@api
def nothing(request: HttpRequest, path: str) -> HttpResponse:
    """Any other address, such as one with a slash at its end."""
    return _error(404, f"There is nothing at this address. What there is: {reverse('hsds:openapi')}")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """What is refused before any view sees it: for programs in their form, for people as a page."""
    if request.path_info.startswith(reverse("hsds:base")):
        return _for_all_pages(_error(400, "This request cannot be read. Send it in UTF-8."))
    return defaults.bad_request(request, exception)
