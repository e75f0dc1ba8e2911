"""The cache while its Redis is down or frozen: nobody is shut out, and nobody may guess without end."""

import socket
import time

import pytest
from django.core.cache import caches
from django.urls import reverse
from structlog.testing import capture_logs

from coaching.accounts.cache import PatientRedisCache
from tests.conftest import PASSWORD


@pytest.fixture
def patience(settings, monkeypatch):
    """Makes the cache one whose Redis is at `port`, as a new process would."""
    monkeypatch.setattr(PatientRedisCache, "quiet_until", 0)
    monkeypatch.setattr(PatientRedisCache, "is_away", False)

    def make(port: int) -> None:
        options = {**settings.CACHES["default"]["OPTIONS"], "socket_timeout": 1}
        settings.CACHES = {
            "default": {
                **settings.CACHES["default"],
                "LOCATION": f"redis://127.0.0.1:{port}/0",
                "OPTIONS": options,
            }
        }

    yield make
    PatientRedisCache.quiet_until = time.monotonic() + 60
    caches["default"].clear()


@pytest.fixture
def frozen_port():
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield server.getsockname()[1]


def sign_in(client, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": "alma@example.org", "password": password})


def test_signing_in_while_redis_is_down(client, alma, patience):
    patience(9)

    assert sign_in(client).url == reverse("home:home")


def test_a_new_password_while_redis_is_down(client, alma, patience, mailoutbox):
    patience(9)

    client.post(reverse("account_reset_password"), {"email": "alma@example.org"})

    assert [mail.to for mail in mailoutbox] == [["alma@example.org"]]


def test_a_frozen_redis_costs_one_wait(client, alma, patience, frozen_port):
    patience(frozen_port)
    started = time.monotonic()

    with capture_logs() as lines:
        answer = sign_in(client)

    assert answer.url == reverse("home:home")
    assert 1 <= time.monotonic() - started < 2
    away = [line["error"] for line in lines if line["event"] == "cache_unavailable"]
    assert away == ["TimeoutError"]


def test_guessing_is_limited_without_redis_too(client, alma, patience):
    patience(9)
    for _attempt in range(10):
        sign_in(client, "wrong")

    assert sign_in(client).context["form"].non_field_errors() == [
        "Too many failed login attempts. Try again later."
    ]


def test_redis_is_asked_again_and_the_log_says_so_once(settings, patience):
    port = int(settings.REDIS_URL.rsplit(":", 1)[1].split("/")[0])
    patience(9)
    with capture_logs() as away:
        for _pass in range(3):
            PatientRedisCache.quiet_until = 0
            caches["default"].set("a", 1)
    patience(port)
    with capture_logs() as back:
        PatientRedisCache.quiet_until = 0
        caches["default"].set("a", 2)
        caches["default"].set("a", 3)

    assert [line["event"] for line in away] == ["cache_unavailable"]
    assert [line["event"] for line in back] == ["cache_is_back"]
    assert caches["default"].get("a") == 3
