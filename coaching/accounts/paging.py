"""Lists are cut in SQL, by keyset: page 400 costs what page 1 costs, and nothing slips between two pages."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db import models
from django.db.models import Q
from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass
class Page:
    """One page of a list: `rows`, and the address of the next page where there is one."""

    rows: list[Any]
    next_url: str | None

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset_page(request: HttpRequest, rows: models.QuerySet, *, by: list[str], size: int = PAGE_SIZE) -> Page:
    """The page of `rows` that `?after=` names, ordered by the fields `by` (`-field` for descending).

    The fields must not be null, and the last one is unique.
    An `after` that was tampered with shows the first page.
    """
    rows = rows.order_by(*by)
    if (after := _last_seen(request)) and len(after) == len(by):
        rows = rows.filter(_comes_after(by, after))
    cut = list(rows[: size + 1])
    if len(cut) <= size:
        return Page(cut, None)
    cut.pop()
    last = [str(_value(cut[-1], name.removeprefix("-"))) for name in by]
    query = {**request.GET.dict(), "after": signing.dumps(last, salt="keyset")}
    return Page(cut, f"{request.path}?{urlencode(query)}")


def _last_seen(request: HttpRequest) -> list[str] | None:
    try:
        return signing.loads(request.GET.get("after", ""), salt="keyset")
    except signing.BadSignature:
        return None


def _comes_after(by: list[str], values: list[str]) -> Q:
    """Rows that sort after `values`: a > x, or a = x and b > y, and so on."""
    condition, equal = Q(), Q()
    for name, value in zip(by, values, strict=True):
        field, comparison = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{comparison}": value})
        equal &= Q(**{field: value})
    return condition


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = getattr(row, part)
    return row
