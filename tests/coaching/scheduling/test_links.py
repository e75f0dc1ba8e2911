"""Links in mails: what they open, for whom, how often; and everything they must not do."""

import json
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling import actions
from coaching.scheduling.bookings import book_instead, book_session
from coaching.scheduling.links import Act, MailLink, acts_for, token_for
from coaching.scheduling.models import BookingRules, CoachingSession, Replacement, SessionType

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 5, 25, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
FREE = datetime(2027, 6, 1, 9, tzinfo=UTC)
"""Tuesday 1 June 2027, 11:00 in Berlin and 05:00 in New York."""


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def rules(alma) -> BookingRules:
    week = {weekday: [(540, 780)] for weekday in range(5)}
    terms = {"is_open": True, "notice_hours": 24, "increment": 60, "change_notice_hours": 48}
    return BookingRules.keep(alma.coach, week=week, **terms)


@pytest.fixture
def usual(alma, rules) -> SessionType:
    return SessionType.objects.create(coach=alma.coach, name="Grief talk", minutes=50, place="phone")


@pytest.fixture
def session(book, rules, alma) -> CoachingSession:
    alma.coach.refresh_from_db()
    return book("2027-06-01T10:00")


@pytest.fixture
def off(session, usual, alma) -> CoachingSession:
    return actions.cancel_session(by=alma, session=session)


def wall(local: str) -> datetime:
    return datetime.fromisoformat(local)


def page(act: Act, session: CoachingSession) -> str:
    return reverse("scheduling:mail_link", args=[token_for(act, session)])


def time_page(act: Act, session: CoachingSession, start: datetime = FREE) -> str:
    return reverse("scheduling:mail_link_time", args=[token_for(act, session), start])


def text(response) -> str:
    return response.content.decode()


def is_dead(response) -> bool:
    return response.status_code == 404 and "This link no longer works" in text(response)


# --- calling off ---


def test_calling_off_asks_first_and_then_does_it_once(client, session, alma):
    asked = client.get(page(Act.CANCEL, session))
    session.refresh_from_db()
    status_before = session.status

    done = client.post(page(Act.CANCEL, session))

    session.refresh_from_db()
    assert "Tuesday 1 June 2027, 04:00 to 04:50" in text(asked)
    assert status_before == "scheduled"
    assert (done.status_code, session.status) == (200, "cancelled_by_client")
    assert session.cancelled_by == session.client.user
    assert [row.kind for row in session.reminders.filter(recipient="coach", state="pending")] == ["cancelled"]
    assert is_dead(client.post(page(Act.CANCEL, session)))
    assert is_dead(client.get(page(Act.CANCEL, session)))


def test_late_calling_off_is_said_and_noted(client, session):
    with time_machine.travel(session.starts_at - timedelta(hours=47)):
        asked = client.get(page(Act.CANCEL, session))
        client.post(page(Act.CANCEL, session))

    session.refresh_from_db()
    assert "noted as called off late" in text(asked)
    assert session.status == "late_cancellation"


def test_somebody_who_has_not_joined_may_act_too(client, session, usual):
    Client.objects.update(user=None, email="ben@home.example", timezone="Asia/Tokyo")
    session = CoachingSession.objects.get()

    asked = client.get(page(Act.CANCEL, session))
    moved = client.post(time_page(Act.MOVE, session))
    session.refresh_from_db()
    client.post(page(Act.CANCEL, session))
    session.refresh_from_db()
    booked = client.post(time_page(Act.BOOK, session))

    assert "17:00 to 17:50" in text(asked)
    assert (moved.status_code, booked.status_code) == (200, 200)
    assert (session.status, session.cancelled_by) == ("cancelled_by_client", None)
    assert session.replacement.session.starts_at == FREE


def test_the_coach_sees_who_called_it_off_without_an_account(alma_browser, client, session):
    Client.objects.update(user=None)
    client.post(page(Act.CANCEL, CoachingSession.objects.get()))

    assert "Called off by Ben on" in text(alma_browser.get(session.get_absolute_url()))


# --- moving and booking ---


