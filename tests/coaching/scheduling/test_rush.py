"""Fifty clients want one time in the same moment: one has it, and forty-nine are shown what is free near it.

In short 4 rounds; `bin/test --whole tests/coaching/scheduling/test_rush.py` makes 200, each for another time.
"""

import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.middleware.csrf import _get_new_csrf_string
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from clients.models import Client
from coaching.accounts.models import User
from coaching.scheduling.models import BookingRules, CoachingSession, SessionType

CLIENTS = 50
ROUNDS = {False: 4, True: 200}
HOUR = timedelta(hours=1)


class Window:
    """One signed-in person's browser as the server sees it: its cookies, and the token of its forms."""

    def __init__(self, user: User, handler: WSGIHandler) -> None:
        browser = Browser()
        browser.force_login(user)
        self.handler = handler
        token = _get_new_csrf_string()
        self.factory = RequestFactory(
            HTTP_COOKIE=f"sessionid={browser.cookies['sessionid'].value}; csrftoken={token}",
            HTTP_X_CSRFTOKEN=token,
        )

    def press(self, address: str) -> str:
        """`booked`, `refused` politely, or what else came."""
        environ = self.factory.post(address).environ
        heads: list[str] = []
        response = self.handler(environ, lambda status, headers: heads.append(status))
        page = b"".join(response).decode()
        response.close()
        if heads[0].startswith("302"):
            return "booked"
        is_polite = "This time is not free any more" in page and 'class="times"' in page
        return "refused" if heads[0].startswith("409") and is_polite else heads[0]


@pytest.mark.django_db(transaction=True)
def test_one_of_fifty_has_the_time_and_all_others_are_refused_politely(alma, is_whole, tell):
    rounds = ROUNDS[is_whole]
    week = {weekday: [(0, 1440)] for weekday in range(7)}
    BookingRules.keep(alma.coach, week=week, is_open=True, notice_hours=1, increment=60, days_ahead=60)
    kind = SessionType.objects.create(coach=alma.coach, name="Usual", minutes=50, buffer_after=10)
    people = [_client_of(alma, number) for number in range(CLIENTS)]
    handler = WSGIHandler()
    windows = [Window(client.user, handler) for client in people]
    first = (timezone.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    begun = time.monotonic()

    answers: Counter[str] = Counter()
    for number in range(rounds):
        address = reverse("scheduling:booking_confirm", args=["alma", kind.pk, first + number * HOUR])
        answers_now = _all_at_once(windows, address)
        assert answers_now == Counter(booked=1, refused=CLIENTS - 1), f"round {number}"
        answers += answers_now

    took = time.monotonic() - begun
    tell(f"{CLIENTS} at once, {rounds} rounds in {took:.0f} s: {dict(answers)}")
    starts = list(CoachingSession.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert starts == [first + number * HOUR for number in range(rounds)]
    assert answers == Counter(booked=rounds, refused=rounds * (CLIENTS - 1))


def _client_of(coach: User, number: int) -> Client:
    user = User.objects.create_user(f"p{number}@example.org", "x", name=f"P{number}")
    return Client.objects.create(
        practice=coach.coach.practice, coach=coach.coach, user=user, name=user.name, email=user.email
    )


def _all_at_once(windows: list[Window], address: str) -> Counter[str]:
    start, answers = threading.Barrier(len(windows)), []

    def work(window: Window) -> None:
        start.wait()
        try:
            answers.append(window.press(address))
        except Exception as error:  # noqa: BLE001 - what breaks in a thread is an answer, too
            answers.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[window]) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return Counter(answers)
