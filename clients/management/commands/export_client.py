"""`manage.py export_client ID`: a client's record as a zip, as they get it with their own button."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clients.export import export_of
from clients.models import Client


class Command(BaseCommand):
    help = "Write all that concerns a client into a zip with JSON and a page to read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the client's id, as in the address of their page")
        parser.add_argument("--output", type=Path, help="the file to write (client-ID.zip)")
        parser.add_argument(
            "--with-private-notes",
            action="store_true",
            help="with the coaches' notes that are not shared with the client; mind whom you give it to",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client = Client.objects.select_related("coach__user", "practice", "user").get(pk=options["id"])
        except (Client.DoesNotExist, ValidationError):
            raise CommandError(f"There is no client {options['id']}.") from None
        output = options["output"] or Path(f"client-{client.pk}.zip")
        output.touch(mode=0o600)
        output.write_bytes(export_of([client], with_private_notes=options["with_private_notes"]))
        self.stdout.write(str(output))
