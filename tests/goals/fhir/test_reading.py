"""What a file may hold: whatever is wrong is said by its path, and nothing makes it stumble."""

import copy
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goals.fhir.drafts import ScaleDraft, StepDraft
from goals.fhir.reading import MOST_BYTES, read
from tests.goals.fhir.conftest import LEVELS

GOAL = {
    "resourceType": "Goal",
    "id": "g1",
    "lifecycleStatus": "active",
    "description": {"text": "Sleep before midnight"},
    "subject": {"reference": "Patient/1"},
}
PLAN = {
    "resourceType": "CarePlan",
    "status": "active",
    "intent": "plan",
    "title": "My autumn",
    "subject": {"reference": "Patient/1"},
    "goal": [{"reference": "Goal/g1"}],
    "activity": [
        {
            "detail": {
                "status": "completed",
                "description": "Put the phone away",
                "scheduledPeriod": {"end": "2026-10-09"},
                "goal": [{"reference": "Goal/g1"}],
            },
            "progress": [{"time": "2026-10-08T20:00:00+02:00", "text": "Done"}],
        }
    ],
}
SCALE = {
    "url": "https://other.example/fhir/trellis-goal-scale",
    "extension": [
        *(
            {
                "url": "level",
                "extension": [
                    {"url": "value", "valueInteger": level},
                    {"url": "description", "valueString": words},
                ],
            }
            for level, words in zip([-2, -1, 0, 1, 2], LEVELS, strict=True)
        ),
        {"url": "importance", "valueInteger": 2},
        {"url": "difficulty", "valueInteger": 3},
        {"url": "baseline", "valueInteger": -1},
        {"url": "baselineOn", "valueDate": "2026-10-02"},
    ],
}
MIX = {
    "url": "https://other.example/fhir/trellis-community-mix",
    "extension": [{"url": "percent", "valueInteger": 30}, {"url": "tolerance", "valueInteger": 10}],
}


def bundle_with(*resources: object) -> dict:
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": f"urn:uuid:{n}", "resource": each} for n, each in enumerate(resources)],
    }


def reading_of(document: object):
    return read(json.dumps(document).encode())


def problems_of(document: object) -> list[tuple[str, str]]:
    return [(each.path, each.words) for each in reading_of(document).problems]


def test_a_goal_alone():
    reading = reading_of(GOAL | {"note": [{"text": "Mornings."}, {"text": "Tara."}]})

    [goal] = reading.goals
    assert reading.problems == []
    assert reading.plan is None
    assert (goal.title, goal.why, goal.side, goal.lifecycle) == (
        "Sleep before midnight",
        "Mornings.\n\nTara.",
        "personal",
        "active",
    )


def test_a_plan_with_its_goals_and_steps():
    reading = reading_of(
        bundle_with(PLAN | {"extension": [MIX]}, GOAL | {"target": [{"extension": [SCALE]}]})
    )

    assert reading.problems == []
    assert (reading.plan.title, reading.plan.community_share, reading.plan.share_tolerance) == (
        "My autumn",
        30,
        10,
    )
    assert reading.goals[0].steps == [
        StepDraft("Put the phone away", date(2026, 10, 9), None, True, datetime(2026, 10, 8, 18, tzinfo=UTC))
    ]
    assert reading.goals[0].scale == ScaleDraft(LEVELS, 2, 3, -1, date(2026, 10, 2))


def test_a_plan_that_contains_its_goals():
    plan = copy.deepcopy(PLAN) | {"contained": [GOAL]}
    plan["activity"][0]["detail"]["goal"] = [{"reference": "#g1"}]

    reading = reading_of(plan)

    assert reading.problems == []
    assert [len(goal.steps) for goal in reading.goals] == [1]


def test_what_has_no_place_here_is_named_and_left_out():
    goal = GOAL | {
        "priority": {"text": "high"},
        "achievementStatus": {"coding": [{"system": "https://other.example", "code": "fine"}]},
        "target": [{"measure": {"text": "weight"}, "detailInteger": 80}],
    }
    patient = {"resourceType": "Patient", "name": [{"family": "Nwosu"}]}
    plan = copy.deepcopy(PLAN)
    plan["activity"] += [
        {"reference": {"reference": "Task/1"}},
        {"detail": {"status": "cancelled", "description": "Run"}},
        {"detail": {"status": "not-started", "description": "Walk"}},
    ]

    reading = reading_of(bundle_with(plan, goal, GOAL | {"id": "g2", "lifecycleStatus": "rejected"}, patient))

    assert reading.problems == []
    assert [each.path for each in reading.left_out] == [
        "Bundle.entry[3].resource",
        "Bundle.entry[1].resource.target[0].measure",
        "Bundle.entry[1].resource.achievementStatus.coding[0]",
        "Bundle.entry[1].resource.priority",
        "Bundle.entry[2].resource",
        "Bundle.entry[0].resource.activity[1]",
        "Bundle.entry[0].resource.activity[2]",
        "Bundle.entry[0].resource.activity[3]",
    ]


