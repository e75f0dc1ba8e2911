"""The pages of a group in Chromium, for its coach and for somebody in it: sound in every size and theme."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from clients.models import Client
from coaching.scheduling import actions, groups
from coaching.scheduling.models import BookingRules, CoachingSession, SessionType
from tests.browser import LOOKS, axe_problems, sideways, take_screenshot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kind(alma) -> SessionType:
    """A kind of session for groups that clients may join."""
    week = {weekday: [(0, 1440)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=week, is_open=True, notice_hours=0)
    return SessionType.objects.create(coach=alma.coach, name="Evening circle", minutes=90, seats=6)


@pytest.fixture
def people(alma) -> list[Client]:
    names = ["Anna", "Gil", "Hal Montgomery-Featherstonehaugh"]
    return [
        Client.objects.create(
            practice=alma.coach.practice, coach=alma.coach, name=name, email=f"{number}@example.org"
        )
        for number, name in enumerate(names)
    ]


@pytest.fixture
def make_group(alma, kind):
    """A group so far from now, and one of the past as it stands before anybody has said who came."""

    def make(ahead: timedelta, people: list[Client]) -> CoachingSession:
        start = (timezone.now() + ahead).replace(second=0, microsecond=0)
        group = CoachingSession(
            coach=alma.coach,
            name="Evening circle",
            seats=6,
            starts_at=start,
            ends_at=start + timedelta(minutes=90),
            local_start=start.astimezone(alma.timezone).replace(tzinfo=None, fold=0),
            timezone=alma.timezone,
            agenda="Asking for help",
            place="in_person",
            place_detail="12 Mill Lane, the big room",
        )
        with transaction.atomic():
            actions.save_new(group, by=alma, session_type=kind)
            groups.add_people(by=alma, group=group, clients=people)
        return group

    return make


def look_at(page, pages: dict[str, str], look: str) -> list[str]:
    problems = []
    for name, address in pages.items():
        answer = page.goto(address)
        take_screenshot(page, f"{name}-{look}")
        problems += axe_problems(page)
        if answer is None or answer.status != 200:
            problems.append(f"{name} was not answered as a page")
        if sideways(page):
            problems.append(f"{name} scrolls sideways by {sideways(page)}")
    return problems


@LOOKS
def test_coachs_pages_of_a_group_are_sound(size, scheme, open_page, alma, people, make_group, ben_client):
    coming = make_group(timedelta(days=3), people)
    begun = make_group(timedelta(days=-3), people)
    held = make_group(timedelta(days=-10), people)
    came = dict(zip([row.pk for row in groups.expected(held)], groups.ATTENDANCE, strict=True))
    groups.note_attendance(by=alma, group=held, came=came)
    off = make_group(timedelta(days=5), [])
    actions.cancel_session(by=alma, session=off)
    page = open_page("/home/", user=alma, size=size, scheme=scheme)

    problems = look_at(
        page,
        {
            "group-new": "/sessions/groups/new/",
            "group-coming": coming.get_absolute_url(),
            "group-people": f"/sessions/{coming.pk}/people/",
            "group-move": f"/sessions/{coming.pk}/reschedule/",
            "group-cancel": f"/sessions/{coming.pk}/cancel/",
            "group-begun": begun.get_absolute_url(),
            "group-attendance": f"/sessions/{begun.pk}/attendance/",
            "group-held": held.get_absolute_url(),
            "group-off": off.get_absolute_url(),
            "group-mails": f"/sessions/mails/?session={coming.pk}",
            "group-in-the-month": "/sessions/month/",
        },
        f"{size}-{scheme}",
    )

    assert problems == []


@LOOKS
def test_pages_of_a_group_for_somebody_in_it_are_sound(
    size, scheme, open_page, ben, ben_client, people, make_group, kind
):
    joined, open_one = make_group(timedelta(days=3), [*people, ben_client]), make_group(timedelta(days=9), [])
    own = joined.members.get(client=ben_client)
    page = open_page("/home/", user=ben, size=size, scheme=scheme)

    problems = look_at(
        page,
        {
            "group-own-session": own.get_absolute_url(),
            "group-own-cancel": f"/sessions/{own.pk}/cancel/",
            "group-to-join": f"/book/alma/{kind.pk}/",
            "group-join": f"/book/alma/{kind.pk}/{open_one.starts_at:%Y%m%dT%H%MZ}/",
        },
        f"{size}-{scheme}",
    )

    assert problems == []
