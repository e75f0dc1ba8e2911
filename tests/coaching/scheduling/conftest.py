from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from clients.models import Client
from coaching.scheduling import actions, calendars
from coaching.scheduling.models import CoachingSession
from tests.coaching.scheduling.calendar_program import read


@pytest.fixture(autouse=True)
def _second_reader(monkeypatch) -> None:
    """Every calendar that is made in these tests is read by a second parser, too, which must agree."""
    write = calendars._calendar

    def write_and_read(*args, **options) -> bytes:
        content = write(*args, **options)
        read(content)
        return content

    monkeypatch.setattr(calendars, "_calendar", write_and_read)


@pytest.fixture
def book(ben_client) -> Callable[..., CoachingSession]:
    """Plan a session at a wall time of the coach, or so long from now."""

    def make(
        local: str = "", *, client: Client | None = None, ahead: timedelta = timedelta(days=7), **values
    ) -> CoachingSession:
        client = client or ben_client
        coach = client.coach.user
        start = datetime.fromisoformat(local) if local else timezone.now() + ahead
        return actions.schedule_session(
            by=coach,
            client=client,
            local_start=start if local else start.astimezone(coach.timezone).replace(tzinfo=None, fold=0),
            timezone=coach.timezone,
            **{"minutes": 50, "which": 0, **values},
        )

    return make


@pytest.fixture
def make_past(ben_client) -> Callable[..., CoachingSession]:
    """A session that began so long ago and is still marked as planned."""

    def make(ago: timedelta = timedelta(hours=3), **fields) -> CoachingSession:
        client = fields.pop("client", ben_client)
        starts_at = timezone.now() - ago
        return CoachingSession.objects.create(
            client=client,
            coach=client.coach,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            timezone="UTC",
            local_start=starts_at.replace(tzinfo=None),
            **fields,
        )

    return make
