import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling import actions
from coaching.scheduling.bookings import book_session, move_booking
from coaching.scheduling.models import BookingRules, CoachingSession, SessionType

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 5, 25, 8, tzinfo=UTC)
TEN = datetime(2027, 6, 1, 8, tzinfo=UTC)
"""Tuesday 1 June 2027, 10:00 in Berlin and 04:00 in New York."""
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rules(alma) -> BookingRules:
    """Alma is there on weekdays from nine to one, Berlin time, and wants two days for changes."""
    week = {weekday: [(540, 780)] for weekday in range(5)}
    terms = {"is_open": True, "notice_hours": 24, "increment": 60, "change_notice_hours": 48}
    return BookingRules.keep(alma.coach, week=week, **terms)


@pytest.fixture
def usual(alma, rules) -> SessionType:
    return SessionType.objects.create(
        coach=alma.coach, name="Usual", minutes=50, place="phone", place_detail="+49 30 1", buffer_after=10
    )


@pytest.fixture
def anna(alma) -> Client:
    user = User.objects.create_user("anna@example.org", "x", name="Anna", timezone="Europe/Berlin")
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, user=user, name="Anna", email=user.email
    )


def address(usual: SessionType, start: datetime | None = None) -> str:
    if start is None:
        return reverse("scheduling:booking_times", args=["alma", usual.pk])
    return reverse("scheduling:booking_confirm", args=["alma", usual.pk, start])


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def hours(response) -> list[str]:
    return [choice["times"][0].hours for choice in response.context["choices"]]


# --- finding the way ---


def test_client_finds_booking_on_the_first_page_and_beside_the_sessions(ben_browser, ben_client, usual):
    assert 'href="/book/alma/"' in ben_browser.get("/home/").content.decode()
    assert 'href="/book/alma/"' in ben_browser.get("/sessions/").content.decode()


@pytest.mark.parametrize("closed", ["shut", "no type", "paused"])
def test_client_is_offered_nothing_that_cannot_be_booked(ben_browser, ben_client, usual, rules, closed):
    if closed == "shut":
        BookingRules.objects.update(is_open=False)
    if closed == "no type":
        SessionType.objects.update(is_bookable=False)
    if closed == "paused":
        Client.objects.update(status="paused")

    assert "/book/" not in ben_browser.get("/home/").content.decode()
    assert "takes no bookings here" in ben_browser.get("/book/alma/").content.decode()
    for response in [
        ben_browser.get(address(usual), follow=True),
        ben_browser.post(address(usual, TEN), {"agenda": "Typed."}, follow=True),
    ]:
        assert response.redirect_chain[-1][0] == "/book/alma/"
        assert "This can no longer be booked here." in response.text
    assert CoachingSession.objects.count() == 0


def test_booking_offers_the_kinds_that_clients_may_book(ben_browser, ben_client, usual, alma, cora):
    SessionType.objects.create(coach=alma.coach, name="Mine only", is_bookable=False)
    SessionType.objects.create(coach=alma.coach, name="Old", is_active=False)
    SessionType.objects.create(coach=cora.coach, name="Cora's")

    response = ben_browser.get("/book/alma/")

    assert list(response.context["types"]) == [usual]


@pytest.mark.parametrize("who", ["dan", "cora", "olga", "finn"])
def test_booking_pages_of_another_coach_are_absent(who, request, browser_of, usual, dan_client, ben_client):
    browser = browser_of(request.getfixturevalue(who))

    assert browser.get("/book/alma/").status_code == 404
    assert browser.get(address(usual)).status_code == 404
    assert browser.get(address(usual, TEN)).status_code == 404
    assert browser.post(address(usual, TEN)).status_code == 404


def test_booking_does_not_mix_one_coachs_address_with_anothers_kind(ben_browser, ben_client, usual, cora):
    other = SessionType.objects.create(coach=cora.coach, name="Cora's")

    assert ben_browser.get(address(other)).status_code == 404
    assert ben_browser.post(address(other, TEN)).status_code == 404


def test_coach_sees_the_address_where_booking_is_set_up(alma_browser, usual):
    assert alma_browser.get("/book/alma/").url == "/sessions/availability/"
    assert "/book/alma/</strong>" in alma_browser.get("/sessions/availability/").content.decode()
    SessionType.objects.update(is_bookable=False)
    html = alma_browser.get("/sessions/availability/").content.decode()
    assert "nothing to book yet" in html
    assert "/book/alma/" not in html


# --- choosing ---


