import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from coaching.accounts.deliveries import DeliveryState
from coaching.scheduling import actions
from coaching.scheduling.emails import session_mail
from coaching.scheduling.models import CoachingSession

pytestmark = pytest.mark.django_db
NEW = "/sessions/new/"


@pytest.fixture
def answers(ben_client) -> dict[str, str]:
    """What Alma types to meet Ben."""
    return {
        "client": str(ben_client.pk),
        "date": "2027-06-01",
        "time": "10:00",
        "minutes": "50",
        "place": "video",
        "place_detail": "https://meet.example.org/x",
        "agenda": "First steps",
    }


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- the list ----------------------------------------------------------------


def test_session_list_shows_each_their_own(
    alma_browser, ben_browser, cora_browser, finn_browser, book, dan_client, make_past
):
    coming, over, other = book(), make_past(), book(client=dan_client)

    for browser in (alma_browser, ben_browser):
        response = browser.get("/sessions/")
        assert [row.session for row in response.context["upcoming"]] == [coming]
        assert [row.session for row in response.context["past"]] == [over]
    assert [row.session for row in cora_browser.get("/sessions/").context["upcoming"]] == [other]
    assert list(finn_browser.get("/sessions/").context["upcoming"]) == []


def test_session_list_shows_both_walls(alma_browser, ben_browser, book):
    book("2027-06-01T10:00")

    for_alma = alma_browser.get("/sessions/").content.decode()
    for_ben = ben_browser.get("/sessions/").content.decode()

    assert "with Ben" in for_alma
    assert "with Alma" in for_ben
    for text in ("Tuesday 1 June 2027, 10:00 to 10:50", "Tuesday 1 June 2027, 04:00 to 04:50"):
        assert text in for_alma
        assert text in for_ben
    assert for_ben.index("04:00") < for_ben.index("10:00")


def test_session_list_order_and_questions(alma_browser, book, make_past, alma):
    second, first = book(ahead=timedelta(days=9)), book(ahead=timedelta(days=8))
    called_off = actions.cancel_session(by=alma, session=book(ahead=timedelta(days=10)))
    open_end = make_past(timedelta(days=1))

    response = alma_browser.get("/sessions/")

    assert [row.session for row in response.context["upcoming"]] == [first, second]
    assert [row.session for row in response.context["past"]] == [called_off, open_end]
    assert "Was it held?" in response.content.decode()
    assert "Called off by the coach" in response.content.decode()


def test_session_list_empty(alma_browser, ben_browser):
    assert "/sessions/new/" in alma_browser.get("/sessions/").content.decode()
    assert "/sessions/new/" not in ben_browser.get("/sessions/").content.decode()


def fill(make_past, book, count: int) -> None:
    for number in range(count):
        make_past(timedelta(days=number + 1))
        book(ahead=timedelta(days=number + 1))


@pytest.mark.parametrize("count", [3, 30])
def test_session_list_queries(alma_browser, make_past, book, count, django_assert_num_queries):
    fill(make_past, book, count)

    with django_assert_num_queries(5):
        alma_browser.get("/sessions/")


def test_session_list_further_pages(alma_browser, make_past, book):
    fill(make_past, book, 30)

    first = alma_browser.get("/sessions/")
    earlier = alma_browser.get(first.context["past"].next_url)
    later = alma_browser.get(first.context["upcoming"].next_url)

    assert len(first.context["past"]) == len(first.context["upcoming"]) == 25
    assert "upcoming" not in earlier.context
    assert "past" not in later.context
    shown = {
        row.session
        for page in (
            first.context["past"],
            first.context["upcoming"],
            earlier.context["past"],
            later.context["upcoming"],
        )
        for row in page
    }
    assert shown == set(CoachingSession.objects.all())
    assert earlier.context["past"].next_url is None


# --- planning ----------------------------------------------------------------


