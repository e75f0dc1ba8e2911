import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clients.models import Client
from coaching.scheduling import actions
from coaching.scheduling.models import BookingRules, CoachingSession, SessionType
from tests.at_once import meanwhile

pytestmark = pytest.mark.django_db
NEW = "/sessions/new/"


@pytest.fixture
def anna(alma) -> Client:
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, name="Anna", email="anna@example.org"
    )


@pytest.fixture
def first_talk(alma) -> SessionType:
    return SessionType.objects.create(
        coach=alma.coach,
        name="First talk",
        minutes=90,
        place="phone",
        place_detail="+49 30 1",
        buffer_before=10,
        buffer_after=20,
    )


@pytest.fixture
def answers(ben_client, first_talk) -> dict[str, str]:
    return {
        "client": str(ben_client.pk),
        "date": "2027-06-01",
        "time": "10:00",
        "session_type": str(first_talk.pk),
        "minutes": "",
        "place": "",
    }


TYPED = {
    "name": "Usual",
    "minutes": "45",
    "place": "video",
    "place_detail": "",
    "buffer_before": "0",
    "buffer_after": "15",
    "is_bookable": "on",
}


# --- what is kept free ---


def test_session_keeps_the_buffers_its_type_had(book, first_talk):
    session = book("2027-06-01T10:00", session_type=first_talk)
    SessionType.objects.update(buffer_before=0, buffer_after=0)

    session.refresh_from_db()

    assert (session.buffer_before, session.buffer_after) == (10, 20)
    assert session.busy_from.isoformat() == "2027-06-01T07:50:00+00:00"
    assert session.busy_until.isoformat() == "2027-06-01T09:10:00+00:00"


@pytest.mark.parametrize(
    ("local", "is_free"),
    [
        ("2027-06-01T11:09", False),
        ("2027-06-01T11:10", True),
        ("2027-06-01T09:01", False),
        ("2027-06-01T09:00", True),
    ],
)
def test_nothing_is_planned_in_what_the_coach_keeps_free(book, first_talk, anna, local, is_free):
    book("2027-06-01T10:00", session_type=first_talk)

    if is_free:
        assert book(local, client=anna)
        return
    with pytest.raises(ValidationError) as error:
        book(local, client=anna)
    assert error.value.messages == [
        "You already have a session with Ben on Tuesday 1 June 2027, 10:00 to 10:50. Choose another time."
    ]


def test_database_refuses_a_session_in_what_is_kept_free(book, first_talk, anna):
    first = book("2027-06-01T10:00", session_type=first_talk)
    later = book("2027-06-02T10:00", client=anna)

    with pytest.raises(IntegrityError, match="per_coach"), transaction.atomic():
        CoachingSession.objects.filter(pk=later.pk).update(
            starts_at=first.ends_at, ends_at=first.ends_at + first.length
        )


def test_a_clients_time_has_no_buffers(book, first_talk, ben_client, cora):
    """Ben has moved on to Cora: what Alma keeps free around his old session is not his."""
    book("2027-06-01T10:00", session_type=first_talk)
    Client.objects.filter(pk=ben_client.pk).update(coach=cora.coach)
    ben_client.refresh_from_db()

    assert book("2027-06-01T10:50", client=ben_client)


def test_move_keeps_the_buffers_and_another_type_brings_its_own(book, first_talk, alma):
    session = book("2027-06-01T10:00", session_type=first_talk)
    values = {"by": alma, "session": session, "timezone": alma.timezone, "minutes": 50}

    moved = actions.reschedule_session(local_start=session.local_start.replace(day=2), **values)
    buffers = (moved.buffer_before, moved.buffer_after)
    freed = actions.reschedule_session(local_start=session.local_start, session_type=None, **values)

    assert buffers == (10, 20)
    assert (freed.session_type, freed.buffer_before, freed.buffer_after) == (None, 0, 0)


# --- planning with a type ---


