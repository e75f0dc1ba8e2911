"""Every URL by the whole cast. All of it belongs to Ben, whose coach is Alma; a URL that is missing fails.

In a cell: a status, `go` for a redirect after it worked, `in` for a redirect to the sign-in page.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clients.actions import add_client
from coaching.scheduling.actions import schedule_session
from coaching.scheduling.models import SessionType
from community import actions as directory
from goals import actions as plans

CAST = ["alma", "ben", "cora", "dan", "esra", "finn", "olga", "gita", "nobody"]
COACHES = {"alma", "cora", "esra", "olga"}


def cells(*, nobody: object = "in", others: object = 404, **named: object) -> dict[str, str]:
    """What each of the cast gets; `coaches` and `people` (all who are signed in) stand for several."""
    row: dict[str, object] = dict.fromkeys(CAST, others)
    if "people" in named:
        row |= dict.fromkeys(CAST, named.pop("people"))
    if "coaches" in named:
        row |= dict.fromkeys(COACHES, named.pop("coaches"))
    row |= {"nobody": nobody, **named}
    assert set(row) == set(CAST)
    return {who: str(cell) for who, cell in row.items()}


EVERYBODY = cells(people=200, nobody=200)
SIGNED_IN = cells(people=200)
COACHES_ONLY = cells(others=403, coaches=200)
OWNERS_ONLY = cells(others=403, olga=200)
CURATORS_ONLY = cells(others=403, finn=200)
CURATORS_ACT = cells(others=403, finn="go")
PAIR_SEES = cells(alma=200, ben=200)
PAIR_ACTS = cells(alma="go", ben="go")
COACH_SEES = cells(alma=200)
COACH_ACTS = cells(alma="go")
CLIENT_SEES = cells(ben=200)
CLIENT_ACTS = cells(ben="go")

type Arguments = Callable[[SimpleNamespace], list[object]]


def of(name: str) -> Arguments:
    return lambda world: [getattr(world, name).pk]


def nothing(world: SimpleNamespace) -> list[object]:
    return []


GET: dict[str, tuple[Arguments, dict[str, str]]] = {
    "home:front": (nothing, cells(people="go", nobody=200)),
    "home:home": (nothing, SIGNED_IN),
    "home:me": (nothing, SIGNED_IN),
    "home:client_detail": (of("client"), cells(alma=200, ben="go")),
    "home:practice": (nothing, OWNERS_ONLY),
    "home:coach_invite": (nothing, OWNERS_ONLY),
    "home:healthz_live": (nothing, EVERYBODY),
    "home:healthz_ready": (nothing, cells(people=503, nobody=503)),  # no worker runs here
    "local:mailbox": (nothing, EVERYBODY),
    "local:mailbox_mail": (lambda world: ["none"], cells(people=404, nobody=404)),
    "local:mailbox_html": (lambda world: ["none"], cells(people=404, nobody=404)),
    "local:styleguide": (nothing, EVERYBODY),
    "accounts:person_edit": (nothing, SIGNED_IN),
    "clients:client_list": (nothing, COACHES_ONLY),
    "clients:client_create": (nothing, COACHES_ONLY),
    "clients:client_edit": (of("client"), PAIR_SEES),
    "clients:invitation_accept": (lambda world: [world.invitation.token], cells(others=403, nobody=200)),
    "goals:plan_create": (nothing, CLIENT_SEES),
    "goals:plan_detail": (of("plan"), PAIR_SEES),
    "goals:plan_edit": (of("plan"), PAIR_SEES),
    "goals:plan_close": (of("plan"), cells(ben=200, alma=403)),
    "goals:plan_history": (of("plan"), PAIR_SEES),
    "goals:goal_create": (of("plan"), PAIR_SEES),
    "goals:goal_detail": (of("goal"), PAIR_SEES),
    "goals:goal_edit": (of("goal"), PAIR_SEES),
    "goals:goal_reword": (of("proposal"), CLIENT_SEES),
    "goals:goal_cancel": (of("goal"), PAIR_SEES),
    "goals:goal_rate": (of("goal"), PAIR_SEES),
    "goals:step_create": (of("goal"), PAIR_SEES),
    "goals:step_edit": (of("step"), PAIR_SEES),
    "goals:step_resource": (of("step"), PAIR_SEES),
    "scheduling:session_list": (nothing, SIGNED_IN),
    "scheduling:session_create": (nothing, COACHES_ONLY),
    "scheduling:session_detail": (of("session"), PAIR_SEES),
    "scheduling:session_reschedule": (of("session"), COACH_SEES),
    "scheduling:session_cancel": (of("session"), PAIR_SEES),
    "scheduling:type_list": (nothing, COACHES_ONLY),
    "scheduling:type_create": (nothing, COACHES_ONLY),
    "scheduling:type_edit": (of("session_type"), COACH_SEES),
    "community:resource_list": (nothing, EVERYBODY),
    "community:resource_detail": (of("draft"), cells(finn=200, nobody=404)),
    "community:curate": (nothing, CURATORS_ONLY),
    "community:listing_new": (nothing, CURATORS_ONLY),
    "community:listing_detail": (of("draft"), CURATORS_ONLY),
    "community:listing_edit": (of("draft"), CURATORS_ONLY),
    "community:organization_detail": (of("organization"), CURATORS_ONLY),
    "community:organization_edit": (of("organization"), CURATORS_ONLY),
    "community:place_new": (of("draft"), CURATORS_ONLY),
    "community:place_edit": (lambda world: [world.draft.pk, world.place.pk], CURATORS_ONLY),
    "community:part_new": (lambda world: [world.draft.pk, "phone"], CURATORS_ONLY),
    "community:part_edit": (lambda world: [world.draft.pk, "phone", world.phone.pk], CURATORS_ONLY),
}
POST: dict[str, tuple[Arguments, dict[str, str]]] = {
    "clients:client_invite": (of("client"), COACH_ACTS),
    "clients:client_status": (of("client"), COACH_ACTS),
    "goals:plan_reopen": (of("plan"), cells(ben="go", alma=403)),
    "goals:goal_accept": (of("proposal"), CLIENT_ACTS),
    "goals:goal_decline": (of("proposal"), CLIENT_ACTS),
    "goals:goal_hold": (of("goal"), PAIR_ACTS),
    "goals:goal_resume": (of("goal"), CLIENT_ACTS),
    "goals:goal_complete": (of("goal"), PAIR_ACTS),
    "goals:step_tick": (of("step"), PAIR_ACTS),
    "goals:step_untick": (of("step"), PAIR_ACTS),
    "goals:step_detach": (of("step"), PAIR_ACTS),
    "scheduling:session_complete": (of("session"), COACH_ACTS),
    "community:listing_submit": (of("draft"), CURATORS_ACT),
    "community:listing_publish": (of("draft"), CURATORS_ACT),
    "community:listing_check": (of("draft"), CURATORS_ACT),
    "community:listing_draft": (of("draft"), CURATORS_ACT),
    "community:listing_archive": (of("draft"), CURATORS_ACT),
    "community:listing_verify": (of("draft"), CURATORS_ACT),
    "community:place_remove": (lambda world: [world.draft.pk, world.place.pk], CURATORS_ACT),
    "community:part_remove": (lambda world: [world.draft.pk, "phone", world.phone.pk], CURATORS_ACT),
}

ALLAUTH_PUBLIC = {
    "account_login", "account_signup", "account_reset_password", "account_reset_password_done",
    "account_reset_password_from_key_done", "account_inactive", "account_email_verification_sent",
}  # fmt: skip
ALLAUTH_WITH_ARGUMENTS = {
    "account_confirm_email": ["no-such-key"],
    "account_reset_password_from_key": ["1", "no-such-key"],
}


@pytest.fixture
def world(alma, ben, finn, ben_client) -> SimpleNamespace:
    """Something of Ben's for every kind of URL, and a draft in the directory."""
    plan = plans.start_plan(by=ben, client=ben_client, title="Autumn")
    goal = plans.propose_goal(by=ben, plan=plan, side="personal", title="Sleep before midnight")
    tomorrow = (timezone.now() + timedelta(days=1)).replace(hour=10, minute=0, second=0, microsecond=0)
    session = schedule_session(
        by=alma,
        client=ben_client,
        local_start=datetime.combine(tomorrow.date(), tomorrow.time()),
        timezone=ZoneInfo("Europe/Berlin"),
        minutes=60,
    )
    organization = directory.create_organization(by=finn, name="Neighbours Together")
    draft = directory.create_listing(
        by=finn,
        organization=organization,
        service={"name": "Open kitchen"},
        place={"name": "Hall"},
        phones=[{"number": "01632 960001"}],
    )
    stranger = add_client(by=alma, name="Gil", email="gil@example.org", invite=True)
    return SimpleNamespace(
        client=ben_client,
        plan=plan,
        goal=goal,
        proposal=plans.propose_goal(by=alma, plan=plan, side="community", title="Cook with neighbours"),
        step=plans.add_step(by=ben, goal=goal, title="Put the phone away"),
        session=session,
        session_type=SessionType.objects.create(coach=alma.coach, name="First talk"),
        organization=organization,
        draft=draft,
        place=draft.service_at_locations.get(),
        phone=draft.phones.get(),
        invitation=stranger.invitation,
    )


