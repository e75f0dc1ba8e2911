"""Says kindly that something comes first, or that a record is kept as it is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clients.models import Agreement
from clients.models.client import NotOpenToWords, RecordEnded


class NotOpenToWordsMiddleware:
    """Where the rule refuses words about a client, the page says why, and what opens it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotOpenToWords):
            return None
        client = exception.client
        is_own = client.user_id == request.user.pk
        if isinstance(exception, RecordEnded):
            context = {"client": client, "is_own": is_own}
            return render(request, "clients/record_ended.html", context, status=409)
        asked = Agreement.objects.visible_to(request.user).in_force()
        context = {
            "client": client,
            "is_own": is_own,
            "agreement": asked.filter(practice=client.practice_id, kind="confidentiality").first(),
        }
        return render(request, "clients/agreement_first.html", context, status=409)