def test_session_create_follows_the_kind(alma_browser, answers, first_talk):
    response = alma_browser.post(NEW, answers)

    session = CoachingSession.objects.get()
    assert response.status_code == 302
    assert (session.session_type, session.minutes, session.place) == (first_talk, 90, "phone")
    assert (session.place_detail, session.buffer_before, session.buffer_after) == ("+49 30 1", 10, 20)
    html = alma_browser.get(session.get_absolute_url()).content.decode()
    assert "First talk" in html
    assert "You keep 10 minutes free before it and 20 after it." in html


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (10, 0, "You keep 10 minutes free before it."),
        (0, 5, "You keep 5 minutes free after it."),
        (0, 0, None),
    ],
)
def test_session_says_what_is_kept_free_around_it(alma_browser, book, before, after, words):
    session = book()
    CoachingSession.objects.filter(pk=session.pk).update(buffer_before=before, buffer_after=after)

    html = alma_browser.get(session.get_absolute_url()).content.decode()

    assert words in html if words else "You keep" not in html


def test_session_create_is_free_in_length_and_place(alma_browser, answers):
    alma_browser.post(
        NEW, {**answers, "minutes": "30", "place": "video", "place_detail": "https://x.example"}
    )

    session = CoachingSession.objects.get()
    assert (session.minutes, session.place, session.place_detail) == (30, "video", "https://x.example")


def test_session_create_without_a_kind_needs_length_and_place(alma_browser, answers):
    response = alma_browser.post(NEW, {**answers, "session_type": ""})

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"minutes", "place"}


def test_session_create_offers_ones_own_kinds_in_use(alma_browser, cora, alma, ben_client, first_talk):
    SessionType.objects.create(coach=cora.coach, name="Cora's")
    old = SessionType.objects.create(coach=alma.coach, name="Old", is_active=False)

    form = alma_browser.get(NEW).context["form"]
    refused = alma_browser.post(NEW, {"session_type": str(old.pk)})

    assert list(form.fields["session_type"].queryset) == [first_talk]
    assert "session_type" in refused.context["form"].errors


def test_session_reschedule_keeps_a_kind_no_longer_in_use(alma_browser, book, first_talk):
    session = book("2027-06-01T10:00", session_type=first_talk)
    SessionType.objects.update(is_active=False)

    html = alma_browser.get(f"/sessions/{session.pk}/reschedule/").content.decode()

    assert f'<option value="{first_talk.pk}" selected>First talk</option>' in html
    assert 'name="minutes" value="50"' in html


def test_session_create_on_a_taken_time_names_the_free_ones_near_it(
    alma_browser, answers, book, anna, first_talk
):
    """Anna is there from 10:00 to 10:50; a first talk takes ten minutes before, 90, and twenty after."""
    book("2027-06-01T10:00", client=anna)

    response = alma_browser.post(NEW, answers)
    alma_browser.post(NEW, {**answers, "time": "11:00"})

    assert response.status_code == 422
    assert response.context["form"].errors["time"] == [
        "You already have a session with Anna on Tuesday 1 June 2027, 10:00 to 10:50. Choose another time.",
        (
            "Free near it: Tuesday 1 June 2027, 08:00; Tuesday 1 June 2027, 11:00; "
            "Tuesday 1 June 2027, 11:30; Tuesday 1 June 2027, 12:00."
        ),
    ]
    assert CoachingSession.objects.count() == 2


def test_session_create_names_free_times_within_the_coachs_hours(alma_browser, alma, answers, book, anna):
    week = {weekday: [(570, 720)] for weekday in range(5)}
    BookingRules.keep(alma.coach, week=week)
    book("2027-06-01T10:00", client=anna)

    errors = alma_browser.post(NEW, answers).context["form"].errors["time"]

    # On the 1st nothing is left in the hours; a first talk fits into the mornings around it.
    assert errors[1] == (
        "Free near it: Monday 31 May 2027, 10:00; Monday 31 May 2027, 10:30; "
        "Wednesday 2 June 2027, 09:30; Wednesday 2 June 2027, 10:00."
    )


# --- the pages of types ---


def test_type_create_and_list(alma_browser, cora_browser):
    response = alma_browser.post("/sessions/types/new/", TYPED)

    session_type = SessionType.objects.get()
    assert response.url == "/sessions/types/"
    assert (session_type.name, session_type.minutes, session_type.buffer_after) == ("Usual", 45, 15)
    assert (session_type.is_active, session_type.is_bookable) == (True, True)
    assert "Change this kind of session" in alma_browser.get(session_type.get_absolute_url()).content.decode()
    assert "Add a kind of session" in alma_browser.get("/sessions/types/new/").content.decode()
    html = alma_browser.get("/sessions/types/").content.decode()
    assert "15 minutes free after" in html
    assert "Usual" not in cora_browser.get("/sessions/types/").content.decode()


