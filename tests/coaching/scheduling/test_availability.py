from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.scheduling.availability import Hours, Limits, Taken, Wish, free_starts, merged, nearest

BERLIN = ZoneInfo("Europe/Berlin")
NINE_TO_NOON = {weekday: [(540, 720)] for weekday in range(7)}
MINUTE = timedelta(minutes=1)


def limits(first: str, last: str = "", *, zone: ZoneInfo = BERLIN, **values) -> Limits:
    """From the first day's midnight on the wall until the end of the last day."""
    last_day = date.fromisoformat(last or first) + timedelta(days=1)
    return Limits(
        datetime.fromisoformat(first).replace(tzinfo=zone).astimezone(UTC),
        datetime.combine(last_day, datetime.min.time(), zone).astimezone(UTC),
        **values,
    )


def walls(starts: list[datetime], zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{start.astimezone(zone):%d %H:%M}" for start in starts]


def at(text: str, zone: ZoneInfo = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


def test_starts_follow_the_increment_from_when_the_hours_begin():
    hours = Hours(BERLIN, {1: [(550, 660), (780, 840)]})

    starts = free_starts(hours, Wish(50), limits("2027-06-01", increment=30))

    assert walls(starts) == ["01 09:10", "01 09:40", "01 10:10", "01 13:00"]


def test_week_has_its_days_and_special_days_stand_before_it():
    hours = Hours(
        BERLIN,
        {0: [(540, 600)], 1: [(540, 600)], 2: [(540, 600)]},
        [(date(2027, 5, 31), date(2027, 5, 31), []), (date(2027, 6, 2), date(2027, 6, 3), [(600, 660)])],
    )

    starts = free_starts(hours, Wish(60), limits("2027-05-31", "2027-06-06"))

    assert walls(starts) == ["01 09:00", "02 10:00", "03 10:00"]


def test_what_is_taken_is_left_out_with_what_is_kept_free():
    taken = Taken(coach=[(at("2027-06-01T10:00"), at("2027-06-01T10:30"))])
    wish = Wish(30, buffer_before=15, buffer_after=15)

    starts = free_starts(Hours(BERLIN, NINE_TO_NOON), wish, limits("2027-06-01"), taken)

    # What is kept free may lie outside the hours: only the session itself must be within them.
    assert walls(starts) == ["01 09:00", "01 09:15", "01 10:45", "01 11:00", "01 11:15", "01 11:30"]


def test_the_clients_other_sessions_are_left_out_without_buffers():
    taken = Taken(client=[(at("2027-06-01T09:30"), at("2027-06-01T11:00"))])
    wish = Wish(30, buffer_before=60, buffer_after=60)

    starts = free_starts(Hours(BERLIN, NINE_TO_NOON), wish, limits("2027-06-01", increment=30), taken)

    assert walls(starts) == ["01 09:00", "01 11:00", "01 11:30"]


def test_most_per_day_counts_on_the_coachs_wall():
    """23:30 in Berlin on 1 June is still 1 June there, though it is 21:30 in UTC; 00:30 is 2 June."""
    taken = Taken(starts=[at("2027-06-01T23:30"), at("2027-06-02T00:30")])
    hours = Hours(BERLIN, NINE_TO_NOON)

    one = free_starts(hours, Wish(180), limits("2027-06-01", "2027-06-03", most_per_day=1), taken)
    two = free_starts(hours, Wish(180), limits("2027-06-01", "2027-06-03", most_per_day=2), taken)

    assert walls(one) == ["03 09:00"]
    assert walls(two) == ["01 09:00", "02 09:00", "03 09:00"]


def test_limits_are_from_and_until():
    inside = Limits(at("2027-06-01T09:30"), at("2027-06-01T10:30"), increment=30)

    assert walls(free_starts(Hours(BERLIN, NINE_TO_NOON), Wish(30), inside)) == ["01 09:30", "01 10:00"]


def test_hours_until_midnight_go_on_into_the_next_day():
    hours = Hours(BERLIN, {1: [(1380, 1440)], 2: [(0, 60)]})

    assert walls(free_starts(hours, Wish(90), limits("2027-06-01", "2027-06-02", increment=30))) == [
        "01 23:00",
        "01 23:30",
    ]


def test_night_the_clocks_go_forward_has_no_start_in_the_gap():
    hours = Hours(BERLIN, {6: [(60, 240)]})

    starts = free_starts(hours, Wish(60), limits("2027-03-28", increment=30))

    # 01:30 lasts until 03:30 on the wall: the hour between does not exist.
    assert walls(starts) == ["28 01:00", "28 01:30", "28 03:00"]


def test_night_the_clocks_go_back_offers_both():
    hours = Hours(BERLIN, {6: [(60, 180)]})

    starts = free_starts(hours, Wish(60), limits("2027-10-31", increment=60))

    assert starts == [at("2027-10-31T01:00"), at("2027-10-31T02:00"), at("2027-10-31T02:00", fold=1)]


def test_no_session_through_an_hour_that_the_hours_leave_out():
    """The hours end at 02:30. From 02:15 the wall runs to 02:59, and then goes back to 02:00."""
    hours = Hours(BERLIN, {6: [(60, 150)]})

    starts = free_starts(hours, Wish(60), limits("2027-10-31", increment=15))

    assert walls(starts) == ["31 01:00", "31 01:15", "31 01:30"]


def test_day_that_the_calendar_skips():
    apia = ZoneInfo("Pacific/Apia")
    hours = Hours(apia, NINE_TO_NOON)

    starts = free_starts(hours, Wish(180), limits("2011-12-29", "2011-12-31", zone=apia))

    assert walls(starts, apia) == ["29 09:00", "31 09:00"]


def test_nearest_is_in_order_of_time():
    starts = [at(f"2027-06-01T{hour:02}:00") for hour in range(8, 18)]

    assert walls(nearest(starts, at("2027-06-01T12:10"))) == ["01 11:00", "01 12:00", "01 13:00", "01 14:00"]
    assert walls(nearest(starts, at("2027-06-01T07:00"), count=2)) == ["01 08:00", "01 09:00"]
    assert nearest([], at("2027-06-01T07:00")) == []


def test_merged():
    assert merged([(5, 9), (1, 3), (3, 4), (8, 12), (20, 20)]) == [(1, 4), (5, 12)]


# --- against brute force: minute by minute, on the wall ---


ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns",
         "Pacific/Apia", "Africa/Casablanca", "UTC"]  # fmt: skip
spans_of_a_day = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 24)).map(
        lambda pair: (pair[0] * 15, min((pair[0] + pair[1]) * 15, 1440))
    ),
    max_size=2,
)


