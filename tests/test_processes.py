"""The real thing: workers and beats as processes, a real broker, a real database, a real mail server."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, Heartbeat, Reminder
from coaching.scheduling.querysets import ReminderQuerySet
from tests.services import start_redis
from tests.smtp import Sink, running_sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60
"""Seconds that a mail may take here, where two cores run everything."""


@pytest.fixture(scope="module")
def redis_url() -> str:
    return start_redis()


@pytest.fixture
def sink():
    with running_sink() as sink:
        yield sink


def database_url() -> str:
    """The address of this test's own database, for a process of its own."""
    parts = connection.settings_dict
    query = {
        "host": parts["HOST"],
        "port": parts["PORT"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
    }
    options = urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
    return f"postgresql:///{parts['NAME']}?{options}"


def spawn(log: Path, email_url: str, *arguments: str, broker: str) -> subprocess.Popen:
    """`celery …` in a process group of its own, on this test's database."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker,
        "EMAIL_URL": email_url,
        "SITE_URL": "http://testserver",
        "LOG_LEVEL": "INFO",
    }
    with log.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "coaching.celery", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )


@pytest.fixture
def start(sink, tmp_path) -> Iterator[Callable[..., Path]]:
    """Starts `celery …` and returns the file its log goes to; ends what it started."""
    running: list[subprocess.Popen] = []

    def begin(*arguments: str, broker: str = "") -> Path:
        log = tmp_path / f"{len(running)}.log"
        running.append(spawn(log, sink.url, *arguments, broker=broker))
        return log

    yield begin
    for log in sorted(tmp_path.glob("*.log")):
        sys.stderr.write(log.read_text()[-4000:])  # pytest shows it where the test failed
    for process in running:
        process.terminate()
    deadline = time.monotonic() + 12
    for process in running:
        try:
            process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.2)


def book(by, client, *, lead: timedelta) -> CoachingSession:
    start = (timezone.now() + timedelta(hours=2) + lead).astimezone(by.timezone)
    return actions.schedule_session(
        by=by, client=client, local_start=start.replace(tzinfo=None, fold=0), timezone=by.timezone, minutes=50
    )


def sent() -> ReminderQuerySet:
    """The reminders that were sent; the news of a booking comes a minute later, if the test takes so long."""
    return Reminder.objects.filter(kind="upcoming", state=DeliveryState.SENT)


def reminders(sink: Sink) -> list[EmailMessage]:
    """What the mail server has of them, by address."""
    found = [mail for mail in sink.taken if mail["Subject"].startswith("Reminder")]
    return sorted(found, key=lambda mail: mail["To"])


def lines(log: Path) -> list[dict]:
    return [json.loads(line) for line in log.read_text().splitlines()]


@pytest.mark.parametrize("broker", ["redis", "filesystem"])
def test_processes_worker_with_its_own_beat_reminds_both(
    broker, redis_url, start, sink, alma, ben, ben_client
):
    words = ("worker", "--beat", "--concurrency", "1", "--loglevel", "INFO")
    worker = start(*words, broker=redis_url if broker == "redis" else "")
    session = book(alma, ben_client, lead=timedelta(seconds=3))

    wait_for(lambda: sent().count() == 2)

    assert [mail["To"] for mail in reminders(sink)] == ["alma@example.org", "ben@example.org"]
    assert {answer.split(" as ")[0] for answer in sent().values_list("server_answer", flat=True)} == {
        "250 2.0.0 taken"
    }
    to_ben = reminders(sink)[1]
    start_in_new_york = session.starts_at.astimezone(ben.timezone)
    text = to_ben.get_body(("plain",)).get_content()
    assert f"{start_in_new_york:%H:%M}" in text
    assert "America/New_York" in text
    wait_for(lambda: Heartbeat.objects.count() == 2)
    names = {"coaching.send_due", "coaching.tick"}
    wait_for(lambda: {line["name"] for line in lines(worker) if line["event"] == "task"} == names)
    tasks = [line for line in lines(worker) if line["event"] == "task"]
    assert {"id", "ms", "name", "state"} <= tasks[0].keys()
    assert {line["state"] for line in tasks} == {"SUCCESS"}
    assert "example.org" not in worker.read_text()


def test_processes_separate_beat_and_two_workers_send_once(redis_url, start, sink, alma, ben_client):
    for name in ("one", "two"):
        start("worker", "--concurrency", "1", "-n", f"{name}@test", broker=redis_url)
    beat = start("beat", broker=redis_url)
    kept = book(alma, ben_client, lead=timedelta(seconds=5))
    moved = book(alma, ben_client, lead=timedelta(hours=1, seconds=5))
    dropped = book(alma, ben_client, lead=timedelta(hours=2, seconds=5))
    actions.cancel_session(by=alma, session=dropped)
    later = (moved.starts_at + timedelta(days=1)).astimezone(alma.timezone)
    actions.reschedule_session(
        by=alma, session=moved, local_start=later.replace(tzinfo=None), timezone=alma.timezone, minutes=50
    )
    # Their moments come now, as if hours had passed.
    Reminder.objects.filter(session__in=[moved, dropped]).exclude(session=moved, schedule_version=2).update(
        due_at=timezone.now()
    )

    wait_for(lambda: sent().count() == 2)
    time.sleep(3)

    assert [mail["To"] for mail in reminders(sink)] == ["alma@example.org", "ben@example.org"]
    assert set(sent().values_list("session", flat=True)) == {kept.pk}
    assert set(dropped.reminders.values_list("state", flat=True)) == {DeliveryState.CANCELLED}
    assert set(moved.reminders.filter(schedule_version=1).values_list("state", flat=True)) == {
        DeliveryState.CANCELLED
    }
    assert all("event" in line for line in lines(beat))


def test_processes_command_sends_where_no_worker_runs(smtp_server, capsys, alma, ben_client):
    book(alma, ben_client, lead=timedelta(minutes=1))
    Reminder.objects.filter(kind="upcoming").update(due_at=timezone.now())

    call_command("send_due_reminders")
    call_command("send_due_reminders")

    assert capsys.readouterr().out == "2 sent\nNothing was due.\n"
    assert len(smtp_server.taken) == 2
