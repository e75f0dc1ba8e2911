from datetime import date, timedelta

import pytest
from django.utils import timezone

from clients.models import Client
from coaching.accounts.models import User
from coaching.home.demo.directory import LISTINGS
from coaching.home.demo.plans import CLIENTS, seed_plan
from goals.board import plans_for
from goals.history import history_of
from goals.models import Goal, GoalPlan

TODAY = date(2026, 11, 24)


@pytest.fixture
def records(alma, olga) -> list[Client]:
    coaches = {"coach": alma.coach, "owner": olga.coach}
    return [
        Client.objects.create(
            practice=alma.coach.practice,
            coach=coaches[data["coach"]],
            user=User.objects.create(email=data["email"], name=data["name"], timezone=data["timezone"]),
            name=data["name"],
            email=data["email"],
            phone=data["phone"],
            timezone=data["timezone"],
        )
        for data in CLIENTS
    ]


def test_eight_clients_of_two_coaches():
    assert [data["email"] for data in CLIENTS if data["email"].endswith("@trellis.example")] == [
        "client@trellis.example",
        "client2@trellis.example",
    ]
    coaches = {data["email"]: data["coach"] for data in CLIENTS}
    assert len(coaches) == 8
    assert coaches["client@trellis.example"] == "coach"
    assert coaches["client2@trellis.example"] == "owner"


def test_each_resource_of_a_step_is_a_listing_of_the_demo():
    names = {entry.name for entry in LISTINGS if entry.state == "published"}
    wanted = {
        step["resource"]
        for data in CLIENTS
        for goal in data["plan"]["goals"]
        for step in goal.get("steps", [])
        if "resource" in step
    }

    assert len(wanted) > 5
    assert wanted <= names


def test_seed_plan_makes_every_situation(records):
    for record, data in zip(records, CLIENTS, strict=True):
        seed_plan(client=record, coach_user=record.coach.user, data=data["plan"], today=TODAY)

    states = set(Goal.objects.values_list("lifecycle", flat=True))
    assert states == {"proposed", "active", "on-hold", "completed", "cancelled", "rejected"}
    assert set(Goal.objects.values_list("decision", flat=True)) == {"", "accepted", "reworded", "declined"}
    assert GoalPlan.objects.filter(community_share=0).count() == 1
    assert (
        Goal.objects.exclude(decided_by=None).exclude(decided_by__client_records__plans__goals=None).count()
        > 20
    )
    for record in records:
        [board] = plans_for(record.user)
        assert board.growing_count > 0
        assert board.next_step is None or board.next_step.title


def test_seed_plan_is_dated_as_it_came_about(records):
    seed_plan(client=records[0], coach_user=records[0].coach.user, data=CLIENTS[0]["plan"], today=TODAY)

    goal = Goal.objects.get(decision="reworded")
    assert timezone.localtime(goal.decided_at, records[0].own_timezone).date() == TODAY - timedelta(days=68)
    told = history_of(goal)
    assert told[-1].what == "proposed this goal"
    assert timezone.localtime(told[-1].at).date() == TODAY - timedelta(days=70)
    assert told == sorted(told, key=lambda change: change.at, reverse=True)


def test_seed_plan_needs_a_client_who_has_joined(alma, records):
    records[0].user = None

    with pytest.raises(ValueError, match="has not joined"):
        seed_plan(client=records[0], coach_user=alma, data=CLIENTS[0]["plan"], today=TODAY)
