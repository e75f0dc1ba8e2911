"""A second click, or a second tab: what one of them takes out or writes first is no error for the other."""

import pytest
from django.urls import reverse

from clients import actions
from clients.models import CheckIn, Circumstance, Client, LookingFor
from coaching.accounts.models import User
from coaching.scheduling.forms.mails import MailForm
from coaching.scheduling.models import MailChoices
from community import actions as directory
from community import merging
from community.models import Outcome, Service
from goals import actions as plans
from tests.at_once import meanwhile
from tests.clients.rows import a_circumstance, a_connection, a_value, an_area

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_check_in_is_said_twice(ben, ben_browser, ben_client):
    area = an_area(ben_client, ben)
    said = {"on": "2026-11-02", "words": "Better", f"area-{area.pk.hex}": "6"}
    address = reverse("clients:checkin_say", args=[ben_client.pk])
    day = CheckIn._meta.get_field("on").to_python("2026-11-02")

    answer = meanwhile(
        lambda: actions.say_check_in(by=ben, client=ben_client, on=day, scores={area: 3}, words="So so"),
        lambda: ben_browser.post(address, said),
    )

    assert answer.status_code == 302
    check_in = CheckIn.objects.get()
    assert (check_in.words, check_in.scores.get().level) == ("Better", 6)


@pytest.mark.parametrize("is_first", [True, False])
def test_two_vetoes_both_count(is_first, ben, ben_browser, ben_client):
    looking_for = LookingFor(client=ben_client)
    if not is_first:
        actions.say_what_to_look_for(by=ben, looking_for=looking_for)

    answer = meanwhile(
        lambda: actions.veto(by=ben, looking_for=looking_for, code="food"),
        lambda: ben_browser.post(reverse("clients:looking_for_veto", args=["isolation"])),
    )

    assert answer.status_code == 302
    assert LookingFor.objects.get().vetoed == ["food", "isolation"]


def test_what_to_look_for_is_saved_twice(ben, ben_browser, ben_client):
    answer = meanwhile(
        lambda: actions.say_what_to_look_for(by=ben, looking_for=LookingFor(client=ben_client, near="Bath")),
        lambda: ben_browser.post(reverse("clients:looking_for"), {"near": "Wells", "within": "10"}),
    )

    assert answer.status_code == 302
    assert LookingFor.objects.get().near == "Wells"


def test_choices_about_mails_are_saved_twice(ben, ben_browser):
    form = MailForm({"way": "email"}, instance=MailChoices.of(ben))
    assert form.is_valid()

    answer = meanwhile(form.save, lambda: ben_browser.post(reverse("scheduling:mail_settings"), {}))

    assert answer.status_code in (302, 422)
    assert MailChoices.objects.filter(user=ben).count() == 1


@pytest.mark.parametrize("act", ["value_edit", "value_move"])
def test_a_value_that_was_just_taken_out(act, ben, ben_browser, ben_client):
    value = a_value(ben_client, ben)
    address = reverse(f"clients:{act}", args=[value.pk])

    answer = meanwhile(
        lambda: actions.remove_values(by=ben, values=[value]),
        lambda: ben_browser.post(address, {"words": "Quiet", "by": "up"}),
    )

    assert answer.status_code == 404


def test_a_connection_that_was_just_taken_out(ben, ben_browser, ben_client):
    connection = a_connection(ben_client, ben)
    address = reverse("clients:connection_edit", args=[connection.pk])

    answer = meanwhile(connection.delete, lambda: ben_browser.post(address, {"words": "Kind people"}))

    assert answer.status_code == 404


def test_a_circumstance_that_was_just_taken_out_stays_out(ben, ben_browser, ben_client):
    circumstance = a_circumstance(ben_client, ben)
    address = reverse("clients:circumstance_edit", args=[circumstance.pk])
    said = {"words": "It is worse", "domain": "housing", "urgency": "urgent", "state": "present"}

    answer = meanwhile(
        lambda: actions.remove_circumstance(by=ben, circumstance=circumstance),
        lambda: ben_browser.post(address, said),
    )

    assert answer.status_code == 404
    assert not Circumstance.objects.exists()


def test_a_circumstance_that_was_just_taken_out_is_in_the_way_of_nothing(ben, ben_browser, ben_client):
    plan = plans.start_plan(by=ben, client=ben_client, title="My autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    circumstance = a_circumstance(ben_client, ben)
    said = {"what": "No quiet room", "kind": "structural", "circumstance": str(circumstance.pk)}
    address = reverse("goals:obstacle_create", args=[goal.pk])

    answer = meanwhile(
        lambda: actions.remove_circumstance(by=ben, circumstance=circumstance),
        lambda: ben_browser.post(address, said),
    )

    assert answer.status_code == 422
    assert "No quiet room" in answer.text
    assert not goal.obstacles.exists()


@pytest.fixture
def listed(finn):
    """A listing: `listed("Name")`."""
    organization = directory.create_organization(by=finn, name="Mill Lane")

    def make(name: str = "Rent advice") -> Service:
        return directory.create_listing(
            by=finn, organization=organization, service={"name": name}, listing={}, categories=[]
        )

    return make


@pytest.fixture
def ina_client(alma) -> Client:
    ina = User.objects.create_user("ina@example.org", "x", name="Ina")
    return Client.objects.create(
        practice=alma.coach.practice, coach=alma.coach, user=ina, name="Ina", email=ina.email
    )


def test_people_who_say_at_once_that_it_fits_are_all_counted(
    ben, dan, ben_client, dan_client, ina_client, listed
):
    service = listed()
    a_connection(ina_client, ina_client.user, service=service, state="fits")
    bens, dans = (
        a_connection(client, client.user, service=service, state="attended")
        for client in (ben_client, dan_client)
    )

    meanwhile(
        lambda: actions.go_on(by=ben, connection=bens, to="fits"),
        lambda: actions.go_on(by=dan, connection=dans, to="no_fit"),
    )

    assert Outcome.objects.values_list("fits", "no_fit").get() == (2, 1)


def test_who_says_that_it_fits_while_it_is_merged_is_counted_for_what_it_became(
    finn, dan, ben_client, dan_client, ina_client, listed
):
    kept, gone = listed(), listed("Rent help")
    for client in (ben_client, ina_client):
        a_connection(client, client.user, service=gone, state="fits")
    dans = a_connection(dan_client, dan, service=gone, state="attended")

    meanwhile(
        lambda: merging.merge(by=finn, kept=kept, gone=gone, choices={}),
        lambda: actions.go_on(by=dan, connection=dans, to="fits"),
    )

    assert Outcome.objects.values_list("service", "fits").get() == (kept.pk, 3)