def test_moving_offers_what_is_free_and_works_once(client, session):
    times = client.get(page(Act.MOVE, session), {"month": "2027-06", "day": "2027-06-01"})
    asked = client.get(time_page(Act.MOVE, session))

    done = client.post(time_page(Act.MOVE, session))

    old = token_for(Act.MOVE, session)
    session.refresh_from_db()
    assert [choice["times"][0].hours for choice in times.context["choices"]] == [
        "03:00 to 03:50", "04:00 to 04:50", "05:00 to 05:50", "06:00 to 06:50",
    ]  # fmt: skip
    assert "05:00 to 05:50" in text(asked)
    assert "It is moved" in text(done)
    assert (session.starts_at, session.schedule_version) == (FREE, 2)
    assert is_dead(client.post(reverse("scheduling:mail_link_time", args=[old, FREE - HOUR])))
    assert MailLink.read(token_for(Act.MOVE, session)) is not None


@pytest.mark.parametrize("why", ["late", "closed", "ended"])
def test_moving_keeps_to_the_terms(client, session, rules, why):
    at = session.starts_at - timedelta(hours=47) if why == "late" else NOW
    if why == "closed":
        BookingRules.objects.update(is_open=False)
    if why == "ended":
        Client.objects.update(status="ended")

    with time_machine.travel(at):
        shown = client.get(page(Act.MOVE, session))
        sent = client.post(time_page(Act.MOVE, session, session.starts_at + timedelta(days=2)))

    session.refresh_from_db()
    assert "This cannot be done here now" in text(shown)
    assert "This cannot be done here now" in text(sent)
    assert session.schedule_version == 1


def test_a_time_that_was_taken_leads_to_others(client, session, dan, alma):
    other = Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, user=dan, name="Dan", email=dan.email
    )
    actions.schedule_session(
        by=alma, client=other, local_start=wall("2027-06-01T11:00"), timezone=alma.timezone, minutes=50
    )

    response = client.post(time_page(Act.MOVE, session))

    session.refresh_from_db()
    assert response.status_code == 409
    assert [choice["times"][0].hours for choice in response.context["choices"]] == [
        "03:00 to 03:50", "04:00 to 04:50", "06:00 to 06:50", "03:00 to 03:50",
    ]  # fmt: skip
    assert session.schedule_version == 1


def test_booking_in_place_of_one_that_is_off_works_once(client, off, usual):
    asked = client.get(time_page(Act.BOOK, off))

    done = client.post(time_page(Act.BOOK, off))

    booked = CoachingSession.objects.get(status="scheduled")
    assert "Book this time?" in text(asked)
    assert "It is booked" in text(done)
    assert (booked.starts_at, booked.session_type) == (FREE, usual)
    assert off.replacement.session == booked
    assert is_dead(client.post(time_page(Act.BOOK, off, FREE + HOUR)))
    assert is_dead(client.get(page(Act.BOOK, off)))
    assert CoachingSession.objects.count() == 2


def test_booking_takes_the_same_kind_or_the_nearest_in_length(client, off, usual, alma):
    SessionType.objects.create(coach=alma.coach, name="Long", minutes=120)
    nearest = client.get(page(Act.BOOK, off)).context["offer"].session_type
    CoachingSession.objects.update(session_type=SessionType.objects.get(name="Long"))
    same = client.get(page(Act.BOOK, off)).context["offer"].session_type

    assert (nearest.name, same.name) == ("Grief talk", "Long")


@pytest.mark.parametrize("why", ["closed", "no kind", "paused"])
def test_booking_keeps_to_the_terms(client, off, why):
    if why == "closed":
        BookingRules.objects.update(is_open=False)
    if why == "no kind":
        SessionType.objects.update(is_bookable=False)
    if why == "paused":
        Client.objects.update(status="paused")

    assert "This cannot be done here now" in text(client.get(page(Act.BOOK, off)))
    assert "This cannot be done here now" in text(client.post(time_page(Act.BOOK, off)))
    assert CoachingSession.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_booking_link_pressed_ten_times_at_once_books_once(off, usual):
    address, statuses = time_page(Act.BOOK, off), []

    def press() -> None:
        statuses.append(Browser().post(address).status_code)
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses.count(200) == 1
    assert set(statuses) <= {200, 404, 409}
    assert CoachingSession.objects.filter(status="scheduled").count() == 1


