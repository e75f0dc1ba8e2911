"""What every request of a person has: times in their own zone, and pages that nobody keeps for others."""

from collections.abc import Callable

from django.core.exceptions import BadRequest, ObjectNotUpdated
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.defaults import page_not_found

ASKED_BY_MACHINES = "/healthz/"
"""Answered without reading who asks, so that it is answered without the database, too."""


class OnlyUtf8Middleware:
    """Refuses a request in any other character set: browsers name none, and Python's codecs surprise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            raise BadRequest
        return self.get_response(request)


class OwnTimeZoneMiddleware:
    """Shows every time in the zone of the person who reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ASKED_BY_MACHINES) or not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(request.user.timezone):
            return self.get_response(request)


class GoneMeanwhileMiddleware:
    """What somebody else has just taken out cannot be changed any more: it is not there, like any other."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return page_not_found(request, exception) if isinstance(exception, ObjectNotUpdated) else None


class PrivatePagesMiddleware:
    """Lets no browser or proxy keep what a signed-in person was shown, unless the view said otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response
