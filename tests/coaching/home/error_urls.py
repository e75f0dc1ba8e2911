"""Trellis's own addresses, and one for each error page, so that they can be looked at."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from coaching.urls import urlpatterns as trellis_urls


@login_not_required
def shown(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, name)


urlpatterns = [*trellis_urls, path("shown/<str:name>", shown)]