@st.composite
def situations(draw):
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    # Near a change of the clocks, if the zone has any that year.
    first = draw(
        st.one_of(
            st.sampled_from([date(2027, 3, 13), date(2027, 3, 27), date(2027, 4, 3), date(2027, 10, 2),
                             date(2027, 10, 30), date(2027, 11, 6), date(2027, 2, 6)]),
            st.dates(date(2026, 1, 1), date(2037, 11, 1)),
        )
    )  # fmt: skip
    special = [
        (first + timedelta(days=1), first + timedelta(days=draw(st.integers(1, 2))), draw(spans_of_a_day))
    ]
    hours = Hours(
        zone,
        {weekday: draw(spans_of_a_day) for weekday in range(7)},
        special if draw(st.booleans()) else [],
    )
    midnight = datetime.combine(first, datetime.min.time(), UTC)
    earliest = midnight + draw(st.integers(0, 1500)) * MINUTE
    wanted = Limits(
        earliest,
        earliest + timedelta(hours=draw(st.integers(1, 60))),
        increment=draw(st.sampled_from([10, 15, 30, 60])),
        most_per_day=draw(st.sampled_from([None, 1, 2])),
    )
    busy = st.lists(
        st.tuples(st.integers(-600, 4000), st.integers(5, 240)).map(
            lambda pair: (midnight + pair[0] * MINUTE, midnight + (pair[0] + pair[1]) * MINUTE)
        ),
        max_size=4,
    )
    coachs = draw(busy)
    taken = Taken(coachs, draw(busy), [start for start, _end in coachs])
    wish = Wish(draw(st.integers(5, 200)), *(draw(st.sampled_from([0, 10, 45])) for _ in range(2)))
    return hours, wish, wanted, taken


def by_brute_force(hours: Hours, wish: Wish, limits: Limits, taken: Taken) -> list[datetime]:
    """Every minute is asked, and so is every minute of the session that would begin then."""

    def is_open(moment: datetime) -> bool:
        wall = moment.astimezone(hours.zone)
        minute = wall.hour * 60 + wall.minute
        return any(start <= minute < end for start, end in hours.on(wall.date()))

    def is_candidate(moment: datetime) -> bool:
        wall = moment.astimezone(hours.zone)
        minute = wall.hour * 60 + wall.minute
        return any(
            start <= minute < end and (minute - start) % limits.increment == 0
            for start, end in hours.on(wall.date())
        )

    def is_free(start: datetime) -> bool:
        end = start + wish.minutes * MINUTE
        day = start.astimezone(hours.zone).date()
        on_day = sum(other.astimezone(hours.zone).date() == day for other in taken.starts)
        before, after = start - wish.buffer_before * MINUTE, end + wish.buffer_after * MINUTE
        return (
            (limits.most_per_day is None or on_day < limits.most_per_day)
            and all(until <= before or begin >= after for begin, until in taken.coach)
            and all(until <= start or begin >= end for begin, until in taken.client)
            and all(is_open(start + number * MINUTE) for number in range(wish.minutes))
        )

    found, moment = [], limits.earliest
    while moment < limits.latest:
        if is_candidate(moment) and is_free(moment):
            found.append(moment)
        moment += MINUTE
    return found


@settings(max_examples=150)
@given(situations())
def test_free_starts_are_those_that_brute_force_finds(situation):
    assert free_starts(*situation) == by_brute_force(*situation)


@pytest.mark.parametrize("zone", ZONES)
def test_month_of_a_full_calendar_has_no_start_that_touches_a_session(zone):
    zone = ZoneInfo(zone)
    begin = datetime(2027, 3, 1, tzinfo=UTC)
    coachs = [
        (begin + timedelta(minutes=97 * number), begin + timedelta(minutes=97 * number + 60))
        for number in range(460)
    ]
    hours = Hours(zone, {key: [(0, 1440)] for key in range(7)})
    wish = Wish(20, buffer_before=5, buffer_after=5)

    starts = free_starts(
        hours, wish, limits("2027-03-01", "2027-03-31", zone=zone, increment=5), Taken(coachs)
    )

    assert starts
    for start in starts:
        before, after = start - 5 * MINUTE, start + 25 * MINUTE
        assert all(until <= before or begin >= after for begin, until in coachs)
