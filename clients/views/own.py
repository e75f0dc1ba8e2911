"""The door of the pages under /me/."""

from django.http import Http404

from clients.models import Client
from coaching.accounts.http import PersonRequest


def clients_only(request: PersonRequest) -> None:
    """These pages are there for people who are somebody's client."""
    if not Client.objects.belonging_to(request.user).exists():
        raise Http404
