"""`manage.py send_due_reminders`: one pass over the outbox, for a machine where no worker runs."""

from typing import Any

from django.core.management.base import BaseCommand

from coaching.accounts import outbox
from coaching.scheduling.nudges import plan_nudges

WORDS = {
    "sent": "sent",
    "waiting": "to be tried again, because the mail server could not take it now",
    "answer_lost": "to be sent once more, because the mail server's answer was lost",
    "unwritten": "not written because of a fault in Trellis, to be tried again",
    "failed": "refused by the mail server, or given up",
    "missed": "too late to be useful",
    "on_hold": "on hold, because they have been due for long: a coach decides under Sessions, Mails",
    "cancelled": "not needed any more",
    "taken_over": "taken over by another worker",
}


class Command(BaseCommand):
    help = "Send every reminder, nudge and invitation that is due, and print how many came to which end."

    def handle(self, *args: Any, **options: Any) -> None:
        plan_nudges()
        ends = outbox.send_due()
        if not ends:
            self.stdout.write("Nothing was due.")
        for end, words in WORDS.items():
            if ends[end]:
                self.stdout.write(f"{ends[end]} {words}")
