import json
import logging
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from coaching.accounts.backends import PersonBackend
from coaching.logs import RequestLogMiddleware

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="trellis.request")
    return lambda: [record.msg for record in caplog.records if record.name == "trellis.request"]


def test_one_line_per_request_without_path_or_query(client, lines, db):
    client.get("/invitations/a-secret-token/?q=what+I+looked+for")

    (line,) = lines()
    assert (line["method"], line["route"], line["status"]) == ("GET", "clients:invitation_accept", 404)
    assert "secret" not in json.dumps(line)
    assert "looked" not in json.dumps(line)


def test_an_unknown_address_has_no_route(lines):
    RequestLogMiddleware(lambda request: HttpResponse(status=404))(RequestFactory().get("/no/such/page"))

    assert lines()[0]["route"] is None


def test_an_error_says_where_but_not_what(client, lines, monkeypatch):
    monkeypatch.setattr("coaching.home.views.render", Mock(side_effect=ValueError("what Ben wrote")))
    client.raise_request_exception = False
    client.get("/")

    fault, request = lines()
    assert (fault["event"], fault["error"]) == ("failed", "ValueError")
    assert any("home/views.py" in frame for frame in fault["at"])
    assert "Ben" not in json.dumps(fault)
    assert request["status"] == 500


def test_an_error_in_a_middleware_leaves_a_trace(ben_browser, lines, monkeypatch):
    def away(self, user_id):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(PersonBackend, "get_user", away)
    ben_browser.raise_request_exception = False
    ben_browser.get("/home/")

    fault, request = lines()
    assert (fault["event"], fault["error"]) == ("failed", "OperationalError")
    assert (request["event"], request["status"]) == ("request", 500)


def test_a_body_that_cannot_be_read_is_no_fault(alma_browser, lines):
    answer = alma_browser.generic(
        "POST", "/clients/new/", b"x", content_type="multipart/form-data; boundary="
    )

    assert answer.status_code == 400
    assert [line["event"] for line in lines()] == ["request"]


def test_a_mail_server_that_is_away_is_no_fault(client, alma, lines):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultAccountAdapter, "send_mail", Mock(side_effect=ConnectionRefusedError))
        client.post("/accounts/password/reset/", {"email": alma.email})

    assert [(line["event"], line["status"]) for line in lines()] == [("request", 503)]


def test_a_refused_request_is_logged_without_its_path():
    """In a process of its own: pytest listens at the root, and these lines do not go there."""
    code = """
import django; django.setup()
from django.test import Client
browser = Client(enforce_csrf_checks=True)
browser.post("/invitations/a-secret-token/")
browser.get("/invitations/a-secret-token/", headers={"host": "a-secret-host.example"})
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert "secret" not in run.stderr
    lines = [json.loads(line) for line in run.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["refused: csrf", "refused: DisallowedHost"]
    assert [line["level"] for line in lines] == ["warning", "error"]


def test_a_page_that_is_not_there_is_no_fault(alma_browser, lines):
    alma_browser.get("/clients/019ab37f-0000-7000-8000-000000000000/")

    assert [line["event"] for line in lines()] == ["request"]
