"""Makes the demo practice, once: the same actions as the pages use, days counted from today."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from coaching.accounts.models import Invitation
from coaching.home.demo import practice
from coaching.home.demo.directory import seed_directory
from coaching.home.demo.library import seed_library
from coaching.home.demo.records import seed_connections


class Command(BaseCommand):
    help = "Make the demo practice; does nothing where it is there already. Only in a demo or in development."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_LOCAL:
            raise CommandError(
                "Demo accounts have a known password. They are made only where DEMO or DEBUG is set."
            )
        if practice.is_seeded():
            return
        self.stdout.write("Making the demo practice …")
        with transaction.atomic():
            staff = practice.seed_staff()
            seed_directory(curator=staff["curator"])
            clients = practice.seed_clients(staff)
            for client in clients:
                seed_connections(client)
            practice.seed_groups(staff["coach"], clients)
            practice.seed_agendas(clients)
            seed_library(staff)
            practice.seed_mails()
            practice.seed_nudges(staff)
            # These were invited long ago, as far as the demo goes: their mails would only confuse.
            Invitation.objects.exclude(accepted_at=None).update(
                state=Invitation.State.SENT, sent_at=timezone.now(), server_answer="250 OK"
            )
