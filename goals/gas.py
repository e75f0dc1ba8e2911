"""Goal Attainment Scaling: one figure for how far a person's goals have come.

Kiresuk and Sherman (1968), Community Mental Health Journal 4(6); the formula as in
Turner-Stokes (2009), Clinical Rehabilitation 23(4), with its erratum.
"""

from collections.abc import Sequence
from math import isfinite, sqrt

LEVELS = range(-2, 3)
"""From much less than expected (-2) over expected (0) to much more than expected (2)."""


def t_score(levels: Sequence[int], weights: Sequence[float] | None = None, rho: float = 0.3) -> float:
    """The attainment of several goals together as a T-score: 50 is "all as expected", 10 is one deviation.

        T = 50 + 10·Σ(wᵢxᵢ) / √((1-rho)·Σwᵢ² + rho·(Σwᵢ)²)

    `levels` are whole numbers from -2 to 2, one for each goal; `weights` are positive
    numbers, one for each goal (left out: all goals weigh the same); `rho` is the expected
    correlation between goals, from 0 to 1, by convention 0.3.

    Raises ValueError with a sentence where a figure would mean nothing.
    """
    if weights is None:
        weights = [1] * len(levels)
    if not levels:
        raise ValueError("A score needs at least one goal.")
    if len(levels) != len(weights):
        raise ValueError(
            f"There are {len(levels)} levels and {len(weights)} weights; each goal needs one of each."
        )
    for level in levels:
        if isinstance(level, bool) or not isinstance(level, int) or level not in LEVELS:
            raise ValueError(f"A level is a whole number from -2 to 2, not {level!r}.")
    for weight in weights:
        if not _is_number(weight) or weight <= 0:
            raise ValueError(f"A weight is a number above zero, not {weight!r}.")
    if not _is_number(rho) or not 0 <= rho <= 1:
        raise ValueError(f"The correlation rho is a number from 0 to 1, not {rho!r}.")
    heaviest = float(
        max(weights)
    )  # scaled, so that very large or small weights do not leave the floats' range
    shares = [float(weight) / heaviest for weight in weights]
    attained = sum(share * level for share, level in zip(shares, levels, strict=True))
    spread = (1 - rho) * sum(share**2 for share in shares) + rho * sum(shares) ** 2
    return 50 + 10 * attained / sqrt(spread)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return isfinite(value)
    except OverflowError:  # a whole number beyond the floats
        return False