def test_session_create_plans(alma_browser, answers):
    response = alma_browser.post(NEW, answers)

    session = CoachingSession.objects.get()
    assert response.url == f"/sessions/{session.pk}/"
    assert (session.local_start.isoformat(), session.agenda) == ("2027-06-01T10:00:00", "First steps")
    assert session.reminders.filter(kind="upcoming").count() == 3
    assert session.reminders.filter(kind="booked").count() == 1
    assert said(response) == [
        "Planned for Tuesday 1 June 2027, 10:00 to 10:50, Berlin time (Europe/Berlin, UTC+2)."
    ]


def test_session_create_names_the_zone_and_preselects(alma_browser, ben_client):
    response = alma_browser.get(NEW, {"client": ben_client.pk})

    html = response.content.decode()
    assert "In your own time: Berlin time (Europe/Berlin)." in html
    assert f'<option value="{ben_client.pk}" selected>' in html


@pytest.mark.parametrize("client", ["nonsense", "00000000-0000-0000-0000-000000000000"])
def test_session_create_with_a_strange_client_in_the_address(alma_browser, ben_client, client):
    assert alma_browser.get(NEW, {"client": client}).status_code == 200


def test_session_create_offers_ones_own_active_clients_only(alma_browser, ben_client, dan_client, alma):
    Client.objects.create(
        practice=alma.coach.practice,
        coach=alma.coach,
        name="Paused",
        email="p@example.org",
        status=Client.Status.PAUSED,
    )

    form = alma_browser.get(NEW).context["form"]

    assert list(form.fields["client"].queryset) == [ben_client]


def test_session_create_for_another_coachs_client(alma_browser, answers, dan_client):
    response = alma_browser.post(NEW, {**answers, "client": str(dan_client.pk)})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["client"]
    assert CoachingSession.objects.count() == 0


@pytest.mark.parametrize("who", ["ben", "finn", "gita"])
def test_session_create_is_for_coaches(who, request, browser_of, answers):
    browser = browser_of(request.getfixturevalue(who))

    assert browser.get(NEW).status_code == 403
    assert browser.post(NEW, answers).status_code == 403


def test_session_create_without_clients(alma_browser):
    html = alma_browser.get(NEW).content.decode()

    assert "Add a client" in html
    assert "Plan it" not in html


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"date": ""}, "date", "Write something"),
        ({"date": "01.06.2027"}, "date", "valid date"),
        ({"time": "25:00"}, "time", "valid time"),
        ({"minutes": "47"}, "minutes", "in steps of 5 minutes"),
        ({"client": "x"}, "client", "valid choice"),
        ({"date": "0001-01-01"}, "date", "passed"),
        ({"date": "2026-01-01"}, "time", "passed"),
        ({"date": "9999-12-31"}, "date", "five years"),
        ({"date": "2027-03-28", "time": "02:30"}, "time", "01:45 and Sunday 28 March 2027, 03:00"),
        ({"date": "2026-10-25", "time": "02:30"}, "which", "twice"),
        ({"date": "2027-10-31", "time": "02:30", "which": "7"}, "which", "valid choice"),
    ],
)
def test_session_create_says_what_is_wrong(alma_browser, answers, change, field, words):
    response = alma_browser.post(NEW, {**answers, **change})

    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    assert re.search(r"<title>\s*Error: Plan a session", response.content.decode())
    assert CoachingSession.objects.count() == 0


def test_session_create_asks_which_of_the_two(alma_browser, answers):
    twice = {**answers, "date": "2027-10-31", "time": "02:30"}

    asked = alma_browser.post(NEW, twice)
    html = asked.content.decode()
    response = alma_browser.post(NEW, {**twice, "which": "1"})

    assert asked.status_code == 422
    assert "The first, before the clocks go back (UTC+2)" in html
    assert "The second, after the clocks went back (UTC+1)" in html
    assert response.status_code == 302
    assert CoachingSession.objects.get().starts_at.isoformat() == "2027-10-31T01:30:00+00:00"