def test_booking_times_begin_with_the_first_free_day_on_the_clients_wall(ben_browser, ben_client, usual):
    """A day's notice: 09:00 on Wednesday in Berlin is too soon, 10:00 is the first; 04:00 in New York."""
    response = ben_browser.get(address(usual))

    html = response.content.decode()
    assert response.context["day"].isoformat() == "2027-05-26"
    assert hours(response) == ["04:00 to 04:50", "05:00 to 05:50", "06:00 to 06:50"]
    assert "For Alma: Wednesday, 10:00 to 10:50" in html
    assert "America/New_York" in html


def test_booking_times_name_the_coachs_day_where_it_is_another(ben_browser, ben_client, usual, alma, ben):
    """Half past midnight on Thursday in Berlin is Wednesday evening in New York."""
    BookingRules.keep(alma.coach, week={3: [(30, 90)]}, is_open=True)

    response = ben_browser.get(address(usual))

    assert response.context["day"].isoformat() == "2027-05-26"
    assert hours(response) == ["18:30 to 19:20"]
    assert "For Alma: Thursday, 00:30 to 01:20" in response.content.decode()


def test_booking_times_of_a_chosen_day_and_month(ben_browser, ben_client, usual, book, anna):
    book("2027-06-01T10:00", client=anna)

    response = ben_browser.get(address(usual), {"month": "2027-06", "day": "2027-06-01"})

    assert hours(response) == ["03:00 to 03:50", "05:00 to 05:50", "06:00 to 06:50"]
    assert (str(response.context["previous"]), str(response.context["next"])) == ("2027-05", "2027-07")


@pytest.mark.parametrize("query", [{"month": "x"}, {"month": "9999-12"}, {"month": "2027-13"}, {"day": "x"}])
def test_booking_times_with_a_strange_address(ben_browser, ben_client, usual, query):
    assert ben_browser.get(address(usual), query).context["day"].isoformat() == "2027-05-26"


def test_booking_times_where_nothing_is_free(ben_browser, ben_client, usual, alma):
    alma.coach.special_days.create(first_on="2027-06-01", last_on="2027-06-30")
    june = ben_browser.get(address(usual), {"month": "2027-06"})
    alma.coach.weekly_hours.all().delete()
    never = ben_browser.get(address(usual))

    assert (june.context["day"], never.context["day"]) == (None, None)
    assert "Look at July" in june.content.decode()
    assert "Nothing is free in this month" in never.content.decode()


def test_booking_times_begin_in_the_month_in_which_something_is_free(ben_browser, ben_client, usual, alma):
    alma.coach.special_days.create(first_on="2027-05-01", last_on="2027-06-30")

    assert ben_browser.get(address(usual)).context["day"].isoformat() == "2027-07-01"


@pytest.mark.parametrize("count", [3, 30])
def test_booking_times_queries(ben_browser, ben_client, usual, book, anna, count, django_assert_num_queries):
    for number in range(count):
        book(ahead=timedelta(days=1, hours=number), client=anna, minutes=30)

    with django_assert_num_queries(7):
        ben_browser.get(address(usual))


# --- booking ---


def test_booking_asks_then_books(ben_browser, ben_client, usual, alma):
    asked = ben_browser.get(address(usual, TEN))
    count = CoachingSession.objects.count()
    response = ben_browser.post(address(usual, TEN))

    html = asked.content.decode()
    session = CoachingSession.objects.get()
    assert (asked.status_code, count) == (200, 0)
    assert "04:00 to 04:50" in html
    assert "10:00 to 10:50" in html
    assert response.url == session.get_absolute_url()
    assert said(response) == [
        "Booked for Tuesday 1 June 2027, 04:00 to 04:50, New York time (America/New_York, UTC−4)."  # noqa: RUF001
    ]
    assert (session.client, session.coach, session.session_type) == (ben_client, alma.coach, usual)
    assert (session.starts_at, session.minutes, session.buffer_after) == (TEN, 50, 10)
    assert (str(session.timezone), session.local_start.isoformat()) == (
        "Europe/Berlin",
        "2027-06-01T10:00:00",
    )
    assert (session.place, session.place_detail, session.reminders.count()) == ("phone", "+49 30 1", 5)


@pytest.mark.parametrize(
    "start",
    [
        TEN + timedelta(minutes=30),  # not on the hour
        TEN - 3 * HOUR,  # before the coach's hours
        NOW + HOUR,  # at too short notice
        NOW - timedelta(days=7),  # over
        TEN + timedelta(days=90),  # too far ahead
        TEN + timedelta(days=4),  # Saturday
    ],
)
def test_booking_of_what_was_never_offered_is_refused(ben_browser, ben_client, usual, start):
    asked = ben_browser.get(address(usual, start))
    response = ben_browser.post(address(usual, start))

    assert (asked.status_code, response.status_code) == (409, 409)
    assert CoachingSession.objects.count() == 0


