"""Whether this installation is alive, and whether it can do its work. Says nothing about people.

A reminder that nobody sends is worse than a page that does not open, so the
processes that nobody sees count as much as the database.
"""

import tempfile
from collections.abc import Callable
from datetime import timedelta

import redis
import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from coaching.scheduling.models import Heartbeat

OLDEST_SIGN_OF_LIFE = timedelta(seconds=60)
"""Worker and beat leave one every ten seconds."""

logger = structlog.get_logger("trellis.health")


@login_not_required
@never_cache
@require_safe
def healthz_live(request: HttpRequest) -> JsonResponse:
    """This process answers. A 200 says nothing about what it stands on."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def healthz_ready(request: HttpRequest) -> JsonResponse:
    """200 where everything is there; else 503, and which part is not."""
    parts = {"broker": _broker(), **_database_and_signs_of_life()}
    is_ready = all(part["ok"] for part in parts.values())
    return JsonResponse(
        {"status": "ok" if is_ready else "unavailable", "parts": parts}, status=200 if is_ready else 503
    )


def _database_and_signs_of_life() -> dict[str, dict[str, object]]:
    try:
        seen = dict(Heartbeat.objects.annotate(age=Now() - F("seen_at")).values_list("name", "age"))
    except Error as error:
        logger.warning("database_unavailable", error=type(error).__qualname__)
        unknown = {"ok": False, "why": "unknown without the database"}
        return {
            "database": {"ok": False, "why": "cannot be reached"},
            "worker": unknown,
            "beat": unknown,
        }
    return {"database": {"ok": True}, "worker": _age(seen.get("worker")), "beat": _age(seen.get("beat"))}


def _age(age: timedelta | None) -> dict[str, object]:
    if age is None:
        return {"ok": False, "why": "has never been seen"}
    seconds = round(max(age.total_seconds(), 0), 1)
    if age > OLDEST_SIGN_OF_LIFE:
        return {"ok": False, "why": "has not been seen lately", "age_seconds": seconds}
    return {"ok": True, "age_seconds": seconds}


def _broker() -> dict[str, object]:
    ask: Callable[[], None] = _ask_redis if settings.REDIS_URL else _write_to_folder
    try:
        ask()
    except (redis.RedisError, OSError) as error:
        logger.warning("broker_unavailable", error=type(error).__qualname__)
        return {"ok": False, "why": "cannot be reached"}
    return {"ok": True}


def _ask_redis() -> None:
    with redis.Redis.from_url(
        settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2
    ) as connection:
        connection.ping()


def _write_to_folder() -> None:
    folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]
    with tempfile.TemporaryFile(dir=str(folder)):
        pass
