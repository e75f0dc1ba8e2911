"""Sessions, the mails and calendars that belong to them, and the signs of life of the processes that send."""

from coaching.scheduling.models.also_told import AlsoTold
from coaching.scheduling.models.availability import BookingRules, SpecialDays, WeeklyHours
from coaching.scheduling.models.feed import CalendarFeed
from coaching.scheduling.models.followup import SessionStep, SessionSummary, SummaryMail
from coaching.scheduling.models.heartbeat import Heartbeat
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.models.message_mail import MessageMail
from coaching.scheduling.models.nudge import Nudge
from coaching.scheduling.models.policy import BookingPolicy
from coaching.scheduling.models.reminder import Reminder
from coaching.scheduling.models.replacement import Replacement
from coaching.scheduling.models.series import Repeat, Series
from coaching.scheduling.models.session import CoachingSession
from coaching.scheduling.models.session_type import SessionType

__all__ = [
    "AlsoTold",
    "BookingPolicy",
    "BookingRules",
    "CalendarFeed",
    "CoachingSession",
    "Heartbeat",
    "MailChoices",
    "MessageMail",
    "Nudge",
    "Reminder",
    "Repeat",
    "Replacement",
    "Series",
    "SessionStep",
    "SessionSummary",
    "SessionType",
    "SpecialDays",
    "SummaryMail",
    "WeeklyHours",
]
