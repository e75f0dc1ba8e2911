"""What a link in a mail opens: one plain page about one act. Looking changes nothing; a POST acts.

Nobody is signed in by it, and it does not matter who is. The pages hold a time
and an act: no name, no other session, no way into the rest.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse

from clients.views.from_mail import dead_link, from_mail
from coaching.scheduling import actions
from coaching.scheduling.bookings import Offer, book_instead, move_booking
from coaching.scheduling.links import Act, MailLink
from coaching.scheduling.models import CoachingSession
from coaching.scheduling.views.booking import choices, month_of_times

opened_by_mail = from_mail(MailLink.read, url_name="scheduling:mail_link")


@opened_by_mail
def mail_link(request: HttpRequest, link: MailLink) -> HttpResponse:
    if link.act == Act.CANCEL:
        return _call_off(request, link)
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    offer = _offer(link)
    if offer is None:
        return render(request, "scheduling/link_closed.html", _about(link))
    times = month_of_times(request, offer, _addresses(link), is_plain=True)
    return render(request, "scheduling/link_times.html", {**_about(link), **times})


@opened_by_mail
def mail_link_time(request: HttpRequest, link: MailLink, start: datetime) -> HttpResponse:
    """Asks once more, then books or moves. Whoever comes second finds the times that are free nearby."""
    offer = _offer(link) if link.act != Act.CANCEL else None
    if offer is None:
        return render(request, "scheduling/link_closed.html", _about(link))
    is_free = request.method == "POST" or offer.has(start)
    if request.method == "POST":
        try:
            session = _choose(link, offer, start)
        except ValidationError as error:
            if error.code in {"closed", "stale", "used"}:
                return dead_link(request)
            if error.code != "clash":
                return render(request, "scheduling/link_closed.html", _about(link))
            is_free = False
        else:
            return _done(request, link, session)
    addresses = _addresses(link)
    context = {**_about(link), "offer": offer, "chosen": offer.times(start)[:1], "address": addresses(None)}
    if is_free:
        return render(request, "scheduling/link_confirm.html", context)
    context["choices"] = choices(offer, offer.near(start), addresses, is_plain=True)
    return render(request, "scheduling/link_taken.html", context, status=409)


def _call_off(request: HttpRequest, link: MailLink) -> HttpResponse:
    if request.method != "POST":
        context = {**_about(link), "is_late": link.session.is_noted_as_late}
        return render(request, "scheduling/link_cancel.html", context)
    try:
        session = actions.cancel_session(by=link.by, session=link.session, version=link.version)
    except ValidationError:
        return dead_link(request)
    return _done(request, link, session)


def _choose(link: MailLink, offer: Offer, start: datetime) -> CoachingSession:
    if link.act == Act.MOVE:
        return move_booking(by=link.by, session=link.session, starts_at=start, version=link.version)
    assert offer.session_type is not None  # noqa: S101 - what is booked has a kind
    return book_instead(by=link.by, earlier=link.session, session_type=offer.session_type, starts_at=start)


def _offer(link: MailLink) -> Offer | None:
    """What a time is chosen for; None where the coach's terms allow it no more.

    What is booked is of the same kind as the session that was called off, else like it and about as long.
    """
    session = link.session
    if link.act == Act.MOVE:
        return Offer(session.client, session=session) if session.can_be_moved_by_client else None
    if not session.can_be_booked_instead_by_client:
        return None
    kinds = session.coach.session_types.bookable()
    best = min(
        kinds,
        key=lambda kind: (
            kind.pk != session.session_type_id,
            kind.is_for_groups != (session.group_id is not None),
            abs(kind.minutes - session.minutes),
        ),
    )
    return Offer(session.client, session_type=best)


def _addresses(link: MailLink) -> Callable[[datetime | None], str]:
    def address(start: datetime | None) -> str:
        if start is None:
            return reverse("scheduling:mail_link", args=[link.token])
        return reverse("scheduling:mail_link_time", args=[link.token, start])

    return address


def _about(link: MailLink) -> dict[str, Any]:
    """The session's time on the reader's wall, and the act."""
    return {"act": link.act.name.lower(), "times": link.session.times(is_client=True)[:1]}


def _done(request: HttpRequest, link: MailLink, session: CoachingSession) -> HttpResponse:
    context = {"act": link.act.name.lower(), "times": session.times(is_client=True)[:1]}
    return render(request, "scheduling/link_done.html", context)
