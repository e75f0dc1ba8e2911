"""Names and places may hold whatever can be typed: mails and calendars carry it as words."""

import re

import pytest
from icalendar import Calendar

from coaching.accounts import outbox
from coaching.scheduling import actions
from coaching.scheduling.models import CalendarFeed, CoachingSession, Nudge, Reminder
from coaching.scheduling.nudge_mails import compose

pytestmark = pytest.mark.django_db
STRANGE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }} {% now 'Y' %} %(day)s %s",
    "Ben\r\nBcc: all@example.org",
    "Ben\rATTENDEE:mailto:all@example.org\nEND:VEVENT",
    "a\x0bb\x0cc\x1bd\x85e\u2028f\u2029g",
    "\u202eneB\u202c, Ben; Ben\\n",
    "javascript:alert(1) https://evil.example/?a=<b>",
    "B" * 120,
    "🌱 Bén Ş",
]


@pytest.fixture(params=STRANGE, ids=range(len(STRANGE)))
def words(request) -> str:
    return request.param


@pytest.fixture
def session(words, ben_client, ben, alma, book) -> CoachingSession:
    for row in (ben_client, ben, alma):
        row.name = words[:120]
        row.save()
    return book(place_detail=words, agenda=words[:200])


def parts_of(mail) -> tuple[str, str]:
    return mail.body, mail.alternatives[0].content


@pytest.mark.parametrize("recipient", ["client", "coach"])
def test_mails_carry_it_as_words(session, words, recipient, alma, ben):
    by = ben if recipient == "coach" else alma
    session.reminders.update(state="sent")
    actions.cancel_session(by=by, session=session)
    for row in Reminder.objects.filter(recipient=recipient, kind__in=["booked", "cancelled"]):
        row.message_id = "<a@b>"
        if (mail := row.compose()) is None:
            continue
        text, html = parts_of(mail)
        assert words.split()[0].split("\x0b")[0] in text
        assert not re.search(r"<script|<img|onerror=alert\(1\)>", html)
        assert 'href="javascript' not in html
        assert "14 20" not in text
        message = mail.message()
        assert message["Bcc"] is None
        assert len(str(message["Subject"]).splitlines()) == 1


def test_mail_leaves_as_one_mail_to_one_person(session, smtp_server):
    Reminder.objects.filter(kind="booked", recipient="client").update(due_at="2020-01-01T00:00Z")
    Reminder.HOLD_AFTER, held = None, Reminder.HOLD_AFTER
    try:
        outbox.send_due()
    finally:
        Reminder.HOLD_AFTER = held

    assert smtp_server.addresses == ["ben@example.org"]
    calendar = next(
        part for part in smtp_server.taken[0].walk() if part.get_content_type() == "text/calendar"
    )
    (event,) = Calendar.from_ical(calendar.get_content()).events
    assert str(event["attendee"]) == "mailto:ben@example.org"


def test_calendars_hold_one_event_in_lines_that_any_reader_knows(session, words, alma, client, alma_browser):
    token = CalendarFeed.open_for(alma)
    CalendarFeed.objects.update(shows_names=True)

    feed = client.get(f"/calendar/{token}.ics").content
    file = alma_browser.get(f"/sessions/{session.pk}/session.ics").content

    for content in (feed, file):
        (event,) = Calendar.from_ical(content).events
        assert "attendee" not in event
        lines = content.decode().split("\r\n")
        assert content.decode().splitlines() == lines[:-1]
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", "".join(lines))
        assert all(len(line.encode()) <= 75 for line in lines)
    assert str(Calendar.from_ical(feed).events[0]["summary"]).startswith("Session with ")


@pytest.mark.parametrize("kind", ["nothing_booked", "coach_week"])
def test_nudges_carry_it_as_words(session, words, alma, ben_client, kind):
    if kind == "nothing_booked":
        session.delete()
    day = session.starts_at.date()
    nudge = Nudge(user=alma, client=ben_client, kind=kind, day=day, message_id="<a@b>")
    if (mail := compose(nudge)) is None:
        pytest.fail("There was nothing to say.")

    assert not re.search(r"<script|<img", parts_of(mail)[1])


@pytest.mark.parametrize("who", ["alma", "ben"])
def test_pages_show_it_as_words(session, words, who, request, browser_of):
    browser = browser_of(request.getfixturevalue(who))
    pages = [
        "/home/", "/sessions/", "/sessions/week/", "/sessions/month/", session.get_absolute_url(),
        f"/sessions/{session.pk}/cancel/", f"/sessions/{session.pk}/agenda/",
    ]  # fmt: skip
    if who == "alma":
        pages += ["/sessions/mails/?show=waiting", "/clients/", f"/sessions/{session.pk}/reschedule/"]

    for page in pages:
        html = browser.get(page).content.decode()
        assert not re.search(r"<script>alert|<img src=x|href=\"javascript", html), page
