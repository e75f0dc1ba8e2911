"""Where the clocks change before a session, each wall says so for itself: at the choice, and in a mail."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse

from coaching.scheduling import series
from coaching.scheduling.models import BookingRules, Reminder, SessionType

pytestmark = pytest.mark.django_db
BEFORE = datetime(2027, 3, 10, 8, tzinfo=UTC)
"""New York's clocks go forward on 14 March 2027, Berlin's on 28 March."""
AFTER = datetime(2027, 3, 29, 8, tzinfo=UTC)
NEW_YORK = "New York time (America/New_York, UTC−4); the clocks change there before then"  # noqa: RUF001
BERLIN = "Berlin time (Europe/Berlin, UTC+2); the clocks change there before then"


def notes(html: str) -> list[str]:
    return re.findall(r"(?:New York|Berlin) time \([^)]*\); the clocks change there before then", html)


@pytest.fixture
def address(alma) -> str:
    """Where a time with Alma is chosen; she is there day and night."""
    week = {weekday: [(0, 1440)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=week, is_open=True, notice_hours=0, increment=60)
    kind = SessionType.objects.create(coach=alma.coach, name="Usual", minutes=50)
    return reverse("scheduling:booking_times", args=["alma", kind.pk])


@pytest.mark.parametrize(
    ("now", "day", "expected"),
    [
        (BEFORE, "2027-03-12", []),
        (BEFORE, "2027-03-13", []),  # the last day before New York's night
        (BEFORE, "2027-03-14", [NEW_YORK]),
        (BEFORE, "2027-03-16", [NEW_YORK]),
        (BEFORE, "2027-03-27", [NEW_YORK, BERLIN]),  # Berlin's night begins on its last evening in New York
        (BEFORE, "2027-03-30", [NEW_YORK, BERLIN]),
        (AFTER, "2027-03-30", []),
    ],
)
def test_choosing_a_time_says_whose_clocks_change(browser_of, ben, ben_client, address, now, day, expected):
    with time_machine.travel(now, tick=False):
        response = browser_of(ben).get(address, {"month": day[:7], "day": day})

    assert response.context["day"].isoformat() == day
    assert notes(response.content.decode()) == expected


@pytest.fixture
def mail(alma, ben_client):
    """The mail of a weekly series from 16 March on, as Ben gets it."""
    with time_machine.travel(BEFORE, tick=False):
        series.schedule_series(
            by=alma, client=ben_client, repeat="weekly", times=3, minutes=50,
            local_start=datetime.fromisoformat("2027-03-16T10:00"), timezone=ZoneInfo("Europe/Berlin"),
        )  # fmt: skip
        return Reminder.objects.get(kind="booked", recipient="client").compose()


@pytest.mark.parametrize("part", ["text", "html"])
def test_mail_of_a_series_says_it_at_each_date_that_it_concerns(mail, part):
    words = mail.body if part == "text" else mail.alternatives[0].content

    assert notes(words) == [NEW_YORK, NEW_YORK, NEW_YORK, BERLIN]
    first, second, third = re.split(r"Tuesday 23 March 2027, 05:00|Tuesday 30 March 2027, 04:00", words)
    assert [notes(lines) for lines in (first, second, third)] == [[NEW_YORK], [NEW_YORK], [NEW_YORK, BERLIN]]


def test_mail_of_a_series_that_is_written_later_says_less(alma, ben_client, mail):
    with time_machine.travel(datetime(2027, 3, 15, 8, tzinfo=UTC), tick=False):
        written = Reminder.objects.get(kind="booked", recipient="client").compose()

    assert notes(written.body) == [BERLIN]
