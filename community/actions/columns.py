"""Columns of a row as an act is handed them."""

from collections.abc import Mapping
from typing import Any

type Fields = Mapping[str, Any]
"""Columns of one HSDS object under their HSDS names."""


def fill(row: Any, columns: Fields) -> None:
    """Let the row say this; it is not saved."""
    for name, value in columns.items():
        setattr(row, name, value)


def rewrite(row: Any, columns: Fields) -> None:
    """Let the row say this, and save it."""
    fill(row, columns)
    row.save()
