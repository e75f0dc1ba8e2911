import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from clients.models import Client
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.models import CoachingSession, Reminder

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def states(session: CoachingSession) -> list[tuple]:
    """Who is reminded how long before, for which version, and what became of it."""
    rows = session.reminders.filter(kind="upcoming").order_by("schedule_version", "due_at", "recipient")
    return [(row.schedule_version, row.recipient, row.lead / HOUR, row.state) for row in rows]


@pytest.fixture
def anna(alma) -> Client:
    """Another client of Alma's, who has not joined yet."""
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )


def test_schedule_writes_wall_time_zone_and_moment(book):
    session = book("2027-06-01T10:00", place="phone", place_detail="+49 30 1", agenda="First steps")

    session.refresh_from_db()
    assert session.starts_at == datetime(2027, 6, 1, 8, tzinfo=UTC)
    assert session.ends_at == datetime(2027, 6, 1, 8, 50, tzinfo=UTC)
    assert (session.local_start, session.timezone) == (wall("2027-06-01T10:00"), BERLIN)
    assert (session.status, session.schedule_version, session.minutes) == ("scheduled", 1, 50)
    assert session.has_moved_on_the_wall is False


def test_schedule_writes_the_reminders_with_it(book):
    session = book()

    assert states(session) == [
        (1, "client", 48, "pending"),
        (1, "client", 2, "pending"),
        (1, "coach", 2, "pending"),
    ]
    first, second, coachs = session.reminders.filter(kind="upcoming").order_by("due_at", "recipient")
    assert first.due_at == session.starts_at - 48 * HOUR
    assert first.useful_until == second.due_at
    assert second.useful_until == coachs.useful_until == session.starts_at


def test_reminder_whose_moment_has_passed_is_not_written(book):
    session = book(ahead=5 * HOUR)

    assert states(session) == [(1, "client", 2, "pending"), (1, "coach", 2, "pending")]
    assert states(book(ahead=1 * HOUR)) == []


@pytest.mark.parametrize(
    ("local", "instant", "two_days_before"),
    [
        # Berlin's clocks go forward on 28 March 2027: 48 hours before is 09:00 on its wall.
        ("2027-03-29T10:00", "2027-03-29T08:00+00:00", "2027-03-27T08:00+00:00"),
        ("2027-11-01T10:00", "2027-11-01T09:00+00:00", "2027-10-30T09:00+00:00"),
    ],
)
def test_reminders_across_a_change_of_the_clocks(book, local, instant, two_days_before):
    session = book(local)

    assert session.starts_at == datetime.fromisoformat(instant)
    first = session.reminders.filter(kind="upcoming").earliest("due_at")
    assert first.due_at == datetime.fromisoformat(two_days_before)


def test_nothing_is_written_when_the_transaction_fails(book):
    with transaction.atomic():
        book()
        transaction.set_rollback(True)

    assert (CoachingSession.objects.count(), Reminder.objects.count()) == (0, 0)


@pytest.mark.parametrize("now", ["2027-03-28T00:30+00:00", "2027-10-31T00:30+00:00"])
def test_past_is_refused(book, now):
    with time_machine.travel(datetime.fromisoformat(now), tick=False):
        here = timezone.now().astimezone(BERLIN)

        with pytest.raises(ValidationError) as error:
            book((here - timedelta(minutes=1)).replace(tzinfo=None).isoformat())

    assert error.value.code == "past"
    assert error.value.messages == ["This time has passed. Choose one that is still to come."]


def test_gap_is_refused_with_the_two_nearest_times(book):
    with pytest.raises(ValidationError) as error:
        book("2027-03-28T02:30")

    assert error.value.code == "gap"
    assert error.value.messages[0] == (
        "The clocks go forward that night and jump over this time. The nearest times are "
        "Sunday 28 March 2027, 01:45 and Sunday 28 March 2027, 03:00."
    )


def test_time_that_comes_twice_asks_which(book):
    with pytest.raises(ValidationError) as error:
        book("2027-10-31T02:30", which=None)

    assert error.value.code == "twice"
    assert book("2027-10-31T02:30", which=1).starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_overlap_names_the_clash(book, anna):
    book("2027-06-01T10:00")

    with pytest.raises(ValidationError) as error:
        book("2027-06-01T10:49", client=anna)

    assert error.value.code == "clash"
    assert error.value.messages == [
        "You already have a session with Ben on Tuesday 1 June 2027, 10:00 to 10:50. Choose another time."
    ]
    assert CoachingSession.objects.count() == 1


