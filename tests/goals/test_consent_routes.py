"""Every way by which a row could change, and that none of them makes a coach's proposal the client's goal.

Every page of the site by the whole cast; the verbs that code and shells call,
Django's own ways of writing rows, the admin, and the commands.
"""

import inspect
import json
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from django.contrib import admin
from django.core import serializers
from django.core.exceptions import PermissionDenied
from django.core.management import get_commands
from django.db import IntegrityError, connection, transaction
from django.urls import get_resolver, reverse

from goals import actions, library
from goals.errors import NotPossible
from goals.fhir import bringing
from goals.fhir.reading import read
from goals.models import Goal, GoalPlan, Obstacle, Win
from goals.models.goal import AGREED
from tests.test_access_urls import GET, POST, names, world

__all__ = ["world"]

WORDS = list("abcde")


def bring_in(goal: Goal, by: object) -> object:
    """A file that calls the same words active, with a yes to each of its goals."""
    told = {"resourceType": "Goal", "lifecycleStatus": "active", "subject": {"reference": "Patient/1"}}
    reading = read(json.dumps(told | {"description": {"text": goal.title}}).encode())
    agreed = {draft.fingerprint for draft in reading.goals}
    return bringing.bring_in(by=by, client=goal.plan.client, reading=reading, plan=goal.plan, agreed=agreed)


def take(goal: Goal, by: object) -> object:
    """A template of the same words, whoever it is that may see it."""
    coach = goal.plan.client.coach.user
    template = library.write_template(
        by=coach, side="personal", title=goal.title, levels=[], steps=["X"], is_shared=True
    )
    return library.take_template(
        by=by, template=template, plan=goal.plan, side="personal", title=goal.title, steps=["X"]
    )


OPENS = {
    "Goal.accept": lambda goal, by: goal.accept(by=by),
    "Goal.reword": lambda goal, by: goal.reword(by=by, wording="Other words"),
    "Goal.edit": lambda goal, by: goal.edit(by=by, wording="Other words", why="", target_on=None),
}
"""The client's yes; the same verb by anybody else is refused or leaves it a proposal."""
VERBS = {
    **OPENS,
    "Goal.decline": lambda goal, by: goal.decline(by=by),
    "Goal.resume": lambda goal, by: goal.resume(by=by),
    "Goal.propose_wording": lambda goal, by: goal.propose_wording(by=by, wording="Other words"),
    "Goal.withdraw_wording": lambda goal, by: goal.withdraw_wording(by=by),
    "Goal.hold": lambda goal, by: goal.hold(by=by),
    "Goal.complete": lambda goal, by: goal.complete(by=by),
    "Goal.cancel": lambda goal, by: goal.cancel(by=by),
    "Obstacle.edit": lambda goal, by: goal.obstacles.get().edit(by=by, kind="both", what="X", domain="food"),
    "Obstacle.name_circumstance": lambda goal, by: goal.obstacles.get().name_circumstance(None, by=by),
    "Obstacle.confirmed_by": lambda goal, by: goal.obstacles.get().confirmed_by(by, None),
    "Obstacle.confirm": lambda goal, by: goal.obstacles.get().confirm(by=by),
    "Obstacle.pause": lambda goal, by: goal.obstacles.get().pause(by=by),
    "Obstacle.clear": lambda goal, by: goal.obstacles.get().clear(by=by),
    "actions.start_plan": lambda goal, by: actions.start_plan(by=by, client=goal.plan.client, title="X"),
    "actions.propose_goal": lambda goal, by: actions.propose_goal(
        by=by, plan=goal.plan, side="personal", title=goal.title
    ),
    "actions.add_step": lambda goal, by: actions.add_step(by=by, goal=goal, title="X"),
    "actions.describe_scale": lambda goal, by: actions.describe_scale(
        by=by, goal=goal, descriptions=WORDS, importance=1, difficulty=1, baseline=0
    ),
    "actions.name_obstacle": lambda goal, by: actions.name_obstacle(
        by=by, goal=goal, kind="structural", what="X", domain="food"
    ),
    "bringing.bring_in": bring_in,
    "library.write_template": lambda goal, by: library.write_template(
        by=by, side="personal", title="X", levels=[], steps=[], is_shared=True
    ),
    "library.take_template": take,
    "actions.note_win": lambda goal, by: actions.note_win(by=by, goal=goal, words="X"),
    "actions.remove_win": lambda goal, by: actions.remove_win(
        by=by, win=Win.objects.create(goal=goal, author=by, on=goal.proposed_at.date(), words="X")
    ),
    "actions.rate_goal": lambda goal, by: actions.rate_goal(by=by, goal=goal, level=2),
}
CAST = ["alma", "cora", "dan", "esra", "olga", "finn", "gita"]


