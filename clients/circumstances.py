"""Circumstances as the pages show them: each with how it went over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models.fields.json import KeyTextTransform
from django.utils.dateparse import parse_datetime

from clients.models import Circumstance
from clients.models.circumstance import State, Urgency


@dataclass(frozen=True)
class Moment:
    """From `at` on it stood like this."""

    at: datetime
    words: str


def with_changes(rows: Iterable[Circumstance]) -> list[Circumstance]:
    """Those, each with `moments`: how pressing it was and how it stood, oldest first. One query for all."""
    circumstances = list(rows)
    events: Any = Circumstance.pgh_event_model  # type: ignore[attr-defined]
    history = (
        events.objects.filter(pgh_obj_id__in=[row.pk for row in circumstances])
        .annotate(meant_at=KeyTextTransform("at", "pgh_context__metadata"))
        .order_by("pgh_id")
    )
    of: dict[object, list[Any]] = {}
    for event in history:
        of.setdefault(event.pgh_obj_id, []).append(event)
    for circumstance in circumstances:
        circumstance.moments = _moments(of.get(circumstance.pk, []))  # type: ignore[attr-defined]
    return circumstances


def _moments(events: list[Any]) -> list[Moment]:
    """Each change of how it stood; a change of the words alone is none."""
    return [
        Moment(
            (parse_datetime(new.meant_at) if new.meant_at else None) or new.pgh_created_at,
            _words(new.urgency, new.state),
        )
        for old, new in pairwise([None, *events])
        if old is None or (old.urgency, old.state) != (new.urgency, new.state)
    ]


def _words(urgency: str, state: str) -> str:
    if state == State.RESOLVED:
        return str(State(state).label)
    return f"{Urgency(urgency).label} · {State(state).label}"
