"""Who made a change, and when it was meant to be, told to the history with every write."""

from datetime import datetime

import pghistory

from coaching.accounts.models import User


def told_by(by: User, at: datetime | None = None) -> pghistory.context:
    """The history names `by` as the author of every change inside; `at` where it happened earlier than now.

    Without it a change made by a task, a command or a shell would have no author.
    """
    if at is None:
        return pghistory.context(user=str(by.pk))
    return pghistory.context(user=str(by.pk), at=at.isoformat())