@pytest.fixture
def answers(request: pytest.FixtureRequest, browser_of) -> Callable[..., dict[str, str]]:
    people = {who: request.getfixturevalue(who) if who != "nobody" else None for who in CAST}

    def ask(url: str, method: str) -> dict[str, str]:
        found = {}
        for who, person in people.items():
            browser = browser_of(person)
            with transaction.atomic():
                found[who] = cell(getattr(browser, method)(url))
                transaction.set_rollback(True)
        return found

    return ask


def cell(response: HttpResponse) -> str:
    if response.status_code != 302:
        return str(response.status_code)
    return "in" if response.url.startswith(reverse("account_login")) else "go"


def names(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every URL's full name; one without a name is shown by its pattern, and so cannot be in the table."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from names(pattern.url_patterns, space)
        else:
            yield prefix + (pattern.name or str(pattern.pattern))


ALL_NAMES = sorted(set(names(get_resolver().url_patterns)))


def test_every_url_is_in_the_table():
    ours = {name for name in ALL_NAMES if not name.startswith(("admin:", "account_", "mfa_"))}

    assert ours - set(GET) - set(POST) - {"account_reauthenticate"} == set()
    assert (set(GET) | set(POST)) - ours == set()


@pytest.mark.parametrize("name", GET)
def test_pages(name, world, answers):
    arguments, expected = GET[name]

    assert answers(reverse(name, args=arguments(world)), "get") == expected


@pytest.mark.parametrize("name", POST)
def test_acts(name, world, answers):
    arguments, expected = POST[name]

    assert answers(reverse(name, args=arguments(world)), "post") == expected


@pytest.mark.parametrize("name", POST)
def test_acts_are_not_done_by_a_link(name, world, alma_browser):
    arguments, _expected = POST[name]

    assert alma_browser.get(reverse(name, args=arguments(world))).status_code in {403, 405}


@pytest.mark.parametrize("name", [name for name in ALL_NAMES if name.startswith(("account_", "mfa_"))])
def test_account_pages_show_nothing_of_others(name, client, db):
    """allauth's pages: the public ones open, all others ask a visitor to sign in."""
    response = client.get(reverse(name, args=ALLAUTH_WITH_ARGUMENTS.get(name, [])))

    if name in ALLAUTH_PUBLIC or name in ALLAUTH_WITH_ARGUMENTS:
        assert response.status_code == 200
    else:
        assert response.status_code in {302, 404}
        assert response.status_code == 404 or response.url.startswith((reverse("account_login"), "/"))


@pytest.mark.parametrize(
    "name",
    [name for name in ALL_NAMES if name.startswith("admin:") and name.endswith(("index", "changelist"))],
)
def test_admin_is_for_staff(name, answers, gita):
    """Django sends others to the admin's own sign-in page, or to Trellis's."""
    expected = cells(others="go", nobody="go", gita=200)

    found = answers(reverse(name), "get")

    assert {who: "go" if cell == "in" else cell for who, cell in found.items()} == expected


def test_private_content_is_not_in_the_admin():
    registered = {name for name in ALL_NAMES if name.startswith("admin:") and name.endswith("_changelist")}

    assert registered == {
        "admin:account_emailaddress_changelist",
        "admin:accounts_practice_changelist",
        "admin:accounts_user_changelist",
    }
