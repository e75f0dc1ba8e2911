"""Sessions, the mails and calendars that belong to them, and the signs of life of the processes that send."""

from coaching.scheduling.models.feed import CalendarFeed
from coaching.scheduling.models.heartbeat import Heartbeat
from coaching.scheduling.models.mail_choices import MailChoices
from coaching.scheduling.models.reminder import Reminder
from coaching.scheduling.models.session import CoachingSession

__all__ = ["CalendarFeed", "CoachingSession", "Heartbeat", "MailChoices", "Reminder"]
