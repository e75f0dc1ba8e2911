"""Figures of Trellis, measured in a database of their own that is thrown away.

A time alone says more about the machine than about Trellis, so each figure
stands beside a bare measure taken in the same run, in turns with it. The
median of the rounds is given, with the 95th percentile. A new figure is a
function here, marked `@figure`; those of `_dispatch` need processes of their
own, so their rows are committed.
"""

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import _directory
import _dispatch
from _turns import in_turns

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ROUNDS = 60
WARM_UP = 5
FIGURES: list[Callable[[], dict[str, Any]]] = []
COMMITTED = [_dispatch.dispatch, _dispatch.lateness, _directory.search]


def figure(measure: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """A function that prepares its rows, and returns its figures by name; times are in milliseconds."""
    FIGURES.append(measure)
    return measure


def compared(measured: Callable[[], Any], bare: Callable[[], Any]) -> dict[str, Any]:
    """Both, one after the other, many times; how they compare."""
    times, bare_times = in_turns(measured, bare, rounds=ROUNDS, warm_up=WARM_UP)
    median, bare_median = statistics.median(times), statistics.median(bare_times)
    return {
        "median_ms": round(median, 3),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 3),
        "bare_median_ms": round(bare_median, 3),
        "ratio": round(median / bare_median, 1),
        "rounds": ROUNDS,
    }


def select_1() -> None:
    """The bare measure of a query: one round trip to the same PostgreSQL through Django."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


@figure
def free_starts_of_a_month() -> dict[str, Any]:
    """The free starts of January 2030 for a client of a coach with 500 sessions in that month's calendar."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    from coaching.scheduling.availability import Wish  # noqa: PLC0415
    from coaching.scheduling.models import BookingRules, CoachingSession  # noqa: PLC0415

    client = _dispatch.a_client()
    begin = datetime(2029, 12, 31, tzinfo=UTC)
    CoachingSession.objects.bulk_create(
        CoachingSession(
            coach=client.coach,
            client=client,
            starts_at=(start := begin + timedelta(minutes=92 * number)),
            ends_at=start + timedelta(minutes=30),
            buffer_before=5,
            buffer_after=10,
            timezone=ZoneInfo("Europe/Berlin"),
            local_start=start.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None),
        )
        for number in range(500)
    )
    week = {weekday: [(8 * 60, 12 * 60), (13 * 60, 20 * 60)] for weekday in range(7)}
    rules = BookingRules.keep(
        client.coach, week=week, is_open=True, increment=15, days_ahead=366 * 5, most_per_day=40
    )
    month = begin + timedelta(days=1), begin + timedelta(days=32)

    def compute() -> list[datetime]:
        return rules.free_starts(Wish(25, 5, 5), *month, client=client)

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        found = compute()
    return {
        "sessions": 500,
        "free_starts": len(found),
        "queries": len(queries),
        **compared(compute, select_1),
        "bare": "SELECT 1",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure Trellis on this machine.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file, too")
    parser.add_argument("--only", metavar="NAME", help="only the figure of this name, such as dispatch")
    arguments = parser.parse_args()
    measures = [one for one in [*FIGURES, *COMMITTED] if arguments.only in (None, one.__name__)]
    if not measures:
        names = ", ".join(one.__name__ for one in [*FIGURES, *COMMITTED])
        parser.error(f"there is no figure {arguments.only}; there are {names}")

    from coaching import embedded  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching.settings")
    embedded.provide_database()
    import django  # noqa: PLC0415

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection, transaction  # noqa: PLC0415

    settings.DEBUG = False  # Django keeps every query where it is on
    own_name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    figures: dict[str, Any] = {}
    try:
        for measure in measures:
            if measure in COMMITTED:
                figures[measure.__name__] = measure()
                continue
            with transaction.atomic():
                figures[measure.__name__] = measure()
                transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            figures["machine"] = {
                "python": platform.python_version(),
                "postgresql": cursor.fetchone()[0],
                "cores": os.cpu_count(),
            }
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
    for name, values in figures.items():
        print(f"{name.replace('_', ' ')}: " + ", ".join(f"{key} {value}" for key, value in values.items()))
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
