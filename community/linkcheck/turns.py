"""One request at a time for each host, with a pause after it."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

PAUSE = 1.0
"""Seconds between two requests to one host."""


class Turns:
    """Whose turn it is at which host; shared by all who ask in one round."""

    def __init__(self, pause: float = PAUSE) -> None:
        self.pause = pause
        self._guard = Lock()
        self._turns: defaultdict[str, Lock] = defaultdict(Lock)
        self._free_at: dict[str, float] = {}

    @contextmanager
    def at(self, host: str, *, until: float) -> Iterator[None]:
        """Wait for the turn, at most until this moment of the monotonic clock. Raises TimeoutError."""
        with self._guard:
            turn = self._turns[host]
        if not turn.acquire(timeout=max(until - time.monotonic(), 0)):
            raise TimeoutError
        try:
            wait = self._free_at.get(host, 0) - time.monotonic()
            if wait > until - time.monotonic():
                raise TimeoutError
            time.sleep(max(wait, 0))
            yield
        finally:
            self._free_at[host] = time.monotonic() + self.pause
            turn.release()
