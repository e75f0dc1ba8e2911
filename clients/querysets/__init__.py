"""Which rows of a client's record a person may see, and "those that …"."""

from clients.querysets.clients import ClientQuerySet
from clients.querysets.handovers import HandoverQuerySet
from clients.querysets.life import (
    CheckInQuerySet,
    CheckInRhythmQuerySet,
    CircumstanceQuerySet,
    ConnectionQuerySet,
    MeasureEntryQuerySet,
)
from clients.querysets.record import AskedAboutQuerySet, OwnedAndCoachedQuerySet, OwnedQuerySet
from clients.querysets.roster import RosterImportQuerySet, RosterViewQuerySet
from clients.querysets.traces import ErasureQuerySet, TraceQuerySet
from clients.querysets.writing import JournalEntryQuerySet, MessageQuerySet, NoteQuerySet

__all__ = [
    "AskedAboutQuerySet",
    "CheckInQuerySet",
    "CheckInRhythmQuerySet",
    "CircumstanceQuerySet",
    "ClientQuerySet",
    "ConnectionQuerySet",
    "ErasureQuerySet",
    "HandoverQuerySet",
    "JournalEntryQuerySet",
    "MeasureEntryQuerySet",
    "MessageQuerySet",
    "NoteQuerySet",
    "OwnedAndCoachedQuerySet",
    "OwnedQuerySet",
    "RosterImportQuerySet",
    "RosterViewQuerySet",
    "TraceQuerySet",
]
