"""One mail for a whole series: what it lists, what drops out of it; nobody is told twice or never."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from clients.models import Client
from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions, series, texts
from coaching.scheduling.groups import schedule_group
from coaching.scheduling.models import AlsoTold, CoachingSession, Reminder
from coaching.scheduling.models.mail_choices import MailChoices

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def repeat(alma, ben_client):
    """Plan a weekly series from 16 March 2027, a Tuesday, at ten in Berlin."""

    def make(times: int = 4, **values) -> list[CoachingSession]:
        details = {"by": alma, "minutes": 50, "place": "phone", **values}
        if "clients" not in details:
            details.setdefault("client", ben_client)
        start = datetime.fromisoformat("2027-03-16T10:00")
        return series.schedule_series(
            repeat="weekly", times=times, local_start=start, timezone=BERLIN, **details
        )

    return make


@pytest.fixture
def deliver(smtp_server):
    """Let a minute pass and send; returns the mails, by reader and subject."""

    def send() -> list[tuple[str, str]]:
        seen = len(smtp_server.taken)
        Reminder.objects.exclude(kind="upcoming").filter(state=DeliveryState.PENDING).update(
            due_at=timezone.now()
        )
        outbox.send_due()
        return sorted((mail["To"], mail["Subject"]) for mail in smtp_server.taken[seen:])

    return send


def plain(mail) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r", "")


def entries(mail) -> list[tuple]:
    """Uid, start, sequence and status of all in the file; and that it is one that may hold several."""
    (file,) = [part for part in mail.iter_attachments() if part.get_filename() == "sessions.ics"]
    calendar = Calendar.from_ical(file.get_content())
    assert calendar["method"] == "PUBLISH"
    assert [part for part in mail.walk() if part.get_content_type() == "text/calendar"] == []
    assert all("organizer" in event and "attendee" not in event for event in calendar.events)
    return [(event["uid"], event.start, event["sequence"], str(event["status"])) for event in calendar.events]


def news(session: CoachingSession) -> list[tuple]:
    rows = session.reminders.exclude(kind="upcoming").order_by("schedule_version", "created_at")
    return [(row.schedule_version, row.kind, row.recipient, row.state) for row in rows]


def move_following(session: CoachingSession, local: str) -> list[CoachingSession]:
    return series.reschedule_following(
        by=session.coach.user,
        session=session,
        local_start=datetime.fromisoformat(local),
        timezone=BERLIN,
        minutes=50,
    )


def move(session: CoachingSession, local: str) -> CoachingSession:
    return actions.reschedule_session(
        by=session.coach.user,
        session=session,
        local_start=datetime.fromisoformat(local),
        timezone=BERLIN,
        minutes=50,
    )


def test_series_is_one_mail_with_every_date(repeat, deliver, smtp_server, settings):
    sessions = repeat(10)

    assert deliver() == [("ben@example.org", "Booked: 10 sessions, the first on Tuesday 16 March 2027")]

    words = plain(smtp_server.taken[-1])
    assert "these 10 sessions with Alma are booked:" in words
    assert words.count("Tuesday ") == 20  # each date on both walls
    assert "Tuesday 16 March 2027, 05:00 to 05:50\nNew York time (America/New_York, UTC−4)" in words  # noqa: RUF001
    assert "Tuesday 30 March 2027, 04:00 to 04:50" in words  # Berlin's clocks changed, New York's had before
    assert entries(smtp_server.taken[-1]) == [
        (f"{session.pk}@{settings.SITE_URL.split('//')[1].split(':')[0]}", session.starts_at, 1, "CONFIRMED")
        for session in sessions
    ]
    assert words.count("/link/off.") == 10
    assert Reminder.objects.filter(kind="upcoming", recipient="client").count() == 20
    assert deliver() == []


def test_what_changed_before_the_mail_drops_out_of_it(repeat, deliver, smtp_server, alma):
    sessions = repeat(5)
    actions.cancel_session(by=alma, session=sessions[1])
    move(sessions[3], "2027-04-06T15:00")
    # Changed behind the rows' back, as in a race: it is read again.
    CoachingSession.objects.filter(pk=sessions[4].pk).update(status="completed")

    sent = deliver()

    assert sent == [
        ("ben@example.org", "Booked: 2 sessions, the first on Tuesday 16 March 2027"),
        ("ben@example.org", "Booked: Tuesday 6 April 2027, 09:00"),
    ]
    words = next(plain(mail) for mail in smtp_server.taken if "2 sessions" in mail["Subject"])
    assert "30 March 2027" in words
    assert "23 March 2027" not in words
    assert "6 April 2027" not in words
    assert news(sessions[1]) == [(1, "booked", "client", "cancelled")]


def test_a_mail_left_with_one_session_reads_like_any_other(repeat, deliver, smtp_server, alma):
    sessions = repeat(3)
    series.cancel_following(by=alma, session=sessions[1])

    assert deliver() == [("ben@example.org", "Booked: Tuesday 16 March 2027, 05:00")]
    assert "your session with Alma is booked." in plain(smtp_server.taken[-1])


def test_the_mail_outlives_its_first_session(repeat, deliver, alma):
    sessions = repeat(3)
    actions.cancel_session(by=alma, session=sessions[0])

    assert deliver() == [("ben@example.org", "Booked: 2 sessions, the first on Tuesday 23 March 2027")]
    assert news(sessions[0]) == [(1, "booked", "client", "cancelled")]


def test_all_called_off_before_the_mail_is_no_mail(repeat, deliver, alma):
    sessions = repeat(3)
    series.cancel_following(by=alma, session=sessions[0])

    assert deliver() == []
    assert {row.state for row in Reminder.objects.all()} == {"cancelled"}


def test_following_moved_is_one_mail_and_counts_as_a_change(repeat, deliver, smtp_server):
    sessions = repeat(4)
    deliver()

    move_following(sessions[1], "2027-03-24T11:00")

    assert deliver() == [("ben@example.org", "Changed: 3 sessions, the first now on Wednesday 24 March 2027")]
    assert [(start.day, sequence) for _uid, start, sequence, _state in entries(smtp_server.taken[-1])] == [
        (24, 2),
        (31, 2),
        (7, 2),
    ]


def test_following_called_off_is_one_mail(repeat, deliver, smtp_server, alma):
    sessions = repeat(4)
    deliver()

    series.cancel_following(by=alma, session=sessions[2])

    assert deliver() == [("ben@example.org", "Called off: 2 sessions, the first on Tuesday 30 March 2027")]
    assert {state for _uid, _start, _sequence, state in entries(smtp_server.taken[-1])} == {"CANCELLED"}
    assert "/link/off." not in plain(smtp_server.taken[-1])


def test_one_of_the_series_moved_later_is_a_change_with_the_time_before(repeat, deliver, smtp_server):
    sessions = repeat(3)
    deliver()

    move(sessions[2], "2027-03-31T15:00")

    assert deliver() == [("ben@example.org", "Changed: Wednesday 31 March 2027, 09:00")]
    assert "Before, it was: Tuesday 30 March 2027, 04:00" in plain(smtp_server.taken[-1])


def test_two_moves_within_a_minute_are_one_mail(repeat, deliver):
    sessions = repeat(3)
    move_following(sessions[0], "2027-03-17T10:00")
    move_following(CoachingSession.objects.get(pk=sessions[0].pk), "2027-03-18T10:00")

    assert deliver() == [("ben@example.org", "Booked: 3 sessions, the first on Thursday 18 March 2027")]


def test_what_may_have_arrived_goes_out_again_as_the_same_mail(repeat, deliver, smtp_server, alma):
    """The answer to the first try was lost: what was called off since is left out of the second."""
    sessions = repeat(3)
    row = Reminder.objects.get(kind="booked")
    Reminder.objects.filter(pk=row.pk).update(is_ambiguous=True, attempts=1, message_id="<same@x>")
    actions.cancel_session(by=alma, session=sessions[0])

    assert deliver() == [
        ("ben@example.org", "Booked: 2 sessions, the first on Tuesday 23 March 2027"),
        ("ben@example.org", "Called off: Tuesday 16 March 2027, 05:00"),
    ]
    assert "<same@x>" in [mail["Message-ID"] for mail in smtp_server.taken]


def test_discreet_mail_names_nobody(repeat, deliver, smtp_server, ben):
    MailChoices.objects.create(user=ben, is_discreet=True)
    repeat(3)

    assert deliver() == [("ben@example.org", "3 appointments, the first on Tuesday 16 March 2027")]
    mail = smtp_server.taken[-1]
    html = mail.get_body(("html",)).get_content()
    for words in (plain(mail), html):
        assert "Alma" not in words
        assert "session with" not in words
    assert mail["From"].startswith("Appointments")


def test_somebody_who_has_not_joined_gets_it_with_links_and_without_a_way_in(repeat, deliver, smtp_server):
    Client.objects.update(user=None)
    repeat(3, client=Client.objects.get())

    assert len(deliver()) == 1
    words = plain(smtp_server.taken[-1])
    assert words.count("/link/off.") == 3
    assert "See all sessions" not in words


def test_reminders_of_a_series_stay_single(repeat, ben_client):
    sessions = repeat(3)

    assert {
        session.reminders.filter(kind="upcoming", recipient="client").count() for session in sessions
    } == {2}
    assert AlsoTold.objects.exclude(reminder__kind="booked").count() == 0


def test_log_shows_one_mail_and_it_can_be_sent_again_as_one(repeat, deliver, alma_browser):
    sessions = repeat(3)
    deliver()
    row = Reminder.objects.get(kind="booked")
    assert "and 2 others" in alma_browser.get("/sessions/mails/").content.decode()
    CoachingSession.objects.filter(pk=sessions[0].pk).update(status="completed")

    alma_browser.post(f"/sessions/mails/{row.pk}/resend/")

    assert deliver() == [("ben@example.org", "Booked: 2 sessions, the first on Tuesday 23 March 2027")]


def test_a_mail_about_several_is_useful_until_the_last_one(repeat):
    sessions = repeat(4)

    assert Reminder.objects.get(kind="booked").useful_until == sessions[-1].ends_at


def test_leaving_a_mail_that_is_being_sent_changes_nothing_of_it(repeat, alma):
    sessions = repeat(3)
    Reminder.objects.filter(kind="booked").update(
        state=DeliveryState.SUBMITTING, lease_until=datetime.now(UTC) + timedelta(minutes=1)
    )

    actions.cancel_session(by=alma, session=sessions[1])

    row = Reminder.objects.get(kind="booked", state="submitting")
    assert (row.session, row.also.count()) == (sessions[0], 2)
    assert news(sessions[1]) == [(1, "cancelled", "client", "pending")]


def test_an_sms_about_a_series_is_one_and_its_stand_in_a_mail_with_every_date(
    repeat, deliver, smtp_server, ben
):
    """The number is gone by the time it is sent, so the mail comes in its place."""
    repeat(3)
    row = Reminder.objects.get(kind="booked")
    Reminder.objects.filter(pk=row.pk).update(channel="sms")
    row.refresh_from_db()
    assert texts.session_text(row, count=3) == (
        "Trellis: 3 sessions are booked, the first on Tuesday 16 March, 05:00 (New York)."
    )

    assert row.compose() is None

    stand_in = Reminder.objects.get(kind="booked", channel="email")
    assert stand_in.also.count() == 2
    assert "3 sessions" in stand_in.compose().subject


def test_a_series_of_a_group_is_one_mail_for_each_of_its_people(
    repeat, deliver, alma, ben_client, smtp_server
):
    anna = Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )
    repeat(
        3, plan=schedule_group, coach=alma.coach, clients=[ben_client, anna], seats=5, name="Evening circle"
    )

    assert [to for to, _subject in deliver()] == ["anna@example.org", "ben@example.org"]
    for mail in smtp_server.taken[-2:]:
        assert "3 sessions" in mail["Subject"]
        other = "Anna" if mail["To"].startswith("ben") else "Ben"
        assert other not in plain(mail)
        assert len({uid for uid, *_rest in entries(mail)}) == 3