def test_type_list_is_found_from_the_sessions(alma_browser, ben_browser):
    assert "/sessions/types/" in alma_browser.get("/sessions/").content.decode()
    assert "/sessions/types/" not in ben_browser.get("/sessions/").content.decode()
    assert "What kinds of session do you hold?" in alma_browser.get("/sessions/types/").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "first TALK"}, "name"),
        ({"minutes": "4"}, "minutes"),
        ({"minutes": "481"}, "minutes"),
        ({"minutes": "47"}, "minutes"),
        ({"buffer_after": "241"}, "buffer_after"),
        ({"buffer_before": "-1"}, "buffer_before"),
        ({"place": "moon"}, "place"),
    ],
)
def test_type_create_says_what_is_wrong(alma_browser, first_talk, change, field):
    response = alma_browser.post("/sessions/types/new/", {**TYPED, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert SessionType.objects.count() == 1


def test_type_edit(alma_browser, first_talk):
    response = alma_browser.post(first_talk.get_absolute_url(), {**TYPED, "name": "Longer talk"})

    first_talk.refresh_from_db()
    assert response.status_code == 302
    assert (first_talk.name, first_talk.is_active) == ("Longer talk", False)
    assert "Not in use" in alma_browser.get("/sessions/types/").content.decode()


@pytest.mark.parametrize("who", ["cora", "ben", "olga"])
def test_type_edit_by_others(who, request, browser_of, first_talk, ben_client):
    browser = browser_of(request.getfixturevalue(who))

    assert browser.post(first_talk.get_absolute_url(), TYPED).status_code == 404


@pytest.mark.parametrize("count", [3, 30])
def test_type_list_queries(alma_browser, alma, count, django_assert_num_queries):
    for number in range(count):
        SessionType.objects.create(coach=alma.coach, name=f"Kind {number}")

    with django_assert_num_queries(3):
        alma_browser.get("/sessions/types/")


@pytest.mark.parametrize(
    ("first", "second"), [("K", "\N{KELVIN SIGN}"), ("\u00df", "\u1e9e"), ("Usual", "USUAL")]
)
def test_a_name_that_differs_in_rare_letters_only_is_said_to_be_there(alma_browser, first, second):
    alma_browser.post("/sessions/types/new/", {**TYPED, "name": first})

    response = alma_browser.post("/sessions/types/new/", {**TYPED, "name": second})

    assert response.status_code == 422
    assert "You already have a kind of session with this name." in response.text


@pytest.mark.parametrize("name", ["\u200b", "\x07"])
def test_a_name_that_nobody_can_read_is_refused(alma_browser, name):
    assert alma_browser.post("/sessions/types/new/", {**TYPED, "name": name}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_same_kind_sent_twice_in_the_same_moment_is_kept_once(alma_browser, browser_of, alma):
    other = browser_of(alma)

    second = meanwhile(
        lambda: alma_browser.post("/sessions/types/new/", TYPED),
        lambda: other.post("/sessions/types/new/", TYPED),
    )

    assert second.status_code == 422
    assert "You already have a kind of session with this name." in second.text
    assert SessionType.objects.count() == 1


@pytest.mark.parametrize("minutes", ["9" * 310, "52"])
def test_a_length_that_cannot_be_is_refused(alma_browser, minutes):
    assert alma_browser.post("/sessions/types/new/", {**TYPED, "minutes": minutes}).status_code == 422


def test_a_kind_that_another_window_changed_is_shown_before_it_is_replaced(alma_browser, first_talk):
    page = f"/sessions/types/{first_talk.pk}/"
    mark = alma_browser.get(page).context["form"]["seen"].value()
    mine = {**TYPED, "name": "First talk", "is_active": "on", "seen": mark}
    alma_browser.post(page, {**mine, "name": "Welcome"})

    answer = alma_browser.post(page, mine)

    first_talk.refresh_from_db()
    assert answer.status_code == 409
    assert "It says “Welcome” now." in answer.text
    assert first_talk.name == "Welcome"
