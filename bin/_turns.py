"""Two acts taken in turns, so that what the machine does meanwhile falls on both."""

import time
from collections.abc import Callable
from typing import Any


def in_turns(
    measured: Callable[[], Any], bare: Callable[[], Any], *, rounds: int, warm_up: int
) -> tuple[list[float], list[float]]:
    """The milliseconds of each round of both, after some that warm up."""
    for _round in range(warm_up):
        measured()
        bare()
    pairs = [(_milliseconds(measured), _milliseconds(bare)) for _round in range(rounds)]
    return [ours for ours, _bare in pairs], [theirs for _measured, theirs in pairs]


def _milliseconds(act: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    act()
    return (time.perf_counter() - begin) * 1000
