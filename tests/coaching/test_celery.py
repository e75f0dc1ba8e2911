import logging
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from structlog.testing import capture_logs

from coaching import celery
from coaching.scheduling import tasks
from coaching.scheduling.models import Heartbeat


def test_task_is_one_line_without_arguments():
    task = SimpleNamespace(name="coaching.send_due")

    with capture_logs() as logs:
        celery.note_start(task_id="1")
        celery.log_task(task_id="1", task=task, state="SUCCESS", args=["private"])
        celery.log_task(task_id="never-started", task=task, state="SUCCESS")

    assert [(log["event"], log["name"], log["id"], log["state"]) for log in logs] == [
        ("task", "coaching.send_due", "1", "SUCCESS"),
        ("task", "coaching.send_due", "never-started", "SUCCESS"),
    ]
    assert logs[0]["ms"] >= 0
    assert "private" not in str(logs)


def test_failed_task_says_where_and_not_what():
    with capture_logs() as logs:
        try:
            raise ValueError("Ben's private words")
        except ValueError as error:
            celery.log_failure(task_id="1", sender=SimpleNamespace(name="coaching.send_due"), exception=error)

    assert (logs[0]["event"], logs[0]["error"]) == ("task_failed", "ValueError")
    assert logs[0]["at"][0].split(":")[0].endswith("test_celery.py")
    assert "private" not in str(logs)


def test_our_logging_is_kept():
    celery.keep_our_logging()
    logging.captureWarnings(capture=False)


@pytest.mark.django_db
def test_worker_leaves_a_sign_of_life_at_most_every_ten_seconds(monkeypatch):
    monkeypatch.setattr(celery, "_last_beat", 0.0)
    monkeypatch.setattr(connection, "close", lambda: None)

    celery.note_worker_is_alive()
    first = Heartbeat.objects.get(name="worker").seen_at
    celery.note_worker_is_alive()

    assert Heartbeat.objects.get(name="worker").seen_at == first


@pytest.mark.django_db
def test_worker_outlives_a_database_that_is_away(monkeypatch):
    def away(name):
        raise OperationalError("password of the database")

    monkeypatch.setattr(celery, "_last_beat", 0.0)
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(Heartbeat, "beat", away)

    with capture_logs() as logs:
        celery.note_worker_is_alive()

    assert [(log["event"], log["error"]) for log in logs] == [("heartbeat_not_written", "OperationalError")]


@pytest.mark.django_db
def test_tasks_have_names_and_run():
    tasks.tick.apply()
    tasks.send_due.apply()

    assert (tasks.tick.name, tasks.send_due.name) == ("coaching.tick", "coaching.send_due")
    assert Heartbeat.objects.filter(name="beat").exists()
