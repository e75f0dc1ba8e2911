"""The pages that links in mails open, looked at in Chromium and by axe, with and without scripts."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from coaching.scheduling.links import Act, token_for
from coaching.scheduling.models import BookingRules, SessionType
from tests.browser import axe_problems, sideways, take_screenshot

pytestmark = pytest.mark.browser


@pytest.fixture
def session(book, alma):
    BookingRules.keep(alma.coach, week={day: [(540, 1020)] for day in range(7)}, is_open=True)
    SessionType.objects.create(coach=alma.coach, name="Talk", minutes=50)
    return book(ahead=timedelta(days=10))


@pytest.mark.parametrize(
    ("size", "scheme", "scripts"),
    [("phone", "dark", True), ("desk", "light", True), ("small", "light", False)],
)
def test_move_then_call_off_then_book_from_the_mail(open_page, session, dan, size, scheme, scripts):
    page = open_page(
        reverse("scheduling:mail_link", args=[token_for(Act.MOVE, session)]),
        user=dan if scripts else None,
        size=size,
        scheme=scheme,
        scripts=scripts,
    )
    problems, wide = [], {}

    def look(name: str) -> None:
        take_screenshot(page, f"link-{name}-{size}-{scheme}")
        if scripts:
            problems.extend(axe_problems(page))
        wide[name] = sideways(page)

    look("times")
    page.locator(".times a").first.click()
    look("confirm")
    page.get_by_role("button", name="Move it").click()
    look("moved")
    session.refresh_from_db()
    moved_to = session.starts_at
    page.goto(reverse("scheduling:mail_link", args=[token_for(Act.CANCEL, session)]))
    look("call-off")
    page.get_by_role("button", name="Call it off").click()
    look("called-off")
    session.refresh_from_db()
    page.goto(reverse("scheduling:mail_link", args=[token_for(Act.BOOK, session)]))
    look("book")
    page.locator(".times a").first.click()
    page.get_by_role("button", name="Book it").click()
    booked = page.locator("h1").inner_text()
    page.reload()
    look("dead")

    assert timezone.now() < moved_to
    assert (session.schedule_version, session.status) == (2, "cancelled_by_client")
    assert booked == "It is booked"
    assert page.locator("h1").inner_text() == "This link no longer works"
    assert problems == []
    assert {name: by for name, by in wide.items() if by} == {}
