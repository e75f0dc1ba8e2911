#!/usr/bin/env python
"""Trellis's command line; `manage.py help` lists the commands."""

import os
import sys

from coaching import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coaching.settings")
    embedded.provide_database()
    # Imported after the database address is known: settings read it once.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
