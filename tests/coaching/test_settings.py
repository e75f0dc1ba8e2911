"""The three modes, each in a process of its own, as a person would start it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "SECRET_KEY": "of-the-tests-alone-0123456789-abcdefghijklmnopqrstuvwxyz",
    "CONTENT_KEYS": "b2YtdGhlLXRlc3RzLWFsb25lLTAxMjM0NTY3ODktYWI",
    "DATABASE_URL": "postgresql://trellis:secret@db.example/trellis?sslmode=require",
    "REDIS_URL": "redis://127.0.0.1:9/0",
    "EMAIL_URL": "smtp+tls://user:p%40ss@mail.example:587",
    "SITE_URL": "https://trellis.example",
}


def start(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import django; django.setup(); {code}"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "coaching.settings",
            "LANG": "C.UTF-8",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(PRODUCTION))
def test_production_names_what_is_missing(missing):
    environment = {**PRODUCTION, missing: ""}

    run = start("", environment)

    assert run.returncode == 1
    assert f"Not set: {missing}. Set" in run.stderr


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SITE_URL", "trellis.example", "SITE_URL is 'trellis.example'; it must look like"),
        ("EMAIL_URL", "mail.example", "EMAIL_URL must look like smtp+tls://"),
        ("CONTENT_KEYS", "too-short", "CONTENT_KEYS must be different keys of 32 bytes"),
        ("CONTENT_KEYS", "not base64 at all, é", "CONTENT_KEYS must be different keys of 32 bytes"),
        ("CONTENT_KEYS", ",".join([PRODUCTION["CONTENT_KEYS"]] * 2), "CONTENT_KEYS must be different keys"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not an address PostgreSQL knows"),
    ],
)
def test_production_says_what_is_wrong(name, value, sentence):
    run = start("", {**PRODUCTION, name: value})

    assert run.returncode == 1
    assert sentence in run.stderr


def test_production_is_safe_and_has_no_demo():
    run = start(
        "from django.conf import settings as s; from django.urls import NoReverseMatch, reverse\n"
        "print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT)\n"
        "print(s.MAILERS['default']['OPTIONS']['password'], s.DATABASES['default']['OPTIONS']['sslmode'])\n"
        "try: print(reverse('local:mailbox'))\n"
        "except NoReverseMatch: print('no mailbox')",
        PRODUCTION,
    )

    assert run.stderr == ""
    assert run.stdout.splitlines() == ["False False True True True", "p@ss require", "no mailbox"]


def test_no_mode_allows_inline_scripts_or_styles():
    for mode in ({}, {"DEMO": "true"}, {"DEBUG": "true"}):
        run = start("from django.conf import settings as s; print(s.SECURE_CSP)", {**PRODUCTION, **mode})

        assert run.returncode == 0
        assert "unsafe" not in run.stdout


@pytest.mark.parametrize(("said", "counted"), [({}, "0"), ({"TRUSTED_PROXIES": "2"}, "2")])
def test_no_proxy_is_trusted_that_was_not_named(said, counted):
    run = start(
        "from django.conf import settings as s; print(s.ALLAUTH_TRUSTED_PROXY_COUNT)", {**PRODUCTION, **said}
    )

    assert run.stdout.strip() == counted