def test_sessions_may_touch(book, anna):
    book("2027-06-01T10:00")
    book("2027-06-01T10:50", client=anna)
    book("2027-06-01T09:10", client=anna)

    assert CoachingSession.objects.count() == 3


def test_time_of_a_session_called_off_is_free_again(book, alma, anna):
    actions.cancel_session(by=alma, session=book("2027-06-01T10:00"))

    assert book("2027-06-01T10:00", client=anna).is_scheduled


def test_client_of_two_coaches_is_booked_once(book, alma, cora, ben_client):
    """After a client has gone to another coach, their old session still takes their time, unnamed."""
    book("2027-06-01T10:00")
    Client.objects.filter(pk=ben_client.pk).update(coach=cora.coach)
    ben_client.refresh_from_db()

    with pytest.raises(ValidationError) as error:
        book("2027-06-01T10:00", client=ben_client)

    assert error.value.messages == [
        "You already have a session with Ben on Tuesday 1 June 2027, 10:00 to 10:50. Choose another time."
    ]


def test_clash_names_nobody_to_somebody_else(book, alma, cora, ben_client, anna):
    book("2027-06-01T10:00", client=anna)
    Client.objects.filter(pk=anna.pk).update(coach=cora.coach)

    with pytest.raises(ValidationError) as error:
        book("2027-06-01T10:00")

    assert error.value.messages == ["This time is already taken. Choose another one."]


def test_other_faults_of_the_database_are_not_called_a_clash(book):
    with pytest.raises(IntegrityError), transaction.atomic():
        book(minutes=0)


@pytest.mark.parametrize("who", ["ben", "cora", "esra", "olga", "finn"])
def test_only_the_clients_coach_plans_and_moves(who, request, book, ben_client):
    session = book()
    user = request.getfixturevalue(who)
    values = {"by": user, "local_start": wall("2027-06-02T10:00"), "timezone": BERLIN, "minutes": 50}

    with pytest.raises(PermissionDenied):
        actions.schedule_session(client=ben_client, **values)
    with pytest.raises(PermissionDenied):
        actions.reschedule_session(session=session, **values)


def move(session: CoachingSession, local: str, **values) -> CoachingSession:
    return actions.reschedule_session(
        by=session.coach.user,
        session=session,
        local_start=wall(local),
        timezone=BERLIN,
        **{"minutes": 50, **values},
    )


def test_reschedule_moves_the_reminders(book):
    session = move(book("2027-06-01T10:00"), "2027-06-02T11:00", place="phone")

    session.refresh_from_db()
    assert session.starts_at == datetime(2027, 6, 2, 9, tzinfo=UTC)
    assert (session.schedule_version, session.place) == (2, "phone")
    assert states(session) == [
        (1, "client", 48, "cancelled"),
        (1, "client", 2, "cancelled"),
        (1, "coach", 2, "cancelled"),
        (2, "client", 48, "pending"),
        (2, "client", 2, "pending"),
        (2, "coach", 2, "pending"),
    ]


def test_reschedule_leaves_what_was_sent(book):
    session = book("2027-06-01T10:00")
    session.reminders.filter(lead=48 * HOUR).update(state=DeliveryState.SENT)

    move(session, "2027-06-02T11:00")

    assert states(session)[0] == (1, "client", 48, "sent")


def test_reschedule_to_the_same_time_sends_nothing_again(book):
    session = book("2027-06-01T10:00", agenda="Old")
    session.reminders.update(state=DeliveryState.SENT)

    session = move(session, "2027-06-01T10:00", agenda="New")

    assert (session.schedule_version, session.agenda) == (1, "New")
    assert {row[3] for row in states(session)} == {"sent"}


def test_reschedule_into_ones_own_time(book):
    assert move(book("2027-06-01T10:00"), "2027-06-01T10:15").schedule_version == 2


def test_reschedule_onto_another_changes_nothing(book, anna):
    book("2027-06-01T10:00", client=anna)
    session = book("2027-06-02T10:00")

    with pytest.raises(ValidationError, match="session with Anna"):
        move(session, "2027-06-01T10:00")

    session.refresh_from_db()
    assert (session.schedule_version, session.local_start) == (1, wall("2027-06-02T10:00"))
    assert {row[3] for row in states(session)} == {"pending"}


