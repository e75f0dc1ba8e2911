from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


class Config(AppConfig):
    name = "coaching.accounts"
    label = "accounts"

    def ready(self) -> None:
        from coaching.accounts.sentences import speak  # noqa: PLC0415 - forms need the apps

        speak()
        connection_created.connect(let_go_in_the_end)


def let_go_in_the_end(*, connection: Any, **_signal: Any) -> None:
    """A process that stands still within a transaction loses what it has locked, after a mail's lease."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET idle_in_transaction_session_timeout = %s",
            [round(settings.MAIL_LEASE.total_seconds() * 1000)],
        )
