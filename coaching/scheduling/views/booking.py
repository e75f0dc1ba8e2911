"""The pages on which clients book and move sessions with their own coach: kind, day, time, yes."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clients.models import Client
from coaching.accounts.http import PersonRequest, typed
from coaching.scheduling.bookings import Offer, book_session, move_booking, records_that_may_book
from coaching.scheduling.forms.agenda import AgendaForm
from coaching.scheduling.models import BookingPolicy, CoachingSession, SessionType
from coaching.scheduling.months import Month, read_day


def _begun(offer: Offer) -> str:
    """Where the session of their browser has what they typed for a time with this coach that was taken."""
    return f"booking_agenda:{offer.client.pk}"


def booking(request: PersonRequest, slug: str) -> HttpResponse:
    """What the coach offers. The coach who opens their own address is shown where to change it."""
    if request.user.coach_or_none and request.user.coach_or_none.slug == slug:
        return redirect("scheduling:availability")
    own = Client.objects.belonging_to(request.user).select_related(
        "coach__user", "coach__practice__booking_policy"
    )
    coach = get_object_or_404(own, coach__slug=slug).coach
    may_book = records_that_may_book(request.user).filter(coach=coach).exists()
    types = coach.session_types.bookable() if may_book else []
    policy = BookingPolicy.of(coach.practice)
    return render(request, "scheduling/booking.html", {"coach": coach, "types": types, "policy": policy})


def booking_times(request: PersonRequest, slug: str, type_pk: str) -> HttpResponse:
    offer = _new(request, slug, type_pk)
    return _times(request, offer) if offer else _closed(request, slug)


def booking_confirm(request: PersonRequest, slug: str, type_pk: str, start: datetime) -> HttpResponse:
    """Asks once more, then books. Whoever comes second finds the times that are free nearby."""
    offer = _new(request, slug, type_pk)
    if offer is None:
        return _closed(request, slug)
    session_type = cast(SessionType, offer.session_type)
    # What they typed for a time that went meanwhile is there for the next one they choose.
    begun = request.session.pop(_begun(offer), "") if request.method == "GET" else ""
    form = None if offer.is_for_groups else AgendaForm(typed(request), initial={"agenda": begun})

    def book() -> CoachingSession:
        agenda = form.cleaned_data["agenda"] if form else ""
        return book_session(
            by=request.user, client=offer.client, session_type=session_type, starts_at=start, agenda=agenda
        )

    return _confirm(request, offer, start, book, _("Booked for %(time)s."), form)


def times_to_move(request: PersonRequest, session: CoachingSession) -> HttpResponse:
    """The client's page for moving their own session."""
    if not session.can_be_moved_by_client:
        messages.info(request, _("This session cannot be moved here. Ask your coach."))
        return redirect(session)
    return _times(request, Offer(session.client, session=session))


def session_move(request: PersonRequest, pk: str, start: datetime) -> HttpResponse:
    """Asks once more, then moves the client's own session to a free time."""
    records = Client.objects.belonging_to(request.user)
    session = get_object_or_404(
        CoachingSession.objects.visible_to(request.user).filter(client__in=records).with_people(), pk=pk
    )
    if not session.can_be_moved_by_client:
        return times_to_move(request, session)

    def move() -> CoachingSession:
        version = version_seen(request)
        return move_booking(by=request.user, session=session, starts_at=start, version=version)

    return _confirm(request, Offer(session.client, session=session), start, move, _("Moved to %(time)s."))


def version_seen(request: HttpRequest) -> int | None:
    """The version of a session's time that the page showed; None where it said none, 0 for nonsense."""
    seen = request.POST.get("version")
    if seen is None:
        return None
    return int(seen) if re.fullmatch(r"[0-9]{1,9}", seen) else 0


def _new(request: PersonRequest, slug: str, type_pk: str) -> Offer | None:
    """None where their coach has closed it, or taken this kind back, while they looked at it."""
    client = records_that_may_book(request.user).filter(coach__slug=slug).first()
    if client is None:
        get_object_or_404(Client.objects.belonging_to(request.user), coach__slug=slug)
        return None
    kind = get_object_or_404(client.coach.session_types, pk=type_pk)
    return Offer(client, session_type=kind) if kind.is_active and kind.is_bookable else None


def _closed(request: PersonRequest, slug: str) -> HttpResponse:
    messages.info(request, _("This can no longer be booked here. Here is what can be."))
    return redirect("scheduling:booking", slug)


