"""Which mails a person wants, when and in which words."""

import threading
import time as time_module
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.db.models.functions import Now
from icalendar import Calendar

from coaching.accounts import outbox
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import MailChoices, Reminder

pytestmark = pytest.mark.django_db
PAGE = "/settings/mails/"
HOUR = timedelta(hours=1)
EVERYTHING = {"wants_upcoming": "on", "wants_booked": "on", "wants_changed": "on"}


@pytest.fixture
def choose():
    def make(user, **fields) -> MailChoices:
        return MailChoices.objects.create(user=user, **fields)

    return make


def reminders(session, recipient: str = "client") -> list[tuple]:
    """Lead in hours and when it is sent (UTC) of each reminder that waits."""
    rows = session.reminders.filter(kind="upcoming", recipient=recipient, state="pending").order_by("due_at")
    return [(row.lead / HOUR, row.due_at.astimezone(UTC).strftime("%d %H:%M")) for row in rows]


def test_leads_are_the_coachs(book, choose, alma, cora, dan_client):
    choose(alma, client_leads=[72 * HOUR, HOUR], coach_leads=[])

    session, other = book("2027-06-10T10:00"), book("2027-06-10T10:00", client=dan_client)

    assert reminders(session) == [(72, "07 08:00"), (1, "10 07:00")]
    assert reminders(session, "coach") == []
    assert [lead for lead, _due in reminders(other)] == [48, 2]


@pytest.mark.parametrize(
    ("start", "quiet", "expected"),
    [
        # Ben lives in New York, four hours behind UTC in June; 10:00 in Berlin is 04:00 there.
        ("10:00", None, [(48, "08 08:00"), (2, "10 06:00")]),
        ("10:00", ("22:00", "03:00"), [(48, "08 08:00"), (2, "10 01:45")]),
        ("10:00", ("22:00", "02:00"), [(48, "08 08:00"), (2, "10 06:00")]),  # it may be sent as they end
        ("10:00", ("02:00", "03:00"), [(48, "08 08:00"), (2, "10 05:45")]),
        ("10:00", ("22:00", "08:00"), [(48, "08 01:45"), (2, "10 01:45")]),
        ("20:00", ("22:00", "08:00"), [(48, "08 18:00"), (2, "10 16:00")]),
    ],
)
def test_quiet_hours_are_in_the_readers_zone(book, choose, ben, start, quiet, expected):
    if quiet:
        choose(ben, quiet_from=time.fromisoformat(quiet[0]), quiet_until=time.fromisoformat(quiet[1]))

    assert reminders(book(f"2027-06-10T{start}")) == expected


def test_quiet_hours_of_one_are_not_the_others(book, choose, ben):
    choose(ben, quiet_from=time(22), quiet_until=time(8))

    assert reminders(book("2027-06-10T10:00"), "coach") == [(2, "10 06:00")]


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2027-03-28T08:00", "27 20:45"),  # 22:00 of the evening before the clocks go forward: UTC+1
        ("2027-03-29T08:00", "28 19:45"),  # and of the evening after: UTC+2
        ("2027-10-31T08:00", "30 19:45"),
        ("2027-11-01T08:00", "31 20:45"),
    ],
)
def test_quiet_hours_around_a_change_of_the_clocks(book, choose, alma, local, expected):
    choose(alma, quiet_from=time(22), quiet_until=time(7))

    assert reminders(book(local), "coach") == [(2, expected)]


@pytest.mark.parametrize(
    ("now", "local", "expected"),
    [
        # Booked in the night: what would have come before the quiet hours comes when they end.
        ("2027-06-09T22:30+00:00", "2027-06-10T09:00", [(2, "10 05:30")]),
        # They end after the start: there is no moment left.
        ("2027-06-09T22:30+00:00", "2027-06-10T07:15", []),
        ("2027-06-09T19:44+00:00", "2027-06-10T09:00", [(2, "09 19:45")]),
        ("2027-06-09T19:45+00:00", "2027-06-10T09:00", [(2, "10 05:30")]),
        # Inside its own lead time nothing is sent, quiet or not.
        ("2027-06-10T05:00+00:00", "2027-06-10T07:45", []),
    ],
)
def test_booking_within_quiet_hours(book, choose, alma, now, local, expected):
    choose(alma, quiet_from=time(22), quiet_until=time(7, 30))

    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        assert reminders(book(local), "coach") == expected


