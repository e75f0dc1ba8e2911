import json
import logging

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from coaching.logs import RequestLogMiddleware


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


def test_an_error_says_where_but_not_what(lines):
    middleware = RequestLogMiddleware(lambda request: HttpResponse())
    try:
        raise ValueError("what Ben wrote")
    except ValueError as error:
        middleware.process_exception(RequestFactory().get("/"), error)

    (line,) = lines()
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["at"][0]
    assert "Ben" not in json.dumps(line)


def test_a_page_that_is_not_there_is_no_fault(alma_browser, lines):
    alma_browser.get("/clients/019ab37f-0000-7000-8000-000000000000/")

    assert [line["event"] for line in lines()] == ["request"]
