"""`manage.py import_hsds PATH [--dry-run] [--take-source]`: brings HSDS into the directory.

As CSV, as JSON, or as Ohana's older CSV.
"""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.hsds.apply import import_package
from community.hsds.report import PackageError


class Command(BaseCommand):
    help = (
        "Bring HSDS data (a folder or zip of CSV files, or JSON) into the directory, as listings in review."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, help="a folder of CSV files, a zip archive of them, or a JSON file"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument(
            "--take-source",
            action="store_true",
            help="let the source's words replace what curators wrote since",
        )

    def handle(self, *args: Any, path: Path, dry_run: bool, take_source: bool, **options: Any) -> None:
        try:
            report = import_package(path, is_dry_run=dry_run, takes_source=take_source)
        except PackageError as error:
            raise CommandError(f"Nothing was imported. {error}") from error
        if dry_run:
            self.stdout.write("".join(f"{outcome}\n" for outcome in sorted(report.outcomes)))
        self.stdout.write("\n".join(report.lines()))
        if dry_run:
            self.stdout.write("\nThis was a dry run: nothing was changed.")
