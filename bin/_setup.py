"""Set-up with nothing but Python's standard library: environment, libraries, styles, settings.

Every step leaves a stamp in `var/stamps` with the hash of what it was made
from, so that a second run does only what has changed.
"""

import argparse
import hashlib
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
VAR = ROOT / "var"


def main() -> None:
    options = parse(sys.argv[1], sys.argv[2:])
    # A signal ends whatever step is running, with its processes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.chdir(ROOT)
    try:
        make_environment()
        install("requirements-dev.lock" if options.dev else "requirements.lock")
        write_settings()
        run(sys.executable, "bin/assets")
    except OSError as error:
        sys.exit(f"Trellis could not write to {error.filename or ROOT}: {error.strerror}.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"This step did not work: {' '.join(map(str, error.cmd))}\nWhat it said stands above.")
    except KeyboardInterrupt:
        sys.exit(130)
    if options.mode != "setup":
        sys.stdout.flush()
        run_it = [VENV_PYTHON, "-m", "coaching.processes", options.mode, str(options.port)]
        os.execv(VENV_PYTHON, run_it)


def parse(mode: str, arguments: list[str]) -> argparse.Namespace:
    """What follows `bin/setup`, `bin/demo` or `bin/dev`."""
    about = {
        "setup": "Set Trellis up on this machine.",
        "demo": "Set Trellis up and run it with a demo practice.",
        "dev": "Set Trellis up and run it, with reload of code and styles.",
    }
    parser = argparse.ArgumentParser(prog=f"bin/{mode}", description=about[mode])
    parser.set_defaults(mode=mode, dev=mode == "dev")
    if mode == "setup":
        parser.add_argument("--dev", action="store_true", help="install what tests and checks need, too")
    else:
        parser.add_argument("--port", type=port, default=8000, help="the port on 127.0.0.1 (8000)")
    return parser.parse_args(arguments)


def port(words: str) -> int:
    if not words.isdecimal() or not 0 < int(words) < 65536:
        raise argparse.ArgumentTypeError(f"{words!r} is not a number from 1 to 65535")
    return int(words)


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True)


def unless_done(step: str, *sources: Path, make: Callable[[], None], also: str = "") -> None:
    """Call `make` unless it has been done since any of `sources` changed."""
    digest = hashlib.sha256(also.encode())
    for source in sources:
        digest.update(source.read_bytes())
    stamp = VAR / "stamps" / step
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest.hexdigest())


def make_environment() -> None:
    if VENV_PYTHON.exists():
        return
    print("Making the virtual environment .venv …", flush=True)
    try:
        run(sys.executable, "-m", "venv", ".venv")
    except subprocess.CalledProcessError:
        sys.exit("Python could not make a virtual environment. On Debian: apt install python3-venv")


def install(lock: str) -> None:
    def pip() -> None:
        print("Installing libraries …", flush=True)
        run(
            *(VENV_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--require-hashes", "--requirement", lock),
        )

    # A set-up with the test tools holds everything a plain one needs.
    dev_stamp = VAR / "stamps" / "requirements-dev.lock"
    if lock == "requirements.lock" and dev_stamp.exists():
        lock = "requirements-dev.lock"
    unless_done(lock, ROOT / lock, make=pip, also=str((ROOT / ".venv").stat().st_ino))


def write_settings() -> None:
    """Keys of this installation's own; everything else has a default fit for one machine."""
    settings = VAR / "local.env"
    if not settings.exists():
        VAR.mkdir(exist_ok=True)
        settings.touch(mode=0o600)
        settings.write_text(
            "# Written by bin/setup for a demo on this machine; not read where SECRET_KEY is set.\n"
            f"SECRET_KEY={secrets.token_urlsafe(50)}\n"
            "DEMO=true\n"
            "SITE_URL=http://127.0.0.1:8000\n"
            "EMAIL_URL=smtp://127.0.0.1:8025\n"
        )
    words = settings.read_text()
    if "CONTENT_KEYS=" not in words:  # an installation from before private texts were kept
        settings.write_text(f"{words.rstrip()}\nCONTENT_KEYS={secrets.token_urlsafe(32)}\n")


if __name__ == "__main__":
    main()
