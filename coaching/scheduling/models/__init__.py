"""Sessions, the reminders that belong to them, and the signs of life of the processes that send them."""

from coaching.scheduling.models.heartbeat import Heartbeat
from coaching.scheduling.models.reminder import LEADS, Reminder
from coaching.scheduling.models.session import CoachingSession

__all__ = ["LEADS", "CoachingSession", "Heartbeat", "Reminder"]
