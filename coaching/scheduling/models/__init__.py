"""Sessions, the reminders that belong to them, and the signs of life of the processes that send them."""

from coaching.scheduling.models.availability import BookingRules, SpecialDays, WeeklyHours
from coaching.scheduling.models.heartbeat import Heartbeat
from coaching.scheduling.models.reminder import LEADS, Reminder
from coaching.scheduling.models.series import Repeat, Series
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.models.session_type import SessionType

__all__ = [
    "LEADS",
    "BookingRules",
    "CoachingSession",
    "Heartbeat",
    "Reminder",
    "Repeat",
    "Series",
    "SessionType",
    "SpecialDays",
    "WeeklyHours",
]
