"""The demo practice as a whole: every page that a coach or client opens has something on it."""

import pytest
from django.core.management import call_command

from coaching.accounts.models import User
from coaching.scheduling.models import CoachingSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    call_command("seed_demo", verbosity=0)


@pytest.mark.usefixtures("demo")
def test_seed_demo_shows_a_group_that_was_held_the_terms_and_what_sessions_are_about(browser_of):
    mara, amara = (User.objects.get(email=f"{who}@trellis.example") for who in ("coach", "client"))
    coachs, clients = browser_of(mara), browser_of(amara)

    held = CoachingSession.objects.groups().visible_to(mara).get(status="completed")
    came = set(held.members.values_list("status", flat=True))
    group = coachs.get(held.get_absolute_url()).content.decode()
    own = held.members.get(client__user=amara)
    booking = clients.get("/book/mara-lindqvist/").content.decode()
    coming = CoachingSession.objects.filter(client__user=amara, group=None).upcoming()
    session = coachs.get(coming.order_by("starts_at")[0].get_absolute_url()).content.decode()

    assert came == {"completed", "no_show", "late_cancellation"}
    assert "Priya Raman" in group
    assert "Evening circle" in clients.get(own.get_absolute_url()).content.decode()
    assert "Nobody pays for a session" in booking
    assert "The landlord&#x27;s answer" in session


@pytest.mark.usefixtures("demo")
def test_seed_demo_writes_no_mail_about_what_is_over():
    held = CoachingSession.objects.groups().get(status="completed")

    assert [mail for row in [held, *held.members.all()] for mail in row.reminders.all()] == []
