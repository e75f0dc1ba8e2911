"""Sessions of several people: each has their own, the coach reads one, and nobody learns who else comes."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from icalendar import Calendar

from clients.belongings import erase
from clients.export import record_of
from clients.models import Client
from coaching.accounts.models import User
from coaching.home.roster import with_reasons
from coaching.scheduling import actions, groups, series
from coaching.scheduling.bookings import book_session, move_booking
from coaching.scheduling.models import (
    BookingRules,
    CalendarFeed,
    CoachingSession,
    MailChoices,
    Nudge,
    Reminder,
    SessionType,
)
from coaching.scheduling.nudge_mails import compose
from coaching.scheduling.nudges import without_session

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 5, 25, 8, tzinfo=UTC)
TEN = datetime(2027, 6, 1, 8, tzinfo=UTC)
"""Tuesday 1 June 2027, 10:00 in Berlin."""
HOUR = timedelta(hours=1)
Status = CoachingSession.Status


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def make_client(alma) -> Callable[..., Client]:
    def make(name: str, coach: User = alma) -> Client:
        user = User.objects.create_user(
            f"{name.lower()}@example.org", "x", name=name, timezone="Europe/Berlin"
        )
        return Client.objects.create(
            practice=coach.coach.practice, coach=coach.coach, user=user, name=name, email=user.email
        )

    return make


@pytest.fixture
def anna(make_client) -> Client:
    return make_client("Anna")


@pytest.fixture
def make_group(alma) -> Callable[..., CoachingSession]:
    def make(*clients: Client, local: str = "2027-06-01T10:00", **values) -> CoachingSession:
        return groups.schedule_group(
            by=alma,
            coach=alma.coach,
            clients=clients,
            local_start=datetime.fromisoformat(local),
            timezone=alma.timezone,
            **{"seats": 4, "minutes": 90, "name": "Tuesday circle", **values},
        )

    return make


@pytest.fixture
def group(make_group, ben_client, anna) -> CoachingSession:
    return make_group(ben_client, anna)


@pytest.fixture
def circle(alma) -> SessionType:
    """A kind of group that clients may join, with booking open."""
    BookingRules.keep(alma.coach, week={0: [(540, 780)]}, is_open=True, notice_hours=24)
    return SessionType.objects.create(coach=alma.coach, name="Circle", minutes=90, seats=2)


def own(group: CoachingSession, client: Client) -> CoachingSession:
    return group.members.get(client=client)


def mails(**which) -> list[tuple[str, str]]:
    """Kind and reader of the mails that wait."""
    rows = Reminder.objects.filter(state="pending", **which).order_by("due_at", "kind", "recipient")
    return [(row.kind, row.recipient) for row in rows]


def move(group: CoachingSession, alma: User, local: str, **values) -> CoachingSession:
    return actions.reschedule_session(
        by=alma,
        session=group,
        local_start=datetime.fromisoformat(local),
        timezone=alma.timezone,
        **{"minutes": 90, **values},
    )


# --- what it is made of ---


def test_group_is_one_row_for_the_coach_and_one_for_each_client(group, ben_client, anna, alma):
    members = list(group.members.order_by("client__name"))

    assert (group.client_id, group.name, group.seats, group.coach) == (None, "Tuesday circle", 4, alma.coach)
    assert [row.client for row in members] == [anna, ben_client]
    assert {(row.starts_at, row.minutes, row.status, row.name, row.seats) for row in members} == {
        (TEN, 90, "scheduled", "", None)
    }


def test_coach_is_reminded_once_and_each_client_of_their_own(group, ben_client, anna):
    assert mails(session=group) == [("upcoming", "coach")]
    for client in (ben_client, anna):
        assert mails(session=own(group, client)) == [
            ("booked", "client"),
            ("upcoming", "client"),
            ("upcoming", "client"),
        ]


def test_mails_of_a_group(group, ben_client):
    to_coach = group.reminders.get().compose()
    to_ben = own(group, ben_client).reminders.get(kind="booked").compose()
    reminder = own(group, ben_client).reminders.filter(kind="upcoming").first().compose()

    assert "session with Tuesday circle (2 people)" in to_coach.body
    assert "session with Alma" in to_ben.body
    assert "It is a session of several people: Tuesday circle." in to_ben.body
    for mail in (to_ben, reminder):
        assert "Anna" not in mail.message().as_string()


def test_two_sessions_of_a_coach_do_not_overlap_because_one_is_a_groups(group, book, make_client, alma):
    with pytest.raises(ValidationError) as error:
        book("2027-06-01T11:00", client=make_client("Gil"))

    assert error.value.message == (
        "You already have a session with Tuesday circle on Tuesday 1 June 2027, 10:00 to 11:30. "
        "Choose another time."
    )


def test_group_does_not_fit_over_a_session(book, make_group, anna, ben_client):
    book("2027-06-01T11:00")

    with pytest.raises(ValidationError) as error:
        make_group(anna)

    assert error.value.code == "clash"
    assert CoachingSession.objects.count() == 1


def test_group_that_nobody_is_in_holds_the_coachs_time(make_group, book):
    make_group()

    with pytest.raises(ValidationError, match="Tuesday circle"):
        book("2027-06-01T10:30")


# --- what the database holds ---


def refused() -> str:
    """What the database says when the transaction would end now."""
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return str(error.value)


def test_database_keeps_a_group_at_one_time(group, ben_client):
    with transaction.atomic():
        CoachingSession.objects.filter(pk=own(group, ben_client).pk).update(ends_at=TEN + 5 * HOUR)
        assert "session_group_holds_together" in refused()
        transaction.set_rollback(True)
    with transaction.atomic():
        CoachingSession.objects.filter(pk=group.pk).update(starts_at=TEN - HOUR)
        assert "session_group_holds_together" in refused()
        transaction.set_rollback(True)


def test_database_lets_nobody_come_to_a_group_that_is_off(group):
    with transaction.atomic():
        CoachingSession.objects.filter(pk=group.pk).update(status="completed")
        assert "session_group_holds_together" in refused()
        transaction.set_rollback(True)


def test_database_counts_the_seats(group):
    with transaction.atomic():
        CoachingSession.objects.filter(pk=group.pk).update(seats=2)
        group.members.first()
        CoachingSession.objects.filter(pk=group.pk).update(name="Full")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        group.members.update(status="cancelled_by_coach")
        CoachingSession.objects.filter(pk=group.pk).update(seats=3)
        transaction.set_rollback(True)
    with transaction.atomic():
        group.members.update(status="scheduled")
        CoachingSession.objects.bulk_create(
            CoachingSession(
                group=group,
                client=client,
                coach=group.coach,
                starts_at=group.starts_at,
                ends_at=group.ends_at,
                timezone="UTC",
                local_start=group.local_start,
            )
            for client in [
                Client.objects.create(
                    practice=group.coach.practice,
                    coach=group.coach,
                    name=str(number),
                    email=f"{number}@e.org",
                )
                for number in range(3)
            ]
        )
        assert "session_group_has_seats" in refused()
        transaction.set_rollback(True)


@pytest.mark.parametrize("fields", [{"client": None}, {"seats": 3}, {"client": None, "seats": 1}])
def test_database_wants_a_client_or_seats(book, fields):
    session = book("2027-06-01T10:00")

    with pytest.raises(IntegrityError, match="session_has_a_client_or_seats"):
        CoachingSession.objects.filter(pk=session.pk).update(**fields)


# --- adding, moving, leaving ---


def test_more_people_than_seats_are_refused_and_nobody_is_added(group, make_client, alma):
    with pytest.raises(ValidationError) as error:
        groups.add_people(by=alma, group=group, clients=[make_client(name) for name in ("Gil", "Hal", "Ida")])

    assert (error.value.code, group.members.count()) == ("seats", 2)


def test_same_person_does_not_come_twice(group, anna, alma):
    with pytest.raises(ValidationError) as error:
        groups.add_people(by=alma, group=group, clients=[anna])

    assert (error.value.code, group.members.count()) == ("clash", 2)


def test_who_left_can_be_added_again(group, anna, alma):
    actions.cancel_session(by=anna.user, session=own(group, anna))
    groups.add_people(by=alma, group=group, clients=[anna])

    assert sorted(group.members.filter(client=anna).values_list("status", flat=True)) == [
        "cancelled_by_client",
        "scheduled",
    ]


@pytest.mark.parametrize("who", ["cora", "ben", "olga"])
def test_adding_is_for_the_coach_of_both(who, request, group, make_client, alma, cora):
    with pytest.raises(PermissionDenied):
        groups.add_people(by=request.getfixturevalue(who), group=group, clients=[make_client("Gil")])
    with pytest.raises(PermissionDenied):
        groups.add_people(by=alma, group=group, clients=[make_client("Hal", coach=cora)])
    with pytest.raises(PermissionDenied):
        groups.schedule_group(
            by=request.getfixturevalue(who),
            coach=alma.coach,
            clients=[],
            seats=3,
            local_start=datetime(2027, 6, 2, 10),  # noqa: DTZ001 - a wall time
            timezone=alma.timezone,
            minutes=60,
        )


def test_group_moves_as_one(group, ben_client, anna, alma, make_client):
    actions.cancel_session(by=anna.user, session=own(group, anna))
    Reminder.objects.filter(kind="booked").update(state="sent")

    move(group, alma, "2027-06-01T11:00", agenda="Rest")

    group.refresh_from_db()
    bens, annas = own(group, ben_client), own(group, anna)
    assert (group.starts_at, group.schedule_version) == (TEN + HOUR, 2)
    assert (bens.starts_at, bens.ends_at, bens.schedule_version, bens.agenda) == (
        group.starts_at,
        group.ends_at,
        2,
        "Rest",
    )
    assert (annas.starts_at, annas.schedule_version) == (TEN, 1)
    assert mails(session=bens) == [("changed", "client"), ("upcoming", "client"), ("upcoming", "client")]
    assert mails(session=annas) == [("cancelled", "coach")]
    assert mails(session=group) == [("upcoming", "coach")]


def test_one_person_of_a_group_is_not_moved(group, ben_client, ben, alma, circle):
    bens = own(group, ben_client)

    with pytest.raises(ValidationError) as coachs:
        move(bens, alma, "2027-06-02T10:00")
    with pytest.raises(ValidationError) as clients:
        move_booking(by=ben, session=bens, starts_at=TEN + HOUR)

    assert (coachs.value.code, clients.value.code, bens.can_be_moved_by_client) == ("group", "group", False)


def test_fewer_seats_than_people_are_refused(make_group, ben_client, anna, make_client, alma):
    group = make_group(ben_client, anna, make_client("Gil"))

    with pytest.raises(ValidationError) as error:
        move(group, alma, "2027-06-01T10:00", seats=2)

    assert error.value.code == "seats"


def test_client_leaves_and_the_coach_is_told_without_an_entry_for_the_calendar(group, anna, alma):
    actions.cancel_session(by=anna.user, session=own(group, anna))

    annas = own(group, anna)
    told = annas.reminders.get(recipient="coach").compose()
    group.refresh_from_db()
    assert (annas.status, group.status) == ("cancelled_by_client", "scheduled")
    assert "session with Anna is called off" in told.body
    assert [part.mimetype for part in told.alternatives] == ["text/html"]
    assert told.attachments == []


def test_calling_the_group_off_calls_off_each(group, alma, ben_client, anna):
    Reminder.objects.filter(kind="booked").update(state="sent")

    actions.cancel_session(by=alma, session=group)

    assert set(group.members.values_list("status", flat=True)) == {"cancelled_by_coach"}
    assert mails() == [("cancelled", "client")] * 2


# --- who came ---


def test_attendance_is_each_persons_own(group, ben_client, anna, alma, make_client):
    gil = make_client("Gil")
    groups.add_people(by=alma, group=group, clients=[gil])
    actions.cancel_session(by=gil.user, session=own(group, gil))
    with time_machine.travel(TEN + HOUR):
        came = {own(group, ben_client).pk: "completed", own(group, anna).pk: "no_show"}
        groups.note_attendance(by=alma, group=group, came=came)

    group.refresh_from_db()
    assert [own(group, client).status for client in (ben_client, anna, gil)] == [
        "completed",
        "no_show",
        "cancelled_by_client",
    ]
    assert group.status == "completed"


def test_attendance_can_be_put_right_and_a_group_without_anybody_was_not_held(group, alma):
    rows = list(group.members.all())
    with time_machine.travel(TEN + HOUR):
        groups.note_attendance(by=alma, group=group, came={row.pk: "completed" for row in rows})
        groups.note_attendance(by=alma, group=group, came={row.pk: "late_cancellation" for row in rows})

    group.refresh_from_db()
    assert (group.status, {row.status for row in group.members.all()}) == ("no_show", {"late_cancellation"})


def test_attendance_is_refused(group, alma, cora, ben_client):
    came = {row.pk: "completed" for row in group.members.all()}
    codes = []
    with pytest.raises(ValidationError) as error:
        groups.note_attendance(by=alma, group=group, came=came)
    codes.append(error.value.code)
    with time_machine.travel(TEN + HOUR):
        with pytest.raises(PermissionDenied):
            groups.note_attendance(by=cora, group=group, came=came)
        with pytest.raises(ValidationError) as error:
            groups.note_attendance(by=alma, group=group, came={own(group, ben_client).pk: "completed"})
        codes.append(error.value.code)
        with pytest.raises(ValidationError) as error:
            groups.note_attendance(by=alma, group=group, came=dict.fromkeys(came, "scheduled"))
        codes.append(error.value.code)
        with pytest.raises(ValidationError) as error:
            own(group, ben_client).complete(by=alma)
        codes.append(error.value.code)
        actions.cancel_session(by=alma, session=group)
        with pytest.raises(ValidationError) as error:
            groups.note_attendance(by=alma, group=group, came=came)
        codes.append(error.value.code)

    assert codes == ["early", "missing", "missing", "group", "closed"]


# --- series ---


def test_series_of_groups(alma, ben_client, anna):
    planned = series.schedule_series(
        plan=groups.schedule_group,
        by=alma,
        coach=alma.coach,
        clients=[ben_client, anna],
        seats=3,
        local_start=datetime(2027, 6, 1, 10),  # noqa: DTZ001 - a wall time
        timezone=alma.timezone,
        minutes=60,
        repeat="weekly",
        times=3,
    )

    moved = series.reschedule_following(
        by=alma,
        session=planned[1],
        local_start=datetime(2027, 6, 9, 10),  # noqa: DTZ001 - a wall time
        timezone=alma.timezone,
        minutes=60,
    )
    count = series.cancel_following(by=alma, session=max(moved, key=lambda row: row.starts_at))

    rows = CoachingSession.objects.filter(client=ben_client).order_by("starts_at")
    assert [(row.starts_at.day, row.status, row.series_id) for row in rows] == [
        (1, "scheduled", None),
        (9, "scheduled", None),
        (16, "cancelled_by_coach", None),
    ]
    assert count == 1


# --- who sees what ---


def test_client_sees_their_own_session_and_nobody_else(group, ben_browser, ben_client):
    pages = [
        ben_browser.get(path).content.decode()
        for path in (
            "/home/",
            "/sessions/",
            "/sessions/week/?day=2027-06-01",
            "/sessions/month/?month=2027-06",
            own(group, ben_client).get_absolute_url(),
            f"/sessions/{own(group, ben_client).pk}/cancel/",
            f"/sessions/{own(group, ben_client).pk}/session.ics",
        )
    ]

    for page in pages:
        assert "Anna" not in page
        assert str(group.pk) not in page
    assert "Several people meet: Tuesday circle." in pages[4]


def test_pages_of_the_group_and_of_others_in_it_are_absent_for_a_client(group, ben_browser, anna):
    annas = own(group, anna)

    for path in (
        group.get_absolute_url(),
        f"/sessions/{group.pk}/session.ics",
        f"/sessions/{group.pk}/cancel/",
        f"/sessions/{group.pk}/reschedule/",
        f"/sessions/{group.pk}/people/",
        f"/sessions/{group.pk}/attendance/",
        annas.get_absolute_url(),
    ):
        assert ben_browser.get(path).status_code == 404


@pytest.mark.parametrize("who", ["cora", "olga", "esra", "dan", "gita"])
def test_group_of_another_coach_is_absent(group, who, request, browser_of):
    browser = browser_of(request.getfixturevalue(who))

    assert browser.get(group.get_absolute_url()).status_code == 404
    assert browser.get(f"/sessions/{group.pk}/session.ics").status_code == 404


def test_coach_reads_one_entry_with_the_number_of_people(group, alma_browser, anna):
    actions.cancel_session(by=anna.user, session=own(group, anna))

    for path in ("/home/", "/sessions/", "/sessions/week/?day=2027-06-01", "/sessions/month/?month=2027-06"):
        html = alma_browser.get(path).content.decode()
        assert html.count(group.get_absolute_url() + '"') == 1
        assert "1 person" in html
        for member in group.members.all():
            assert member.get_absolute_url() not in html


def test_feeds_have_one_entry_each(group, alma, ben, ben_client, client):
    for user, session in ((alma, group), (ben, own(group, ben_client))):
        token = CalendarFeed.open_for(user)
        CalendarFeed.objects.filter(user=user).update(shows_names=True)
        content = client.get(f"/calendar/{token}.ics").content
        (event,) = Calendar.from_ical(content).walk("VEVENT")
        assert event["uid"] == f"{session.pk}@testserver"
        assert event["summary"] == ("Session with Tuesday circle" if user == alma else "Session with Alma")
        assert b"Anna" not in content


def test_session_file_of_a_person_in_a_group_is_the_groups_for_the_coach(group, alma_browser, ben_client):
    response = alma_browser.get(f"/sessions/{own(group, ben_client).pk}/session.ics")

    assert response.url == f"/sessions/{group.pk}/session.ics"


def test_export_of_one_person_names_no_other(group, ben_client, anna):
    actions.cancel_session(by=anna.user, session=own(group, anna))
    record = record_of(ben_client)

    words = str(record)
    assert "Anna" not in words
    assert str(own(group, anna).pk) not in words
    assert str(own(group, ben_client).pk) in words


def test_erasing_one_person_leaves_the_group(group, ben_client, anna):
    erase(ben_client)

    group.refresh_from_db()
    assert group.status == "scheduled"
    assert [row.client for row in group.members.all()] == [anna]


# --- pages of the coach ---


def test_group_create_plans_a_group(alma_browser, ben_client, anna, circle):
    page = alma_browser.get("/sessions/groups/new/")
    response = alma_browser.post(
        "/sessions/groups/new/",
        {
            "name": "Tuesday circle",
            "clients": [ben_client.pk, anna.pk],
            "date": "2027-06-01",
            "time": "10:00",
            "session_type": circle.pk,
            "place": "in_person",
        },
    )

    group = CoachingSession.objects.groups().get()
    assert page.status_code == 200
    assert response.url == group.get_absolute_url()
    assert (group.name, group.seats, group.minutes, group.place, group.members.count()) == (
        "Tuesday circle",
        2,
        90,
        "in_person",
        2,
    )


def test_group_create_repeats(alma_browser, ben_client):
    alma_browser.post(
        "/sessions/groups/new/",
        {
            "clients": [ben_client.pk],
            "seats": 3,
            "date": "2027-06-01",
            "time": "10:00",
            "minutes": 60,
            "place": "video",
            "repeat": "weekly",
            "how_many": 3,
        },
    )

    assert CoachingSession.objects.groups().count() == 3
    assert CoachingSession.objects.filter(client=ben_client).count() == 3


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"seats": 1}, "seats"),
        ({"seats": 2}, "seats"),
        ({"time": "12:00"}, "time"),
        ({"clients": ["x"]}, "clients"),
    ],
)
def test_group_create_says_what_does_not_fit(
    alma_browser, ben_client, anna, make_client, book, fields, field
):
    book("2027-06-01T12:30")
    values = {
        "clients": [ben_client.pk, anna.pk, make_client("Gil").pk],
        "seats": 4,
        "date": "2027-06-01",
        "time": "09:00",
        "minutes": 60,
        "place": "video",
    }

    response = alma_browser.post("/sessions/groups/new/", {**values, **fields})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert CoachingSession.objects.groups().count() == 0


def test_group_create_offers_own_active_clients_and_kinds_for_groups(
    alma_browser, ben_client, anna, dan_client, circle, alma
):
    SessionType.objects.create(coach=alma.coach, name="Single")
    Client.objects.filter(pk=anna.pk).update(status="ended")

    form = alma_browser.get("/sessions/groups/new/").context["form"]
    single = alma_browser.get("/sessions/new/").context["form"]

    assert list(form.fields["clients"].queryset) == [ben_client]
    assert [str(row) for row in form.fields["session_type"].queryset] == ["Circle"]
    assert [str(row) for row in single.fields["session_type"].queryset] == ["Single"]


def test_group_page_lists_its_people(alma_browser, group, ben_client, anna):
    actions.cancel_session(by=anna.user, session=own(group, anna))

    response = alma_browser.get(group.get_absolute_url())

    html = response.content.decode()
    assert [row.client for row in response.context["people"]] == [anna, ben_client]
    assert response.context["places_left"] == 3
    assert own(group, ben_client).get_absolute_url() in html
    assert "Take Ben out" in html
    assert "Take Anna out" not in html


def test_page_of_one_person_leads_to_the_group(alma_browser, group, ben_client):
    bens = own(group, ben_client)

    html = alma_browser.get(bens.get_absolute_url()).content.decode()

    assert "Part of the group: Tuesday circle" in html
    assert "/reschedule/" not in html
    assert alma_browser.get(f"/sessions/{bens.pk}/reschedule/").url == f"/sessions/{group.pk}/reschedule/"


def test_group_reschedule_changes_it_for_all(alma_browser, group, ben_client):
    page = alma_browser.get(f"/sessions/{group.pk}/reschedule/")
    response = alma_browser.post(
        f"/sessions/{group.pk}/reschedule/",
        {
            "name": "Circle two",
            "seats": 5,
            "date": "2027-06-02",
            "time": "10:00",
            "minutes": 90,
            "place": "video",
        },
    )

    group.refresh_from_db()
    assert page.context["form"]["seats"].value() == 4
    assert response.url == group.get_absolute_url()
    assert (group.name, group.seats, group.starts_at.day) == ("Circle two", 5, 2)
    assert own(group, ben_client).starts_at.day == 2


def test_group_cancel_asks_then_calls_all_off(alma_browser, group):
    asked = alma_browser.get(f"/sessions/{group.pk}/cancel/")
    alma_browser.post(f"/sessions/{group.pk}/cancel/")

    assert "Everybody who comes gets a mail" in asked.content.decode()
    assert set(group.members.values_list("status", flat=True)) == {"cancelled_by_coach"}


def test_group_people_adds_some(alma_browser, group, make_client, ben_client):
    gil = make_client("Gil")
    page = alma_browser.get(f"/sessions/{group.pk}/people/")
    nobody = alma_browser.post(f"/sessions/{group.pk}/people/")
    response = alma_browser.post(f"/sessions/{group.pk}/people/", {"clients": [gil.pk]})

    assert list(page.context["form"].fields["clients"].queryset) == [gil]
    assert nobody.status_code == 422
    assert response.url == group.get_absolute_url()
    assert own(group, gil).is_scheduled


def test_group_people_says_that_there_is_no_room(alma_browser, group, make_client):
    chosen = [make_client(name).pk for name in ("Gil", "Hal", "Ida")]

    response = alma_browser.post(f"/sessions/{group.pk}/people/", {"clients": chosen})

    assert response.status_code == 422
    assert "seats for 4 people only" in response.content.decode()


def test_group_people_of_one_that_is_off(alma_browser, group, alma):
    actions.cancel_session(by=alma, session=group)

    assert alma_browser.get(f"/sessions/{group.pk}/people/").url == group.get_absolute_url()


def test_group_attendance_notes_all_at_once(alma_browser, group, ben_client, anna):
    bens, annas = own(group, ben_client), own(group, anna)
    early = alma_browser.get(f"/sessions/{group.pk}/attendance/")
    with time_machine.travel(TEN + HOUR):
        page = alma_browser.get(f"/sessions/{group.pk}/attendance/")
        half = alma_browser.post(f"/sessions/{group.pk}/attendance/", {f"came-{bens.pk}": "completed"})
        response = alma_browser.post(
            f"/sessions/{group.pk}/attendance/",
            {f"came-{bens.pk}": "completed", f"came-{annas.pk}": "no_show"},
        )
        html = alma_browser.get(group.get_absolute_url()).content.decode()

    assert early.url == response.url == group.get_absolute_url()
    assert (page.status_code, half.status_code) == (200, 422)
    assert (own(group, ben_client).status, own(group, anna).status) == ("completed", "no_show")
    assert "Did not come" in html


@pytest.mark.parametrize("count", [3, 30])
def test_group_pages_queries(alma_browser, make_group, make_client, count, django_assert_num_queries):
    group = make_group(*[make_client(f"P{number:02}") for number in range(count)], seats=40)

    with django_assert_num_queries(5):
        alma_browser.get(group.get_absolute_url())


@pytest.mark.parametrize("count", [3, 30])
def test_session_list_with_groups_queries(
    alma_browser, make_group, ben_client, anna, count, django_assert_num_queries
):
    for number in range(count):
        day = (datetime(2027, 6, 1) + timedelta(days=number)).date()  # noqa: DTZ001
        make_group(ben_client, anna, local=f"{day}T10:00")

    with django_assert_num_queries(5):
        alma_browser.get("/sessions/")


# --- clients who join by themselves ---


def address(circle: SessionType, start: datetime | None = None) -> str:
    moment = f"{start:%Y%m%dT%H%MZ}/" if start else ""
    return f"/book/alma/{circle.pk}/{moment}"


def test_joining_a_group(ben_browser, ben_client, make_group, circle, anna):
    group = make_group(anna, session_type=circle, seats=2)
    places = ben_browser.get(address(circle))
    asked = ben_browser.get(address(circle, TEN))
    response = ben_browser.post(address(circle, TEN))

    bens = own(group, ben_client)
    assert "1 place left" in places.content.decode()
    assert "90 minutes" in asked.content.decode()
    for page in (places, asked):
        assert "Anna" not in page.content.decode()
    assert response.url == bens.get_absolute_url()
    assert mails(session=bens) == [
        ("booked", "client"),
        ("booked", "coach"),
        ("upcoming", "client"),
        ("upcoming", "client"),
    ]


def test_groups_that_cannot_be_joined_are_not_offered(
    ben_browser, ben_client, make_group, circle, anna, alma
):
    make_group(anna, ben_client, local="2027-06-01T10:00", session_type=circle, seats=3)  # already in it
    make_group(anna, local="2027-06-02T10:00", seats=3)  # of no kind that is offered
    make_group(local="2027-05-25T16:00", session_type=circle, seats=3)  # too soon
    off = make_group(local="2027-06-03T10:00", session_type=circle, seats=3)
    actions.cancel_session(by=alma, session=off)
    make_group(local="2027-09-03T10:00", session_type=circle, seats=3)  # too far
    fits = make_group(local="2027-06-04T10:00", session_type=circle, seats=3)

    choices = ben_browser.get(address(circle)).context["choices"]

    assert [choice["group"] for choice in choices] == [fits]
    assert "You have booked this time." in ben_browser.post(address(circle, TEN), follow=True).text
    assert ben_browser.post(address(circle, TEN + 24 * HOUR)).status_code == 409


def test_no_group_to_join(ben_browser, ben_client, circle):
    assert "No group to join at the moment" in ben_browser.get(address(circle)).content.decode()


def test_group_is_not_offered_while_the_client_is_with_another_coach(
    ben_browser, ben_client, ben, cora, make_group, circle, book
):
    other = Client.objects.create(practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben")
    make_group(session_type=circle, seats=3)
    book("2027-06-01T11:00", client=other)

    assert ben_browser.get(address(circle)).context["choices"] == []
    assert ben_browser.post(address(circle, TEN)).status_code == 409


def test_full_group_shows_the_others_with_a_place(
    ben_browser, ben_client, make_group, circle, anna, make_client
):
    make_group(anna, make_client("Gil"), session_type=circle, seats=2)
    make_group(anna, local="2027-06-03T10:00", session_type=circle, seats=2)

    response = ben_browser.post(address(circle, TEN))

    assert response.status_code == 409
    assert [choice["times"][-1].starts_at for choice in response.context["choices"]] == [TEN + 48 * HOUR]


@pytest.mark.django_db(transaction=True)
def test_race_for_the_last_seats(make_group, circle, make_client, browser_of):
    """Eight at once for three seats: three sit, five are told politely."""
    group = make_group(session_type=circle, seats=3)
    people = [make_client(f"P{number}") for number in range(8)]
    start, answers = threading.Barrier(8), []

    def work(browser: Browser) -> None:
        try:
            start.wait()
            answers.append(browser.post(address(circle, TEN)).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[browser_of(person.user)]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(answers) == [302] * 3 + [409] * 5
    assert group.members.filter(status="scheduled").count() == 3


@pytest.mark.django_db(transaction=True)
def test_race_of_a_joiner_and_the_coach_for_the_last_seat(
    make_group, circle, anna, ben, ben_client, alma, make_client
):
    group = make_group(make_client("Gil"), session_type=circle, seats=2)
    start, results = threading.Barrier(2), []

    def work(act) -> None:
        try:
            start.wait()
            act()
            results.append("won")
        except ValidationError as error:
            results.append(error.code)
        finally:
            connection.close()

    def add() -> None:
        groups.add_people(by=alma, group=group, clients=[anna])

    def join() -> None:
        book_session(by=ben, client=ben_client, session_type=circle, starts_at=TEN)

    threads = [threading.Thread(target=work, args=[act]) for act in (add, join)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(results) in (["clash", "won"], ["seats", "won"])
    assert group.members.filter(status="scheduled").count() == 2


# --- the two hours a year that do not fit, and the pages that meet a group ---

GAP, TWICE = "2028-03-26T02:30", "2027-10-31T02:30"


@pytest.mark.parametrize("page", ["create", "group_create", "reschedule", "series", "group_reschedule"])
def test_every_form_answers_a_time_the_clocks_skip_or_show_twice(page, alma_browser, book, group, ben_client):
    own = {
        "create": ("/sessions/new/", {"client": ben_client.pk}),
        "group_create": ("/sessions/groups/new/", {"clients": [ben_client.pk], "seats": "4"}),
        "series": ("/sessions/new/", {"client": ben_client.pk, "repeat": "weekly", "how_many": "3"}),
        "group_reschedule": (f"{group.get_absolute_url()}reschedule/", {"seats": "4"}),
    }
    if page == "reschedule":
        own[page] = (f"{book('2027-06-09T10:00').get_absolute_url()}reschedule/", {})
    url, values = own[page]
    before = list(CoachingSession.objects.order_by("pk").values_list("pk", "starts_at"))

    errors = {}
    for local in (GAP, TWICE):
        day, hour = local.split("T")
        typed = {"date": day, "time": hour, "minutes": "50", "place": "video", **values}
        response = alma_browser.post(url, typed)
        assert response.status_code == 422
        errors[local] = response.context["form"].errors
        html = response.content.decode()

    assert "Sunday 26 March 2028, 01:45 and Sunday 26 March 2028, 03:00" in str(errors[GAP]["time"])
    assert list(errors[TWICE]) == ["which"]
    assert "The first, before the clocks go back (UTC+2)" in html
    assert list(CoachingSession.objects.order_by("pk").values_list("pk", "starts_at")) == before


@pytest.mark.parametrize("who", ["alma", "ben"])
def test_pages_with_a_group_among_the_rows(who, request, browser_of, group, ben_client):
    browser = browser_of(request.getfixturevalue(who))
    pages = [
        "/home/", "/sessions/", "/sessions/week/", "/sessions/month/", "/settings/calendar/",
        "/settings/mails/", own(group, ben_client).get_absolute_url(),
    ]  # fmt: skip
    if who == "alma":
        shows = [f"/sessions/mails/?show={show}" for show in ("done", "waiting", "look", "off", "nudges")]
        pages += [*shows, "/clients/", ben_client.get_absolute_url(), group.get_absolute_url()]

    assert {page: browser.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_member_of_a_group_counts_as_booked(group, alma, ben_client, anna, make_client):
    free = make_client("Free")

    rows = with_reasons(Client.objects.coached_by(alma))

    assert set(rows.filter(is_unbooked=True)) == {free}
    assert set(without_session()) == {free}


def test_week_of_coach_and_client_with_a_group(group, alma, ben, anna):
    MailChoices.objects.create(user=ben, wants_own_week=True)
    monday = date(2027, 5, 31)
    mails = {}
    for user, kind in ((alma, Nudge.Kind.COACH_WEEK), (ben, Nudge.Kind.OWN_WEEK)):
        nudge = Nudge(user=user, kind=kind, day=monday, due_at=NOW, useful_until=NOW + 9 * HOUR)
        mails[user.name] = compose(nudge).body

    assert mails["Alma"].count("Tuesday circle") == 1
    assert "Tuesday 1 June 2027, 04:00 to 05:30" in mails["Ben"]
    assert "Anna" not in mails["Ben"]
