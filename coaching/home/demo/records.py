"""What stands in the records of some of the demo's clients: invented, written with the pages' actions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, TypedDict

from django.utils import timezone

from clients import actions
from clients.files.acts import add_file
from clients.models import (
    CheckInRhythm,
    Circumstance,
    Client,
    JournalEntry,
    LifeArea,
    LookingFor,
    Measure,
    Note,
    Value,
)
from coaching.accounts.models import User
from community.models import Service
from goals.models import Goal


class RecordOf(TypedDict, total=False):
    values: list[str]
    roots: dict[str, list[int]]
    """Which of the values each goal grows from, by the goal's title."""
    circumstances: list[dict[str, Any]]
    """`on`: the days from today on which it was said; `by`; `later`: (day, fields) of what changed then."""
    notes: list[tuple[str, str]]
    journal: list[tuple[str, str]]
    files: list[tuple[str, str, str, str]]
    """By whom, for whom, the name, and what is in it."""
    check_ins: list[tuple[int, list[int | None], str]]
    """Days from today, a level for each of `areas`, and words."""
    areas: list[str]
    keeps: list[tuple[str, list[str], str, bool]]
    """Listings by name, how it went from step to step, words, and whether the coach may see it."""
    looks_for: dict[str, Any]
    measures: list[tuple[str, str, str, str | None, list[tuple[int, str]]]]
    """Name, unit, which way, target; and days from today, each with a figure."""


RECORDS: dict[str, RecordOf] = {
    "client@trellis.example": {
        "values": ["Keeping my word", "Owing nobody, and still asking", "Neighbours who greet each other"],
        "roots": {
            "Know every month that the rent is covered": [0, 1],
            "Cook on Sundays for the stairs": [2],
        },
        "circumstances": [
            {
                "on": -84,
                "domain": "housing",
                "urgency": "urgent",
                "words": "The rent takes two thirds of what comes in, and I am two months behind. I "
                "stopped opening the letters.",
                "would_help": "Somebody who reads the letters with me, and a plan the landlord agrees to.",
                "later": [
                    (-40, {"urgency": "pressing"}),
                    (
                        -14,
                        {
                            "state": "easing",
                            "words": "Support came through. One month behind now, and the letters are open.",
                        },
                    ),
                ],
            },
            {
                "on": -84,
                "domain": "work",
                "words": "The warehouse closed and sixty of us went the same week. Nothing else is here.",
                "would_help": "Work I can reach by bus.",
            },
            {
                "on": -6,
                "by": "coach",
                "domain": "digital_access",
                "urgency": "background",
                "words": "The phone is old, and most job pages do not open on it.",
                "would_help": "An hour a week at a computer.",
            },
        ],
        "keeps": [
            (
                "Debt and bills advice",
                ["contacted", "attended", "fits"],
                "She opened all nine letters with me. Ask for the Monday desk.",
                True,
            ),
            ("Housing office", ["contacted", "attended", "no_fit"], "Two hours, and the wrong form.", False),
            ("Open choir", [], "", False),
        ],
        "looks_for": {
            "interests": ["cooking_sharing"],
            "vetoed": ["children_youth"],
            "near": "Harwick Bridge",
            "within": 5,
        },
        "areas": ["Sleep", "Money", "Being with people"],
        "measures": [
            ("Nights slept through", "a week", "more", "5", [(-66, "1"), (-52, "2"), (-24, "3"), (-10, "4")]),
            ("Letters not opened", "", "less", "0", [(-80, "14"), (-52, "9"), (-24, "3"), (-10, "0")]),
        ],
        "check_ins": [
            (-80, [3, 1, 4], "Two letters I have not opened."),
            (-66, [3, 2, 3], ""),
            (-52, [5, 2, 4], ""),
            (-38, [4, 4, 6], "A number is easier than an envelope."),
            (-24, [6, 4, 6], ""),
            (-10, [5, 5, 8], "Mrs. Osei waved."),
        ],
        "notes": [
            ("author", "Ask next time how the talk with the landlord felt, before asking what came of it."),
            (
                "client",
                (
                    "What we said today: you ring the landlord on Thursday, the list beside you. If it gets "
                    "loud, you may hang up and write instead."
                ),
            ),
        ],
        "files": [
            (
                "coach",
                "both",
                "What to bring to the advice centre.txt",
                (
                    "The last three letters from the landlord\nThe tenancy agreement\nThree payslips, or "
                    "the letter from the warehouse\nYour list\n"
                ),
            ),
            ("own", "both", "What comes in and goes out.txt", "In: 1,180\nRent: 760\nBus: 62\nLeft: 358\n"),
            ("own", "me", "Letter to my brother.txt", "I will not send it. It helped to write it.\n"),
        ],
        "journal": [
            ("me", "I heard the kettle at four and it was me who had put it on. Not a good night."),
            (
                "coach",
                (
                    "Carried Mrs. Osei's shopping up. She talked about the market that used to be here. I "
                    "was late for nothing, and it was the best hour this week."
                ),
            ),
        ],
    },
    "client2@trellis.example": {
        "values": ["My father's dignity", "Half an hour that is mine"],
        "circumstances": [
            {
                "on": -30,
                "domain": "care_duties",
                "urgency": "urgent",
                "words": "My father falls at night now. I sleep in my clothes, and start work at seven.",
                "would_help": "Somebody for two nights a week, and knowing what he is entitled to.",
            },
        ],
        "notes": [("author", "Goes quiet when I name two things at once. One at a time.")],
    },
}


