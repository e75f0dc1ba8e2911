"""The door: a link that works once, for one person, for two weeks."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clients import actions
from clients.forms.roster import ClientForm
from clients.models import Client
from coaching.accounts.models import Coach, Invitation, User

GOOD = {"name": "Gil", "password": "four calm grey herons", "timezone": "America/New_York"}


@pytest.fixture
def gil_client(alma) -> Client:
    return actions.add_client(by=alma, name="Gil", email="gil@example.org", invite=True)


def a_while_ago() -> None:
    """The invitations so far were made before the pause between two of them."""
    Invitation.objects.update(created_at=timezone.now() - actions.INVITATION_PAUSE)


@pytest.fixture
def link(gil_client) -> str:
    return reverse("clients:invitation_accept", args=[gil_client.invitation.token])


def test_invitation_accept_only_shows_on_opening(client, link, gil_client):
    for _visit in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200

    gil_client.refresh_from_db()
    assert gil_client.user is None
    assert not User.objects.filter(email="gil@example.org").exists()


def test_invitation_accept_makes_the_account_and_signs_in(client, link, gil_client):
    response = client.post(link, GOOD)

    gil_client.refresh_from_db()
    assert response.url == reverse("home:home")
    assert gil_client.user.email == "gil@example.org"
    assert gil_client.user.check_password(GOOD["password"])
    assert gil_client.own_timezone.key == "America/New_York"
    assert client.session["_auth_user_id"] == str(gil_client.user.pk)
    assert gil_client.user.emailaddress_set.get().verified


def test_invitation_accept_works_once(client, browser_of, link):
    client.post(link, GOOD)

    again = browser_of(None).post(link, {**GOOD, "password": "somebody else entirely"})

    assert again.status_code == 404
    assert User.objects.get(email="gil@example.org").check_password(GOOD["password"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "short"}, "password"),
        ({"password": "password1234"}, "password"),
        ({"password": "gil@example.org"}, "password"),
        ({"name": ""}, "name"),
        ({"timezone": "Nowhere"}, "timezone"),
    ],
)
def test_invitation_accept_refuses_with_a_sentence(client, link, change, field):
    response = client.post(link, {**GOOD, **change})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert Invitation.objects.open().count() == 1


@pytest.mark.parametrize("state", ["unknown", "expired", "revoked"])
def test_a_dead_link_says_the_same_whatever_it_died_of(client, link, gil_client, state):
    if state == "unknown":
        link = reverse("clients:invitation_accept", args=["0" * 64])
    elif state == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        actions.take_back_invitation(client=gil_client)

    response = client.post(link, GOOD)

    assert response.status_code == 404
    assert "This link no longer works" in response.content.decode()
    assert not User.objects.filter(email="gil@example.org").exists()


def test_an_address_with_an_account_signs_in_first(client, link):
    User.objects.create_user("gil@example.org", "an older password", name="Gil")

    response = client.post(link, GOOD)

    assert "Sign in to accept" in response.content.decode()
    assert Invitation.objects.open().count() == 1


def test_a_person_with_an_account_joins_with_one_click(client, link, gil_client):
    gil = User.objects.create_user("gil@example.org", "an older password", name="Gil")
    client.force_login(gil)

    shown = client.get(link)
    client.post(link)

    gil_client.refresh_from_db()
    assert shown.status_code == 200
    assert gil_client.user == gil


def test_somebody_else_cannot_use_the_link(dan_browser, link, gil_client):
    response = dan_browser.post(link, GOOD)

    gil_client.refresh_from_db()
    assert response.status_code == 403
    assert gil_client.user is None


def test_the_race_of_two_acceptances_has_one_winner(alma, gil_client):
    invitation = gil_client.invitation
    actions.accept_invitation(invitation=invitation, name="Gil", password="x" * 12)

    with pytest.raises(actions.InvitationClosed):
        actions.accept_invitation(invitation=invitation, name="Other", password="y" * 12)


def test_losing_the_race_shows_the_closed_page(client, link, monkeypatch):
    def lose(**kwargs):
        raise actions.InvitationClosed

    monkeypatch.setattr(actions, "accept_invitation", lose)

    assert client.post(link, GOOD).status_code == 404


def test_a_colleague_joins_as_a_coach(client, olga, practice):
    invitation = actions.invite_coach(by=olga, practice=practice, name="Alma", email="New@example.org")
    link = reverse("clients:invitation_accept", args=[invitation.token])

    client.post(link, {**GOOD, "name": "Alma"})

    coach = Coach.objects.get(user__email="new@example.org")
    assert (coach.practice, coach.slug, coach.is_owner) == (practice, "alma", False)


def test_coaches_of_one_name_get_different_addresses(alma, olga, practice, client):
    invitation = actions.invite_coach(by=olga, practice=practice, name="Alma", email="alma2@example.org")

    user = actions.accept_invitation(invitation=invitation, name="Alma", password="x" * 12)

    assert user.coach.slug == "alma-2"


def test_inviting_a_colleague_again_closes_the_earlier_link(olga, practice):
    first = actions.invite_coach(by=olga, practice=practice, name="A", email="a@example.org")
    a_while_ago()
    second = actions.invite_coach(by=olga, practice=practice, name="A", email="a@example.org")

    assert list(Invitation.objects.open()) == [second]
    assert first != second


def test_a_coach_elsewhere_keeps_their_place(browser_of, esra, olga, practice, other_practice):
    invitation = actions.invite_coach(by=olga, practice=practice, name="Esra", email=esra.email)

    answer = browser_of(esra).post(reverse("clients:invitation_accept", args=[invitation.token]), follow=True)

    esra.coach.refresh_from_db()
    assert esra.coach.practice == other_practice
    assert "You are a coach at a practice already" in answer.content.decode()
    assert Invitation.objects.open().get() == invitation


def test_the_mail_is_not_written_for_a_closed_invitation(gil_client):
    assert gil_client.invitation.compose() is not None

    actions.take_back_invitation(client=gil_client)

    assert gil_client.invitation.compose() is None


def test_a_second_click_sends_nothing_new(alma, olga, practice, gil_client):
    again = actions.invite_client(by=alma, client=gil_client)
    first = actions.invite_coach(by=olga, practice=practice, name="A", email="a@example.org")
    second = actions.invite_coach(by=olga, practice=practice, name="A", email="A@example.org")

    assert again == gil_client.invitation
    assert first == second
    assert Invitation.objects.count() == 2


def test_inviting_with_an_old_copy_of_the_record_keeps_the_acceptance(alma, gil_client):
    old_copy = Client.objects.get()
    actions.accept_invitation(invitation=gil_client.invitation, name="Gil", password="x")

    with pytest.raises(actions.AlreadyJoined):
        actions.invite_client(by=alma, client=old_copy)

    gil_client.refresh_from_db()
    assert gil_client.has_joined
    assert gil_client.invitation.revoked_at is None


def test_an_acceptance_while_the_coach_is_saving_is_kept(alma_browser, client, link, gil_client, monkeypatch):
    clean_email = ClientForm.clean_email

    def accepted_meanwhile(form):
        assert client.post(link, GOOD).status_code == 302
        return clean_email(form)

    monkeypatch.setattr(ClientForm, "clean_email", accepted_meanwhile)
    changed = {"name": "Gilbert", "email": "gil@example.org", "phone": "01632 960001", "timezone": "UTC"}
    alma_browser.post(reverse("clients:client_edit", args=[gil_client.pk]), changed)

    gil_client.refresh_from_db()
    assert gil_client.has_joined
    assert (gil_client.name, gil_client.phone) == ("Gilbert", "01632 960001")


def test_two_invitations_for_one_address_end_at_the_sign_in(alma, cora, client, browser_of, monkeypatch):
    for coach in (alma, cora):
        actions.add_client(by=coach, name="Gil", email="gil@example.org", invite=True)
    hers, other = (
        reverse("clients:invitation_accept", args=[record.invitation.token])
        for record in Client.objects.select_related("invitation")
    )
    accept = actions.accept_invitation

    def quicker(**values):
        monkeypatch.setattr(actions, "accept_invitation", accept)
        browser_of(None).post(other, GOOD)
        return accept(**values)

    monkeypatch.setattr(actions, "accept_invitation", quicker)
    answer = client.post(hers, GOOD)

    assert answer.status_code == 200
    assert "sign in" in answer.content.decode().lower()
    assert User.objects.filter(email="gil@example.org").count() == 1
    assert Client.objects.exclude(user=None).count() == 1


def test_an_owner_is_not_told_who_coaches_elsewhere(olga_browser, esra):
    answer = olga_browser.post(reverse("home:coach_invite"), {"name": "Esra", "email": esra.email})

    assert answer.url == reverse("home:practice")