def test_cancel_by_coach_calls_the_reminders_off(book, alma):
    session = actions.cancel_session(by=alma, session=book())

    assert (session.status, session.cancelled_by) == ("cancelled_by_coach", alma)
    assert session.cancelled_at is not None
    assert {row[3] for row in states(session)} == {"cancelled"}


def test_cancel_by_client(book, ben):
    assert actions.cancel_session(by=ben, session=book()).status == "cancelled_by_client"


def test_cancel_by_client_after_the_start(make_past, ben, alma):
    session = make_past(timedelta(minutes=10))

    with pytest.raises(PermissionDenied):
        actions.cancel_session(by=ben, session=session)
    assert actions.cancel_session(by=alma, session=session).status == "cancelled_by_coach"


@pytest.mark.parametrize("who", ["cora", "dan", "olga"])
def test_cancel_by_nobody_else(who, request, book):
    with pytest.raises(PermissionDenied):
        actions.cancel_session(by=request.getfixturevalue(who), session=book())


def test_what_is_over_stays_as_it_is(book, alma):
    session = actions.cancel_session(by=alma, session=book())

    for change in (
        lambda: actions.cancel_session(by=alma, session=session),
        lambda: move(session, "2027-06-01T10:00"),
    ):
        with pytest.raises(ValidationError) as error:
            change()
        assert error.value.code == "closed"


def test_complete(make_past, book, alma):
    session = make_past()

    session.complete(by=alma)

    session.refresh_from_db()
    assert session.status == "completed"
    for note in (book().complete, book(ahead=timedelta(days=8)).miss):
        with pytest.raises(ValidationError) as refused:
            note(by=alma)
        assert refused.value.code == "closed"


def test_record_a_session_held_without_a_plan(alma, ben_client):
    values = {"by": alma, "client": ben_client, "timezone": BERLIN, "minutes": 60}

    session = actions.record_session(local_start=wall("2025-10-26T02:30"), **values)

    assert (session.status, session.reminders.count()) == ("completed", 0)
    with pytest.raises(ValidationError, match="still to come"):
        actions.record_session(local_start=wall("2027-06-01T10:00"), **values)


def test_change_of_the_zones_rules_is_noticed(book):
    session = book("2027-06-01T10:00")

    session.local_start = wall("2027-06-01T11:00")

    assert session.has_moved_on_the_wall is True


def test_history_is_kept(book):
    session = move(book("2027-06-01T10:00"), "2027-06-02T11:00")

    events = CoachingSession.pgh_event_models["update"].objects.filter(pgh_obj_id=session.pk)
    assert list(events.values_list("schedule_version", "local_start").order_by("pgh_id")) == [
        (1, wall("2027-06-01T10:00")),
        (2, wall("2027-06-02T11:00")),
    ]


@pytest.mark.django_db(transaction=True)
def test_race_for_one_time_has_one_winner(alma, ben_client):
    clients = [ben_client] + [
        Client.objects.create(
            practice=alma.coach.practice, coach=alma.coach, name=f"C{number}", email=f"c{number}@example.org"
        )
        for number in range(4)
    ]
    start, results = threading.Barrier(len(clients)), []

    def work(client: Client) -> None:
        try:
            start.wait()
            actions.schedule_session(
                by=alma,
                client=client,
                local_start=wall("2027-06-01T10:00"),
                timezone=BERLIN,
                minutes=50,
            )
            results.append("won")
        except ValidationError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(results) == ["clash"] * 4 + ["won"]
    winner = CoachingSession.objects.get()
    assert Reminder.objects.filter(session=winner).count() == Reminder.objects.count() == 4


def test_wall_time_has_no_zone(book):
    session = book()
    session.local_start = session.starts_at

    with pytest.raises(ValueError, match="no zone of its own"):
        session.save()


def test_session_in_words(book):
    assert str(book("2027-06-01T10:00")) == "2027-06-01 08:00 UTC"


def test_complete_reads_the_row_again(alma, make_past):
    stale = make_past()
    actions.cancel_session(by=alma, session=CoachingSession.objects.get(pk=stale.pk))

    with pytest.raises(ValidationError) as refused:
        stale.complete(by=alma)

    assert refused.value.code == "closed"