def test_two_reminders_that_quiet_hours_push_together_are_one(book, choose, alma, ben):
    choose(alma, client_leads=[3 * HOUR, 2 * HOUR, HOUR])
    choose(ben, quiet_from=time(22), quiet_until=time(8))

    session = book("2027-06-10T10:00")

    assert reminders(session) == [(1, "10 01:45")]
    assert session.reminders.get(kind="upcoming", recipient="client").useful_until == session.starts_at


@pytest.mark.parametrize(
    ("field", "kinds"),
    [
        ("wants_upcoming", ["booked", "cancelled"]),
        ("wants_booked", ["cancelled", "upcoming"]),
        ("wants_changed", ["booked", "upcoming"]),
    ],
)
def test_unwanted_mails_are_not_written(book, choose, alma, ben, field, kinds):
    choose(ben, **{field: False})
    session = book("2027-06-10T10:00")
    session.reminders.filter(kind="booked").update(state=DeliveryState.SENT)

    actions.cancel_session(by=alma, session=session)

    rows = session.reminders.filter(recipient="client").values_list("kind", flat=True)
    assert sorted(set(rows)) == kinds
    assert session.reminders.filter(recipient="coach", kind="upcoming").count() == 1


@pytest.mark.parametrize("kind", ["upcoming", "booked", "cancelled"])
def test_discreet_mail_names_nobody(book, choose, alma, ben, kind):
    choose(ben, is_discreet=True)
    session = book("2027-06-10T10:00", place="in_person", place_detail="12 Mill Lane")
    if kind == "cancelled":
        session.reminders.filter(kind="booked").update(state=DeliveryState.SENT)
        actions.cancel_session(by=alma, session=session)

    mail = session.reminders.filter(kind=kind, recipient="client").first().compose()

    message = mail.message()
    assert message["From"] == "Appointments <no-reply@testserver>"
    assert message["Subject"].startswith("Appointment")
    bodies = [mail.body] + [part.content for part in mail.alternatives]
    for body in bodies:
        assert "Alma" not in body
        assert "session with" not in body
    assert "04:00 to 04:50" in mail.body
    if kind != "upcoming":
        (event,) = Calendar.from_ical(mail.alternatives[-1].content).walk("VEVENT")
        assert event["summary"] == "Appointment"
        assert event["organizer"].params["CN"] == "Appointments"


def test_discreet_is_ones_own_choice(book, choose, ben):
    choose(ben, is_discreet=True)

    mail = book("2027-06-10T10:00").reminders.get(recipient="coach").compose()

    assert mail.message()["From"] == "Trellis <no-reply@testserver>"
    assert "session with Ben" in mail.body


# --- changing one's mind ------------------------------------------------------


def test_new_leads_change_only_what_waits(book, choose, alma):
    session = book("2027-06-10T10:00")
    session.reminders.filter(lead=48 * HOUR).update(state=DeliveryState.SENT)
    tried = session.reminders.get(recipient="coach", kind="upcoming")
    Reminder.objects.filter(pk=tried.pk).update(attempts=1, server_answer="451 later")
    choose(alma, client_leads=[48 * HOUR, 24 * HOUR], coach_leads=[HOUR])

    Reminder.rewrite_for(alma)

    rows = session.reminders.filter(kind="upcoming").order_by("recipient", "-lead")
    assert [(row.recipient, row.lead / HOUR, row.state, row.attempts) for row in rows] == [
        ("client", 48, "sent", 0),
        ("client", 24, "pending", 0),
        ("coach", 2, "pending", 1),
        ("coach", 1, "pending", 0),
    ]
    assert session.reminders.filter(kind="booked").count() == 1


def test_rewriting_sends_nothing_again_under_another_rule(book, choose, ben):
    choices = choose(ben, quiet_from=time(22), quiet_until=time(8))
    session = book("2027-06-10T10:00")
    session.reminders.filter(lead=2 * HOUR).update(state=DeliveryState.SENT)
    choices.quiet_from = choices.quiet_until = None
    choices.save()

    Reminder.rewrite_for(ben)

    assert reminders(session) == [(48, "08 08:00")]


def test_rewriting_leaves_sessions_of_others_and_what_is_over(book, choose, alma, dan_client):
    mine, other = book("2027-06-10T10:00"), book("2027-06-10T10:00", client=dan_client)
    called_off = actions.cancel_session(by=alma, session=book("2027-06-11T10:00"))
    before = list(Reminder.objects.exclude(session=mine).order_by("pk").values())
    choose(alma, client_leads=[HOUR])

    Reminder.rewrite_for(alma)

    assert list(Reminder.objects.exclude(session=mine).order_by("pk").values()) == before
    assert called_off.pk != other.pk


