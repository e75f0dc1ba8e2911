"""Ben's plan with Alma, and Dan's with Cora: what one could leak to the other."""

import pytest
from django.utils import timezone

from coaching.accounts.models import User
from community.models import Listing, Organization, Service
from goals import actions
from goals.models import Goal, GoalPlan, Step


@pytest.fixture
def ben_plan(ben, ben_client) -> GoalPlan:
    return actions.start_plan(by=ben, client=ben_client, title="My autumn", vision="Mornings without a knot.")


@pytest.fixture
def dan_plan(dan, dan_client) -> GoalPlan:
    return actions.start_plan(by=dan, client=dan_client, title="Dan's year", vision="Quiet.")


@pytest.fixture
def ben_goal(ben, ben_plan) -> Goal:
    """Ben's own, active."""
    return actions.propose_goal(by=ben, plan=ben_plan, side="personal", title="Sleep before midnight")


@pytest.fixture
def proposal(alma, ben_plan) -> Goal:
    """Alma's, waiting for Ben."""
    return actions.propose_goal(by=alma, plan=ben_plan, side="community", title="Cook with the neighbours")


@pytest.fixture
def ben_step(ben, ben_goal) -> Step:
    return actions.add_step(by=ben, goal=ben_goal, title="Put the phone in the kitchen")


@pytest.fixture
def dan_goal(dan, dan_plan) -> Goal:
    return actions.propose_goal(by=dan, plan=dan_plan, side="personal", title="Dan's secret goal")


@pytest.fixture
def dan_step(dan, dan_goal) -> Step:
    return actions.add_step(by=dan, goal=dan_goal, title="Dan's secret step")


def a_service(name: str, by: User, *, is_published: bool = True) -> Service:
    """A listing of the directory; the one place in these tests that knows how one is made."""
    organization = Organization.objects.create(name="Neighbours Together")
    service = Service.objects.create(organization=organization, name=name)
    Listing.objects.create(
        service=service,
        kind=Listing.Kind.ACTIVITY,
        affiliation="none",
        published_by=by,
        published_at=timezone.now(),
    )
    Service.objects.filter(pk=service.pk).reindex()
    set_published(service, is_published)
    return service


def set_published(service: Service, is_published: bool) -> None:
    state = Listing.State.PUBLISHED if is_published else Listing.State.ARCHIVED
    Listing.objects.filter(service=service).update(state=state)


@pytest.fixture
def kitchen(finn) -> Service:
    return a_service("Open kitchen", finn)


@pytest.fixture
def draft(finn) -> Service:
    """Not published: nobody may attach it."""
    return a_service("Open draft", finn, is_published=False)
