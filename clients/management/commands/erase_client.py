"""`manage.py erase_client ID`: carries out an erasure at once, without the time to think again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from clients.belongings import belongings_of, erase
from clients.models import Client


class Command(BaseCommand):
    help = "Delete all that concerns a client for good: rows, history, reminders that wait, the account."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", help="the client's id, as in the address of their page")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be deleted")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            client = Client.objects.select_related("practice", "user").get(pk=options["id"])
        except (Client.DoesNotExist, ValidationError):
            raise CommandError(f"There is no client {options['id']}.") from None
        if options["dry_run"]:
            counts = {model._meta.label: len(pks) for model, pks in belongings_of(client).items()}
        else:
            counts = erase(client)
        for label, count in sorted(counts.items()):
            self.stdout.write(f"{label}: {count}")
        self.stdout.write("Nothing was deleted yet." if options["dry_run"] else "All of it is gone.")