def test_booking_twice_with_one_double_click(ben_browser, ben_client, usual):
    ben_browser.post(address(usual, TEN))

    for again in [
        ben_browser.post(address(usual, TEN), follow=True),
        ben_browser.get(address(usual, TEN), follow=True),
    ]:
        assert "You have booked this time." in again.text
        assert again.redirect_chain[-1][0] == CoachingSession.objects.get().get_absolute_url()
    assert CoachingSession.objects.count() == 1


def test_what_was_typed_for_a_taken_time_is_there_for_the_next(ben_browser, ben_client, usual, book, anna):
    book("2027-06-01T10:00", client=anna)

    taken = ben_browser.post(address(usual, TEN), {"agenda": "The new job."})
    choice = taken.context["choices"][0]["address"]
    first, second = (ben_browser.get(choice).context["form"]["agenda"].value() for _time in range(2))

    assert (taken.status_code, first, second) == (409, "The new job.", "")


def test_what_was_typed_for_one_coach_is_not_shown_for_another(
    ben_browser, ben, ben_client, usual, book, anna, cora
):
    book("2027-06-01T10:00", client=anna)
    Client.objects.create(
        practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben", email="ben@example.org"
    )
    BookingRules.keep(cora.coach, week={1: [(540, 780)]}, is_open=True, days_ahead=30)
    other = SessionType.objects.create(coach=cora.coach, name="Usual", is_bookable=True)

    ben_browser.post(address(usual, TEN), {"agenda": "About Alma."})
    theirs = reverse("scheduling:booking_confirm", args=[cora.coach.slug, other.pk, TEN])
    page = ben_browser.get(theirs)

    assert page.status_code == 200
    assert page.context["form"]["agenda"].value() == ""


def test_booking_that_is_shut_meanwhile(ben_client, usual, ben):
    BookingRules.objects.update(is_open=False)

    with pytest.raises(ValidationError) as error:
        book_session(by=ben, client=ben_client, session_type=usual, starts_at=TEN)
    usual.is_bookable = False
    with pytest.raises(ValidationError) as other:
        book_session(by=ben, client=ben_client, session_type=usual, starts_at=TEN)

    assert (error.value.code, other.value.code) == ("shut", "shut")


@pytest.mark.parametrize("who", ["alma", "cora", "dan", "olga"])
def test_booking_is_for_the_client_alone(who, request, ben_client, usual, book):
    user = request.getfixturevalue(who)

    with pytest.raises(PermissionDenied):
        book_session(by=user, client=ben_client, session_type=usual, starts_at=TEN)
    with pytest.raises(PermissionDenied):
        move_booking(by=user, session=book("2027-06-02T10:00"), starts_at=TEN)


@pytest.mark.parametrize("moment", ["20271399T9999Z", "00010101T0000Z", "99991231T2359Z"])
def test_address_that_names_no_moment(moment, ben_browser, ben_client, usual):
    assert ben_browser.get(f"{address(usual)}{moment}/").status_code == 404


# --- the loser of a race ---


def test_taken_time_shows_the_free_ones_near_it(ben_browser, ben_client, usual, book, anna):
    book("2027-06-01T10:00", client=anna)

    response = ben_browser.post(address(usual, TEN))

    html = response.content.decode()
    assert response.status_code == 409
    assert "This time is not free any more" in html
    assert "Anna" not in html
    assert [choice["times"][1].start.strftime("%d %H:%M") for choice in response.context["choices"]] == [
        "31 12:00",
        "01 09:00",
        "01 11:00",
        "01 12:00",
    ]
    assert response.context["choices"][0]["address"] in html


@pytest.mark.django_db(transaction=True)
def test_race_of_two_clients_for_one_time(ben_client, anna, usual, browser_of):
    """Two real connections at once: one is booked, the other is shown what is free near it."""
    start, answers = threading.Barrier(2), []

    def work(browser: Browser) -> None:
        try:
            start.wait()
            answers.append(browser.post(address(usual, TEN)))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[browser_of(who.user)]) for who in (ben_client, anna)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    loser, winner = sorted(answers, key=lambda answer: -answer.status_code)
    assert (winner.status_code, loser.status_code) == (302, 409)
    session = CoachingSession.objects.get()
    assert winner.url == session.get_absolute_url()
    offered = [choice["times"][0].starts_at for choice in loser.context["choices"]]
    assert offered == [TEN - 22 * HOUR, TEN - HOUR, TEN + HOUR, TEN + 2 * HOUR]


