"""A person's private calendar address."""

import hashlib
import secrets
from datetime import timedelta

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coaching.accounts.models import User
from coaching.accounts.records import Record

USE_NOTED_EVERY = timedelta(hours=1)
"""Calendar programs ask often; when one last did is written down at most once an hour."""


class CalendarFeed(Record):
    """The address at which a calendar program reads one person's sessions, without signing in.

    Whoever knows the address can read it, so it is long, shown once, kept only
    as a hash, and replaced or closed whenever the person likes.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    shows_names = models.BooleanField(
        _("Write in the title whom I meet"),
        default=False,
        help_text=_("Otherwise each entry is called “Session”. Other people often see a calendar, too."),
    )
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return str(self.user)

    @staticmethod
    def open_for(user: User) -> str:
        """Give this person a new address and return its token, this once; the old one is dead."""
        token = secrets.token_urlsafe(32)
        CalendarFeed.objects.update_or_create(
            user=user, defaults={"token_hash": _hash_of(token), "made_at": Now(), "last_used_at": None}
        )
        return token

    @staticmethod
    def read_with(token: str) -> "CalendarFeed | None":
        """The feed that this token opens, and a note that it was used; None where it opens nothing."""
        feeds = CalendarFeed.objects.filter(token_hash=_hash_of(token), user__is_active=True)
        feed = feeds.select_related("user").first()
        if feed and (feed.last_used_at is None or feed.last_used_at < timezone.now() - USE_NOTED_EVERY):
            feeds.update(last_used_at=Now())
        return feed


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
