"""Sessions as iCalendar, for mails, downloads and feeds.

RFC 5545 (the format), RFC 5546 (REQUEST, CANCEL and PUBLISH), RFC 7986 (how
often a feed is read again). Times are in UTC, which Outlook, Google Calendar
and Apple Calendar each turn into the reader's own zone; a session does not
repeat, so no rule of a zone has to travel along. Titles name nobody: a calendar
is often seen by others.
"""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, timedelta
from email.utils import parseaddr
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vDuration

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling.models.session import CoachingSession

REFRESH = timedelta(hours=1)
"""How often a calendar program is asked to read a feed again. Google reads when it likes."""


def invitation(
    session: CoachingSession, *, attendee: str, organizer: tuple[str, str], title: str, link: str
) -> tuple[str, bytes]:
    """The method (`REQUEST` or `CANCEL`) and the calendar that puts a session in, moves it or takes it out.

    The organizer (name and address) is who our mails come from, and no answer
    is asked for: a session is called off in Trellis, where both see it.
    """
    is_off = session.cancelled_at is not None
    event = _event(session, title=title, link=link)
    name, sender = organizer
    event.add("organizer", vCalAddress(f"mailto:{sender}"), parameters={"CN": name or sender})
    event.add(
        "attendee",
        vCalAddress(f"mailto:{attendee}"),
        parameters={"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"},
    )
    method = "CANCEL" if is_off else "REQUEST"
    return method, _calendar([event], method=method)


def publication(sessions: Iterable[CoachingSession], *, organizer: tuple[str, str], title: str) -> bytes:
    """Several sessions in one file, as they are now: put in, moved, or marked as off.

    `REQUEST` and `CANCEL` may hold one `UID` only (RFC 5546, 3.2.2 and 3.2.5).
    What is published names nobody who attends (3.2.1).
    """
    events = []
    name, sender = organizer
    for session in sessions:
        event = _event(session, title=title, link=settings.SITE_URL + session.get_absolute_url())
        event.add("organizer", vCalAddress(f"mailto:{sender}"), parameters={"CN": name or sender})
        events.append(event)
    return _calendar(events, method="PUBLISH")


def taken_out(client: Client) -> dict[str, bytes]:
    """All sessions of a record as one calendar, for whoever takes it out; nothing where there were none."""
    sessions = CoachingSession.objects.filter(client=client).with_people().order_by("starts_at", "pk")
    organizer = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if not sessions:
        return {}
    return {"sessions.ics": publication(sessions, organizer=organizer, title=_("Session"))}


def download(session: CoachingSession) -> bytes:
    """One session, to be put into a calendar by hand."""
    event = _event(session, title=_("Session"), link=settings.SITE_URL + session.get_absolute_url())
    return _calendar([event], method="PUBLISH")


def web_links(session: CoachingSession) -> dict[str, str]:
    """By the name of a calendar on the web, the address at which it offers to keep this session.

    Whoever opens one tells that site the time, so it holds no name and no address of a place.
    """
    start, end = session.starts_at.astimezone(UTC), session.ends_at.astimezone(UTC)
    title, link = _("Session"), settings.SITE_URL + session.get_absolute_url()
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{start:%Y%m%dT%H%M%SZ}/{end:%Y%m%dT%H%M%SZ}",
        "details": link,
        "location": session.get_place_display(),
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{end:%Y-%m-%dT%H:%M:%SZ}",
        "body": link,
        "location": session.get_place_display(),
    }
    return {
        "Google Calendar": f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        "Outlook": f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    }


def feed(sessions: Iterable[CoachingSession], *, reader: User, shows_names: bool) -> bytes:
    """Every session of this reader; `shows_names` writes into the titles whom they meet."""

    def title(session: CoachingSession) -> str:
        if not shows_names:
            return _("Session")
        return _("Session with %(name)s") % {"name": session.other_person(reader)}

    events = [
        _event(session, title=title(session), link=settings.SITE_URL + session.get_absolute_url())
        for session in sessions
    ]
    return _calendar(events, method="PUBLISH", name=_("Sessions"))


def _calendar(events: Iterable[Event], *, method: str, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Trellis//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:  # a feed, which is read again and again
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()


def _line(text: str) -> str:
    """In one line, without the characters that RFC 5545 keeps out of a text: some readers break at them."""
    return "".join(letter for letter in " ".join(text.split()) if unicodedata.category(letter) != "Cc")


def _event(session: CoachingSession, *, title: str, link: str) -> Event:
    """`SEQUENCE` is the version of the time, and one more once it is off: later news always wins."""
    is_off = session.cancelled_at is not None
    event = Event()
    event.add("uid", f"{session.pk}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("sequence", session.schedule_version + is_off)
    event.add("dtstamp", timezone.now())
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", _line(title))
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    place = session.get_place_display()
    event.add("location", _line(f"{place}: {session.place_detail}" if session.place_detail else place))
    if link:
        event.add("url", link)
        event.add("description", link)
    return event
