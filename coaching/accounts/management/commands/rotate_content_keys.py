"""Writes every private text anew under the first key of CONTENT_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from coaching.accounts.encryption import Unreadable
from coaching.accounts.rotation import rotate


class Command(BaseCommand):
    help = (
        "Re-encrypt every private text under the first key of CONTENT_KEYS, while Trellis runs. "
        "It can be stopped and started again. Older keys may be removed when it says that none are left."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = rotate(on_batch=lambda place, done: self.stdout.write(f"{place}: {done}"))
        except Unreadable as error:
            raise CommandError(f"{error} Is an older key missing? What was done until here stays.") from None
        self.stdout.write(
            f"{count} texts were written anew." if count else "Nothing is left under an older key."
        )
