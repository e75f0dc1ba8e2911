from datetime import timedelta

import pytest
from django.db import connections
from django.db.models.functions import Now
from django.urls import reverse

from coaching.celery import app
from coaching.scheduling import tasks
from coaching.scheduling.models import Heartbeat


@pytest.fixture
def alive(db) -> None:
    Heartbeat.beat("worker")
    tasks.tick()


def test_ready(client, alive):
    response = client.get("/healthz/ready")

    body = response.json()
    assert (response.status_code, body["status"]) == (200, "ok")
    assert {name: part["ok"] for name, part in body["parts"].items()} == {
        "broker": True,
        "database": True,
        "worker": True,
        "beat": True,
    }
    assert 0 <= body["parts"]["beat"]["age_seconds"] < 30
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_not_ready_without_a_recent_sign_of_life(client, alive, name):
    Heartbeat.objects.filter(name=name).update(seen_at=Now() - timedelta(minutes=5))

    response = client.get("/healthz/ready")

    part = response.json()["parts"][name]
    assert response.status_code == 503
    assert part["why"] == "has not been seen lately"
    assert 300 <= part["age_seconds"] < 330


def test_not_ready_where_nobody_was_ever_seen(client, db):
    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert response.json()["parts"]["worker"] == {"ok": False, "why": "has never been seen"}


def test_not_ready_without_the_broker(client, alive, settings):
    settings.CELERY_BROKER_URL = "redis://:secret@127.0.0.1:9/0"

    response = client.get("/healthz/ready")

    assert response.status_code == 503
    assert response.json()["parts"]["broker"] == {"ok": False, "why": "cannot be reached"}
    assert "secret" not in response.content.decode()


def test_filesystem_broker(client, alive, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path)}
    there = client.get("/healthz/ready").status_code
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    gone = client.get("/healthz/ready")

    assert there == 200
    assert gone.json()["parts"]["broker"]["ok"] is False


@pytest.mark.django_db(transaction=True)
def test_without_the_database(ben_browser):
    connection = connections["default"]
    connection.close()
    port, connection.settings_dict["PORT"] = connection.settings_dict["PORT"], "9"
    try:
        ready, live = ben_browser.get("/healthz/ready"), ben_browser.get("/healthz/live")
    finally:
        connection.close()
        connection.settings_dict["PORT"] = port

    assert (live.status_code, live.json()) == (200, {"status": "ok"})
    assert ready.status_code == 503
    assert ready.json()["parts"]["database"] == {"ok": False, "why": "cannot be reached"}
    assert ready.json()["parts"]["beat"]["ok"] is False


def test_live_asks_nothing_of_the_database(client):
    assert client.get(reverse("home:healthz_live")).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready"])
def test_only_for_hosts_that_are_ours(client, path):
    assert client.get(path, headers={"host": "elsewhere.example"}).status_code == 400
    assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_heartbeat_is_one_row():
    Heartbeat.beat("beat")
    first = Heartbeat.objects.get()
    Heartbeat.beat("beat")

    again = Heartbeat.objects.get()
    assert (again.pk, str(again)) == (first.pk, "beat")
    assert again.seen_at > first.seen_at


def test_what_beat_asks_for_exists(settings):
    wanted = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    app.loader.import_default_modules()
    assert wanted == {
        "coaching.tick",
        "coaching.send_due",
        "coaching.plan_nudges",
        "clients.bring_in",
        "clients.erase_due",
        "community.check_links",
        "community.find_alike",
        "community.work_on_imports",
        "community.write_down_links",
    }
    assert wanted <= set(app.tasks)
