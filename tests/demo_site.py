"""A demo as a new user starts it: a fresh copy of what git tracks, `bin/demo`, and its `Ready:` line."""

import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def fresh_copy(to: Path) -> Path:
    """What a clone would hold, sharing this checkout's installed libraries so that no network is needed."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / ".venv").symlink_to((ROOT / ".venv").resolve())
    # Links to the files, not to the folder: what npm does to the copy must not reach this one.
    shutil.copytree(ROOT / "node_modules", to / "node_modules", copy_function=os.link, symlinks=True)
    shutil.copytree(ROOT / "var" / "stamps", to / "var" / "stamps")
    (to / "var" / "coverage").symlink_to(ROOT / "var" / "coverage")
    return to


class Demo:
    """A running `bin/demo`, its address, and what it printed."""

    def __init__(self, copy: Path, port: int) -> None:
        self.copy, self.port = copy, port
        self.address = f"http://127.0.0.1:{port}/"
        self.start()

    def start(self, *, patience: float = 300) -> None:
        self.process = subprocess.Popen(
            ["bin/demo", "--port", str(self.port)],
            cwd=self.copy,
            env=plain_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.output = ""
        self._read_until(r"Ready: \S+", patience)

    def _read_until(self, pattern: str, patience: float) -> None:
        end = time.monotonic() + patience
        stdout = self.process.stdout
        while not re.search(pattern, self.output):
            ready, _, _ = select.select([stdout], [], [], max(0, end - time.monotonic()))
            piece = os.read(stdout.fileno(), 65536).decode() if ready else ""
            self.output += piece
            if not piece:
                self.stop()
                raise AssertionError(f"bin/demo did not get ready. It said:\n{self.output}\n{self.log()}")

    def log(self) -> str:
        path = self.copy / "var" / "demo.log"
        return path.read_text()[-4000:] if path.exists() else ""

    def manage(self, *command: str) -> str:
        """Run `manage.py` from a bare shell, as a person would beside a running demo."""
        return subprocess.run(
            [".venv/bin/python", "manage.py", *command],
            cwd=self.copy,
            env=plain_environment(),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout

    def stop(self, how: signal.Signals = signal.SIGTERM, *, patience: float = 30) -> int:
        """Ask it to end and return its exit code; end it firmly after `patience` seconds."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise
        finally:
            self.process.stdout.close()


def plain_environment() -> dict[str, str]:
    """A new user's shell: none of the tests' own settings. Where coverage is measured, the copy is, too."""
    ours = (
        *("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "CONTENT_KEYS"),
        *("SITE_URL", "EMAIL_URL", "DEMO", "DEBUG", "LOG_LEVEL"),
    )
    plain = {
        name: value
        for name, value in os.environ.items()
        if name not in ours and not name.startswith(("COV", "TRELLIS", "PYTEST", "DJANGO"))
    }
    if "COVERAGE_PROCESS_CONFIG" in os.environ:
        plain["COVERAGE_PROCESS_START"] = "pyproject.toml"
    return plain
