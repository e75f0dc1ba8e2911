"""Every zone name of the tz database, at every change of its clocks from 2026 to 2037.

For each: a session in the hour after the change, planned by its time on the
client's wall before it, gives exactly one reminder, at the right instant, whose
text shows the right time. In short one change of each zone; with `--whole` all.

What is right is counted here by offsets alone: a moment plus what the zone is
from UTC, asked at that moment, and never a wall time turned into a moment.
"""

import random
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from clients.models import Client
from coaching.accounts.models import Coach, User
from coaching.scheduling import emails
from coaching.scheduling.models import CoachingSession, MailChoices, Reminder
from coaching.scheduling.walltimes import NoSuchTimeError, moment_of, moments_of

FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
LEAD = timedelta(hours=24)
LENGTH = timedelta(minutes=50)
MINUTE = timedelta(minutes=1)
NAMES = sorted(available_timezones() - {"localtime", "Factory"})
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)


def offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    found = moment.astimezone(zone).utcoffset()
    assert found is not None
    return found


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment in these years at which the clocks change, to the minute."""
    before = FIRST
    while before < LAST:
        after = before + timedelta(days=3)
        if offset(before, zone) != offset(after, zone):
            low, high = before, after
            while high - low > MINUTE:
                middle = low + (high - low) // 2 // MINUTE * MINUTE
                if offset(middle, zone) == offset(before, zone):
                    low = middle
                else:
                    high = middle
            yield high
            before = high
            continue
        before = after


def on_the_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment + offset(moment, zone)).replace(tzinfo=None)


def a_session(starts_at: datetime, zone: ZoneInfo) -> CoachingSession:
    """As `plan` would write it, for a client on this wall and a coach on UTC's; nothing is saved."""
    coach_user = User(name="Alma", email="alma@example.org", timezone=ZoneInfo("UTC"))
    coach_user.mail_choices = MailChoices(user=coach_user, client_leads=[LEAD], coach_leads=[])
    coach = Coach(user=coach_user)
    client = Client(id=uuid.uuid4(), name="Ben", email="ben@example.org", timezone=zone, coach=coach)
    return CoachingSession(
        id=uuid.uuid4(),
        coach=coach,
        client=client,
        starts_at=starts_at,
        ends_at=starts_at + LENGTH,
        timezone=zone,
        local_start=on_the_wall(starts_at, zone),
    )


def written(moment: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Day and time as they must stand in the mail."""
    wall = on_the_wall(moment, zone)
    return (
        f"{DAYS[wall.weekday()]} {wall.day} {MONTHS[wall.month - 1]} {wall.year}",
        f"{wall.hour:02}:{wall.minute:02}",
    )


def check(starts_at: datetime, zone: ZoneInfo) -> None:
    """Planned by its wall time, one reminder, at the instant, with the time on the client's wall."""
    wall = on_the_wall(starts_at, zone)
    moments = moments_of(wall, zone)
    assert starts_at in moments
    assert starts_at == moment_of(wall, zone, which=moments.index(starts_at))
    session = a_session(starts_at, zone)

    (reminder,) = Reminder.of(session, now=starts_at - timedelta(days=30))

    assert reminder.due_at == starts_at - LEAD
    assert (reminder.recipient, reminder.useful_until) == ("client", starts_at)
    mail = emails.session_mail(reminder)
    day, time = written(starts_at, zone)
    until = written(starts_at + LENGTH, zone)[1]
    assert mail.subject == f"Reminder for {day}, {time}"
    assert f"\n{day}\n{time} to {until}\n" in re.sub(r"\n+", "\n", mail.body)
    assert zone.key in mail.body


def check_gap_and_fold(change: datetime, zone: ZoneInfo) -> str:
    """A time that the clocks jump over is refused with valid ones; one that comes twice means two."""
    before, after = offset(change - MINUTE, zone), offset(change, zone)
    step = after - before
    wall = (change + before).replace(tzinfo=None)
    if step > timedelta():
        within = wall + step / 2
        with pytest.raises(NoSuchTimeError) as error:
            moment_of(within, zone)
        earlier, later = error.value.nearest
        assert earlier < within < later
        assert all(len(moments_of(time, zone)) == 1 for time in (earlier, later))
        return "gap"
    within = wall + step / 2
    assert moments_of(within, zone) == [change + step / 2, change - step / 2]
    return "fold"


def test_every_zone_at_every_change_of_its_clocks(is_whole, tell):
    chosen = random.Random(2026)
    checked = {"zones": 0, "changes": 0, "gap": 0, "fold": 0, "still": 0}
    for name in NAMES:
        zone = ZoneInfo(name)
        found = list(changes(zone))
        checked["zones"] += 1
        if not found:
            checked["still"] += 1
            check(datetime(2030, 6, 1, 12, tzinfo=UTC), zone)
            continue
        for change in found if is_whole else [chosen.choice(found)]:
            # The reminder leaves before the change, the session comes after it.
            check(change + timedelta(minutes=chosen.randrange(0, 180, 15)), zone)
            checked[check_gap_and_fold(change, zone)] += 1
            checked["changes"] += 1
    tell(f"every zone: {checked}")
    assert checked["zones"] > 590
    assert checked["gap"] > 50
    assert checked["fold"] > 50


def test_changes_are_found_where_they_are_known():
    assert [f"{change:%Y-%m-%d %H:%M}" for change in changes(ZoneInfo("Europe/Berlin"))][:3] == [
        "2026-03-29 01:00",
        "2026-10-25 01:00",
        "2027-03-28 01:00",
    ]
    assert len(list(changes(ZoneInfo("Australia/Lord_Howe")))) == 24
    assert list(changes(ZoneInfo("Asia/Kolkata"))) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Gaza"]
)
def test_rows_of_real_sessions_are_the_same(name, book, ben, alma):
    """Through the action and the database: one row for the client, at the instant."""
    zone = ZoneInfo(name)
    change = next(change for change in changes(zone) if change > datetime.now(tz=UTC) + timedelta(days=10))
    starts_at = change + timedelta(minutes=45)
    alma.timezone = ben.timezone = zone
    alma.save()
    ben.save()
    MailChoices.objects.create(user=alma, client_leads=[LEAD], coach_leads=[])
    wall = on_the_wall(starts_at, zone)

    session = book(wall.isoformat(), which=moments_of(wall, zone).index(starts_at))

    row = session.reminders.get(kind="upcoming")
    assert (session.starts_at, row.due_at, row.recipient) == (starts_at, starts_at - LEAD, "client")
    assert row.compose().subject == "Reminder for {}, {}".format(*written(starts_at, zone))