def test_session_create_does_not_ask_where_the_time_comes_once(alma_browser, answers):
    assert 'name="which"' not in alma_browser.get(NEW).content.decode()
    assert alma_browser.post(NEW, {**answers, "which": "1"}).status_code == 302


def test_session_create_on_a_taken_time_keeps_what_was_typed(alma_browser, answers, book):
    book("2027-06-01T10:00")

    response = alma_browser.post(NEW, answers)

    html = response.content.decode()
    assert response.status_code == 422
    assert "You already have a session with Ben" in html
    assert 'value="First steps"' in html
    assert CoachingSession.objects.count() == 1


def test_session_create_shows_the_clients_time_first(alma_browser, answers):
    response = alma_browser.post(NEW, {**answers, "check": "1"})

    html = response.content.decode()
    assert response.status_code == 200
    assert "04:00 to 04:50" in html
    assert "America/New_York" in html
    assert CoachingSession.objects.count() == 0


def test_session_create_times_by_htmx(alma_browser, answers):
    headers = {"HX-Request": "true"}

    filled = alma_browser.post(NEW, {**answers, "check": "1"}, headers=headers)
    half = alma_browser.post(NEW, {"date": "2027-06-01", "check": "1"}, headers=headers)
    no_client = alma_browser.post(NEW, {**answers, "client": "", "check": "1"}, headers=headers)

    assert (filled.status_code, half.status_code) == (200, 200)
    assert "04:00 to 04:50" in filled.content.decode()
    assert "<html" not in filled.content.decode()
    assert half.content.decode().strip() == ""
    assert "10:00 to 10:50" in no_client.content.decode()


# --- one session -------------------------------------------------------------


@pytest.mark.parametrize("page", ["session_detail", "session_reschedule", "session_cancel"])
@pytest.mark.parametrize("who", ["cora", "dan", "esra", "finn", "olga", "gita"])
def test_session_pages_of_others_are_absent(page, who, request, browser_of, book):
    browser = browser_of(request.getfixturevalue(who))
    url = reverse(f"scheduling:{page}", args=[book().pk])

    assert browser.get(url).status_code == 404
    assert browser.post(url, {}).status_code == 404


def test_session_detail_for_the_coach_shows_what_became_of_reminders(alma_browser, book):
    session = book("2027-06-01T10:00")
    session.reminders.filter(recipient="client", lead=timedelta(hours=48)).update(
        state=DeliveryState.SENT,
        sent_at=timezone.now(),
        server_answer="250 2.0.0 taken as 1",
        is_ambiguous=True,
    )
    session.reminders.filter(lead=timedelta(hours=2)).update(schedule_version=7)

    page = alma_browser.get(session.get_absolute_url()).content.decode()
    mails = alma_browser.get(f"/sessions/mails/?session={session.pk}").content.decode()

    assert f'href="/sessions/mails/?session={session.pk}">4 mails about this session</a>' in page
    html = page + mails
    for words in (
        "250 2.0.0 taken as 1",
        "may have arrived twice",
        "For an earlier time",
        "Waiting",
        "10:00 to 10:50",
        "04:00 to 04:50",
        "https://meet" if session.place_detail else "By video",
    ):
        assert words in html


def test_session_detail_for_the_client_shows_no_reminder_rows(ben_browser, book):
    session = book("2027-06-01T10:00")

    response = ben_browser.get(session.get_absolute_url())

    html = response.content.decode()
    assert "Session with Alma" in html
    assert "/sessions/mails/" not in html
    assert "reschedule" not in html
    assert f"/sessions/{session.pk}/cancel/" in html


def test_session_detail_planned_at_short_notice(alma_browser, book):
    response = alma_browser.get(book(ahead=timedelta(hours=1)).get_absolute_url())

    assert "1 mail about this session" in response.content.decode()


def test_session_detail_without_mails(alma_browser, make_past):
    html = alma_browser.get(make_past().get_absolute_url()).content.decode()

    assert "No mails about this session." in html


