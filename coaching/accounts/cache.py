"""The cache, which outlives its Redis.

allauth counts sign-ins and mails in the cache. A Redis that is down or frozen
must not shut people out, and must not open the door to guessing either: while
it is away, each process counts for itself.
"""

import time
from collections.abc import Callable
from typing import Any, ClassVar

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = structlog.get_logger("trellis.cache")

QUIET_SECONDS = 30
"""How long Redis is left alone after an error, so that a frozen one costs one wait and not one per call."""


def _with_stand_in(name: str) -> Callable[..., Any]:
    ask_redis = getattr(RedisCache, name)

    def method(self: "PatientRedisCache", *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= PatientRedisCache.quiet_until:
            try:
                answer = ask_redis(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                self.leave_alone(error)
            else:
                self.note_return()
                return answer
        return getattr(self.stand_in, name)(*args, **kwargs)

    return method


class PatientRedisCache(RedisCache):
    """Django's Redis cache, with this process's memory in its place while Redis does not answer."""

    quiet_until: ClassVar[float] = 0
    """Of `time.monotonic()`; kept on the class, for each thread has a cache object of its own."""
    is_away: ClassVar[bool] = False

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.stand_in = LocMemCache("without-redis", {**params, "OPTIONS": {}})

    def leave_alone(self, error: Exception) -> None:
        PatientRedisCache.quiet_until = time.monotonic() + QUIET_SECONDS
        if not PatientRedisCache.is_away:
            PatientRedisCache.is_away = True
            logger.warning("cache_unavailable", error=type(error).__qualname__)

    def note_return(self) -> None:
        if PatientRedisCache.is_away:
            PatientRedisCache.is_away = False
            logger.warning("cache_is_back")

    add = _with_stand_in("add")
    get = _with_stand_in("get")
    set = _with_stand_in("set")
    touch = _with_stand_in("touch")
    delete = _with_stand_in("delete")
    get_many = _with_stand_in("get_many")
    has_key = _with_stand_in("has_key")
    incr = _with_stand_in("incr")
    set_many = _with_stand_in("set_many")
    delete_many = _with_stand_in("delete_many")
    clear = _with_stand_in("clear")
