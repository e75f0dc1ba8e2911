"""The door of the pages under /me/."""

from django.http import Http404

from clients.models import Client
from coaching.accounts.http import PersonRequest


def clients_only(request: PersonRequest) -> None:
    """These pages are there for people who are somebody's client."""
    if not Client.objects.belonging_to(request.user).exists():
        raise Http404


def own_words_only_where_open(request: PersonRequest) -> None:
    """Something can be written in one of their records at least. Raises RecordEnded, AgreementFirst."""
    records = Client.objects.belonging_to(request.user)
    unsigned = set(records.closed_to_words())
    if not any(not record.is_ended and record not in unsigned for record in records):
        next((record for record in records if not record.is_ended), records[0]).check_open_to_words()