@pytest.mark.parametrize(
    ("repeat", "rhythm"),
    [
        ({"frequency": 2, "period": 1, "periodUnit": "wk"}, (2, "week")),
        ({"frequency": 2, "period": 2, "periodUnit": "wk"}, None),
        ({"frequency": 99, "period": 1, "periodUnit": "d"}, None),
        ({"frequency": 1, "period": 1, "periodUnit": "a"}, None),
        ({}, None),
    ],
)
def test_a_rhythm_comes_in_where_there_is_one_like_it(repeat, rhythm):
    plan = copy.deepcopy(PLAN)
    detail = plan["activity"][0]["detail"]
    del detail["scheduledPeriod"]
    detail["scheduledTiming"] = {"repeat": repeat}

    reading = reading_of(bundle_with(plan, GOAL))

    assert [step.rhythm for step in reading.goals[0].steps] == [rhythm]
    assert (reading.left_out == []) == (rhythm is not None)


def test_one_without_a_name_gets_the_same_each_time():
    first, again = reading_of(GOAL).goals[0], reading_of(GOAL).goals[0]
    other = reading_of(GOAL | {"description": {"text": "Sleep before eleven"}}).goals[0]

    assert first.identity == again.identity
    assert first.identity != other.identity


def scale_with(part: str, **values: object) -> dict:
    scale = copy.deepcopy(SCALE)
    next(each for each in scale["extension"] if each["url"] == part).update(values)
    return GOAL | {"target": [{"extension": [scale]}]}


def levels_with(words: object) -> dict:
    scale = copy.deepcopy(SCALE)
    scale["extension"][0]["extension"][1]["valueString"] = words
    return GOAL | {"target": [{"extension": [scale]}]}


def step_with(**values: object) -> dict:
    plan = copy.deepcopy(PLAN)
    plan["activity"][0]["detail"].update(values)
    return bundle_with(plan, GOAL)


def progress_at(time: str) -> dict:
    plan = copy.deepcopy(PLAN)
    plan["activity"][0]["progress"][0]["time"] = time
    return bundle_with(plan, GOAL)


STEP = "Bundle.entry[0].resource.activity[0]"
REFUSED = {
    "no resource": ({}, "resourceType"),
    "another resource": ({"resourceType": "Patient"}, "resourceType"),
    "nothing in it": (bundle_with(), ""),
    "an unknown kind of bundle": (bundle_with(GOAL) | {"type": "heap"}, "Bundle.type"),
    "entries that are no list": (bundle_with() | {"entry": {}}, "Bundle.entry"),
    "an entry that is no resource": (bundle_with(GOAL, 5), "Bundle.entry[1].resource"),
    "two plans": (bundle_with(PLAN, PLAN, GOAL), "Bundle.entry[1].resource"),
    "the same goal twice": (bundle_with(GOAL, GOAL), "Bundle.entry[1].resource"),
    "too many goals": (
        bundle_with(*(GOAL | {"id": f"g{number}"} for number in range(201))),
        "",
    ),
    "no status": ({**GOAL, "lifecycleStatus": None}, "Goal.lifecycleStatus"),
    "an unknown status": (GOAL | {"lifecycleStatus": "banana"}, "Goal.lifecycleStatus"),
    "an element FHIR has not": (GOAL | {"colour": "red"}, "Goal.colour"),
    "words that are no text": (GOAL | {"description": {"text": 5}}, "Goal.description.text"),
    "no words": (GOAL | {"description": {"coding": [{"code": "1"}]}}, "Goal.description.text"),
    "HTML": (GOAL | {"description": {"text": "Sleep <b>well</b>"}}, "Goal.description.text"),
    "a script": (GOAL | {"note": [{"text": "<script>x</script>"}]}, "Goal.note[0].text"),
    "words that nobody sees": (GOAL | {"description": {"text": "​​"}}, "Goal.description.text"),
    "too many words": (GOAL | {"description": {"text": "x" * 251}}, "Goal.description.text"),
    "too long a reason": (GOAL | {"note": [{"text": "x" * 3000}, {"text": "y" * 3000}]}, "Goal.note"),
    "half a date": (GOAL | {"target": [{"dueDate": "2026-10"}]}, "Goal.target[0].dueDate"),
    "a date that is none": (GOAL | {"target": [{"dueDate": "2026-13-01"}]}, "Goal.target[0].dueDate"),
    "a date of long ago": (GOAL | {"target": [{"dueDate": "0001-01-01"}]}, "Goal.target[0].dueDate"),
    "a date that is a number": (GOAL | {"target": [{"dueDate": 20261001}]}, "Goal.target[0].dueDate"),
    "an unknown side": (
        GOAL | {"category": [{"coding": [{"system": "x/fhir/trellis-goal-side", "code": "up"}]}]},
        "Goal.category[0].coding[0].code",
    ),
    "an unknown achievement": (
        GOAL
        | {
            "achievementStatus": {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/goal-achievement", "code": "great"}
                ]
            }
        },
        "Goal.achievementStatus.coding[0].code",
    ),
    "an identifier without end": (
        GOAL | {"identifier": [{"system": "urn:x", "value": "x" * 201}]},
        "Goal.identifier[0]",
    ),
    "a weight of seven": (
        scale_with("importance", valueInteger=7),
        "Goal.target[0].extension[0].extension[5].valueInteger",
    ),
    "a level without words": (levels_with(" "), "Goal.target[0].extension[0]"),
    "a level that is no text": (
        levels_with(["x"]),
        "Goal.target[0].extension[0].extension[0].extension[1].valueString",
    ),
    "four levels": (scale_with("level", url="stage"), "Goal.target[0].extension[0]"),
    "an unknown state of a step": (step_with(status="half"), f"{STEP}.detail.status"),
    "a step without words": (step_with(description=" "), f"{STEP}.detail.description"),
    "a step with HTML": (step_with(description="<a href=x>go</a>"), f"{STEP}.detail.description"),
    "a step in half a month": (
        step_with(scheduledPeriod={"end": "2026-10"}),
        f"{STEP}.detail.scheduledPeriod.end",
    ),
    "done tomorrow": (progress_at("2199-01-01T10:00:00Z"), f"{STEP}.progress[0].time"),
    "a plan by mistake": (PLAN | {"status": "entered-in-error"}, "CarePlan.status"),
    "an unknown state of a plan": (PLAN | {"status": "fine"}, "CarePlan.status"),
    "an unknown intent": (PLAN | {"intent": "wish"}, "CarePlan.intent"),
    "too long a title": (PLAN | {"title": "x" * 121}, "CarePlan.title"),
    "a plan that ends before it starts": (
        PLAN | {"period": {"start": "2026-10-02", "end": "2026-10-01"}},
        "CarePlan.period",
    ),
    "a share of 101": (
        PLAN
        | {
            "extension": [
                MIX | {"extension": [{"url": "percent", "valueInteger": 101}, MIX["extension"][1]]}
            ]
        },
        "CarePlan.extension[0].extension[0].valueInteger",
    ),
    "a contained resource of no kind": (GOAL | {"contained": [{"resourceType": "Nope"}]}, "Goal"),
}  # fmt: skip