def seed_record(client: Client, coach: User) -> None:
    """Fill the record of a client of RECORDS; the others have said nothing yet."""
    record = RECORDS.get(client.email, {})
    own = client.user or coach
    values = [Value(client=client, words=words) for words in record.get("values", [])]
    for value in values:
        actions.add_value(by=own, value=value)
    for title, numbers in record.get("roots", {}).items():
        goal = Goal.objects.get(plan__client=client, title=title)
        linked = [values[number] for number in numbers]
        goal.edit(by=own, wording=goal.title, target_on=goal.target_on, values=linked)
    for said in record.get("circumstances", []):
        _seed_circumstance(client, {"own": own, "coach": coach}, said)
    areas = [LifeArea(client=client, name=name) for name in record.get("areas", [])]
    for area in areas:
        actions.choose_area(by=own, area=area)
    for days, levels, words in record.get("check_ins", []):
        on = timezone.localdate() + timedelta(days=days)
        scores = dict(zip(areas, levels, strict=True))
        actions.say_check_in(by=own, client=client, on=on, scores=scores, words=words)
    for name, unit, wish, target, figures in record.get("measures", []):
        goal_figure = Decimal(target) if target else None
        measure = Measure(client=client, name=name, unit=unit, wish=wish, target=goal_figure)
        actions.choose_measure(by=own, measure=measure)
        for days, figure in figures:
            on = timezone.localdate() + timedelta(days=days)
            actions.note_figure(by=own, measure=measure, on=on, figure=Decimal(figure))
    if areas:
        actions.choose_rhythm(by=own, client=client, every=CheckInRhythm.Every.TWO_WEEKS)
    for audience, text in record.get("notes", []):
        note = Note(client=client, author=coach, audience=audience)
        actions.save_writing(by=coach, writing=note, text=text)
    for by, audience, name, text in record.get("files", []):
        who = coach if by == "coach" else own
        add_file(by=who, client=client, name=name, content=text.encode(), audience=audience)
    for audience, text in record.get("journal", []):
        entry = JournalEntry(client=client, audience=audience)
        actions.save_writing(by=own, writing=entry, text=text)
    if looks_for := record.get("looks_for"):
        actions.say_what_to_look_for(by=own, looking_for=LookingFor(client=client, **looks_for))


def seed_connections(client: Client) -> None:
    """What the client kept of the directory, once it is there."""
    record = RECORDS.get(client.email, {})
    for name, states, words, is_shared in record.get("keeps", []):
        assert client.user is not None  # noqa: S101 - those of RECORDS have joined
        service = Service.objects.published().get(name=name)
        connection = actions.keep_listing(by=client.user, client=client, service=service)
        for state in states:
            actions.go_on(by=client.user, connection=connection, to=state)
        connection.words, connection.is_shared = words, is_shared
        actions.change_connection(by=client.user, connection=connection, fields=["words", "is_shared"])


def _seed_circumstance(client: Client, people: dict[str, User], said: dict[str, Any]) -> None:
    said = dict(said)
    on, by, later = said.pop("on"), people[said.pop("by", "own")], said.pop("later", [])
    circumstance = Circumstance(client=client, **said)
    for days, change in [(on, {}), *later]:
        for name, value in change.items():
            setattr(circumstance, name, value)
        actions.write_circumstance(by=by, circumstance=circumstance, at=timezone.now() + timedelta(days=days))
