"""Two acts at the same moment, over two connections to the database."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction


def meanwhile(first: Callable[[], object], second: Callable[[], object]) -> Any:
    """What `second` answers, which begins while `first` is done and not committed yet."""
    is_done, answers = threading.Event(), []

    def follow() -> None:
        is_done.wait(timeout=30)
        try:
            answers.append(second())
        except Exception as error:  # noqa: BLE001 - whatever it is, the test names it
            answers.append(repr(error))
        finally:
            connection.close()

    other = threading.Thread(target=follow)
    other.start()
    with transaction.atomic():
        first()
        is_done.set()
        other.join(timeout=1)  # long enough to take what it can, and to wait for the rest
    other.join(timeout=30)
    return answers[0]
