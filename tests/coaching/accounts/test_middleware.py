from wsgiref.util import setup_testing_defaults

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from coaching.accounts.middleware import OnlyUtf8Middleware, OwnTimeZoneMiddleware, PrivatePagesMiddleware
from coaching.wsgi import application


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


@pytest.mark.parametrize(
    "path", ["/home/", "/me/", "/sessions/", "/accounts/email/", "/resources/", "/no/such/"]
)
def test_nobody_keeps_what_a_signed_in_person_was_shown(ben_browser, path):
    response = ben_browser.get(path)

    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_what_visitors_see_may_be_kept(client, db):
    assert not client.get("/").has_header("Cache-Control")


def test_what_a_view_says_stands(ben):
    request = RequestFactory().get("/")
    request.user = ben
    said = HttpResponse(headers={"Cache-Control": "public, max-age=60"})

    assert PrivatePagesMiddleware(lambda _: said)(request)["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("charset", ["rot13", "utf-16", "no-such-thing", "iso-8859-1"])
def test_another_character_set_is_refused(client, db, charset):
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    assert client.generic("POST", "/accounts/login/", b"login=%41", content_type=kind).status_code == 400


@pytest.mark.parametrize(
    "kind", ["text/plain; charset=rot13", "text/plain; charset=no-such", f"text/plain; x={'x' * 20_000}"]
)
def test_another_character_set_is_refused_where_the_address_is_read_too(kind):
    """As granian hands a request over: Django's test browser reads the address by itself."""
    environ = {"PATH_INFO": "/resources/", "QUERY_STRING": "q=%41", "CONTENT_TYPE": kind}
    setup_testing_defaults(environ)
    request = application.request_class(environ)

    with pytest.raises(BadRequest):
        OnlyUtf8Middleware(lambda _: HttpResponse())(request)

    assert request.GET["q"] == "A"


def test_utf8_may_be_named(client, db):
    body = "login=ben@example.org&password=%C3%A9"
    kind = "application/x-www-form-urlencoded; charset=UTF-8"

    assert client.post("/accounts/login/", body, content_type=kind).status_code == 200