def _address(offer: Offer, start: datetime | None = None) -> str:
    """Where this offer's times are chosen, or one of them is confirmed."""
    if offer.session:
        if start is None:
            return reverse("scheduling:session_reschedule", args=[offer.session.pk])
        return reverse("scheduling:session_move", args=[offer.session.pk, start])
    where: list[Any] = [offer.client.coach.slug, cast(SessionType, offer.session_type).pk]
    if start is None:
        return reverse("scheduling:booking_times", args=where)
    return reverse("scheduling:booking_confirm", args=[*where, start])


def _times(request: PersonRequest, offer: Offer) -> HttpResponse:
    """A month with its free days and times; of groups, all there are."""
    if offer.is_for_groups:
        joinable = [
            {
                "group": row,
                "times": replace(offer, group=row).times(row.starts_at),
                "address": _address(offer, row.starts_at),
            }
            for row in offer.groups()
        ]
        return render(request, "scheduling/booking_groups.html", {"offer": offer, "choices": joinable})
    context = month_of_times(request, offer, lambda start: _address(offer, start))
    return render(request, "scheduling/booking_times.html", context)


def month_of_times(
    request: HttpRequest, offer: Offer, address: Callable[[datetime | None], str], *, is_plain: bool = False
) -> dict[str, Any]:
    """A month with its free days, and the free times of the day that was chosen; four queries.

    `address` leads to a time, and without one to the months. `is_plain` leaves the coach's own wall out.
    """
    now, zone = timezone.now(), offer.client.own_timezone
    horizon = now + timedelta(days=offer.rules.days_ahead)
    month = Month.read(request.GET.get("month", ""), zone)
    if month:
        starts = offer.starts(month.begin, month.end)
    else:
        # Nobody should have to look for the first month in which something is free.
        starts = offer.starts(now, horizon)
        month = Month.of(starts[0] if starts else now, zone)
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for start in starts:
        by_day[start.astimezone(zone).date()].append(start)
    day = read_day(request.GET.get("day", ""))
    free_days = [day for day in by_day if day.replace(day=1) == month.first]
    if day not in free_days:
        day = free_days[0] if free_days else None
    return {
        "offer": offer,
        "address": address(None),
        "month": month,
        "previous": month.previous if month.begin > now else None,
        "next": month.next if month.end < horizon else None,
        "weeks": [
            [
                {"date": date, "is_free": date in free_days, "is_here": date.month == month.first.month}
                for date in week
            ]
            for week in month.weeks
        ],
        "day": day,
        "choices": choices(offer, by_day[day], address, is_plain=is_plain) if day else [],
    }


def choices(
    offer: Offer,
    starts: list[datetime],
    address: Callable[[datetime | None], str],
    *,
    is_plain: bool = False,
) -> list[dict[str, Any]]:
    """Times to choose from. `is_plain` leaves the coach's own wall out."""
    walls = 1 if is_plain else 2
    return [{"times": offer.times(start)[:walls], "address": address(start)} for start in starts]


def _confirm(
    request: PersonRequest,
    offer: Offer,
    start: datetime,
    act: Callable[[], CoachingSession],
    done: str,
    form: AgendaForm | None = None,
) -> HttpResponse:
    is_sent = request.method == "POST" and (form is None or form.is_valid())
    is_free = is_sent or offer.has(start)
    is_stale = False
    if is_sent:
        try:
            session = act()
        except ValidationError as error:
            if error.code not in {"clash", "stale"}:
                messages.info(request, error.message)
                return redirect("scheduling:session_list")
            is_stale = error.code == "stale"
            if offer.session:
                offer.session.refresh_from_db()
            is_free = is_stale and offer.has(start)
        else:
            messages.success(request, done % {"time": session.times_for(request.user)[0]})
            return redirect(session)
    if not is_free and not offer.session:
        own = CoachingSession.objects.visible_to(request.user).filter(client=offer.client, starts_at=start)
        if booked := own.filter(status=CoachingSession.Status.SCHEDULED).first():
            messages.info(request, _("You have booked this time."))
            return redirect(booked)
    if not is_free and is_sent and form and form.cleaned_data["agenda"]:
        request.session[_begun(offer)] = form.cleaned_data["agenda"]
    offer = offer.at(start)
    context = {"offer": offer, "times": offer.times(start), "address": _address(offer), "form": form}
    if offer.session:
        context["now"] = offer.session.times_for(request.user)
    if is_free:
        status = 409 if is_stale else 422 if form and form.errors else 200
        context["is_stale"] = is_stale
        return render(request, "scheduling/booking_confirm.html", context, status=status)
    context["choices"] = choices(offer, offer.near(start), lambda near: _address(offer, near))
    return render(request, "scheduling/booking_taken.html", context, status=409)
