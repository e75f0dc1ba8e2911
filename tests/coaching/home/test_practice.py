"""The owner's page, and who may not see it."""

import pytest
from django.urls import reverse

from clients.models import Client
from coaching.accounts.models import Invitation


def test_practice_shows_roster_and_coaches_of_own_practice(olga_browser, esra, ben_client, dan_client):
    page = olga_browser.get(reverse("home:practice")).content.decode()

    assert all(name in page for name in ("Alma", "Cora", "Olga", "Ben", "Dan"))
    assert "Esra" not in page


def test_owner_cannot_open_a_record_of_a_colleagues_client(olga_browser, ben_client):
    assert olga_browser.get(ben_client.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("name", ["home:practice", "home:coach_invite"])
def test_practice_is_for_owners(name, alma_browser, ben_browser, ben_client):
    assert alma_browser.get(reverse(name)).status_code == 403
    assert ben_browser.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("count", [3, 30])
def test_practice_takes_the_same_queries_with_any_number(
    olga, alma, olga_browser, count, django_assert_num_queries
):
    for number in range(count):
        Client.objects.create(
            coach=alma.coach,
            practice=alma.coach.practice,
            name=f"C{number:02}",
            email=f"c{number}@example.org",
        )

    with django_assert_num_queries(6):
        olga_browser.get(reverse("home:practice"))


def test_coach_invite_writes_the_invitation(olga_browser, practice):
    olga_browser.post(reverse("home:coach_invite"), {"name": "Hal", "email": "Hal@example.org"})

    invitation = Invitation.objects.get()
    assert (invitation.role, invitation.email, invitation.practice) == ("coach", "hal@example.org", practice)
    assert "Hal" in olga_browser.get(reverse("home:practice")).content.decode()


def test_coach_invite_refuses_who_is_a_coach(olga_browser, alma):
    response = olga_browser.post(reverse("home:coach_invite"), {"name": "Alma", "email": "ALMA@example.org"})

    assert response.status_code == 422
    assert response.context["form"].errors["email"] == ["This person is a coach already."]
