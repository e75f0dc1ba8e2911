from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from coaching.accounts.middleware import OwnTimeZoneMiddleware


def zone_during(user) -> str:
    seen = []
    request = RequestFactory().get("/")
    request.user = user

    def view(request):
        seen.append(timezone.get_current_timezone_name())
        return HttpResponse()

    OwnTimeZoneMiddleware(view)(request)
    return seen[0]


def test_times_are_shown_in_the_readers_zone(ben):
    assert zone_during(ben) == "America/New_York"
    assert timezone.get_current_timezone_name() == "UTC"


def test_visitors_see_utc():
    assert zone_during(AnonymousUser()) == "UTC"
