"""After a backup was restored: erase what had been erased since it was made."""

from typing import Any

from django.core.management.base import BaseCommand

from clients.retention import erase_again


class Command(BaseCommand):
    help = "Erase the records that a restored backup has brought back; run it before people are let in."

    def handle(self, *args: Any, **options: Any) -> None:
        count = erase_again()
        self.stdout.write(f"{count} records were erased again." if count else "Nothing had come back.")