@pytest.mark.django_db(transaction=True)
def test_rewriting_leaves_what_a_worker_is_about_to_send(book, choose, alma, smtp_server, monkeypatch):
    """The row it holds is sent and kept; it is neither deleted nor written a second time."""
    session = book("2027-06-10T10:00")
    mail = session.reminders.get(lead=48 * HOUR)
    choose(alma, client_leads=[48 * HOUR])
    holds, compose = threading.Event(), Reminder.compose

    def slow_compose(self):
        holds.set()
        time_module.sleep(1)
        return compose(self)

    def work() -> None:
        outbox.send_due()
        connection.close()

    monkeypatch.setattr(Reminder, "compose", slow_compose)
    Reminder.objects.filter(pk=mail.pk).update(due_at=Now())
    worker = threading.Thread(target=work)
    worker.start()
    assert holds.wait(10)
    # By the clock of the one who rewrites, the moment is still to come.
    with time_machine.travel(datetime.now(UTC) - HOUR):
        Reminder.rewrite_for(alma)
    worker.join(10)

    rows = session.reminders.filter(kind="upcoming", recipient="client")
    assert [(row.pk, row.state) for row in rows if row.pk == mail.pk] == [(mail.pk, "sent")]
    assert rows.filter(lead=48 * HOUR).count() == len(smtp_server.taken) == 1


@pytest.mark.parametrize("count", [3, 30])
def test_rewriting_queries(book, choose, alma, count, django_assert_num_queries):
    for number in range(count):
        book(ahead=timedelta(days=number + 3))
    choose(alma, client_leads=[HOUR])

    with django_assert_num_queries(11):  # two savepoints; sessions, numbers (2), lock, delete (4), insert
        Reminder.rewrite_for(alma)


def test_quiet_hours_begin_and_end(choose, ben):
    with pytest.raises(IntegrityError, match="quiet_hours_begin_and_end"):
        choose(ben, quiet_from=time(22))


# --- the page -----------------------------------------------------------------


def test_mail_settings_saves_and_rewrites(alma_browser, alma, book):
    session = book("2027-06-10T10:00")
    typed = {
        **EVERYTHING,
        "client_leads": ["1440", "60"],
        "coach_leads": [],
        "quiet_from": "22:00",
        "quiet_until": "07:00",
        "is_discreet": "on",
    }

    response = alma_browser.post(PAGE, typed)

    choices = MailChoices.objects.get(user=alma)
    assert response.url == PAGE
    assert (choices.client_leads, choices.coach_leads) == ([24 * HOUR, HOUR], [])
    assert (choices.quiet_from, choices.quiet_until, choices.is_discreet) == (time(22), time(7), True)
    assert reminders(session) == [(24, "09 08:00"), (1, "10 07:00")]
    assert reminders(session, "coach") == []


def test_mail_settings_shows_what_is_chosen(alma_browser, ben_browser):
    form = alma_browser.get(PAGE).context["form"]

    assert form["client_leads"].value() == [2880, 120]
    assert form["coach_leads"].value() == [120]
    html = ben_browser.get(PAGE).content.decode()
    assert "client_leads" not in html
    assert "America/New_York" in html
    assert "up to your coach" in html


def test_mail_settings_of_a_client_leave_the_leads(ben_browser, ben, book, choose):
    session = book("2027-06-10T10:00")

    ben_browser.post(
        PAGE, {**EVERYTHING, "client_leads": ["15"], "quiet_from": "22:00", "quiet_until": "08:00"}
    )

    assert MailChoices.objects.get(user=ben).client_leads == [48 * HOUR, 2 * HOUR]
    assert reminders(session) == [(48, "08 01:45"), (2, "10 01:45")]


def test_mail_settings_switches_everything_off(ben_browser, ben, book):
    session = book("2027-06-10T10:00")

    ben_browser.post(PAGE, {})

    choices = MailChoices.objects.get(user=ben)
    assert [choices.wants(kind) for kind in Reminder.Kind] == [False] * 4
    assert reminders(session) == []


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"quiet_from": "22:00"}, "quiet_until", "need both times"),
        ({"quiet_until": "22:00"}, "quiet_from", "need both times"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "quiet_until", "whole day"),
        ({"quiet_from": "late", "quiet_until": "22:00"}, "quiet_from", "valid time"),
        ({"client_leads": ["7"]}, "client_leads", "valid choice"),
    ],
)
def test_mail_settings_says_what_is_wrong(alma_browser, typed, field, words):
    response = alma_browser.post(PAGE, {**EVERYTHING, **typed})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert words in str(response.context["form"].errors)
    assert not MailChoices.objects.exists()


def test_choices_in_words(choose, ben):
    assert str(choose(ben)) == "Ben"
