"""The pages of sessions, hours and booking, looked at in Chromium and by axe."""

from datetime import timedelta

import pytest
from django.urls import reverse

from coaching.scheduling.models import BookingRules, SessionType
from tests.browser import axe_problems, sideways, take_screenshot

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(alma, ben, book, settings) -> dict[str, tuple[object, str]]:
    """What Alma and Ben open, with something on each page."""
    settings.SITE_URL = "https://sessions.a-long-name-of-a-practice.example.org"
    week = {weekday: [(540, 1080)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=week, is_open=True, notice_hours=1)
    usual = SessionType.objects.create(coach=alma.coach, name="Usual", buffer_after=10)
    session = book(ahead=timedelta(days=3))
    alma.coach.special_days.create(first_on=session.starts_at.date(), last_on=session.starts_at.date())
    return {
        "types": (alma, "/sessions/types/"),
        "type": (alma, usual.get_absolute_url()),
        "hours": (alma, "/sessions/availability/"),
        "days": (alma, "/sessions/availability/days/new/"),
        "new": (alma, "/sessions/new/"),
        "list": (alma, "/sessions/"),
        "week": (alma, f"/sessions/week/?day={session.starts_at:%Y-%m-%d}"),
        "month": (alma, f"/sessions/month/?month={session.starts_at:%Y-%m}"),
        "book": (ben, "/book/alma/"),
        "times": (ben, reverse("scheduling:booking_times", args=["alma", usual.pk])),
        "taken": (ben, reverse("scheduling:booking_confirm", args=["alma", usual.pk, session.starts_at])),
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_never_scroll_sideways(open_page, pages, scheme):
    problems, wide = [], {}
    for size in ("small", "desk"):
        tabs = {}
        for name, (who, address) in pages.items():
            page = tabs.get(who) or tabs.setdefault(who, open_page("/", user=who, size=size, scheme=scheme))
            page.goto(address)
            take_screenshot(page, f"sessions-{name}-{size}-{scheme}")
            problems += axe_problems(page)
            wide[name, size] = sideways(page)

    assert problems == []
    assert {where: by for where, by in wide.items() if by} == {}


def test_booking_by_keyboard_without_scripts(open_page, pages, ben):
    page = open_page(pages["book"][1], user=ben, size="phone", scripts=False)

    page.get_by_role("link", name="Usual").press("Enter")
    page.locator(".times a").first.press("Enter")
    page.get_by_role("button", name="Book it").press("Enter")

    assert page.get_by_role("status").inner_text().startswith("Booked for")
