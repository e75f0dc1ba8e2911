"""How fast mails leave, and how late, beside bare smtplib: figures of bin/bench.

A mail server that answers at once shows what Trellis itself costs; but a real
one stands elsewhere, writes each mail to a disk and looks at it before it says
250. So it is also measured with a server that takes 50 ms for that.
"""

import asyncio
import email.policy
import logging
import multiprocessing
import os
import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS = 4
ROUNDS = 3
MAILS = 1200
A_MINUTE = 60.0
DUE_IN_A_MINUTE = 10_000
LATENESS_CONNECTIONS = 8
ANSWER_AFTER = 0.05
"""Seconds a mail server takes to say that it has a mail."""
HEAD_START = timedelta(seconds=20)
"""In which the worker starts, before the first mail is due."""
FORK = multiprocessing.get_context("fork")


class Sink:
    """A real SMTP server that takes everything, and notes when."""

    def __init__(self, answer_after: float) -> None:
        from aiosmtpd.controller import Controller  # noqa: PLC0415

        logging.getLogger("mail.log").setLevel(logging.WARNING)  # each command would be a line
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.answer_after = answer_after
        self.taken_at: list[float] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "Sink":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    async def handle_DATA(self, *_: Any) -> str:
        if self.answer_after:
            await asyncio.sleep(self.answer_after)
        self.taken_at.append(time.perf_counter())
        return "250 2.0.0 taken"

    def per_second(self) -> float:
        return (len(self.taken_at) - 1) / (self.taken_at[-1] - self.taken_at[0])


def dispatch() -> dict[str, Any]:
    """Mails a second over four connections: Trellis's, and of a loop that sends one finished mail."""
    figures: dict[str, Any] = {"mails": MAILS, "connections": CONNECTIONS}
    for name, answer_after in (("at_once", 0.0), ("after_50_ms", ANSWER_AFTER)):
        rounds = [_round(answer_after) for _round_number in range(ROUNDS)]
        ours, bare = (statistics.median(rates) for rates in zip(*rounds, strict=True))
        figures[f"per_second_answered_{name}"] = round(ours, 1)
        figures[f"bare_per_second_answered_{name}"] = round(bare, 1)
        figures[f"percent_answered_{name}"] = round(
            100 * statistics.median(mine / theirs for mine, theirs in rounds)
        )
    return {**figures, "bare": "smtplib.sendmail"}