def test_session_detail_says_when_the_zones_rules_changed(alma_browser, book):
    session = book("2027-06-01T10:00")
    CoachingSession.objects.update(local_start=session.local_start + timedelta(hours=1))

    assert (
        "rules of the time zone have changed" in alma_browser.get(session.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize(
    ("now", "local", "said_of"),
    [
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-04-07T10:00", ["Berlin", "New_York"]),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-10T10:00", ["New_York"]),
        (datetime(2026, 3, 10, tzinfo=UTC), "2026-03-30T10:00", ["Berlin"]),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-05T10:00", []),
        (datetime(2026, 10, 20, tzinfo=UTC), "2026-10-27T10:00", ["Berlin"]),
    ],
)
def test_clocks_that_change_before_a_session_are_named(
    browser_of, alma, ben, book, answers, now, local, said_of
):
    with time_machine.travel(now, tick=False):
        session = book(local)
        url = session.get_absolute_url()
        day, hour = local.split("T")
        typed = {**answers, "date": day, "time": hour, "check": "1"}
        texts = [
            browser_of(ben).get(url).content.decode(),
            browser_of(alma).get(url).content.decode(),
            browser_of(alma).post(f"{url}reschedule/", typed).content.decode(),
            browser_of(alma).post(NEW, typed).content.decode(),
            session_mail(session.reminders.get(kind="booked")).body,
        ]

    for text in texts:
        named = re.findall(r"/(\w+), UTC.\d\); the clocks change there before then", text)
        assert sorted(named) == said_of


def test_session_detail_offers_calendars_on_the_web_and_tells_them_no_name(alma_browser, book):
    session = book("2027-06-01T10:00", place_detail="12 Mill Lane, at Alma's", agenda="About Ben")

    page = alma_browser.get(session.get_absolute_url())

    google, outlook = page.context["calendar_links"].values()
    html = page.content.decode()
    assert dict(parse_qsl(urlsplit(google).query)) == {
        "action": "TEMPLATE",
        "text": "Session",
        "dates": "20270601T080000Z/20270601T085000Z",
        "details": settings.SITE_URL + session.get_absolute_url(),
        "location": "By video",
    }
    assert dict(parse_qsl(urlsplit(outlook).query)) == {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": "Session",
        "startdt": "2027-06-01T08:00:00Z",
        "enddt": "2027-06-01T08:50:00Z",
        "body": settings.SITE_URL + session.get_absolute_url(),
        "location": "By video",
    }
    assert html.count('target="_blank" rel="noopener noreferrer">') == 2


def test_session_detail_queries(alma_browser, book, django_assert_num_queries):
    url = book().get_absolute_url()

    with django_assert_num_queries(8):
        alma_browser.get(url)


def test_session_reschedule_shows_the_time_on_the_coachs_wall(alma_browser, book):
    session = book("2027-06-01T10:00", minutes=55)

    html = alma_browser.get(f"/sessions/{session.pk}/reschedule/").content.decode()

    assert 'value="2027-06-01"' in html
    assert 'value="10:00"' in html
    assert 'name="minutes" value="55"' in html


def test_session_reschedule_moves(alma_browser, book, answers):
    session = book("2027-06-01T10:00")

    response = alma_browser.post(
        f"/sessions/{session.pk}/reschedule/", {**answers, "date": "2027-06-02", "minutes": "90"}
    )

    session.refresh_from_db()
    assert response.url == session.get_absolute_url()
    assert (session.schedule_version, session.minutes) == (2, 90)


def test_session_reschedule_into_a_clash(alma_browser, book, answers):
    book("2027-06-02T10:30")
    session = book("2027-06-01T10:00")

    response = alma_browser.post(f"/sessions/{session.pk}/reschedule/", {**answers, "date": "2027-06-02"})

    assert response.status_code == 422
    assert "already have a session" in str(response.context["form"].errors["time"])


def test_session_reschedule_by_the_client_of_a_coach_who_has_not_opened_booking(ben_browser, book, answers):
    session = book()

    for response in (
        ben_browser.get(f"/sessions/{session.pk}/reschedule/"),
        ben_browser.post(f"/sessions/{session.pk}/reschedule/", answers),
    ):
        assert response.url == session.get_absolute_url()
        assert said(response)[-1] == "This session cannot be moved here. Ask your coach."
    session.refresh_from_db()
    assert session.schedule_version == 1


def test_session_reschedule_of_one_called_off(alma_browser, alma, book, answers):
    session = actions.cancel_session(by=alma, session=book())

    response = alma_browser.post(f"/sessions/{session.pk}/reschedule/", answers)

    assert response.url == session.get_absolute_url()
    assert said(response) == ["This session is no longer planned, so it stays as it is."]


def test_session_reschedule_while_it_is_called_off(alma_browser, alma, book, answers, monkeypatch):
    """The coach's second window calls it off between the check and the move."""
    session = book()
    reschedule = actions.reschedule_session

    def slow(**values):
        actions.cancel_session(by=alma, session=session)
        return reschedule(**values)

    monkeypatch.setattr(actions, "reschedule_session", slow)

    response = alma_browser.post(f"/sessions/{session.pk}/reschedule/", answers)

    assert response.status_code == 422
    assert "no longer planned" in response.content.decode()


@pytest.mark.parametrize(("who", "status"), [("alma", "cancelled_by_coach"), ("ben", "cancelled_by_client")])
def test_session_cancel_asks_then_calls_off(who, status, request, browser_of, book):
    browser = browser_of(request.getfixturevalue(who))
    session = book()
    url = f"/sessions/{session.pk}/cancel/"

    asked = browser.get(url)
    session.refresh_from_db()
    before = session.status
    response = browser.post(url)

    session.refresh_from_db()
    assert (asked.status_code, before) == (200, "scheduled")
    assert response.url == session.get_absolute_url()
    assert session.status == status
    waiting = session.reminders.filter(state=DeliveryState.PENDING)
    assert set(waiting.values_list("kind", flat=True)) <= {"cancelled"}
    assert "Called off by" in browser.get(session.get_absolute_url()).content.decode()


def test_session_cancel_once_only(alma_browser, alma, book):
    session = actions.cancel_session(by=alma, session=book())

    response = alma_browser.post(f"/sessions/{session.pk}/cancel/")

    assert said(response) == ["This session cannot be called off any more."]


def test_session_cancel_after_the_start(ben_browser, alma_browser, make_past):
    session = make_past(timedelta(minutes=10))

    assert ben_browser.get(f"/sessions/{session.pk}/cancel/").status_code == 302
    assert "Call off" not in ben_browser.get(session.get_absolute_url()).content.decode()
    assert alma_browser.get(f"/sessions/{session.pk}/cancel/").status_code == 200


def test_session_cancel_by_both_at_once(alma_browser, ben, book, monkeypatch):
    session = book()
    cancel = actions.cancel_session

    def slow(**values):
        cancel(by=ben, session=session)
        return cancel(**values)

    monkeypatch.setattr(actions, "cancel_session", slow)

    response = alma_browser.post(f"/sessions/{session.pk}/cancel/")

    session.refresh_from_db()
    assert session.status == "cancelled_by_client"
    assert said(response) == ["This session is no longer planned, so it stays as it is."]


def test_session_complete(alma_browser, ben_browser, make_past):
    session = make_past()
    url = f"/sessions/{session.pk}/complete/"

    assert alma_browser.get(url).status_code == 405
    assert ben_browser.post(url).status_code == 404
    assert "It was held" in alma_browser.get(session.get_absolute_url()).content.decode()
    response = alma_browser.post(url)

    session.refresh_from_db()
    assert (response.url, session.status) == (session.get_absolute_url(), "completed")


def test_session_complete_before_it_begins(alma_browser, book):
    session = book()

    response = alma_browser.post(f"/sessions/{session.pk}/complete/")

    session.refresh_from_db()
    assert session.status == "scheduled"
    assert said(response) == ["Only a session that has begun and was not called off can be noted."]


def test_session_miss_and_a_slip_taken_back(browser_of, alma, ben, book):
    with time_machine.travel(datetime(2027, 6, 1, 7, tzinfo=UTC), tick=False) as clock:
        alma_browser, ben_browser = browser_of(alma), browser_of(ben)
        session = book("2027-06-01T10:00")
        mails = list(session.reminders.order_by("pk").values("pk", "kind", "state", "due_at"))
        clock.move_to(datetime(2027, 6, 1, 9, tzinfo=UTC))
        page = alma_browser.get(session.get_absolute_url()).content.decode()
        assert ben_browser.post(f"/sessions/{session.pk}/missed/").status_code == 404
        for act in ("missed", "missed", "complete", "missed"):
            clock.shift(timedelta(minutes=5))
            alma_browser.post(f"/sessions/{session.pk}/{act}/")
        for_alma = alma_browser.get(session.get_absolute_url()).content.decode()
        for_ben = ben_browser.get(session.get_absolute_url()).content.decode()

    session.refresh_from_db()
    assert "Ben did not come" in page
    assert "Put it right" not in page
    assert session.status == "no_show"
    assert [note.status for note in session.notes] == ["no_show", "completed", "no_show"]
    assert "Put it right: it was held" in for_alma
    assert "Put it right: Ben did not come" not in for_alma
    assert for_ben.count("noted on ") == 3  # the database says when, on its own clock
    assert "did not come" not in for_ben
    assert "Put it right" not in for_ben
    assert list(session.reminders.order_by("pk").values("pk", "kind", "state", "due_at")) == mails


@pytest.mark.parametrize("act", ["complete", "missed"])
def test_what_was_called_off_is_not_noted(alma_browser, alma, make_past, act):
    session = actions.cancel_session(by=alma, session=make_past())

    response = alma_browser.post(f"/sessions/{session.pk}/{act}/")

    session.refresh_from_db()
    assert session.status == "cancelled_by_coach"
    assert said(response) == ["Only a session that has begun and was not called off can be noted."]


# --- two windows ---


def typed(session: CoachingSession, **values) -> dict[str, str]:
    """What the form of a session sends when nothing in it was touched."""
    return {
        "date": "2027-06-01",
        "time": "10:00",
        "minutes": "50",
        "place": "video",
        "place_detail": "",
        "agenda": "",
        "edition": session.edition,
        **values,
    }


def test_form_opened_before_a_change_is_answered_with_what_is_now(alma_browser, book):
    session = book("2027-06-01T10:00")
    address = reverse("scheduling:session_reschedule", args=[session.pk])
    assert f'value="{session.edition}"' in alma_browser.get(address).content.decode()

    first = alma_browser.post(address, typed(session, time="11:00", agenda="From the first window"))
    second = alma_browser.post(address, typed(session, time="15:00", agenda="From the second window"))

    session.refresh_from_db()
    words = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 409)
    assert session.agenda == "From the first window"
    assert "11:00 to 11:50" in words
    assert "From the first window" in words
    assert second.context["form"]["time"].value() == "15:00"
    assert second.context["form"]["agenda"].value() == "From the second window"
    again = alma_browser.post(
        address, typed(session, time="15:00", edition=second.context["form"].data["edition"])
    )
    session.refresh_from_db()
    assert again.status_code == 302
    assert session.local_start == datetime.fromisoformat("2027-06-01T15:00")