@pytest.mark.parametrize("document", REFUSED)
def test_what_is_wrong_is_said_by_its_path(document):
    content, path = REFUSED[document]

    found = problems_of(content)

    assert path in [where for where, _words in found]
    assert all(words for _where, words in found)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "This is not JSON that can be read"),
        (b"\xff\xfe", "This is not JSON that can be read"),
        (b"{", "This is not JSON that can be read"),
        (b'{"resourceType": "Goal", "resourceType": "Goal"}', "This is not JSON that can be read"),
        (b'{"resourceType": NaN}', "This is not JSON that can be read"),
        (b"[" * 100_000, "This is not JSON that can be read"),
        (b'{"a":' * 30 + b"1" + b"}" * 30, "The file is nested too deeply"),
        (b"[]", "The file must hold one FHIR resource"),
        (b"null", "The file must hold one FHIR resource"),
        (b'{"resourceType": "Goal", "x": "\\ud800"}', "The file holds characters that cannot"),
        (b'{"resourceType": "Goal", "x\\u0000": 1}', "The file holds characters that cannot"),
        (b" " * (MOST_BYTES + 1), "The file is larger than 500 kB"),
        (b"9" * 10_000, "This is not JSON that can be read"),
    ],
)
def test_what_is_no_such_file(content, words):
    [problem] = read(content).problems

    assert problem.words.startswith(words)


@pytest.mark.parametrize("text", ["a < b, and b > a", "I <3 mornings", "5<6", "Größe — ∞ 🌱", "x & y"])
def test_plain_words_are_no_html(text):
    assert problems_of(GOAL | {"description": {"text": text}}) == []


# --- whatever comes ------------------------------------------------------------

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["Goal", "CarePlan", "2026-10-01", "active", "\ud800", "\0", "<b>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


def places(node: object) -> list[tuple]:
    """Every place in a document that could be another: (where it is, its key)."""
    found = []
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        found += [(node, key), *places(value)]
    return found


WHOLE = bundle_with(
    PLAN | {"extension": [MIX]},
    GOAL | {"target": [{"extension": [SCALE], "dueDate": "2026-12-24"}], "note": [{"text": "Mornings."}]},
)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_file_with_a_few_other_values_never_makes_it_stumble(data):
    document = copy.deepcopy(WHOLE)
    for _round in range(data.draw(st.integers(1, 3))):
        node, key = data.draw(st.sampled_from(places(document)))
        act = data.draw(st.sampled_from(["replace", "remove", "rename", "repeat"]))
        if act == "replace":
            node[key] = data.draw(JUNK)
        elif act == "remove":
            del node[key]
        elif act == "rename" and isinstance(node, dict):
            node[data.draw(st.sampled_from(["resourceType", "extension", "coding", "x", "_id"]))] = node.pop(
                key
            )
        elif isinstance(node, list):
            node.append(copy.deepcopy(node[key]))
        if not places(document):
            break

    reading = reading_of(document)

    assert all(finding.words for finding in [*reading.problems, *reading.left_out])
    assert reading.problems or reading.plan or reading.goals or reading.left_out


@settings(max_examples=200)
@given(st.binary(max_size=300) | JUNK.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_sent_is_answered(content):
    assert read(content).problems
