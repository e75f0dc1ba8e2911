from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from clients.models import Client
from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.accounts.models import User
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, Reminder

pytestmark = pytest.mark.django_db


@pytest.fixture
def compose(book):
    """The text and the HTML of the first reminder to one of the two."""

    def make(session: CoachingSession, recipient: str = "client"):
        mail = session.reminders.filter(recipient=recipient, kind="upcoming").earliest("due_at").compose()
        return mail, mail.body, mail.alternatives[0].content

    return make


def test_mail_shows_the_readers_wall_first(book, compose):
    session = book("2027-06-01T10:00", place="video", place_detail="https://meet.example.org/x")

    mail, text, html = compose(session)

    assert mail.to == ["ben@example.org"]
    assert mail.subject == "Reminder for Tuesday 1 June 2027, 04:00"
    for body in (text, html):
        assert body.index("04:00 to 04:50") < body.index("10:00 to 10:50")
        for words in (
            "New York time (America/New_York",
            "Berlin time (Europe/Berlin",
            "session with Alma",
            "By video",
            "https://meet.example.org/x",
            f"http://testserver/sessions/{session.pk}/",
        ):
            assert words in body


def test_mail_to_the_coach_shows_the_coachs_wall_first(book, compose):
    mail, text, _html = compose(book("2027-06-01T10:00"), "coach")

    assert mail.to == ["alma@example.org"]
    assert mail.subject == "Reminder for Tuesday 1 June 2027, 10:00"
    assert text.index("10:00 to 10:50") < text.index("04:00 to 04:50")
    assert "session with Ben" in text


@pytest.mark.parametrize(
    ("local", "in_new_york", "offset"),
    [
        # Between 14 and 28 March the two are five hours apart, else six.
        ("2027-03-10T15:00", "09:00 to 09:50", "UTC−5"),  # noqa: RUF001
        ("2027-03-20T15:00", "10:00 to 10:50", "UTC−4"),  # noqa: RUF001
        ("2027-03-29T15:00", "09:00 to 09:50", "UTC−4"),  # noqa: RUF001
        ("2027-11-03T15:00", "10:00 to 10:50", "UTC−4"),  # noqa: RUF001
        ("2027-11-10T15:00", "09:00 to 09:50", "UTC−5"),  # noqa: RUF001
    ],
)
def test_mail_across_changes_of_the_clocks(book, compose, local, in_new_york, offset):
    _mail, text, _html = compose(book(local))

    assert in_new_york in text
    assert offset in text


def test_mail_late_in_the_evening_shows_the_right_weekday(book, compose, ben):
    ben.timezone = "Pacific/Auckland"
    ben.save()

    mail, text, _html = compose(book("2027-06-01T20:00"))

    assert mail.subject == "Reminder for Wednesday 2 June 2027, 06:00"
    assert "Tuesday 1 June 2027, 20:00 to 20:50" in text


def test_mail_between_like_zones_shows_one_time(book, compose, ben):
    ben.timezone = "Europe/Rome"
    ben.save()

    _mail, text, _html = compose(book("2027-06-01T10:00"))

    assert text.count("10:00 to 10:50") == 1
    assert "Rome time" in text


def test_mail_says_nothing_private_in_its_subject(book, compose):
    mail, text, html = compose(book(agenda="Debts"))

    assert "Alma" not in mail.subject
    assert "Debts" not in text + html


def test_mail_holds_strange_names_as_they_are(book, compose, alma):
    alma.name = "Alma <b>& Co\nBcc: x@example.org"
    alma.save()

    mail, text, html = compose(book())

    assert "Alma <b>& Co" in text
    assert "Alma &lt;b&gt;&amp; Co" in html
    assert mail.message()["Bcc"] is None


def test_client_who_has_not_joined_is_reminded_too(book, compose, alma):
    anna = Client.objects.create(
        practice=alma.coach.practice,
        coach=alma.coach,
        name="Anna",
        email="anna@example.org",
        timezone="Asia/Tokyo",
    )
    session = book("2027-06-01T10:00", client=anna)

    mail, text, html = compose(session)

    assert mail.to == ["anna@example.org"]
    assert "17:00 to 17:50" in text
    assert "/sessions/" not in text + html