@pytest.mark.django_db(transaction=True)
def test_race_of_a_client_and_their_coach_for_one_time(alma, anna, ben_client, ben, usual):
    """The coach plans without asking for the client's lock: the database decides."""
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

    def plan() -> None:
        local = TEN.astimezone(alma.timezone).replace(tzinfo=None)
        actions.schedule_session(by=alma, client=anna, local_start=local, timezone=alma.timezone, minutes=50)

    def book() -> None:
        book_session(by=ben, client=ben_client, session_type=usual, starts_at=TEN)

    threads = [threading.Thread(target=work, args=[act]) for act in (plan, book)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(results) == ["clash", "won"]
    assert CoachingSession.objects.count() == 1


# --- moving and calling off ---


def move_address(session: CoachingSession, start: datetime) -> str:
    return reverse("scheduling:session_move", args=[session.pk, start])


def test_client_moves_their_own_session(ben_browser, ben_client, rules, book):
    """It keeps its length, an odd one; its own old time is free for it."""
    session = book("2027-06-01T10:00", minutes=70, place="in_person")

    page = ben_browser.get(f"/sessions/{session.pk}/reschedule/", {"month": "2027-06", "day": "2027-06-01"})
    asked = ben_browser.get(move_address(session, TEN + HOUR))
    response = ben_browser.post(move_address(session, TEN + HOUR))

    session.refresh_from_db()
    assert (
        f"/sessions/{session.pk}/reschedule/" in ben_browser.get(session.get_absolute_url()).content.decode()
    )
    assert hours(page) == ["03:00 to 04:10", "04:00 to 05:10", "05:00 to 06:10"]
    assert asked.status_code == 200
    assert response.url == session.get_absolute_url()
    assert (session.starts_at, session.minutes, session.place) == (TEN + HOUR, 70, "in_person")
    assert (session.schedule_version, session.local_start.hour) == (2, 11)
    assert set(session.reminders.filter(schedule_version=1).values_list("state", flat=True)) == {"cancelled"}


def test_client_moves_to_a_taken_time(ben_browser, ben_client, rules, book, anna):
    book("2027-06-01T11:00", client=anna)
    session = book("2027-06-02T10:00")

    response = ben_browser.post(move_address(session, TEN + HOUR))

    session.refresh_from_db()
    assert response.status_code == 409
    assert session.schedule_version == 1
    assert move_address(session, TEN) in response.content.decode()


@pytest.mark.parametrize("version", ["1", "", "two", "2" * 5000])
def test_client_moves_what_was_moved_meanwhile(ben_browser, ben_client, rules, book, ben, version):
    session = book("2027-06-01T10:00")
    assert 'name="version" value="1"' in ben_browser.get(move_address(session, TEN + HOUR)).content.decode()
    move_booking(by=ben, session=session, starts_at=TEN + 2 * HOUR)

    response = ben_browser.post(move_address(session, TEN + HOUR), {"version": version})

    session.refresh_from_db()
    page = response.content.decode()
    assert (response.status_code, session.starts_at) == (409, TEN + 2 * HOUR)
    assert "moved while this page was open" in page
    assert "06:00 to 06:50" in page
    assert ben_browser.post(move_address(session, TEN + HOUR), {"version": "2"}).status_code == 302


@pytest.mark.parametrize("change", ["late", "shut", "called off"])
def test_client_cannot_move_any_more(ben_browser, ben_client, rules, book, ben, alma, change):
    session = book("2027-05-27T09:00" if change == "late" else "2027-06-01T10:00")
    if change == "shut":
        BookingRules.objects.update(is_open=False)
    if change == "called off":
        actions.cancel_session(by=alma, session=session)

    answers = [
        ben_browser.get(f"/sessions/{session.pk}/reschedule/"),
        ben_browser.get(move_address(session, TEN + HOUR)),
        ben_browser.post(move_address(session, TEN + HOUR)),
    ]

    session.refresh_from_db()
    assert [answer.url for answer in answers] == [session.get_absolute_url()] * 3
    assert session.schedule_version == 1
    assert "/reschedule/" not in ben_browser.get(session.get_absolute_url()).content.decode()
    with pytest.raises(ValidationError) as error:
        move_booking(by=ben, session=session, starts_at=TEN + HOUR)
    assert error.value.code == {"late": "late", "shut": "shut", "called off": "closed"}[change]


@pytest.mark.parametrize("who", ["alma", "dan", "cora", "olga"])
def test_client_pages_of_moving_are_absent_for_others(who, request, browser_of, rules, book, dan_client):
    session = book("2027-06-01T10:00")
    browser = browser_of(request.getfixturevalue(who))

    assert browser.get(move_address(session, TEN + HOUR)).status_code == 404
    assert browser.post(move_address(session, TEN + HOUR)).status_code == 404


@pytest.mark.parametrize(
    ("local", "status", "is_said"),
    [
        ("2027-05-27T09:00", "late_cancellation", True),
        ("2027-05-27T10:00", "cancelled_by_client", False),  # 48 hours ahead to the minute
        ("2027-06-01T10:00", "cancelled_by_client", False),
    ],
)
def test_client_calls_off_late_or_in_time(ben_browser, ben_client, rules, book, local, status, is_said):
    session = book(local)
    url = f"/sessions/{session.pk}/cancel/"

    html = ben_browser.get(url).content.decode()
    ben_browser.post(url)

    session.refresh_from_db()
    assert session.status == status
    assert ("noted as called off late" in html) is is_said


def test_coach_never_calls_off_late(alma_browser, rules, book):
    session = book("2027-05-25T12:00")
    url = f"/sessions/{session.pk}/cancel/"

    assert "called off late" not in alma_browser.get(url).content.decode()
    alma_browser.post(url)

    session.refresh_from_db()
    assert session.status == "cancelled_by_coach"


def test_coach_without_terms_has_no_late(ben, book):
    assert actions.cancel_session(by=ben, session=book(ahead=HOUR)).status == "cancelled_by_client"
    assert timezone.now() == NOW


# --- one person, two coaches ---


@pytest.fixture
def ben_with_cora(ben, cora) -> Client:
    BookingRules.keep(cora.coach, week={weekday: [(540, 780)] for weekday in range(5)}, is_open=True)
    SessionType.objects.create(coach=cora.coach, name="Cora's", minutes=50)
    return Client.objects.create(practice=cora.coach.practice, coach=cora.coach, user=ben, name="Ben")


def test_client_is_not_offered_a_time_at_which_they_are_with_another_coach(
    ben_browser, ben_client, usual, book, ben_with_cora
):
    book("2027-06-01T10:00", client=ben_with_cora)

    page = ben_browser.get(address(usual), {"month": "2027-06", "day": "2027-06-01"})
    response = ben_browser.post(address(usual, TEN))

    assert hours(page) == ["03:00 to 03:50", "05:00 to 05:50", "06:00 to 06:50"]
    assert response.status_code == 409
    assert CoachingSession.objects.filter(client=ben_client).count() == 0


def test_coach_is_told_nothing_of_a_session_with_another_coach(
    alma_browser, ben_client, anna, usual, book, ben_with_cora
):
    """Neither by a refusal nor by a gap in what is free near a time that is taken."""
    book("2027-06-01T11:00", client=ben_with_cora)
    book("2027-06-01T10:00", client=anna)
    typed = {"client": ben_client.pk, "date": "2027-06-01", "minutes": 50, "place": "video"}

    taken = alma_browser.post("/sessions/new/", {**typed, "time": "10:00"})
    booked = alma_browser.post("/sessions/new/", {**typed, "time": "11:00"})

    assert "Tuesday 1 June 2027, 11:00" in str(taken.context["form"].errors)
    assert booked.url == CoachingSession.objects.get(client=ben_client).get_absolute_url()


@pytest.mark.django_db(transaction=True)
def test_race_of_one_person_for_one_time_with_two_coaches(ben, ben_client, ben_with_cora, usual, cora):
    other = cora.coach.session_types.get()
    start, results = threading.Barrier(2), []

    def work(client: Client, kind: SessionType) -> None:
        try:
            start.wait()
            book_session(by=ben, client=client, session_type=kind, starts_at=TEN)
            results.append("won")
        except ValidationError as error:
            results.append(error.code)
        finally:
            connection.close()

    pairs = [(ben_client, usual), (ben_with_cora, other)]
    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    assert sorted(results) == ["clash", "won"]


def test_booking_may_say_what_it_is_about(ben_browser, ben_client, usual):
    asked = ben_browser.get(address(usual, TEN)).content.decode()
    refused = ben_browser.post(address(usual, TEN), {"agenda": "x" * 201})
    none_yet = CoachingSession.objects.count()

    ben_browser.post(address(usual, TEN), {"agenda": "The new job"})

    session = CoachingSession.objects.get()
    assert "You and Alma" in asked
    assert (refused.status_code, none_yet) == (422, 0)
    assert session.agenda == "The new job"
