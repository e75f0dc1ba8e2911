"""What a goal grows from: the client's values, linked by them alone."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from clients.actions import remove_values
from clients.models import Value
from goals import actions
from goals.errors import NotTheirDecision
from goals.models import Goal, Root
from tests.clients.rows import a_value


@pytest.fixture
def rest(ben, ben_client) -> Value:
    return a_value(ben_client, ben, "Rest")


@pytest.fixture
def people(rest, ben, ben_client) -> Value:
    return a_value(ben_client, ben, "My people")


def edit(goal: Goal) -> str:
    return reverse("goals:goal_edit", args=[goal.pk])


def linked(goal: Goal) -> list[Value]:
    return list(goal.values.order_by("position"))


def test_nothing_is_chosen_and_no_other_persons_values_are_offered(
    ben_browser, ben_plan, ben_goal, rest, people, dan, dan_client
):
    theirs = a_value(dan_client, dan, "Dan's secret")

    for address in (edit(ben_goal), reverse("goals:goal_create", args=[ben_plan.pk])):
        page = ben_browser.get(address)
        field = page.context["form"]["values"]
        assert list(field.field.queryset) == [rest, people]
        assert not list(field.value() or [])
        assert b"checked" not in page.content.split(b"id_values")[1].split(b"id_target_on")[0]
    refused = ben_browser.post(edit(ben_goal), {"title": ben_goal.title, "values": [theirs.pk]})

    assert set(refused.context["form"].errors) == {"values"}
    assert not Root.objects.exists()


def test_no_question_where_there_are_no_values(ben_browser, ben_goal):
    assert "values" not in ben_browser.get(edit(ben_goal)).context["form"].fields


def test_the_client_links_and_takes_back(ben_browser, ben_plan, ben_goal, rest, people):
    ben_browser.post(edit(ben_goal), {"title": ben_goal.title, "values": [rest.pk, people.pk]})
    assert linked(ben_goal) == [rest, people]

    ben_browser.post(edit(ben_goal), {"title": ben_goal.title, "values": [people.pk]})
    assert linked(ben_goal) == [people]
    ben_goal.refresh_from_db()
    assert (ben_goal.lifecycle, ben_goal.decision) == ("active", "accepted")

    new = {"title": "Sing", "side": "community", "values": [rest.pk]}
    ben_browser.post(reverse("goals:goal_create", args=[ben_plan.pk]), new)
    assert linked(Goal.objects.get(title="Sing")) == [rest]


def test_a_coach_sees_the_links_and_makes_none(alma, alma_browser, ben, ben_plan, ben_goal, rest):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=None, values=[rest])

    assert "values" not in alma_browser.get(edit(ben_goal)).context["form"].fields
    alma_browser.post(edit(ben_goal), {"title": ben_goal.title, "target_on": "2027-01-01", "values": []})
    assert linked(ben_goal) == [rest]
    with pytest.raises(NotTheirDecision):
        ben_goal.edit(by=alma, wording=ben_goal.title, target_on=None, values=[])
    with pytest.raises(NotTheirDecision):
        actions.propose_goal(by=alma, plan=ben_plan, side="personal", title="X", values=[rest])
    for page in (ben_goal.get_absolute_url(), ben_plan.get_absolute_url()):
        assert "Rest" in alma_browser.get(page).text


def test_the_plan_shows_which_goals_grow_from_what_in_the_clients_order(
    ben, ben_browser, ben_plan, ben_goal, rest, people
):
    sing = actions.propose_goal(by=ben, plan=ben_plan, side="community", title="Sing", values=[people])
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=None, values=[rest, people])
    page = ben_browser.get(ben_plan.get_absolute_url())
    assert page.context["board"].roots == [(rest, [ben_goal]), (people, [ben_goal, sing])]

    ben_browser.post(reverse("clients:value_move", args=[people.pk]), {"to": "up"})

    page = ben_browser.get(ben_plan.get_absolute_url())
    assert [value for value, _goals in page.context["board"].roots] == [people, rest]


def test_the_links_go_with_the_values(ben, ben_browser, ben_plan, ben_goal, rest, people):
    ben_goal.edit(by=ben, wording=ben_goal.title, target_on=None, values=[rest, people])

    remove_values(by=ben, values=[rest])
    assert linked(ben_goal) == [people]
    ben_browser.post(reverse("clients:value_remove_all"))

    assert not Root.objects.exists()
    assert "What it grows from" not in ben_browser.get(ben_plan.get_absolute_url()).text
    assert Goal.objects.get() == ben_goal


def test_database_refuses_a_value_of_somebody_else(ben_goal, dan, dan_client):
    theirs = a_value(dan_client, dan)

    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        Root.objects.create(goal=ben_goal, value=theirs)