def test_address_is_read_when_the_mail_is_sent(book, compose, ben):
    session = book()
    ben.email = "new@example.org"
    ben.save()

    assert compose(session)[0].to == ["new@example.org"]


@pytest.mark.parametrize("status", [status for status in CoachingSession.Status if status != "scheduled"])
def test_nothing_is_composed_unless_it_is_still_planned(book, status):
    session = book()
    CoachingSession.objects.update(status=status)

    assert [row.compose() for row in session.reminders.all()] == [None] * 4


def test_nothing_is_composed_for_an_earlier_time(book):
    session = book()
    CoachingSession.objects.update(schedule_version=2)

    assert [row.compose() for row in session.reminders.all()] == [None] * 4


@pytest.mark.parametrize("kind", ["upcoming", "booked"])
def test_mail_exists_once(book, kind):
    reminder = book().reminders.filter(kind=kind).first()
    reminder.pk = None
    reminder._state.adding = True

    with pytest.raises(IntegrityError, match="reminder_once_per_time_of_session"):
        reminder.save()


def test_reminders_visible_to_the_coach_only(book, dan_client, alma, ben, cora, olga):
    mine, other = book(), book(client=dan_client)

    assert set(Reminder.objects.visible_to(alma)) == set(mine.reminders.all())
    assert set(Reminder.objects.visible_to(cora)) == set(other.reminders.all())
    assert not Reminder.objects.visible_to(ben).exists()
    assert not Reminder.objects.visible_to(olga).exists()


def test_reminder_in_words(book):
    booked, *_, last = book().reminders.order_by("due_at", "recipient")

    assert (str(booked), str(last)) == ("Client, Session booked", "Coach, 2:00:00 before")


def test_only_what_is_coming_up_has_a_lead(book):
    with pytest.raises(IntegrityError, match="reminder_has_lead_if_upcoming"):
        book().reminders.filter(kind="booked").update(lead=timedelta(hours=2))


def test_moved_session_is_reminded_of_its_new_time_only(smtp_server, book, alma):
    session = book("2027-06-01T10:00")
    actions.reschedule_session(
        by=alma,
        session=session,
        local_start=session.local_start + timedelta(days=1),
        timezone=alma.timezone,
        minutes=50,
    )
    Reminder.objects.update(due_at=timezone.now())
    Reminder.objects.filter(schedule_version=1).update(state=DeliveryState.PENDING)  # the worst case

    ends = outbox.send_due()

    assert ends == {"cancelled": 4, "sent": 4}
    assert {mail["Subject"] for mail in smtp_server.taken} == {
        "Booked: Wednesday 2 June 2027, 04:00",
        "Reminder for Wednesday 2 June 2027, 04:00",
        "Reminder for Wednesday 2 June 2027, 10:00",
    }
    assert {mail["Message-ID"].split(".")[1] for mail in smtp_server.taken} == {"2@testserver>"}


def test_nothing_reminds_of_work_that_has_ended(book, ben_client):
    session = book("2027-01-12 10:00")
    ben_client.change_status("ended")

    assert [row.compose() for row in session.reminders.all()] == [None] * session.reminders.count()


def test_a_cancellation_is_told_after_the_end_of_the_work_too(book, alma, ben_client):
    session = book("2027-01-12 10:00")
    session.reminders.update(state="sent")
    ben_client.change_status("ended")

    actions.cancel_session(by=alma, session=session)

    told = session.reminders.get(kind="cancelled", recipient="client")
    assert told.compose() is not None


@pytest.mark.parametrize("who", ["alma", "ben"])
def test_somebody_who_is_switched_off_gets_no_mail(who, book, request):
    session = book("2027-01-12 10:00")
    User.objects.filter(pk=request.getfixturevalue(who).pk).update(is_active=False)
    recipient = {"alma": "coach", "ben": "client"}[who]

    mine = [row.compose() for row in session.reminders.all() if row.recipient == recipient]
    others = [row.compose() for row in session.reminders.all() if row.recipient != recipient]

    assert mine
    assert set(mine) == {None}
    assert all(others)
