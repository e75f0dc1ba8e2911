from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from coaching.scheduling.walltimes import (
    NoSuchTimeError,
    TwiceError,
    ZonedTime,
    moment_of,
    moments_of,
    nearest_valid,
    offset_of,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "local", "moments"),
    [
        (BERLIN, "2026-12-01T10:00", ["2026-12-01T09:00"]),
        (BERLIN, "2027-07-01T10:00", ["2027-07-01T08:00"]),
        (BERLIN, "2027-03-28T02:30", []),
        (BERLIN, "2027-10-31T02:30", ["2027-10-31T00:30", "2027-10-31T01:30"]),
        (NEW_YORK, "2027-03-14T02:30", []),
        (ZoneInfo("Australia/Lord_Howe"), "2027-10-03T02:15", []),
        (ZoneInfo("UTC"), "2027-10-31T02:30", ["2027-10-31T02:30"]),
    ],
)
def test_moments_of(zone, local, moments):
    assert moments_of(wall(local), zone) == [wall(moment).replace(tzinfo=UTC) for moment in moments]


@pytest.mark.parametrize(
    ("zone", "local", "before", "after"),
    [
        (BERLIN, "2027-03-28T02:30", "2027-03-28T01:45", "2027-03-28T03:00"),
        (BERLIN, "2027-03-28T02:00", "2027-03-28T01:45", "2027-03-28T03:00"),
        (BERLIN, "2027-03-28T02:59", "2027-03-28T01:45", "2027-03-28T03:00"),
        (ZoneInfo("Africa/Cairo"), "2027-04-30T00:20", "2027-04-29T23:45", "2027-04-30T01:00"),
        (ZoneInfo("Australia/Lord_Howe"), "2027-10-03T02:15", "2027-10-03T01:45", "2027-10-03T02:30"),
    ],
)
def test_nearest_valid(zone, local, before, after):
    assert nearest_valid(wall(local), zone) == (wall(before), wall(after))


def test_moment_of_a_gap_names_the_nearest():
    with pytest.raises(NoSuchTimeError) as error:
        moment_of(wall("2027-03-28T02:30"), BERLIN)

    assert error.value.nearest == (wall("2027-03-28T01:45"), wall("2027-03-28T03:00"))


def test_moment_of_a_time_that_comes_twice_asks_which():
    local = wall("2027-10-31T02:30")

    with pytest.raises(TwiceError) as error:
        moment_of(local, BERLIN)

    first, second = error.value.moments
    assert (moment_of(local, BERLIN, which=0), moment_of(local, BERLIN, which=1)) == (first, second)
    assert second - first == timedelta(hours=1)


@given(
    st.sampled_from(sorted(available_timezones())),
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2037, 12, 31)),  # noqa: DTZ001
)
def test_every_moment_shows_the_wall_time_it_came_from(key, local):
    zone = ZoneInfo(key)

    moments = moments_of(local, zone)

    assert len(moments) in (0, 1, 2)
    assert {moment.astimezone(zone).replace(tzinfo=None, fold=0) for moment in moments} <= {local}
    if not moments:
        before, after = nearest_valid(local, zone)
        assert before < local < after
        assert moments_of(before, zone)
        assert moments_of(after, zone)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("Europe/Berlin", "UTC+1"),
        ("America/New_York", "UTC−5"),  # noqa: RUF001
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/St_Johns", "UTC−3:30"),  # noqa: RUF001
        ("UTC", "UTC"),
    ],
)
def test_offset_of(key, text):
    assert offset_of(datetime(2026, 12, 1, tzinfo=ZoneInfo(key))) == text


@pytest.mark.parametrize(
    ("start", "zone", "is_said"),
    [
        # In March New York changes two weeks before Berlin.
        ("2027-03-13T12:00", "America/New_York", False),
        ("2027-03-20T12:00", "America/New_York", True),
        ("2027-03-20T12:00", "Europe/Berlin", False),
        ("2027-03-29T12:00", "Europe/Berlin", True),
        ("2027-03-29T12:00", "Asia/Kolkata", False),
        ("2026-07-01T12:00", "Europe/Berlin", False),  # over
    ],
)
@time_machine.travel(datetime(2027, 3, 1, tzinfo=UTC), tick=False)
def test_clocks_that_change_before(start, zone, is_said):
    moment = datetime.fromisoformat(start).replace(tzinfo=UTC)

    time = ZonedTime(moment, moment + timedelta(minutes=50), ZoneInfo(zone))

    assert time.clocks_change_before is is_said


def test_zoned_time_in_words():
    start = datetime(2026, 12, 1, 9, tzinfo=UTC)
    end = start + timedelta(minutes=50)

    berlin, new_york, rome, utc = (
        ZonedTime(start, end, ZoneInfo(key))
        for key in ("Europe/Berlin", "America/New_York", "Europe/Rome", "UTC")
    )

    assert str(berlin) == ("Tuesday 1 December 2026, 10:00 to 10:50, Berlin time (Europe/Berlin, UTC+1)")
    assert str(new_york) == (
        "Tuesday 1 December 2026, 04:00 to 04:50, New York time (America/New_York, UTC−5)"  # noqa: RUF001
    )
    assert utc.zone_name == "UTC"
    assert berlin.is_like(rome)
    assert not berlin.is_like(new_york)
