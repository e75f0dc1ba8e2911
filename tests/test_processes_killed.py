"""The promise, with real workers that are killed between their commits, and a real mail server.

None lost, none early, none after a cancellation; a double only where the mail
server's answer was lost, at most one, with the same Message-ID.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db.models.functions import Now
from django.utils import timezone
from kombu import Connection

from coaching.accounts.deliveries import DeliveryState
from coaching.celery import app
from coaching.scheduling import actions
from coaching.scheduling.models import Reminder
from tests.services import start_redis
from tests.smtp import Sink, running_sink
from tests.test_processes import book, database_url, spawn, wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]


class DeadlySink(Sink):
    """Kills the worker that talks to it at one moment of the conversation.

    `claimed`: it holds the row and knocks. `submitting`: it has
    committed that, and hands over no mail. `taken`: the mail is here, the answer
    not given. `answered`: the answer is given, and not recorded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moment = ""
        self.worker: subprocess.Popen | None = None

    def kill(self) -> None:
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def reach(self, moment: str) -> None:
        if self.moment == moment:
            self.moment = ""
            self.kill()

    def be_connected(self) -> None:
        self.reach("claimed")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.reach("submitting")
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        self.reach("taken")
        if self.moment == "answered":
            self.moment = ""
            self.kill_while_it_records()
        return answer

    def kill_while_it_records(self) -> None:
        """Hold the row, so that the worker waits to write the answer down; kill it there, with its query."""
        holder = psycopg2.connect(database_url())
        holder.cursor().execute("SELECT FROM scheduling_reminder WHERE state = 'submitting' FOR UPDATE")

        def strike() -> None:
            waiting = (
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE 'UPDATE%'"
            )
            with contextlib.closing(psycopg2.connect(database_url())) as watcher:
                watcher.autocommit = True  # within one transaction the activity reads the same each time
                cursor = watcher.cursor()

                def is_waiting() -> bool:
                    cursor.execute(waiting)
                    return cursor.rowcount == 1

                wait_for(is_waiting)
                self.kill()
                cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({waiting}) AS held")
            holder.close()

        threading.Thread(target=strike).start()


@pytest.fixture
def sink() -> Iterator[DeadlySink]:
    with running_sink(DeadlySink()) as sink:
        yield sink


@pytest.fixture
def work(sink, tmp_path) -> Iterator[Callable[..., None]]:
    """Starts a worker and wakes it; at a moment of the conversation it is killed, and waited for."""
    broker, started = start_redis(), []

    def begin(moment: str = "") -> None:
        log: Path = tmp_path / f"{len(started)}.log"
        sink.moment = moment
        sink.worker = spawn(log, sink.url, "worker", "--concurrency", "1", "--pool", "prefork", broker=broker)
        started.append((sink.worker, log))
        with Connection(broker) as connection:
            app.send_task("coaching.send_due", connection=connection)
        if moment:
            wait_for(lambda: sink.worker.poll() is not None)

    yield begin
    for process, log in started:
        sys.stderr.write(log.read_text()[-2000:])  # pytest shows it where the test did not pass
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def test_processes_killed_between_their_commits_keep_the_promise(work, sink, alma, ben_client):
    names = ["claimed", "called off", "submitting", "taken", "answered", "early"]
    sessions = {
        name: book(alma, ben_client, lead=timedelta(hours=number + 1)) for number, name in enumerate(names)
    }
    rows = {
        name: session.reminders.get(kind="upcoming", recipient="client") for name, session in sessions.items()
    }
    Reminder.objects.exclude(pk__in=[row.pk for row in rows.values()]).delete()

    def fall_due(*names: str) -> None:
        Reminder.objects.filter(pk__in=[rows[name].pk for name in names]).update(due_at=timezone.now())

    def state(name: str) -> tuple[str, int]:
        return Reminder.objects.values_list("state", "attempts").get(pk=rows[name].pk)

    # Four workers, each killed a step further; what they held, they still hold.
    fall_due("claimed", "called off")
    work("claimed")
    assert state("claimed") == state("called off") == (DeliveryState.PENDING, 1)
    for moment in ("submitting", "taken", "answered"):
        fall_due(moment)
        work(moment)
        assert state(moment) == (DeliveryState.SUBMITTING, 1)
    actions.cancel_session(by=alma, session=sessions["called off"])
    taken_before = len(sink.taken)
    Reminder.objects.update(lease_until=Now() - timedelta(seconds=1))  # as if the two minutes were over

    work()
    wait_for(lambda: Reminder.objects.filter(state=DeliveryState.SENT).count() == 5)

    news = sessions["called off"].reminders.get(kind="cancelled")
    copies = Counter(mail["Message-ID"] for mail in sink.taken)
    assert taken_before == 2
    assert copies == {
        rows["claimed"].stable_message_id: 1,
        rows["submitting"].stable_message_id: 1,
        rows["taken"].stable_message_id: 2,
        rows["answered"].stable_message_id: 2,
        news.stable_message_id: 1,
    }
    ends = {name: Reminder.objects.get(pk=row.pk) for name, row in rows.items()}
    assert {name: (row.state, row.is_ambiguous) for name, row in ends.items()} == {
        "claimed": (DeliveryState.SENT, False),
        "called off": (DeliveryState.CANCELLED, False),
        "submitting": (DeliveryState.SENT, True),
        "taken": (DeliveryState.SENT, True),
        "answered": (DeliveryState.SENT, True),
        "early": (DeliveryState.PENDING, False),
    }