def test_two_uses_for_two_times_are_stopped_by_the_database(off, usual, ben):
    book_instead(by=ben, earlier=off, session_type=usual, starts_at=FREE)

    with pytest.raises(Exception, match="This link has been used") as caught:
        book_instead(by=ben, earlier=off, session_type=usual, starts_at=FREE + HOUR)

    assert caught.value.code == "used"
    assert CoachingSession.objects.filter(status="scheduled").count() == 1
    assert Replacement.objects.count() == 1


# --- attacks ---


def test_a_token_opens_only_its_own_act_and_session(client, session, book):
    other = book("2027-06-03T10:00")
    mine, theirs = token_for(Act.CANCEL, session).split("."), token_for(Act.CANCEL, other).split(".")
    move = token_for(Act.MOVE, session).split(".")
    forged = [
        [mine[0], theirs[1], *mine[2:]],  # another session under my signature
        [*mine[:2], "2", *mine[3:]],  # another version
        [move[0], *mine[1:]],  # another act
        [*mine[:3], "0" * 16, mine[4]],  # another address
        [*mine[:4], mine[4][:-2]],
        [*mine[:4], ""],
        mine[:4],
    ]

    for parts in forged:
        address = reverse("scheduling:mail_link", args=[".".join(parts)])
        assert is_dead(client.get(address))
        assert is_dead(client.post(address))
    assert set(CoachingSession.objects.values_list("status", "schedule_version")) == {("scheduled", 1)}


@pytest.mark.parametrize(
    "token",
    ["x", "...", "off.x.1.y.z", "off..1..", "a" * 4000, "off.AAAAAAAAAAAAAAAAAAAAAA.1.0.0", "é.ü", "\x00"],
)
def test_nonsense_is_a_dead_link(client, token, db):
    assert is_dead(client.get(reverse("scheduling:mail_link", args=[token])))
    assert is_dead(client.post(reverse("scheduling:mail_link_time", args=[token, FREE])))


def test_what_is_signed_for_something_else_opens_nothing(client, session):
    value = token_for(Act.CANCEL, session).rpartition(".")[0]

    for signer in (signing.Signer(sep="."), signing.Signer(key="guessed", salt="trellis.mail-link", sep=".")):
        assert is_dead(client.get(reverse("scheduling:mail_link", args=[signer.sign(value)])))


def test_an_act_of_the_other_kind_is_not_done_by_its_address(client, session, off):
    """A link that calls off has no times, and one with times does nothing by itself."""
    fresh = actions.schedule_session(
        by=session.coach.user,
        client=session.client,
        local_start=wall("2027-06-01T10:00"),
        timezone=session.coach.user.timezone,
        minutes=50,
    )

    answers = [
        client.post(time_page(Act.CANCEL, fresh)).status_code,
        client.post(page(Act.MOVE, fresh)).status_code,
        client.post(page(Act.BOOK, off)).status_code,
    ]

    fresh.refresh_from_db()
    assert answers == [200, 405, 405]
    assert (fresh.status, fresh.schedule_version) == ("scheduled", 1)
    assert CoachingSession.objects.count() == 2


def test_links_that_came_too_late_are_dead(client, session, alma):
    cancel, move = page(Act.CANCEL, session), page(Act.MOVE, session)

    with time_machine.travel(session.starts_at):
        assert is_dead(client.post(cancel))
        assert is_dead(client.get(move))
    actions.reschedule_session(
        by=alma, session=session, local_start=wall("2027-06-02T10:00"), timezone=alma.timezone, minutes=50
    )
    assert is_dead(client.post(cancel))
    assert is_dead(client.get(move))
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_a_booking_link_runs_out_after_thirty_days(client, off):
    with time_machine.travel(NOW + timedelta(days=29)):
        assert client.get(page(Act.BOOK, off)).status_code == 200
    with time_machine.travel(NOW + timedelta(days=30)):
        assert is_dead(client.get(page(Act.BOOK, off)))


def test_links_die_with_the_address_and_with_the_account(client, session, ben):
    address = page(Act.CANCEL, session)
    User.objects.filter(pk=ben.pk).update(email="new@example.org")
    assert is_dead(client.get(address))
    User.objects.filter(pk=ben.pk).update(email="ben@example.org", is_active=False)
    assert is_dead(client.post(address))