def test_other_words_alone_are_a_change_too(alma_browser, book):
    session = book("2027-06-01T10:00")
    address = reverse("scheduling:session_reschedule", args=[session.pk])
    alma_browser.post(address, typed(session, agenda="Debts"))

    response = alma_browser.post(address, typed(session, place="phone"))

    session.refresh_from_db()
    assert response.status_code == 409
    assert (session.agenda, session.place) == ("Debts", "video")


NO_VERSIONS = ["", "0", "one", "-2", "2.0", " 2", "\u00b2", "\u0662", "2\x00", "9" * 5000]
"""What is no version of a session's time that a page ever showed; of a second version, too."""


@pytest.mark.parametrize("version", ["1", *NO_VERSIONS])
def test_calling_off_what_was_moved_meanwhile_asks_again(alma_browser, book, version):
    session = book("2027-06-01T10:00")
    address = reverse("scheduling:session_cancel", args=[session.pk])
    alma_browser.post(
        reverse("scheduling:session_reschedule", args=[session.pk]), typed(session, time="11:00")
    )

    response = alma_browser.post(address, {"version": version})

    session.refresh_from_db()
    assert (response.status_code, session.status) == (409, "scheduled")
    assert "11:00 to 11:50" in response.content.decode()
    assert alma_browser.post(address, {"version": "2"}).status_code == 302


