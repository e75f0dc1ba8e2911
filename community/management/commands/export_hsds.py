"""`manage.py export_hsds PATH [--format csv|json]`: writes the published directory as HSDS 3.1."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community.hsds.write import export_csv, export_json

FORMATS = {"csv": export_csv, "json": export_json}


class Command(BaseCommand):
    help = "Write the published listings as an HSDS 3.1 data package (a folder of CSV files) or as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", type=Path, help="the folder for the CSV files, or the name of the JSON file"
        )
        parser.add_argument("--format", choices=list(FORMATS), default="csv")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        try:
            written = FORMATS[options["format"]](path)
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        for name, rows in written.items():
            self.stdout.write(f"{name:<32}{rows:>7}")