def takes_by(function: object) -> bool:
    return inspect.isfunction(function) and "by" in inspect.signature(function).parameters


def test_the_list_of_verbs_is_whole():
    """A verb that is added and not listed here fails."""
    found = {
        f"{model.__name__}.{name}"
        for model in (Goal, Obstacle)
        for name, each in vars(model).items()
        if takes_by(each) and not name.startswith("_")
    }
    found |= {
        f"{module.__name__.split('.')[-1]}.{name}"
        for module in (actions, bringing, library)
        for name, each in vars(module).items()
        if takes_by(inspect.unwrap(each) if callable(each) else each)
        and getattr(each, "__module__", "") == module.__name__
    }

    assert found == set(VERBS)


@pytest.mark.parametrize("who", CAST)
@pytest.mark.parametrize("verb", VERBS)
def test_no_verb_of_anybody_elses_makes_it_active(verb, who, request, proposal, dan_client):
    person = request.getfixturevalue(who)
    Obstacle.objects.create(goal=proposal, kind="structural", domain="housing", what="The flat is cold")

    with suppress(NotPossible, PermissionDenied), transaction.atomic():
        VERBS[verb](Goal.objects.get(pk=proposal.pk), person)

    proposal.refresh_from_db()
    assert proposal.lifecycle not in AGREED
    assert not Goal.objects.filter(lifecycle__in=AGREED).exists()


@pytest.mark.parametrize("verb", OPENS)
def test_the_clients_own_act_does(verb, ben, proposal):
    OPENS[verb](proposal, ben)

    assert proposal.lifecycle == "active"


# --- every page of the site, every person -------------------------------------

OPENED_BY_CLIENT = {"goal_accept", "goal_reword", "goal_edit"}
"""Routes by which the client's own act makes the proposal active (an edit by new words)."""
FILE = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "description": {"text": "Cook with the neighbours"},
    "subject": {"reference": "Patient/1"},
}
EVERYTHING = {
    "title": "Other words",
    "why": "Because",
    "side": "community",
    "starts_on": "2026-12-01",
    "level": "2",
    "rated_on": "2026-11-01",
    "review_weeks": "4",
    **{f"level_{place}": "Words" for place in range(1, 6)},
    "importance": "3",
    "difficulty": "3",
    "baseline": "-1",
    "kind": "both",
    "what": "Words",
    "words": "Words",
    "audience": "both",
    "domain": "food",
    "lifecycle": "active",
    "decision": "accepted",
    "decided_at": "2026-12-01",
    "achievement": "achieved",
    "is_shared": "yes",
    "is_neutral": "on",
    "content": json.dumps(FILE),
    "agree": [each.fingerprint for each in read(json.dumps(FILE).encode()).goals],
}
"""All that a form could ask for, and what none may take."""


