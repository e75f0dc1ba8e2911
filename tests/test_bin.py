"""What stands in the way of a start is said in a sentence, and nothing is left behind."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.demo_site import fresh_copy, plain_environment
from tests.services import free_port


@pytest.fixture
def copy(tmp_path) -> Path:
    return fresh_copy(tmp_path / "trellis")


def shell() -> dict[str, str]:
    """A new user's, where nothing is measured: what coverage says of a full disk is not our matter."""
    return plain_environment() | {"COVERAGE_PROCESS_START": ""}


def start(copy: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The exit code of `bin/demo` and what it said."""
    ended = subprocess.run(
        [shutil.which("bash"), "bin/demo", *arguments],
        cwd=copy,
        env=shell() | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_demo_names_a_port_that_is_taken(copy):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        port = taken.getsockname()[1]

        code, said = start(copy, "--port", str(port))

    assert code == 1
    assert f"Port {port} is in use. Choose another one: bin/demo --port" in said


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_demo_refuses_what_is_no_port(copy, port):
    code, said = start(copy, "--port", port)

    assert code == 2
    assert "argument --port" in said


def test_demo_explains_itself_before_it_sets_anything_up(copy):
    shutil.rmtree(copy / "var")

    code, said = start(copy, "--help")

    assert code == 0
    assert "--port PORT" in said
    assert not (copy / "var").exists()


def test_demo_says_that_python_is_missing(copy, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("dirname", "cat"):
        (tools / name).symlink_to(shutil.which(name))
    old = tools / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    code, said = start(copy, PATH=str(tools))

    assert code == 1
    assert "Trellis needs Python 3.12 or newer, and none was found." in said


def test_demo_says_where_it_cannot_write(copy):
    shutil.rmtree(copy / "var")
    (copy / "var").write_text("in the way")

    code, said = start(copy)

    assert code == 1
    assert "Trellis could not write to" in said
    assert "Traceback" not in said
    assert (copy / "var").read_text() == "in the way"


def test_a_full_disk_is_told(copy):
    """No file may grow here, which is what a full disk does."""
    code = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
    code += "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); sys.argv = ['x', 'demo', "
    code += f"'{free_port()}']; runpy.run_module('coaching.processes', run_name='__main__')"
    subprocess.run(
        [copy / ".venv/bin/python", "bin/_setup.py", "setup"], cwd=copy, check=True, capture_output=True
    )

    ended = subprocess.run(
        [copy / ".venv/bin/python", "-c", code],
        cwd=copy,
        env=shell() | {"PYTHONPATH": os.fspath(copy)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 1
    assert "Trellis could not use" in ended.stderr
    assert "Traceback" not in ended.stderr
