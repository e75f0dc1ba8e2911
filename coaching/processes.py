"""The process tree of `bin/demo` and `bin/dev`: web, worker with beat, mail server, over one PostgreSQL.

Honcho starts, watches and ends the processes, PostgreSQL outlives them, and a
process that does not end in time is ended firmly.
"""

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import dotenv
import honcho.manager
from honcho.printer import Printer

from coaching import embedded

BIN = Path(sys.executable).parent
PATIENCE = 8
"""Seconds a process has to end after SIGTERM; a Celery worker takes 4 to 6."""

ACCOUNTS = """
  Sign in with the password trellis-demo as
    coach@trellis.example     a coach
    owner@trellis.example     a coach who runs the practice
    client@trellis.example    the coach's client
    client2@trellis.example   the owner's client
    curator@trellis.example   keeps the directory
    admin@trellis.example     runs the installation
  Mails go to /mailbox/. Ctrl-C ends the demo; its data stays in var/.
"""


def main() -> None:
    """Called by `bin/_setup.py`, which has read the arguments: the mode and the port."""
    mode, port = sys.argv[1], int(sys.argv[2])
    # Ends through SystemExit, so that PostgreSQL and a running step are ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        sys.exit(run(mode, port))
    except OSError as error:
        sys.exit(f"Trellis could not use {error.filename or embedded.VAR}: {error.strerror}.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"This step did not work: {' '.join(map(str, error.cmd))}\nWhat it said stands above.")
    except KeyboardInterrupt:
        sys.exit(130)


def run(mode: str, port: int) -> int:
    """Prepare the data, start everything, and wait until it is ended; returns the exit code."""
    if not _is_free(port):
        sys.exit(f"Port {port} is in use. Choose another one: bin/{mode} --port {port + 1}")
    os.environ["PATH"] = f"{BIN}:{os.environ['PATH']}"
    mail_port = port + 25 if port < 65500 and _is_free(port + 25) else _any_free_port()
    _settle("SITE_URL", f"http://127.0.0.1:{port}")
    _settle("EMAIL_URL", f"smtp://127.0.0.1:{mail_port}")
    if mode == "dev":
        os.environ["DEBUG"] = "true"
    embedded.provide_database()
    for words in (["migrate", "--no-input", "-v0"], ["seed_demo"]):
        subprocess.run([sys.executable, "manage.py", *words], check=True)

    log = _log_file(mode)
    manager = honcho.manager.Manager(Printer(log, time_format="%H:%M:%S"))
    honcho.manager.KILL_WAIT = PATIENCE
    for name, command in _commands(mode, port, mail_port).items():
        manager.add_process(name, f"exec {command}")
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    manager.loop()
    return _exit_code(manager.returncode, log)


def _settle(name: str, value: str) -> None:
    """A setting of this run, for its processes and for `manage.py` from another shell."""
    os.environ[name] = value
    dotenv.set_key(embedded.LOCAL_ENV, name, value, quote_mode="never")


def _commands(mode: str, port: int, mail_port: int) -> dict[str, str]:
    web = f"granian --interface wsgi --host 127.0.0.1 --port {port} --no-ws coaching.wsgi:application"
    worker = "celery --app coaching.celery worker --beat --concurrency 2 --loglevel INFO"
    mail = (
        f"python -m aiosmtpd --nosetuid --listen 127.0.0.1:{mail_port} "
        f"--class aiosmtpd.handlers.Mailbox {embedded.VAR / 'mailbox'}"
    )
    if mode == "demo":
        return {"web": web, "worker": worker, "mail": mail}
    return {
        "web": web.replace("granian ", "granian --reload "),
        "worker": f"watchfiles '{worker}' coaching clients goals community",
        "mail": mail,
        "styles": "watchfiles --filter all 'python bin/assets' static templates",
    }


def _log_file(mode: str):
    """A demo's screen stays quiet: its log goes to `var/demo.log`; in development it is on the screen."""
    if mode == "dev":
        return sys.stdout
    file = (embedded.VAR / "demo.log").open("a", buffering=1)
    atexit.register(file.close)
    return file


def _announce(port: int) -> None:
    """Say that Trellis is ready, once it answers; give up after a minute."""
    address = f"http://127.0.0.1:{port}/"
    for _attempt in range(240):
        try:
            urllib.request.urlopen(f"{address}healthz/live", timeout=2).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
            continue
        print(f"Ready: {address}\n{ACCOUNTS}", flush=True)
        return
    print(f"Trellis does not answer at {address}; see var/demo.log.", file=sys.stderr, flush=True)


def _exit_code(code: int | None, log) -> int:
    """0 after Ctrl-C or SIGTERM; else the code of the process that ended by itself."""
    if code in {130, 143}:
        return 0
    print(f"A process ended by itself (code {code}); see {log.name}.", file=sys.stderr)
    return code or 1


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
