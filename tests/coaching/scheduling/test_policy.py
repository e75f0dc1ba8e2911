"""What the owner of a practice sets for the bookings of all its coaches, and what a coach may add."""

from datetime import timedelta

import pytest

from coaching.scheduling import actions
from coaching.scheduling.models import BookingPolicy, BookingRules, CoachingSession, SessionType

pytestmark = pytest.mark.django_db
PAGE = "/practice/booking/"
HOURS = "/sessions/availability/"


@pytest.fixture
def policy(practice) -> BookingPolicy:
    return BookingPolicy.objects.create(
        practice=practice, change_notice_hours=48, words="Late: half the fee. Ask us if that is hard."
    )


@pytest.fixture
def rules(alma) -> BookingRules:
    SessionType.objects.create(coach=alma.coach, name="Talk", minutes=50)
    week = {day: [(0, 1440)] for day in range(7)}
    return BookingRules.keep(alma.coach, week=week, is_open=True, change_notice_hours=24)


def fresh(session: CoachingSession) -> CoachingSession:
    return CoachingSession.objects.with_people().get(pk=session.pk)


def test_owner_sets_it_for_their_own_practice(olga_browser, practice, other_practice):
    typed = {
        "allows_booking": "on",
        "change_notice_hours": "36",
        "notes_late": "on",
        "words": "Half the fee.",
    }

    assert PAGE in olga_browser.get("/practice/").content.decode()
    assert olga_browser.post(PAGE, typed).status_code == 302

    policy = BookingPolicy.objects.get()
    assert (policy.practice, policy.change_notice_hours, policy.allows_stricter) == (practice, 36, False)
    assert 'value="36"' in olga_browser.get(PAGE).content.decode()


@pytest.mark.parametrize("hours", ["", "-1", "1441", "soon"])
def test_what_is_wrong_is_said_and_nothing_is_lost(olga_browser, policy, hours):
    response = olga_browser.post(PAGE, {"change_notice_hours": hours, "words": "New words"})

    assert response.status_code == 422
    assert "New words" in response.content.decode()
    policy.refresh_from_db()
    assert policy.words.startswith("Late")


@pytest.mark.parametrize("who", ["alma", "esra", "ben"])
def test_others_do_not_set_it(who, request, browser_of, policy):
    assert (
        browser_of(request.getfixturevalue(who)).post(PAGE, {"change_notice_hours": "1"}).status_code == 403
    )
    policy.refresh_from_db()
    assert policy.change_notice_hours == 48


@pytest.mark.parametrize(
    ("own", "stricter", "hours"), [(24, True, 48), (72, True, 72), (72, False, 48), (24, False, 48)]
)
def test_the_longer_notice_counts_unless_the_practices_is_for_all(policy, rules, own, stricter, hours, alma):
    BookingPolicy.objects.update(allows_stricter=stricter)
    BookingRules.objects.update(change_notice_hours=own)
    alma.coach.practice.refresh_from_db()

    assert BookingRules.objects.get().hours_to_change == hours


def test_the_policy_of_another_practice_counts_nothing(rules, other_practice, book):
    BookingPolicy.objects.create(practice=other_practice, allows_booking=False, change_notice_hours=999)

    assert fresh(book(ahead=timedelta(hours=30))).can_be_moved_by_client


def test_client_moves_within_the_practices_notice_only(policy, rules, book, ben_browser):
    near, far = book(ahead=timedelta(hours=47)), book(ahead=timedelta(hours=60))

    assert (fresh(near).can_be_moved_by_client, fresh(far).can_be_moved_by_client) == (False, True)
    asked = ben_browser.get(f"/sessions/{near.pk}/cancel/").content.decode()
    assert "noted as called off late" in asked
    assert "Late: half the fee." in asked


@pytest.mark.parametrize(("notes", "status"), [(True, "late_cancellation"), (False, "cancelled_by_client")])
def test_late_is_noted_only_where_the_practice_wants_it(policy, rules, book, ben, notes, status):
    BookingPolicy.objects.update(notes_late=notes)

    assert actions.cancel_session(by=ben, session=book(ahead=timedelta(hours=2))).status == status


def test_practice_without_booking_by_clients(policy, rules, book, ben_browser, alma_browser):
    BookingPolicy.objects.update(allows_booking=False)

    assert "takes no bookings here" in ben_browser.get("/book/alma/").content.decode()
    assert "/book/alma/" not in ben_browser.get("/home/").content.decode()
    assert not fresh(book()).can_be_moved_by_client
    hours = alma_browser.get(HOURS)
    assert "is_open" not in hours.context["form"].fields
    assert "In your practice clients do not book by themselves." in hours.content.decode()


def test_coach_may_be_stricter_but_not_laxer(policy, rules, alma_browser):
    typed = {
        "is_open": "on",
        "notice_hours": "24",
        "days_ahead": "60",
        "increment": "30",
        "change_notice_hours": "24",
    }

    refused = alma_browser.post(HOURS, typed)
    accepted = alma_browser.post(HOURS, {**typed, "change_notice_hours": "72"})

    assert "Your practice asks for 48 hours." in refused.content.decode()
    assert (refused.status_code, accepted.status_code) == (422, 302)
    assert BookingRules.objects.get().change_notice_hours == 72


def test_coach_keeps_their_other_terms_where_the_notice_is_for_all(policy, rules, alma_browser):
    BookingPolicy.objects.update(allows_stricter=False)
    typed = {"is_open": "on", "notice_hours": "12", "days_ahead": "30", "increment": "30"}

    assert alma_browser.post(HOURS, typed).status_code == 302

    saved = BookingRules.objects.get()
    assert (saved.notice_hours, saved.change_notice_hours, saved.hours_to_change) == (12, 24, 48)


def test_terms_are_said_in_words_where_clients_book(policy, rules, ben_browser, ben_client):
    assert "Late: half the fee." in ben_browser.get("/book/alma/").content.decode()
    kind = SessionType.objects.get()
    times = ben_browser.get(f"/book/alma/{kind.pk}/")
    words = ben_browser.get(times.context["choices"][0]["address"]).content.decode()
    assert "You can move it until 48 hours before it begins." in words
    assert "Late: half the fee." in words
