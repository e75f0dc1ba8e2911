"""Lists are cut in SQL, by keyset: page 400 costs what page 1 costs, and nothing slips between two pages."""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.db.models import Q
from django.http import HttpRequest

from coaching.accounts.encryption import Sealed, Unreadable, seal, unseal

PAGE_SIZE = 25


@dataclass
class Page:
    """One page of a list: `rows`, and the address of the next page where there is one.

    `begin_url` is the first page's, where this one is beyond the end: the list was longer once.
    """

    rows: list[Any]
    next_url: str | None
    begin_url: str = ""

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset_page(request: HttpRequest, rows: models.QuerySet, *, by: list[str], size: int = PAGE_SIZE) -> Page:
    """The page of `rows` that `?after=` names, ordered by the fields `by` (`-field` for descending).

    The fields must not be null, and the last one is unique.
    `after` holds the last row's values, such as a name, so it is encrypted. One
    that was tampered with, or is another list's, shows the first page.
    """
    return joined_page(request, [rows], by=by, size=size)


def joined_page(
    request: HttpRequest, branches: Sequence[models.QuerySet], *, by: list[str], size: int = PAGE_SIZE
) -> Page:
    """The same for one list that several queries make together, each with the same columns (`values()`)."""
    place = "\0".join(["after", request.path, *by]).encode()
    if after := _opened(request.GET.get("after", ""), place):
        branches = [rows.filter(_comes_after(by, after)) for rows in branches]
    first, *others = [rows.order_by(*by)[: size + 1] for rows in branches]
    cut = list(first.union(*others, all=True).order_by(*by)[: size + 1] if others else first)
    key = partial(_values, by=by)
    return _page(request, cut, size, place, key, is_first=not after)


def list_page[Row](
    request: HttpRequest, rows: Iterable[Row], *, key: Callable[[Row], list[Any]], size: int = PAGE_SIZE
) -> Page:
    """The same for a few rows that are read already; `key` orders them, and is made of what JSON knows."""
    asked = sorted((name, value) for name, value in request.GET.items() if name != "after")
    place = "\0".join(["after", request.path, urlencode(asked)]).encode()
    after = _opened(request.GET.get("after", ""), place)
    left = [row for row in sorted(rows, key=key) if not after or key(row) > after]
    return _page(request, left, size, place, key, is_first=not after)


def _page[Row](
    request: HttpRequest,
    rows: list[Row],
    size: int,
    place: bytes,
    key: Callable[[Row], list[Any]],
    *,
    is_first: bool,
) -> Page:
    query = {name: value for name, value in request.GET.items() if name != "after"}
    if not rows and not is_first:
        return Page([], None, f"{request.path}?{urlencode(query)}".removesuffix("?"))
    if len(rows) <= size:
        return Page(rows, None)
    cut = rows[:size]
    return Page(cut, f"{request.path}?{urlencode({**query, 'after': _closed(key(cut[-1]), place)})}")


def _closed(values: list[Any], place: bytes) -> str:
    return base64.urlsafe_b64encode(seal(json.dumps(values), place).stored).decode()


def _opened(after: str, place: bytes) -> list[Any] | None:
    try:
        return json.loads(unseal(Sealed(base64.urlsafe_b64decode(after)), place))
    except (Unreadable, ValueError):
        return None


def _comes_after(by: list[str], values: list[str]) -> Q:
    """Rows that sort after `values`: a > x, or a = x and b > y, and so on."""
    condition, equal = Q(), Q()
    for name, value in zip(by, values, strict=True):
        field, comparison = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    return condition


def _values(row: Any, by: Sequence[str]) -> list[str]:
    return [str(_value(row, name.lstrip("-"))) for name in by]


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row
