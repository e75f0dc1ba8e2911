"""A person's own name and time zone."""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from coaching.accounts.models import User
from coaching.scheduling.actions import schedule_session

PAGE = reverse("accounts:person_edit")


def test_person_edit_changes_name_and_zone_and_nothing_else(ben_browser, ben):
    answer = ben_browser.post(
        PAGE, {"name": "Benedict", "timezone": "Asia/Tokyo", "email": "x@example.org", "is_staff": "on"}
    )

    changed = User.objects.get(pk=ben.pk)
    assert answer.url == PAGE
    assert (changed.name, str(changed.timezone)) == ("Benedict", "Asia/Tokyo")
    assert (changed.email, changed.is_staff) == ("ben@example.org", False)


def test_person_edit_leaves_other_people_and_the_clients_record_alone(ben_browser, ben_client, alma):
    ben_browser.post(PAGE, {"name": "Benedict", "timezone": "Asia/Tokyo"})

    ben_client.refresh_from_db()
    alma.refresh_from_db()
    assert (ben_client.name, alma.name) == ("Ben", "Alma")


def test_times_follow_the_new_zone_at_once(ben_browser, alma, ben_client):
    session = schedule_session(
        by=alma,
        client=ben_client,
        local_start=(timezone.now() + timedelta(days=7)).replace(tzinfo=None),
        timezone=alma.timezone,
        minutes=50,
        which=0,
    )
    page = reverse("scheduling:session_detail", args=[session.pk])
    times = re.compile(r"\b\d{1,2}:\d{2}\b")
    before = times.findall(ben_browser.get(page).content.decode())

    ben_browser.post(PAGE, {"name": "Ben", "timezone": "Asia/Tokyo"})

    after = ben_browser.get(page).content.decode()
    assert "Asia/Tokyo" in after
    assert times.findall(after) != before


def test_a_name_that_cannot_be_seen_is_refused_and_the_head_keeps_the_old(ben_browser, ben):
    answer = ben_browser.post(PAGE, {"name": "\u200b\u3164", "timezone": "Asia/Tokyo"})

    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Nothing of this can be seen." in shown
    assert "Your time zone: America/New_York" in " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert User.objects.get(pk=ben.pk).name == "Ben"


def test_the_account_menu_leads_there_first(ben_browser):
    shown = ben_browser.get(reverse("home:home")).content.decode()
    account = shown[shown.index('aria-label="Account"') :]

    assert re.search(r'href="([^"]+)"', account)[1] == PAGE