@pytest.mark.parametrize("method", ["get", "head", "options", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("purpose", ["", "prefetch"])
def test_only_a_post_acts(client, session, off, usual, method, purpose):
    fresh = actions.schedule_session(
        by=session.coach.user,
        client=session.client,
        local_start=wall("2027-06-01T10:00"),
        timezone=session.coach.user.timezone,
        minutes=50,
    )
    before = list(CoachingSession.objects.order_by("pk").values())
    headers = {"Sec-Purpose": purpose, "Purpose": purpose, "X-HTTP-Method-Override": "POST"}

    answers = {
        getattr(client, method)(address, headers=headers).status_code
        for address in (
            page(Act.CANCEL, fresh),
            page(Act.MOVE, fresh),
            time_page(Act.MOVE, fresh),
            page(Act.BOOK, off),
            time_page(Act.BOOK, off),
        )
    }

    assert answers == ({200} if method in {"get", "head"} else {405})
    assert list(CoachingSession.objects.order_by("pk").values()) == before
    assert "sessionid" not in client.cookies


def test_a_post_from_another_site_is_refused(session):
    browser = Browser(enforce_csrf_checks=True)

    assert browser.post(page(Act.CANCEL, session)).status_code == 403
    session.refresh_from_db()
    assert session.status == "scheduled"


@pytest.mark.parametrize("who", ["alma", "ben", "dan", "esra", "olga"])
def test_it_does_not_matter_who_is_signed_in(who, request, browser_of, session, ben, dan_client):
    person = request.getfixturevalue(who)
    browser = browser_of(person)
    browser.get(f"/accounts/email/?{who}")

    asked = text(browser.get(page(Act.CANCEL, session)))
    browser.post(page(Act.CANCEL, session))

    session.refresh_from_db()
    assert (session.status, session.cancelled_by) == ("cancelled_by_client", ben)
    for word in ("<nav", "Alma", "Ben", "Dan", "Esra", "Olga", "Sign out", "example.org", "/home/"):
        assert word not in asked
    assert not [
        context
        for context in history_of(session)
        if str(context["user"]) != str(ben.pk) or "link/" in context["url"]
    ]


def history_of(session: CoachingSession) -> list[dict]:
    events = CoachingSession.pgh_event_models["update"].objects.filter(pgh_obj_id=session.pk)
    return [event.pgh_context.metadata for event in events if event.pgh_context]


def test_the_history_names_no_token_and_nobody_who_was_only_signed_in(client, session, dan_browser):
    Client.objects.update(user=None)
    session = CoachingSession.objects.get()

    dan_browser.post(page(Act.CANCEL, session))

    (context,) = history_of(session)
    assert context == {"user": None, "url": "scheduling:mail_link"}


def test_pages_show_the_time_and_the_act_and_nothing_else(client, session, usual, book, alma):
    actions.reschedule_session(
        by=alma,
        session=session,
        local_start=wall("2027-06-01T10:00"),
        timezone=alma.timezone,
        minutes=50,
        agenda="Debts",
        place="in_person",
        place_detail="Mill Lane 1",
        session_type=usual,
    )
    book("2027-06-03T12:30", agenda="Divorce")
    session.refresh_from_db()
    cancelled = actions.cancel_session(by=alma, session=book("2027-06-04T10:00", agenda="Rent"))

    shown = [
        text(client.get(address))
        for address in (
            page(Act.CANCEL, session),
            page(Act.MOVE, session),
            time_page(Act.MOVE, session),
            time_page(Act.MOVE, session, datetime(2027, 6, 3, 10, tzinfo=UTC)),
            page(Act.BOOK, cancelled),
            time_page(Act.BOOK, cancelled),
        )
    ]

    for words in shown:
        for word in ("Alma", "Ben", "Debts", "Mill Lane", "Divorce", "Rent", "Grief", "Berlin", "Common"):
            assert word not in words


def test_messages_for_whoever_is_signed_in_wait_for_their_own_page(alma_browser, session, dan_client, book):
    other = book("2027-06-03T10:00")
    alma_browser.post(reverse("scheduling:session_cancel", args=[other.pk]))

    shown = alma_browser.get(page(Act.CANCEL, session))

    assert "The session is called off" not in text(shown)
    assert "The session is called off" in text(alma_browser.get("/sessions/"))


def test_answers_are_kept_by_nobody_and_told_to_no_other_page(client, session):
    answers = [
        client.get(page(Act.CANCEL, session)),
        client.get(page(Act.MOVE, session)),
        client.get(reverse("scheduling:mail_link", args=["dead"])),
        client.post(page(Act.CANCEL, session)),
    ]

    for response in answers:
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "strict-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
        assert 'href="http' not in text(response)


def test_tokens_are_neither_logged_nor_cached(client, session, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    keys = []
    monkeypatch.setattr(
        type(cache._connections["default"]), "add", lambda self, key, *a, **k: keys.append(key)
    )
    token = token_for(Act.CANCEL, session)

    client.get(page(Act.CANCEL, session))
    client.post(page(Act.CANCEL, session))

    logged = json.dumps([str(record.msg) + record.getMessage() for record in caplog.records])
    assert "scheduling:mail_link" in logged
    assert token.split(".")[1] not in logged
    assert token.split(".")[4] not in logged
    assert [key for key in keys if token.split(".")[1] in key] == []
    assert len(keys) == 2


def test_too_many_in_a_minute_wait(client, session):
    address = reverse("scheduling:mail_link", args=["guess"])

    with time_machine.travel(datetime.now(UTC), tick=False):  # all within one of the limit's minutes
        answers = [client.get(address).status_code for _ in range(61)]
        late = client.post(page(Act.CANCEL, session))

    assert answers == [404] * 60 + [429]
    assert late.status_code == 429
    session.refresh_from_db()
    assert session.status == "scheduled"


def test_nobody_is_the_client_only_while_the_client_has_no_account(session, usual):
    with pytest.raises(PermissionDenied):
        actions.cancel_session(by=None, session=session)
    with pytest.raises(PermissionDenied):
        book_session(by=None, client=session.client, session_type=usual, starts_at=FREE)


# --- the mails ---


def parts(smtp_server) -> list[str]:
    mail = smtp_server.taken[-1]
    return [mail.get_body((kind,)).get_content().replace("\r", "") for kind in ("plain", "html")]


@pytest.fixture
def send(smtp_server):
    def send(session: CoachingSession, kind: str, recipient: str = "client") -> list[str]:
        from coaching.scheduling.models import Reminder  # noqa: PLC0415

        rows = Reminder.objects.filter(session=session, kind=kind, recipient=recipient)
        row = rows.order_by("-schedule_version", "-due_at")[0]
        Reminder.objects.exclude(pk=row.pk).delete()
        with time_machine.travel(datetime.now(UTC)):
            mail = row.compose()
        assert mail is not None
        return [mail.body, mail.alternatives[0].content]

    return send


def test_mails_to_the_client_carry_links_that_work(session, usual, send, client, alma, settings):
    session = CoachingSession.objects.with_people().get(pk=session.pk)
    move, cancel = (settings.SITE_URL + page(act, session) for act in (Act.MOVE, Act.CANCEL))

    for body in send(session, "booked"):
        assert f"{move}" in body
        assert f"{cancel}" in body
    off = actions.cancel_session(by=alma, session=session)
    off.reminders.create(
        kind="cancelled", recipient="client", schedule_version=1, due_at=NOW, useful_until=off.ends_at
    )
    for body in send(off, "cancelled"):
        assert settings.SITE_URL + page(Act.BOOK, off) in body
        assert cancel not in body


def test_the_coachs_mails_and_calendars_carry_no_links(session, send):
    for body in send(session, "upcoming", "coach"):
        assert "/link/" not in body


def test_links_follow_what_the_terms_allow(session, usual, off):
    fresh = CoachingSession.objects.with_people().get(pk=off.pk)
    assert list(acts_for(fresh)) == ["book"]
    BookingRules.objects.update(is_open=False)
    assert list(acts_for(CoachingSession.objects.with_people().get(pk=off.pk))) == []


def test_only_calling_off_where_clients_do_not_choose_times(book):
    assert list(acts_for(CoachingSession.objects.with_people().get(pk=book("2027-06-01T10:00").pk))) == [
        "cancel"
    ]
