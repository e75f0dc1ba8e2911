"""The door of the pages that links in mails open. Looking changes nothing; a POST acts.

Nobody is signed in by it, and it does not matter who is. The pages hold one
act and no way into the rest.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

import pghistory
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from coaching.accounts.models import User
from community.throttle import is_too_often

MOST_A_MINUTE = 60

type View = Callable[..., HttpResponse]


class Link(Protocol):
    """A token that is ours and still opens something."""

    @property
    def by(self) -> User | None: ...


def from_mail(read: Callable[[str], Link | None], *, url_name: str) -> Callable[[View], View]:
    """For whoever holds the link: no sign-in, seldom enough, kept by nobody, and told to no other page.

    The referrer is our origin alone: nothing at all would make browsers send
    `Origin: null`, which the check against forged requests refuses.
    """

    def decorate(view: View) -> View:
        @login_not_required
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def answer(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            if is_too_often(request, "mail-link", most=MOST_A_MINUTE, seconds=60):
                response = render(request, "components/link_wait.html", status=429)
                response["Retry-After"] = "60"
            elif link := read(token):
                # The history would note the address, and whoever happens to be signed in.
                who = str(link.by.pk) if link.by else None
                with pghistory.context(url=url_name, user=who):
                    response = view(request, link, **kwargs)
            else:
                response = dead_link(request)
            response["Cache-Control"] = "private, no-store"
            response["Referrer-Policy"] = "strict-origin"
            response["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return answer

    return decorate


def dead_link(request: HttpRequest) -> HttpResponse:
    """The same for a token that never was ours, was used, or came too late."""
    return render(request, "components/link_dead.html", status=404)