@pytest.mark.parametrize("edition", ["", "0" * 16, "a\x00b", "x" * 5000])
def test_edition_that_no_page_showed_is_stale(alma_browser, ben_browser, book, edition):
    session = book("2027-06-01T10:00")
    address = reverse("scheduling:session_reschedule", args=[session.pk])

    moved = alma_browser.post(address, typed(session, time="11:00", edition=edition))
    said = ben_browser.post(f"/sessions/{session.pk}/agenda/", {"agenda": "Debts", "edition": edition})

    session.refresh_from_db()
    assert (moved.status_code, said.status_code) == (409, 409)
    assert (session.schedule_version, session.agenda) == (1, "")
    assert moved.context["form"]["time"].value() == "11:00"
    assert said.context["form"]["agenda"].value() == "Debts"


# --- what it is about ---


@pytest.mark.parametrize("who", ["alma", "ben"])
def test_session_agenda_is_said_by_either_until_it_begins(who, request, browser_of, book, make_past):
    session, begun = book(), make_past(timedelta(minutes=10))
    browser = browser_of(request.getfixturevalue(who))

    browser.post(f"/sessions/{session.pk}/agenda/", {"agenda": "Debts", "edition": session.edition})
    refused = browser.post(f"/sessions/{begun.pk}/agenda/", {"agenda": "Too late"})

    session.refresh_from_db()
    begun.refresh_from_db()
    assert (session.agenda, session.schedule_version, begun.agenda) == ("Debts", 1, "")
    assert refused.status_code == 302
    assert "Debts" in browser.get(session.get_absolute_url()).content.decode()


def test_session_agenda_of_two_windows_keeps_both_words(alma_browser, ben_browser, book):
    session = book()
    address = f"/sessions/{session.pk}/agenda/"
    alma_browser.post(address, {"agenda": "From Alma", "edition": session.edition})

    response = ben_browser.post(address, {"agenda": "From Ben", "edition": session.edition})

    session.refresh_from_db()
    assert (response.status_code, session.agenda) == (409, "From Alma")
    assert "From Alma" in response.content.decode()
    assert response.context["form"]["agenda"].value() == "From Ben"
    ben_browser.post(address, response.context["form"].data)
    session.refresh_from_db()
    assert session.agenda == "From Ben"


def test_session_agenda_is_short(ben_browser, book):
    session = book()

    response = ben_browser.post(f"/sessions/{session.pk}/agenda/", {"agenda": "x" * 201})

    session.refresh_from_db()
    assert (response.status_code, session.agenda) == (422, "")
    assert "x" * 201 in response.content.decode()


@pytest.mark.parametrize("who", ["cora", "dan", "esra", "olga"])
def test_session_agenda_of_others_is_absent(who, request, browser_of, book, dan_client):
    session = book()
    browser = browser_of(request.getfixturevalue(who))

    assert browser.post(f"/sessions/{session.pk}/agenda/", {"agenda": "Mine"}).status_code == 404
    session.refresh_from_db()
    assert session.agenda == ""
