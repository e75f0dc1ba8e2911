"""The row of a whole group has no client: nothing that reads sessions stumbles or leaves a name empty."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import URLPattern, reverse
from django.utils import timezone
from icalendar import Calendar

from coaching.accounts import signed_links
from coaching.accounts.deliveries import Channel
from coaching.scheduling import actions, groups, links, texts
from coaching.scheduling.models import (
    BookingRules,
    CalendarFeed,
    CoachingSession,
    MailChoices,
    Nudge,
    Reminder,
)
from coaching.scheduling.nudge_mails import compose
from coaching.scheduling.urls import urlpatterns

pytestmark = pytest.mark.django_db
STATES = ["planned", "begun", "held", "off", "empty"]
NOBODY = re.compile(r"\bNone\b|[Ww]ith [,.:<]|Session with *$|For :|\( ", re.MULTILINE)
"""What a page or mail would say where somebody is missing."""


@pytest.fixture
def make_group(alma, ben_client) -> Callable[..., CoachingSession]:
    """A group of Ben's without a name of its own, in one of the states it can be in."""

    def make(state: str = "planned", **values) -> CoachingSession:
        ahead = timedelta(days=-2 if state in {"begun", "held"} else 2)
        start = (timezone.now() + ahead).replace(second=0, microsecond=0)
        group = CoachingSession(
            coach=alma.coach, seats=4, timezone=alma.timezone, starts_at=start,
            ends_at=start + timedelta(minutes=50),
            local_start=start.astimezone(alma.timezone).replace(tzinfo=None, fold=0), **values,
        )  # fmt: skip
        with transaction.atomic():
            actions.save_new(group, by=alma, session_type=None)
            rows = [] if state == "empty" else groups.add_people(by=alma, group=group, clients=[ben_client])
        if state == "held":
            groups.note_attendance(by=alma, group=group, came={rows[0].pk: "completed"})
        if state == "off":
            actions.cancel_session(by=alma, session=group)
        group.refresh_from_db()
        return group

    return make


@pytest.fixture
def open_booking(alma) -> None:
    """The terms under which a client may move and book: then most is asked of a session."""
    week = {weekday: [(0, 1440)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=week, is_open=True, change_notice_hours=0)


def addresses_of(session: CoachingSession) -> Iterator[str]:
    """Every address of Trellis that is about one session, whoever adds another."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        wanted = pattern.pattern.converters
        if str(pattern.pattern).startswith("sessions/<uuid:pk>/"):
            values = {"pk": session.pk, "start": session.starts_at}
            yield reverse(f"scheduling:{pattern.name}", kwargs={name: values[name] for name in wanted})


LISTS = [
    "/home/", "/sessions/", "/sessions/week/", "/sessions/month/", "/sessions/mails/", "/clients/",
    *(f"/sessions/mails/?show={show}" for show in ("done", "waiting", "look", "off", "nudges")),
]  # fmt: skip


@pytest.mark.usefixtures("open_booking")
@pytest.mark.parametrize("state", STATES)
def test_every_page_about_a_group(alma_browser, make_group, state):
    group = make_group(state)
    pages = [*addresses_of(group), *LISTS, f"/sessions/mails/?session={group.pk}"]

    answers = {page: alma_browser.get(page) for page in pages}

    assert len(pages) > 20
    assert {answer.status_code for answer in answers.values()} <= {200, 302, 404, 405}
    for page, answer in answers.items():
        words = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
        assert NOBODY.findall(words) == [], page


@pytest.mark.usefixtures("open_booking")
@pytest.mark.parametrize("state", STATES)
def test_every_act_on_a_group(alma_browser, make_group, state):
    """With nothing typed: answered by a page, never by an error."""
    group = make_group(state)

    for address in addresses_of(group):
        with transaction.atomic():
            assert alma_browser.post(address).status_code in {200, 302, 403, 404, 405, 422}, address
            transaction.set_rollback(True)


@pytest.mark.usefixtures("open_booking")
@pytest.mark.parametrize("who", ["ben", "cora", "dan", "olga"])
def test_group_is_absent_for_everybody_else(who, request, browser_of, make_group, dan_client):
    group, browser = make_group(), browser_of(request.getfixturevalue(who))

    for address in addresses_of(group):
        for method in ("get", "post"):
            assert getattr(browser, method)(address).status_code in {404, 405}, address


@pytest.mark.parametrize("is_discreet", [False, True])
@pytest.mark.parametrize("name", ["", "Tuesday circle"])
@pytest.mark.parametrize("kind", Reminder.Kind.values)
def test_every_mail_about_a_group_to_its_coach(make_group, alma, kind, name, is_discreet):
    MailChoices.objects.create(user=alma, is_discreet=is_discreet)
    group = make_group("off" if kind == "cancelled" else "planned", name=name)
    group.reminders.all().delete()
    row = Reminder.objects.create(
        session=CoachingSession.objects.with_people().get(pk=group.pk), kind=kind, recipient="coach",
        schedule_version=1, lead=timedelta(hours=2) if kind == "upcoming" else None,
        due_at=timezone.now(), useful_until=group.ends_at, message_id="<a@b>",
    )  # fmt: skip

    mail = row.compose()
    whom = name or "Group" if kind == "cancelled" else f"{name or 'Group'} (1 person)"

    for words in (mail.body, mail.alternatives[0].content):
        assert NOBODY.findall(words) == []
        assert (f"with {whom} " in words or f"with {whom}." in words) is not is_discreet
    assert (row.reader_name, row.address) == ("Alma", "alma@example.org")
    row.channel = Channel.SMS
    assert "session" in texts.session_text(row) or is_discreet


def test_calendars_name_a_group_by_its_title(make_group, alma, client, alma_browser):
    group = make_group()
    token = CalendarFeed.open_for(alma)
    CalendarFeed.objects.update(shows_names=True)

    (event,) = Calendar.from_ical(client.get(f"/calendar/{token}.ics").content).events
    file = alma_browser.get(f"/sessions/{group.pk}/session.ics")

    assert event["summary"] == "Session with Group"
    assert Calendar.from_ical(file.content).events[0]["summary"] == "Session"


def test_week_of_the_coach_names_a_group(make_group, alma):
    make_group()
    now = timezone.now()
    nudge = Nudge(user=alma, kind="coach_week", day=now.astimezone(alma.timezone).date(), message_id="<a@b>")

    mail = compose(nudge)

    assert "Group" in mail.body
    assert NOBODY.findall(mail.body) == []


def test_clash_with_a_group_names_it(make_group, alma, ben_client, book, alma_browser):
    group = make_group("empty")
    local = group.local_start

    response = alma_browser.post(
        "/sessions/new/",
        {"client": ben_client.pk, "date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}", "minutes": 50,
         "place": "video"},
    )  # fmt: skip

    assert "You already have a session with Group on" in response.content.decode()


def test_link_in_a_mail_never_opens_a_group(make_group, client):
    """None is ever made for one; one that was would open nothing."""
    group = make_group()

    for act in links.Act:
        token = signed_links.sign(salt=links.SALT, act=act, pk=group.pk, version=1, address="")
        assert client.get(f"/link/{token}/").status_code == 404
        assert client.post(f"/link/{token}/").status_code == 404


@pytest.mark.parametrize("name", ["\u200b", "\u2800 \u200d"])
def test_group_is_not_called_by_a_name_that_nobody_can_see(alma_browser, name):
    day = timezone.localdate() + timedelta(days=3)

    response = alma_browser.post(
        "/sessions/groups/new/",
        {"name": name, "date": f"{day:%Y-%m-%d}", "time": "10:00", "minutes": 50, "place": "video"},
    )

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