def _round(answer_after: float) -> tuple[float, float]:
    """The same number of mails by both, one after the other."""
    from coaching.accounts import outbox  # noqa: PLC0415
    from coaching.scheduling.models import Reminder  # noqa: PLC0415

    rows = _reminders(MAILS, first_due=datetime.now(UTC) - timedelta(seconds=1), within=0)
    mail = rows[0].compose().message().as_bytes(policy=email.policy.SMTP)

    def bare(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for _mail in range(MAILS // CONNECTIONS):
                server.sendmail("no-reply@bench.example", ["client@bench.example"], mail)

    def ours(port: int) -> None:
        from django.conf import settings  # noqa: PLC0415

        settings.MAILERS["default"]["OPTIONS"] |= {"host": "127.0.0.1", "port": port}
        outbox.send_due()

    bare_rate = _measured(bare, answer_after)
    rate = _measured(ours, answer_after)
    left = Reminder.objects.exclude(state="sent").count()
    _forget()
    if left:
        raise RuntimeError(f"{left} mails were not sent")
    return rate, bare_rate


def _measured(send: Callable[[int], None], answer_after: float) -> float:
    """Mails a second at a server of its own; each connection is a process."""
    from django.db import connection  # noqa: PLC0415

    sink, start = Sink(answer_after), FORK.Event()

    def work() -> None:
        connection.close()
        start.wait()
        send(sink.port)

    connection.close()
    processes = [FORK.Process(target=work) for _connection in range(CONNECTIONS)]
    for process in processes:
        process.start()
    with sink:  # its thread begins after the processes were made
        start.set()
        for process in processes:
            process.join()
    return sink.per_second()


def lateness() -> dict[str, Any]:
    """How late a mail is with 10,000 due in one minute, sent by a real worker with its beat."""
    from django.db import connection  # noqa: PLC0415
    from django.db.models import F  # noqa: PLC0415

    from coaching.scheduling.models import Reminder  # noqa: PLC0415
    from tests.faults.services import Redis  # noqa: PLC0415

    planned = datetime.now(UTC)
    _reminders(DUE_IN_A_MINUTE, first_due=planned, within=A_MINUTE)
    Reminder.objects.update(due_at=F("due_at") + (datetime.now(UTC) - planned) + HEAD_START)
    redis = Redis()
    worker = None
    try:
        with Sink(ANSWER_AFTER) as sink:
            worker = _worker(redis.url, sink.port)
            unsent = Reminder.objects.exclude(state="sent")
            deadline = time.monotonic() + 10 * A_MINUTE
            while unsent.exists() and time.monotonic() < deadline:
                time.sleep(1)
            left = unsent.count()
    finally:
        if worker is not None:
            worker.terminate()
            try:
                worker.wait(timeout=15)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        redis.end()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP "
            "(ORDER BY extract(epoch FROM sent_at - due_at)::float8) FROM scheduling_reminder "
            "WHERE state = 'sent'"
        )
        median, p99, latest = cursor.fetchone()[0]
    _forget()
    return {
        "due_in_a_minute": DUE_IN_A_MINUTE,
        "connections": LATENESS_CONNECTIONS,
        "answered_after_ms": round(ANSWER_AFTER * 1000),
        "median_s": round(median, 1),
        "p99_s": round(p99, 1),
        "latest_s": round(latest, 1),
        "not_sent": left,
    }


def _worker(redis_url: str, port: int) -> subprocess.Popen:
    from django.db import connection  # noqa: PLC0415

    address = urlsplit(os.environ["DATABASE_URL"])
    url = urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "--app", "coaching.celery", "worker", "--beat"),
            *("--concurrency", str(LATENESS_CONNECTIONS), "--loglevel", "WARNING"),
        ],
        cwd=ROOT,
        env=os.environ
        | {"DATABASE_URL": url, "REDIS_URL": redis_url, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        | {"LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
    )


def _reminders(count: int, *, first_due: datetime, within: float) -> list[Any]:
    """So many reminders of one client's sessions, due one after the other within so many seconds."""
    from coaching.scheduling.models import CoachingSession, Reminder  # noqa: PLC0415

    client = a_client()
    lead = timedelta(hours=2)
    sessions = CoachingSession.objects.bulk_create(
        CoachingSession(
            coach=client.coach,
            client=client,
            starts_at=(start := first_due + timedelta(hours=3 + number)),
            ends_at=start + timedelta(minutes=50),
            timezone=ZoneInfo("Europe/Berlin"),
            local_start=start.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=None),
        )
        for number in range(count)
    )
    return Reminder.objects.bulk_create(
        Reminder(
            session=session,
            recipient="client",
            lead=lead,
            schedule_version=1,
            due_at=first_due + timedelta(seconds=within * number / count),
            useful_until=session.starts_at,
        )
        for number, session in enumerate(sessions)
    )


def _forget() -> None:
    """Everybody goes, and all that is theirs."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, accounts_practice CASCADE")


def a_client() -> Any:
    """One client of one coach, both in Berlin."""
    from clients.models import Client  # noqa: PLC0415
    from coaching.accounts.models import Coach, Practice, User  # noqa: PLC0415

    practice = Practice.objects.create(name="Bench", slug="bench")
    people = [
        User.objects.create_user(f"{name}@bench.example", None, name=name, timezone=ZoneInfo("Europe/Berlin"))
        for name in ("coach", "client")
    ]
    coach = Coach.objects.create(user=people[0], practice=practice, slug="bench")
    return Client.objects.create(
        practice=practice, coach=coach, user=people[1], name="Client", email="client@bench.example"
    )
