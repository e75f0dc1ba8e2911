"""Messages as files, where there is no Redis: a file is there with all it says, or not at all.

Kombu's own transport gives a file its name before it has written it, and a
worker that reads it in that moment ends (docs/decisions/0120).
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic_ns
from typing import Any
from uuid import uuid4

import structlog
from kombu.transport import filesystem
from kombu.utils.json import dumps

logger = structlog.get_logger("trellis.broker")


class Channel(filesystem.Channel):
    # Kombu's own two classes call it by different names.
    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]
        name = f"{monotonic_ns():020}_{uuid4()}.{queue}.msg"  # read in the order of their names
        unfinished = Path(self.data_folder_out) / f"{name}.new"
        unfinished.write_text(dumps(payload))
        unfinished.rename(unfinished.with_suffix(""))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        """The next message that can be read; losing one loses nothing."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                logger.warning("message_not_readable")

    def get_table(self, exchange: str) -> Any:
        with self._tables():
            return super().get_table(exchange)

    def _queue_bind(self, *args: Any) -> None:
        with self._tables():
            super()._queue_bind(*args)

    @contextmanager
    def _tables(self) -> Iterator[None]:
        """Web and worker begin at once: neither reads which queues there are while the other writes it."""
        with (self.control_folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel
