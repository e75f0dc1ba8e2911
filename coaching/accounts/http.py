"""What a view is handed."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from coaching.accounts.models import User


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in: LoginRequiredMiddleware lets no other through."""

    user: User  # type: ignore[assignment]
    htmx: HtmxDetails
