"""The door of the pages under /me/."""

from django.http import Http404

from clients.models import Client
from clients.models.client import AgreementFirst
from coaching.accounts.http import PersonRequest


def clients_only(request: PersonRequest) -> None:
    """These pages are there for people who are somebody's client."""
    if not Client.objects.belonging_to(request.user).exists():
        raise Http404


def own_words_only_after_signing(request: PersonRequest) -> None:
    """Nothing private can be written in any of their records before the practice's text is signed."""
    records = Client.objects.belonging_to(request.user)
    closed = set(records.closed_to_words())
    if closed and closed == set(records):
        raise AgreementFirst(closed.pop())
