"""The real services the tests stand on: PostgreSQL 18, Redis, and (in the browser tests) Chromium and SMTP.

A pytest plugin, loaded before Django's settings are read, because it says
where the database is. Under pytest-xdist the first process starts the
services and the workers find them in the environment.
"""

import atexit
import os
import shutil
import socket
import subprocess
import time
from importlib import metadata
from pathlib import Path

import pytest

from coaching import embedded

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_redis() -> str:
    """A real Redis on a free port, without a file of its own, that ends with this process."""
    server = shutil.which("redis-server")
    if server is None:
        raise SystemExit("redis-server is missing: run bin/test, which installs it")
    port = free_port()
    process = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    atexit.register(process.terminate)
    for _attempt in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return f"redis://127.0.0.1:{port}/0"
        time.sleep(0.05)
    raise SystemExit("redis-server did not start")


if "TRELLIS_TEST_SERVICES" not in os.environ:
    os.environ["DATABASE_URL"] = embedded.start(ROOT / "var" / "test-postgres", is_durable=False)
    os.environ["REDIS_URL"] = start_redis()
    os.environ |= {
        "TRELLIS_TEST_SERVICES": "running",
        "SECRET_KEY": "of-the-tests-alone-" + "x" * 40,
        "CONTENT_KEYS": "b2YtdGhlLXRlc3RzLWFsb25lLTAxMjM0NTY3ODktYWI",
        "SITE_URL": "http://testserver",
        "EMAIL_URL": "smtp://127.0.0.1:9",
        "DEMO": "true",
        "DEBUG": "false",
        "LOG_LEVEL": "WARNING",
    }

if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    # What one worker empties is not another's. Before Django's settings are read, which make the cache.
    server = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    os.environ["REDIS_URL"] = f"{server}/{int(worker.removeprefix('gw')) + 1}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the tests really stood on."""
    import psycopg2  # noqa: PLC0415
    import redis  # noqa: PLC0415

    with psycopg2.connect(os.environ["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgres = cursor.fetchone()[0]
    redis_version = redis.Redis.from_url(os.environ["REDIS_URL"]).info("server")["redis_version"]
    chromium = subprocess.run(["chromium", "--version"], capture_output=True, text=True, check=False).stdout
    ran = terminalreporter.stats.get("passed", [])
    terminalreporter.write_line(
        f"Ran on PostgreSQL {postgres}, Redis {redis_version}, "
        f"{' '.join(chromium.split()[:2]) or 'no Chromium'}, aiosmtpd {metadata.version('aiosmtpd')}: "
        f"{sum('browser' in test.keywords for test in ran)} browser tests, "
        f"{sum('test_processes' in test.nodeid for test in ran)} process tests."
    )
