"""bin/faults, in short: the promise holds, and without any one of its safeguards the tool notices.

Each run takes both cores. The shortest is in every `bin/test`; the others want
a machine of their own, for one that is starved shows less.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent


def faults(*arguments: object) -> list[str]:
    """What `bin/faults` starts, once all is set up."""
    return [sys.executable, "-m", "tests.faults", *map(str, arguments)]


def plain_environment() -> dict[str, str]:
    """Without what pytest's own services and coverage have put there."""
    kept = ("PATH", "HOME", "LANG", "USER", "XDG_RUNTIME_DIR")
    return {name: os.environ[name] for name in kept if name in os.environ}


def run(*arguments: object) -> subprocess.CompletedProcess:
    return subprocess.run(
        faults(*arguments),
        cwd=ROOT,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.mark.early
@pytest.mark.parametrize(("reminders", "faults"), [(60, 12), pytest.param(150, 40, marks=pytest.mark.whole)])
def test_processes_keep_the_promise_whatever_is_killed(reminders, faults, tmp_path):
    ended = run("--reminders", reminders, "--faults", faults, "--json", tmp_path / "figures.json")

    figures = json.loads((tmp_path / "figures.json").read_text())
    names = ["lost", "early", "after_cancel", "doubled_outside_window", "unsaid", "wrong"]
    assert {name: figures[name] for name in names} == dict.fromkeys(names, 0), ended.stdout
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert figures["faults"] == faults
    assert figures["sent"] > reminders / 2
    assert figures["doubled_inside_window"] > 0
    assert json.loads(ended.stdout.splitlines()[-1]) == figures


@pytest.mark.whole
@pytest.mark.parametrize(
    ("safeguard", "names"),
    [
        ("lease", {"doubled_outside_window"}),
        ("version", {"after_cancel", "wrong"}),
        ("submitting", {"doubled_outside_window", "unsaid"}),
    ],
)
def test_processes_without_a_safeguard_break_it(safeguard, names, tmp_path):
    ended = run("--reminders", 60, "--faults", 12, "--break", safeguard, "--json", tmp_path / "figures.json")

    figures = json.loads((tmp_path / "figures.json").read_text())
    assert ended.returncode == 1
    assert "The promise is broken." in ended.stderr
    assert sum(figures[name] for name in names) > 0, ended.stdout
    assert (figures["lost"], figures["early"]) == (0, 0), ended.stdout


@pytest.mark.whole
def test_processes_of_a_run_that_is_broken_off_are_ended():
    running = subprocess.Popen(
        faults("--reminders", 60, "--faults", 12),
        cwd=ROOT,
        env=plain_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    tree: list[psutil.Process] = []
    deadline = time.monotonic() + 300
    while sum("celery" in process.cmdline() for process in tree) < 3:  # two workers and a beat
        assert time.monotonic() < deadline
        time.sleep(0.5)
        tree = psutil.Process(running.pid).children()

    running.send_signal(signal.SIGINT)
    _said, errors = running.communicate(timeout=60)

    assert running.returncode == 130, errors
    assert "Traceback" not in errors
    assert not [process for process in tree if process.is_running() and process.status() != "zombie"]
