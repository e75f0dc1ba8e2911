"""Trellis's own settings with less patience, so that hours pass in minutes. Nothing else differs."""

from datetime import timedelta

from coaching.settings import *  # noqa: F403
from coaching.settings import CELERY_BEAT_SCHEDULE, MAILERS

MAIL_LEASE = timedelta(seconds=8)
MAIL_FIRST_WAIT = timedelta(seconds=0.5)
MAIL_LONGEST_WAIT = timedelta(seconds=4)
MAIL_RECORD_WAITS = [0.1, 0.2, 0.4, 0.8, 1.6, 2]
MAIL_SETTLING = timedelta(seconds=2)
MAILERS["default"]["OPTIONS"]["timeout"] = 1.5
CELERY_BEAT_SCHEDULE["send-due"]["schedule"] = timedelta(seconds=1)
CELERY_BEAT_SCHEDULE["tick"]["schedule"] = timedelta(seconds=1)