@pytest.mark.parametrize("who", [*CAST, "nobody", "ben"])
def test_no_page_of_the_site_makes_it_active(who, world, request, browser_of):
    """Each address of the table is sent all that any form asks for; Ben's own three do it, and no other.

    What belongs to plans is also opened, and asked by a method that nothing here has.
    """
    browser = browser_of(None if who == "nobody" else request.getfixturevalue(who))
    goal, opened = world.proposal, set()
    watched = Goal.objects.filter(pk=goal.pk) if who == "ben" else Goal.objects.exclude(pk=world.goal.pk)
    sent = {**EVERYTHING, "seen": goal.fingerprint, "goal": goal.pk, "plan": goal.plan_id}

    for name, (arguments, _expected) in {**GET, **POST}.items():
        address = reverse(
            name, args=[goal.pk if each == world.goal.pk else each for each in arguments(world)]
        )
        asks = [partial(browser.post, address, sent)]
        if name.startswith("goals:"):
            asks += [partial(browser.get, address), partial(browser.put, address)]
        for ask in asks:
            with transaction.atomic():
                ask()
                if watched.filter(lifecycle__in=AGREED).exists():
                    opened.add(name)
                transaction.set_rollback(True)

    assert opened == ({f"goals:{name}" for name in OPENED_BY_CLIENT} if who == "ben" else set())


# --- a shell, an import, raw SQL ----------------------------------------------


def _by_save(goal: Goal, values: dict) -> None:
    for name, value in values.items():
        setattr(goal, name, value)
    goal.save()


def _by_bulk_update(goal: Goal, values: dict) -> None:
    for name, value in values.items():
        setattr(goal, name, value)
    Goal.objects.bulk_update([goal], list(values))


def _by_bulk_create(goal: Goal, values: dict) -> None:
    columns = {"plan": goal.plan, "side": "personal", "title": goal.title, "proposed_by": goal.proposed_by}
    Goal.objects.bulk_create([Goal(**columns, **values)])


def _by_loaddata(goal: Goal, values: dict) -> None:
    [row] = json.loads(serializers.serialize("json", [goal]))
    for name, value in values.items():
        row["fields"][name] = str(getattr(value, "pk", value))
    for loaded in serializers.deserialize("json", json.dumps([row])):
        loaded.save()


def _by_sql(goal: Goal, values: dict) -> None:
    with connection.cursor() as cursor:
        for name, value in values.items():
            column = f"{name}_id" if name == "decided_by" else name
            cursor.execute(
                f'UPDATE goals_goal SET "{column}" = %s WHERE id = %s',  # a name of this file
                [getattr(value, "pk", value), goal.pk],
            )


WRITES = {
    "save": _by_save,
    "update": lambda goal, values: Goal.objects.filter(pk=goal.pk).update(**values),
    "update_or_create": lambda goal, values: Goal.objects.update_or_create(pk=goal.pk, defaults=values),
    "bulk_update": _by_bulk_update,
    "bulk_create": _by_bulk_create,
    "loaddata": _by_loaddata,
    "SQL": _by_sql,
}


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("forged", [False, True], ids=["plain", "forged by the coach"])
def test_no_way_of_writing_a_row_makes_it_active(write, forged, alma, proposal):
    values = {"lifecycle": "active"}
    if forged:
        values = {
            "decision": "accepted",
            "decided_at": proposal.proposed_at,
            "decided_by": alma,
            "decided_wording_hash": proposal.wording_hash,
            "lifecycle": "active",
        }

    with pytest.raises(IntegrityError), transaction.atomic():
        WRITES[write](proposal, values)

    assert not Goal.objects.filter(lifecycle__in=AGREED).exists()


# --- the admin and the commands -----------------------------------------------


def test_the_admin_has_no_plans():
    assert not [model for model in admin.site._registry if model._meta.app_label == "goals"]
    assert not [name for name in names(get_resolver().url_patterns) if name.startswith("admin:goals")]


def test_no_command_but_the_demos_writes_goals():
    """The demo's goes through the same verbs; a new command that names goals must be added here."""
    ours = {
        name
        for name, app in get_commands().items()
        if app in {"coaching.home", "coaching.scheduling", "goals"}
    }
    ours |= {name for name, app in get_commands().items() if app in {"clients", "community"}}
    root = Path(actions.__file__).parent.parent
    naming = {
        path.stem
        for path in root.glob("*/**/management/commands/*.py")
        if path.stem in ours and "goals" in path.read_text()
    }

    assert naming <= {"seed_demo"}
    assert GoalPlan._meta.app_label == "goals"
