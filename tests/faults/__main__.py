"""bin/faults: proves the promise about mails. What it does and counts: see the package."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import tests.faults
from tests.faults.plan import Fault, Plan, make_plan
from tests.faults.services import ROOT, Fleet, Postgres, Redis, wait_until

if TYPE_CHECKING:
    from tests.faults.mail_server import FaultingServer
    from tests.faults.people import People
    from tests.faults.verdict import Verdict

PATIENCE = 90
"""Seconds in which nothing comes to its end, after which nothing will."""
OUTAGE = 3.0
ONE_MORE_AFTER = 0.3
"""Seconds between the sessions that are booked so that what is left of the plan finds mails to strike."""


def main() -> None:
    options = parse()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start us with it ignored
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    (ROOT / "var").mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir=ROOT / "var"))
    try:
        postgres = Postgres(folder)
        try:
            postgres.start()
            sys.exit(Run(options, folder, postgres).report())
        finally:
            postgres.end()
    except KeyboardInterrupt:
        sys.exit(130)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/faults",
        description="Prove that no mail is lost, early or doubled, whatever is killed meanwhile.",
        epilog=tests.faults.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--reminders", type=_number, default=1000, metavar="N", help="how many fall due (1000)"
    )
    parser.add_argument("--faults", type=_number, default=300, metavar="M", help="how much goes wrong (300)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another plan (1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file, too")
    parser.add_argument(
        "--break",
        dest="broken",
        choices=["lease", "version", "submitting", "clock"],
        help="take a safeguard away from the workers, to see that it is noticed",
    )
    return parser.parse_args()


def _number(words: str) -> int:
    if not words.isdecimal() or int(words) == 0:
        raise argparse.ArgumentTypeError(f"{words!r} is not a number above 0")
    return int(words)


class Run:
    """One run: everything is started, the plan carried out, and what came of it read."""

    def __init__(self, options: argparse.Namespace, folder: Path, postgres: Postgres) -> None:
        self.options, self.folder, self.postgres = options, folder, postgres
        self.plan: Plan = make_plan(reminders=options.reminders, faults=options.faults, seed=options.seed)
        self.done: Counter[str] = Counter()
        self.later: list[tuple[float, object]] = []

    def report(self) -> int:
        """Carry it out, print the table and the figures; the exit code."""
        begun = time.monotonic()
        redis = Redis()
        try:
            verdict = self._run(redis)
        finally:
            redis.end()
        figures = self._figures(verdict, time.monotonic() - begun)
        for story in verdict.stories[:10]:
            print(f"! {story}")
        width = max(len(name) for name in figures)
        for name, value in figures.items():
            if not isinstance(value, dict):
                print(f"{name:{width}}  {value}")
        for name, count in sorted(figures["injected"].items()):
            print(f"  {name:{width}}  {count}")
        print(json.dumps(figures))
        if self.options.json:
            self.options.json.write_text(json.dumps(figures, indent=2) + "\n")
        is_complete = sum(self.done.values()) == self.options.faults
        if not is_complete:
            print("Not everything that was planned went wrong, so this proves nothing.", file=sys.stderr)
        print("The promise is kept." if verdict.is_kept else "The promise is broken.", file=sys.stderr)
        return 0 if verdict.is_kept and is_complete else 1

    def _run(self, redis: Redis) -> "Verdict":
        environment = {
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": redis.url,
            "SECRET_KEY": "of-bin-faults-alone-" + "x" * 40,
            "CONTENT_KEYS": "b2YtYmluLWZhdWx0cy1hbG9uZS0wMTIzNDU2Nzg5MDE",
            "SITE_URL": "http://trellis.example",
            "EMAIL_URL": "smtp://127.0.0.1:9",
            "DEMO": "true",
            "DEBUG": "false",
            "LOG_LEVEL": "INFO",
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        }
        os.environ |= environment | {"LOG_LEVEL": "ERROR"}
        import django  # noqa: PLC0415

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        from tests.faults import audit  # noqa: PLC0415
        from tests.faults.mail_server import FaultingServer  # noqa: PLC0415
        from tests.faults.people import People  # noqa: PLC0415

        call_command("migrate", verbosity=0, interactive=False)
        with self.postgres.connect() as cursor:
            cursor.execute(audit.TABLE)
        people = People(sessions=len(self.plan.bookings), seed=self.options.seed)
        server = FaultingServer(self.plan.strikes, act=people.act)
        server.start()
        environment["EMAIL_URL"] = f"smtp://127.0.0.1:{server.port}"
        environment["FAULTS_BREAK"] = self.options.broken or ""
        fleet = server.fleet = Fleet(self.folder, dict(os.environ) | environment)
        try:
            fleet.set_beats(1)
            wait_until(_all_are_at_work, seconds=60)
            self._carry_out(people, server, fleet, redis)
            self._wait_for_the_end(fleet)
        finally:
            fleet.end()
            server.stop()
        self.done += server.done
        return self._judge(people, server, fleet)

    def _carry_out(self, people: "People", server: "FaultingServer", fleet: Fleet, redis: Redis) -> None:
        """Book and let things go wrong, each at its time; a slow machine gets more sessions until all has.

        A fault of the mail server strikes once enough mails have gone through since the one before.
        """
        origin = server.started_at = time.time()
        start = datetime.fromtimestamp(origin, UTC)
        steps: list[tuple[float, object]] = [
            (at, lambda n=number, due=due: people.book(n, start + timedelta(seconds=due)))
            for number, (at, due) in enumerate(self.plan.bookings)
        ]
        steps += [(f.at, lambda f=f: self._cause(f, people, fleet, redis)) for f in self.plan.events]
        steps.sort(key=lambda step: step[0])
        self.later.clear()
        said, one_more_at, struck, struck_at = 0.0, self.plan.seconds, 0, self.plan.seconds
        while True:
            now = time.time() - origin
            if (total := self.done.total() + server.done.total()) != struck:
                struck, struck_at = total, max(now, self.plan.seconds)
            is_left = bool(steps or self.later or server.has_plans) and now < struck_at + PATIENCE
            if now >= self.plan.seconds and not is_left:
                break
            if now >= one_more_at and not steps:
                one_more_at = now + ONE_MORE_AFTER
                people.book_one_more(start + timedelta(seconds=now + 4))
            for waiting in sorted(self.later, key=lambda step: step[0]):
                if waiting[0] <= now:
                    self.later.remove(waiting)
                    waiting[1]()
            if steps and steps[0][0] <= now:
                steps.pop(0)[1]()
            else:
                time.sleep(0.02)
            if now > said + 30:
                said = now
                print(f"{now:.0f} of {self.plan.seconds:.0f} s …", file=sys.stderr, flush=True)
            fleet.supervise()
        fleet.set_beats(1)

    def _cause(self, fault: Fault, people: "People", fleet: Fleet, redis: Redis) -> None:
        """Let one thing go wrong that happens to what everything stands on, or beside a reminder."""
        at = fault.at
        self.done[fault.name] += 1

        def put_off() -> None:
            self.done[fault.name] -= 1
            self.later.append((at + 0.5, lambda: self._cause(_put_off(fault), people, fleet, redis)))

        match fault.moment, fault.what:
            case "people", name:
                if not people.act_beside_a_reminder(name):
                    put_off()
            case "beats", count:
                fleet.set_beats(int(count))
            case "clock", hours:
                fleet.set_clock(int(at * 1000) % len(fleet.workers), float(hours))
            case "worker", "kill":
                fleet.kill_worker(fleet.workers[int(at * 1000) % len(fleet.workers)])
            case "redis", _what if not redis.is_there:
                put_off()
            case "redis", "flush":
                redis.flush()
            case "redis", "restart":
                redis.stop()
                redis.start()
            case "redis", "stop":
                redis.stop()
                self.later.append((at + OUTAGE, redis.start))
            case "redis", "freeze":
                redis.freeze()
                self.later.append((at + OUTAGE, redis.thaw))
            case "postgresql", what:
                with people.calm:
                    getattr(self.postgres, what)()

    def _wait_for_the_end(self, fleet: Fleet) -> None:
        """Until all that falls due in the run is settled: what is due later has a lead of hours.

        Where the machine is slow, workers are still killed meanwhile.
        """
        unsettled = """
            SELECT count(*) FROM scheduling_reminder WHERE state IN ('pending', 'submitting')
            AND (due_at < now() + interval '1 minute' OR attempts > 0)
        """
        left, since = -1, time.monotonic()
        while left and time.monotonic() < since + PATIENCE:
            fleet.supervise()
            fleet.set_beats(1)
            before = left
            with self.postgres.connect() as cursor:
                cursor.execute(unsettled)
                left = cursor.fetchone()[0]
            if left != before:
                since = time.monotonic()
            time.sleep(0.5)

    def _judge(self, people: "People", server: "FaultingServer", fleet: Fleet) -> "Verdict":
        from django.conf import settings  # noqa: PLC0415

        from tests.faults.audit import read_rows  # noqa: PLC0415
        from tests.faults.verdict import Evidence, judge  # noqa: PLC0415

        with self.postgres.connect() as cursor:
            rows = read_rows(cursor)
        return judge(
            Evidence(
                rows=rows,
                meetings=people.meetings,
                log=server.log,
                deaths=fleet.deaths,
                pauses=fleet.pauses,
                settling=settings.MAIL_SETTLING.total_seconds(),
                ended_at=time.time(),
            )
        )

    def _figures(self, verdict: "Verdict", seconds: float) -> dict:
        from tests.faults.verdict import BROKEN, NAMED  # noqa: PLC0415

        return {
            "reminders": self.options.reminders,
            "faults": sum(self.done.values()),
            "seed": self.options.seed,
            **{name: verdict.counts[name] for name in [*BROKEN, *NAMED]},
            "latest_s": round(verdict.latest_s, 1),
            "seconds": round(seconds, 1),
            "injected": dict(self.done),
        }


def _all_are_at_work() -> bool:
    """Whether a beat has reached a worker, and the worker the database."""
    from coaching.scheduling.models import Heartbeat  # noqa: PLC0415

    return Heartbeat.objects.count() == 2


def _put_off(fault: Fault) -> Fault:
    return Fault(fault.at + 0.5, fault.name)


if __name__ == "__main__":
    main()
