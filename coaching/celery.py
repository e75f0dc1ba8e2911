"""The Celery application: `celery -A coaching.celery worker`, and `beat` beside it.

A message only says "wake up"; what is to be done stands in the database.
"""

import logging
import os
import time
from typing import Any

import structlog
from celery import Celery, signals

from coaching.logs import fault

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching.settings")

app = Celery("trellis")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = structlog.get_logger("trellis.task")

HEARTBEAT_SECONDS = 10
_started: dict[str, float] = {}
_last_beat = 0.0


@signals.celeryd_init.connect
@signals.setup_logging.connect
def keep_our_logging(**_kwargs: Any) -> None:
    """Somebody listens to these signals, so Celery leaves alone what the settings have set up."""
    logging.captureWarnings(capture=True)


@signals.task_prerun.connect
def note_start(task_id: str, **_kwargs: Any) -> None:
    _started[task_id] = time.perf_counter()


@signals.task_postrun.connect
def log_task(task_id: str, task: Any, state: str | None = None, **_kwargs: Any) -> None:
    """One line for each task, without its arguments."""
    seconds = time.perf_counter() - _started.pop(task_id, time.perf_counter())
    logger.info("task", name=task.name, id=task_id, ms=round(seconds * 1000, 1), state=state)


@signals.task_failure.connect
def log_failure(task_id: str, sender: Any, exception: BaseException, **_kwargs: Any) -> None:
    """Say where it came from; the error's own words may be private, and Celery's line with them is off."""
    logger.error("task_failed", name=sender.name, id=task_id, **fault(exception))


@signals.worker_ready.connect
@signals.heartbeat_sent.connect
def note_worker_is_alive(**_kwargs: Any) -> None:
    """Leave the worker's sign of life in the database, at most every ten seconds."""
    global _last_beat
    if _last_beat and time.monotonic() - _last_beat < HEARTBEAT_SECONDS:
        return
    # Models can be imported only after the worker has set Django up.
    from django.db import Error, connection  # noqa: PLC0415

    from coaching.scheduling.models import Heartbeat  # noqa: PLC0415

    _last_beat = time.monotonic()
    try:
        Heartbeat.beat("worker")
    except Error as error:
        logger.warning("heartbeat_not_written", error=type(error).__qualname__)
    finally:
        # This is the worker's parent process: no child may inherit an open connection.
        connection.close()
