"""A client's record: who they are, what they carry, what they and their coaches write, and who saw it."""

from clients.models.agreement import Agreement, FormerSignature, Signature
from clients.models.checkin import CheckIn, CheckInRhythm, LifeArea, Score
from clients.models.circumstance import Circumstance
from clients.models.client import Client
from clients.models.connection import Connection, LookingFor
from clients.models.erasure import Erasure, ErasureWarning
from clients.models.file import FileContent, RecordFile
from clients.models.handover import Handover
from clients.models.measure import Measure, MeasureEntry
from clients.models.message import Message
from clients.models.roster_import import RosterImport
from clients.models.roster_view import RosterView
from clients.models.trace import Trace
from clients.models.value import Value
from clients.models.writing import JournalEntry, Note

__all__ = [
    "Agreement",
    "CheckIn",
    "CheckInRhythm",
    "Circumstance",
    "Client",
    "Connection",
    "Erasure",
    "ErasureWarning",
    "FileContent",
    "FormerSignature",
    "Handover",
    "JournalEntry",
    "LifeArea",
    "LookingFor",
    "Measure",
    "MeasureEntry",
    "Message",
    "Note",
    "RecordFile",
    "RosterImport",
    "RosterView",
    "Score",
    "Signature",
    "Trace",
    "Value",
]
