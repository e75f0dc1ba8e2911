"""Fails where a lock file holds the address of a registry: locks say what, never from where."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "requirements-dev.lock", "package-lock.json"]

found = [
    f"{name}:{number}: {line.strip()}"
    for name in LOCKS
    for number, line in enumerate((ROOT / name).read_text().splitlines(), start=1)
    if re.search(r'"resolved"|--(extra-)?index-url|--find-links', line)
]
if found:
    sys.exit("\n".join(["These lines name an address:", *found]))
