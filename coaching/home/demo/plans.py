"""The eight clients of the demo practice and their plans: invented people, three months of their lives.

Days are counted from today, so that the demo is always current: -84 is twelve
weeks ago, 7 is in a week.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import itemgetter
from typing import Any, Literal, TypedDict
from zoneinfo import ZoneInfo

from clients.models import Client
from coaching.accounts.models import User
from community.models import Service
from goals import actions
from goals.models import Goal, GoalPlan, Step

type Who = Literal["client", "coach"]
type Answer = tuple[Literal["accept", "decline"], int] | tuple[Literal["reword"], int, str]


class StepOf(TypedDict, total=False):
    title: str
    due: int
    done: int
    rhythm: tuple[int, str]
    ticks: list[int]
    """Days on which one with a rhythm was done."""
    resource: str
    """The name of a listing in the demo directory that helps with just this; without it the step has none."""


class RatingOf(TypedDict, total=False):
    on: int
    level: int
    by: Who
    note: str


class ScaleOf(TypedDict, total=False):
    levels: list[str]
    """From much less than hoped to much more."""
    weight: tuple[int, int]
    """Importance and difficulty, 1 to 3 each."""
    baseline: int
    changed: tuple[int, int, str]
    """Day, level and the words it was given then."""


class GoalOf(TypedDict, total=False):
    side: Literal["personal", "community"]
    title: str
    why: str
    by: Who
    on: int
    target: int
    answer: Answer
    """The client's, to a coach's proposal; without one it still waits."""
    steps: list[StepOf]
    scale: ScaleOf
    ratings: list[RatingOf]
    wins: list[tuple[int, Who, str, str]]
    """Day, who noted it, the words, and whom they are for."""
    later: list[tuple[Any, ...]]
    """What happened then: (verb or in_the_way, day, who, words)."""


class PlanOf(TypedDict, total=False):
    title: str
    vision: str
    on: int
    ends: int
    share: int
    goals: list[GoalOf]


class ClientOf(TypedDict):
    email: str
    name: str
    phone: str
    timezone: str
    coach: Literal["coach", "owner"]
    situation: str
    plan: PlanOf


CLIENTS: list[ClientOf] = [
    {
        "email": "client@trellis.example",
        "name": "Amara Okafor",
        "phone": "+44 1632 960101",
        "timezone": "Europe/London",
        "coach": "coach",
        "situation": "Lost her job when the warehouse closed; the rent takes most of what comes in.",
        "plan": {
            "title": "Back on my feet, my way",
            "vision": "I open a letter without holding my breath. The rent is paid by the tenth. I do work "
            "that somebody would miss, and I still have something left for the people on my stairs.",
            "on": -84,
            "ends": 35,
            "share": 30,
            "goals": [
                {
                    "side": "personal",
                    "title": "Know every month that the rent is covered",
                    "why": "When the rent is safe I can think about the rest.",
                    "by": "client",
                    "on": -84,
                    "target": 14,
                    "steps": [
                        {"title": "Write down what comes in and what goes out", "due": -77, "done": -78},
                        {
                            "title": "Ask the housing office about rent support",
                            "due": -63,
                            "done": -61,
                            "resource": "Housing office",
                        },
                        {"title": "Bring the missing pay slip to the office", "due": -20, "done": -22},
                        {
                            "title": "Agree with the landlord on the arrears",
                            "due": 4,
                            "resource": "Letters from the landlord",
                        },
                    ],
                    "scale": {
                        "levels": [
                            "Letters stay closed and I do not know the number",
                            "I know the number and it is not covered",
                            "Covered by the tenth, with support",
                            "Covered by the tenth, and the arrears get smaller",
                            "No arrears, and one month put by",
                        ],
                        "weight": (3, 3),
                        "baseline": -2,
                        "changed": (-40, 0, "Covered by the tenth, wherever it comes from"),
                    },
                    "ratings": [
                        {"on": -70, "level": -2, "by": "client", "note": "Two letters I have not opened."},
                        {"on": -56, "level": -1, "by": "coach"},
                        {
                            "on": -42,
                            "level": -1,
                            "by": "client",
                            "note": "The letters are open. It is a number now.",
                        },
                        {"on": -14, "level": 0, "by": "client", "note": "Support came through for November."},
                        {"on": -14, "level": 0, "by": "coach"},
                    ],
                    "wins": [
                        (-44, "client", "Opened all seven letters. In one go, with the radio on.", "both"),
                        (-15, "client", "The tenth came, and I did not count in the night.", "me"),
                        (-13, "coach", "You rang them before they rang you.", "both"),
                    ],
                },
                {
                    "side": "personal",
                    "title": "Find work I can reach by bus",
                    "why": "The last job was two changes away. I want my evenings.",
                    "by": "coach",
                    "on": -70,
                    "answer": ("reword", -68, "Find work I can walk to or reach with one bus"),
                    "steps": [
                        {"title": "Ask Dee to read my CV", "due": -56, "done": -57},
                        {"title": "Send three applications", "due": -28, "done": -25},
                        {"title": "Practise the interview with my coach", "due": 6},
                        {
                            "title": "Look through the new adverts, tea first",
                            "rhythm": (2, "week"),
                            "ticks": [-60, -57, -52, -46, -44, -43, -31, -29, -24, -17, -15, -10, -8, -3, -1],
                        },
                        {"title": "Try on the interview jacket", "due": 8},
                    ],
                    "scale": {
                        "levels": [
                            "Nothing I could reach",
                            "I apply, and nobody answers",
                            "An interview for work that is one bus away",
                            "An offer I would take",
                            "Work I can walk to, and my evenings are mine",
                        ],
                        "weight": (2, 3),
                        "baseline": -1,
                    },
                    "ratings": [
                        {"on": -42, "level": -1, "by": "client"},
                        {"on": -40, "level": 0, "by": "coach", "note": "Three good letters went out."},
                        {"on": -12, "level": 1, "by": "coach"},
                        {"on": -10, "level": 1, "by": "client", "note": "One interview, and it is one bus."},
                    ],
                    "later": [
                        (
                            "in_the_way",
                            -33,
                            "client",
                            "internal",
                            "In the morning I talk myself out of it.",
                            "",
                            "I want to cancel in the morning",
                            "write to Dee, and we go together",
                        )
                    ],
                },
                {
                    "side": "community",
                    "title": "Cook on Sundays for the stairs",
                    "why": "Five doors, five pots. My mother did it, and nobody on our floor ate alone.",
                    "by": "client",
                    "on": -60,
                    "steps": [
                        {"title": "Ask who would come", "due": -49, "done": -50},
                        {"title": "First Sunday: soup and bread", "due": -42, "done": -42},
                        {
                            "title": "Knock at one door, to say hello",
                            "rhythm": (3, "month"),
                            "ticks": [-40, -33, -26, -12, -5],
                        },
                        {
                            "title": "Find a place that gives away vegetables",
                            "due": 3,
                            "resource": "Food bank",
                        },
                    ],
                    "scale": {
                        "levels": [
                            "I cook for myself and leave it at that",
                            "I ask, and nobody comes yet",
                            "Two or three doors come on a Sunday",
                            "Five doors, and somebody else cooks once",
                            "It goes on when I am away",
                        ],
                        "weight": (2, 1),
                        "baseline": -1,
                    },
                    "ratings": [
                        {"on": -39, "level": 0, "by": "client"},
                        {"on": -12, "level": 1, "by": "client", "note": "Seven people. We ran out of bowls."},
                    ],
                },
                {
                    "side": "community",
                    "title": "Help out once at the repair café",
                    "why": "",
                    "by": "coach",
                    "on": -3,
                },
                {
                    "side": "personal",
                    "title": "Have my tooth seen to",
                    "why": "It wakes me. I want to stop thinking about it.",
                    "by": "client",
                    "on": -50,
                    "steps": [
                        {"title": "Ring the three surgeries on the list", "due": -40, "done": -38},
                        {"title": "Go to the first appointment", "due": -12},
                    ],
                    "later": [
                        (
                            "in_the_way",
                            -30,
                            "client",
                            "structural",
                            "No dentist within two buses takes new patients who cannot pay first.",
                            "health_care",
                            "",
                            "",
                        )
                    ],
                },
                {
                    "side": "personal",
                    "title": "Keep a diary every evening",
                    "why": "",
                    "by": "coach",
                    "on": -56,
                    "answer": ("decline", -55),
                },
            ],
        },
    },
    {
        "email": "priya.raman@clients.example",
        "name": "Priya Raman",
        "phone": "+44 1632 960102",
        "timezone": "Europe/London",
        "coach": "coach",
        "situation": "Goes back to work after a year with her first child.",
        "plan": {
            "title": "Working again, and home at six",
            "vision": "I leave the desk without apologising. Anand and I both know who picks up Tara. I sing "
            "again, badly, on Thursdays.",
            "on": -72,
            "ends": 60,
            "share": 20,
            "goals": [
                {
                    "side": "personal",
                    "title": "Start at three days a week, and keep it at three",
                    "why": "They will ask for a fourth. I would like to be ready.",
                    "by": "client",
                    "on": -72,
                    "target": 30,
                    "steps": [
                        {"title": "Write down which days and why", "due": -65, "done": -66},
                        {"title": "Talk to Helen before the team hears it", "due": -50, "done": -48},
                        {"title": "Block both free days in the calendar", "due": -40, "done": -40},
                        {"title": "Look back with Helen after four weeks", "due": 9},
                    ],
                    "ratings": [
                        {"on": -44, "level": 0, "by": "client"},
                        {
                            "on": -15,
                            "level": 1,
                            "by": "client",
                            "note": "Asked for a fourth day. Said no. Slept fine.",
                        },
                    ],
                },
                {
                    "side": "personal",
                    "title": "Share the nights with Anand",
                    "why": "Not a favour. A list on the fridge.",
                    "by": "client",
                    "on": -66,
                    "steps": [
                        {"title": "Try one week: his are Tuesday, Friday, Sunday", "due": -58, "done": -57},
                        {"title": "Say what worked and what did not", "due": -51, "done": -50},
                    ],
                    "ratings": [{"on": -30, "level": 2, "by": "client"}],
                    "later": [("complete", -28, "client")],
                },
                {
                    "side": "community",
                    "title": "Sing with the Thursday choir, and bring cake once",
                    "why": "I get more than I give there, and I like it that way.",
                    "by": "client",
                    "on": -45,
                    "steps": [
                        {
                            "title": "Go once, sit at the back",
                            "due": -38,
                            "done": -33,
                            "resource": "Open choir",
                        },
                        {"title": "Bring the lemon cake", "due": 10},
                    ],
                },
                {
                    "side": "community",
                    "title": "Start a parents' breakfast at the nursery",
                    "why": "",
                    "by": "coach",
                    "on": -40,
                    "answer": ("accept", -38),
                    "steps": [{"title": "Ask the nursery for a morning", "due": -20}],
                    "later": [
                        (
                            "in_the_way",
                            -18,
                            "client",
                            "both",
                            "Tara has a place for two mornings only, and I am shy with the others.",
                            "care_duties",
                            "the others stand together at the gate",
                            "ask the one nearest to me about her child",
                        )
                    ],
                },
            ],
        },
    },
    {
        "email": "yusuf.haddad@clients.example",
        "name": "Yusuf Haddad",
        "phone": "+44 1632 960103",
        "timezone": "Europe/London",
        "coach": "coach",
        "situation": "Was a pharmacist in Aleppo; waits for his qualification to be recognised here.",
        "plan": {
            "title": "Pharmacist here, too",
            "vision": "I wear the white coat again. People ask me, and I know the answer in two languages. "
            "My papers are in one folder and not in my head.",
            "on": -80,
            "share": 20,
            "goals": [
                {
                    "side": "personal",
                    "title": "Hand in everything for the recognition of my degree",
                    "why": "Eleven years of work should not be a drawer full of paper.",
                    "by": "client",
                    "on": -80,
                    "target": 20,
                    "steps": [
                        {"title": "List which papers the council asks for", "due": -73, "done": -74},
                        {
                            "title": "Find a sworn translator",
                            "due": -60,
                            "done": -52,
                            "resource": "Advice on papers and permits",
                        },
                        {"title": "Write to the university about the transcript", "due": -45, "done": -44},
                        {"title": "Send the folder", "due": 12},
                    ],
                    "ratings": [
                        {"on": -50, "level": -1, "by": "client", "note": "The university does not answer."},
                        {"on": -16, "level": 0, "by": "client", "note": "They answered."},
                        {
                            "on": -16,
                            "level": 1,
                            "by": "coach",
                            "note": "A lot of patient work behind one letter.",
                        },
                    ],
                },
                {
                    "side": "personal",
                    "title": "Speak English on the telephone without a script",
                    "why": "",
                    "by": "coach",
                    "on": -62,
                    "answer": ("accept", -61),
                    "steps": [
                        {"title": "Call the library and ask when it opens", "due": -52, "done": -51},
                        {"title": "Call the surgery for Leila's appointment", "due": -30, "done": -31},
                        {
                            "title": "Talk to Mr Evans for ten minutes",
                            "due": 5,
                            "resource": "English over tea",
                        },
                    ],
                    "ratings": [{"on": -12, "level": 1, "by": "client"}],
                },
                {
                    "side": "community",
                    "title": "Explain medicine leaflets at the welcome café",
                    "why": "There I am already the one who knows.",
                    "by": "client",
                    "on": -55,
                    "steps": [
                        {"title": "Ask what I may say without a licence", "due": -48, "done": -47},
                        {"title": "First afternoon", "due": -34, "done": -34},
                        {"title": "Make a sheet in Arabic on how to read a leaflet", "due": 15},
                    ],
                    "ratings": [
                        {"on": -20, "level": 2, "by": "client", "note": "They asked for every week."}
                    ],
                },
                {
                    "side": "community",
                    "title": "Play football on Saturdays with the street team",
                    "why": "",
                    "by": "client",
                    "on": -30,
                    "steps": [{"title": "Buy proper shoes", "due": -20, "done": -21}],
                    "ratings": [{"on": -8, "level": 0, "by": "client"}],
                },
            ],
        },
    },
    {
        "email": "siobhan.kelly@clients.example",
        "name": "Siobhan Kelly",
        "phone": "+44 1632 960104",
        "timezone": "Europe/Dublin",
        "coach": "coach",
        "situation": "A nurse who gave for fifteen years and is on sick leave with exhaustion.",
        "plan": {
            "title": "Rest first",
            "vision": "Nobody needs me before ten. I read a whole book. I know what I want to go back to, "
            "and what I do not.",
            "on": -63,
            "share": 0,
            "goals": [
                {
                    "side": "personal",
                    "title": "Sleep without setting an alarm",
                    "why": "Fifteen years of half past four.",
                    "by": "client",
                    "on": -63,
                    "steps": [
                        {"title": "Put the alarm clock in the shed", "due": -60, "done": -62},
                        {"title": "Ask the doctor about the nights I lie awake", "due": -40, "done": -36},
                        {"title": "Walk by the river before dinner", "done": -30},
                    ],
                    "ratings": [
                        {"on": -49, "level": -2, "by": "client"},
                        {"on": -28, "level": -1, "by": "client"},
                        {"on": -9, "level": 0, "by": "client", "note": "Six hours, three nights running."},
                    ],
                },
                {
                    "side": "personal",
                    "title": "Decide about the ward by spring",
                    "why": "Not now. But a date helps me to stop turning it over.",
                    "by": "coach",
                    "on": -35,
                    "answer": ("reword", -33, "Decide about the ward when I am rested, not before spring"),
                    "steps": [{"title": "Write two lists: what I miss, what I do not"}],
                    "later": [("hold", -20, "client")],
                },
                {
                    "side": "personal",
                    "title": "Have one day a week without a uniform in my head",
                    "why": "",
                    "by": "coach",
                    "on": -6,
                },
            ],
        },
    },
    {
        "email": "meiling.chen@clients.example",
        "name": "Mei-Ling Chen",
        "phone": "+44 1632 960105",
        "timezone": "Europe/London",
        "coach": "coach",
        "situation": "Studies engineering nine thousand kilometres from home.",
        "plan": {
            "title": "At home in two places",
            "vision": "I have a favourite table somewhere. I call my grandmother because I want to, not "
            "because I am lonely. I pass, and I remember what I learned.",
            "on": -56,
            "ends": 90,
            "share": 50,
            "goals": [
                {
                    "side": "personal",
                    "title": "Pass thermodynamics at the second try",
                    "why": "I understood it. I did not understand the exam.",
                    "by": "client",
                    "on": -56,
                    "target": 48,
                    "steps": [
                        {"title": "Look through my exam paper with the tutor", "due": -49, "done": -48},
                        {"title": "Join the Tuesday study group", "due": -42, "done": -35},
                        {"title": "Do one old exam against the clock", "due": -2},
                        {"title": "Do another one, with tea", "due": 11},
                    ],
                    "ratings": [{"on": -14, "level": 0, "by": "client"}],
                },
                {
                    "side": "personal",
                    "title": "Eat a cooked meal four times a week",
                    "why": "",
                    "by": "coach",
                    "on": -50,
                    "answer": ("reword", -49, "Cook something from home twice a week"),
                    "steps": [
                        {"title": "Find the shop with the good soy sauce", "due": -42, "done": -44},
                        {"title": "Ask Grandmother for the aubergine recipe", "due": -30, "done": -29},
                    ],
                    "ratings": [{"on": -20, "level": 1, "by": "client"}],
                },
                {
                    "side": "community",
                    "title": "Run the telescope at the observatory's open nights",
                    "why": "I know the sky here by now. It is the same one, tilted.",
                    "by": "client",
                    "on": -40,
                    "steps": [
                        {
                            "title": "Write to the observatory",
                            "due": -35,
                            "done": -37,
                        },
                        {"title": "Go to the training evening", "due": -16, "done": -16},
                        {"title": "First open night", "due": 2},
                    ],
                    "ratings": [{"on": -10, "level": 1, "by": "client"}],
                },
                {
                    "side": "community",
                    "title": "Show new students the town in their first week",
                    "why": "",
                    "by": "coach",
                    "on": -30,
                    "answer": ("accept", -27),
                    "steps": [{"title": "Walk the route with Omar", "due": 20}],
                    "later": [
                        (
                            "propose_wording",
                            -4,
                            "coach",
                            "Show new students the town on the first two Saturdays",
                        ),
                    ],
                },
            ],
        },
    },
    {
        "email": "client2@trellis.example",
        "name": "Jonas Lindqvist",
        "phone": "+44 1632 960106",
        "timezone": "Europe/Stockholm",
        "coach": "owner",
        "situation": "Cares for his father, who has Parkinson's, beside a full-time job.",
        "plan": {
            "title": "Caring without disappearing",
            "vision": "Dad is well looked after and it is not always by me. I have an evening that belongs "
            "to nobody. I am his son again, not only his nurse.",
            "on": -77,
            "share": 25,
            "goals": [
                {
                    "side": "personal",
                    "title": "One free evening every week",
                    "why": "I used to draw. I would like to see whether I still do.",
                    "by": "client",
                    "on": -77,
                    "steps": [
                        {"title": "Ask my sister for Wednesdays", "due": -70, "done": -65},
                        {
                            "title": "Look for a sitting service for when she cannot",
                            "due": -49,
                            "done": -47,
                            "resource": "Carers' afternoon",
                        },
                        {"title": "Buy charcoal and paper", "due": -40, "done": -40},
                    ],
                    "ratings": [
                        {"on": -56, "level": -2, "by": "client"},
                        {"on": -30, "level": 0, "by": "client"},
                        {
                            "on": -9,
                            "level": 1,
                            "by": "client",
                            "note": "Four Wednesdays. Two drawings I like.",
                        },
                        {"on": -9, "level": 0, "by": "coach"},
                    ],
                },
                {
                    "side": "personal",
                    "title": "Tell them at work what is going on",
                    "why": "",
                    "by": "coach",
                    "on": -60,
                    "answer": ("accept", -52),
                    "steps": [
                        {
                            "title": "Read what the law says about care leave",
                            "due": -45,
                            "done": -46,
                            "resource": "Rights at work",
                        },
                        {"title": "Talk to Karin, only to Karin", "due": -30, "done": -24},
                    ],
                    "ratings": [{"on": -22, "level": 1, "by": "client", "note": "She had guessed."}],
                    "later": [("complete", -21, "client")],
                },
                {
                    "side": "community",
                    "title": "Write down for others how we got the care grant",
                    "why": "It took us seven months. It should take the next family seven weeks.",
                    "by": "client",
                    "on": -33,
                    "target": 25,
                    "steps": [
                        {"title": "Put our letters in order", "due": -20, "done": -13},
                        {
                            "title": "Show a first page to the carers' group",
                            "due": 13,
                            "resource": "Carers' afternoon",
                        },
                    ],
                },
                {
                    "side": "community",
                    "title": "Lead the carers' group for a while",
                    "why": "",
                    "by": "coach",
                    "on": -28,
                    "answer": ("decline", -28),
                },
            ],
        },
    },
    {
        "email": "walter.hughes@clients.example",
        "name": "Walter Hughes",
        "phone": "+44 1632 960107",
        "timezone": "Europe/London",
        "coach": "owner",
        "situation": "Taught physics for 38 years and retired in summer; his wife died two years ago.",
        "plan": {
            "title": "The third act",
            "vision": "My week has a Tuesday again. My knees and I have come to terms. Someone young "
            "explains something to me and I let them.",
            "on": -70,
            "ends": 112,
            "share": 60,
            "goals": [
                {
                    "side": "community",
                    "title": "Teach bicycle repair to anyone who turns up",
                    "why": "I am done with marks. I am not done with explaining.",
                    "by": "client",
                    "on": -70,
                    "steps": [
                        {
                            "title": "Ask the youth centre for a corner",
                            "due": -62,
                            "done": -63,
                        },
                        {"title": "Collect tools from the neighbours", "due": -50, "done": -45},
                        {"title": "First Saturday", "due": -28, "done": -28},
                        {"title": "Find someone who knows gear hubs", "due": 16},
                    ],
                    "ratings": [
                        {"on": -42, "level": 0, "by": "client"},
                        {"on": -7, "level": 2, "by": "client", "note": "Eleven bicycles. One had no wheels."},
                    ],
                },
                {
                    "side": "community",
                    "title": "Read aloud at the hospice on Mondays",
                    "why": "They read to Joan.",
                    "by": "client",
                    "on": -48,
                    "steps": [
                        {"title": "Talk to the sister in charge", "due": -41, "done": -41},
                        {"title": "Choose three short books", "due": -33, "done": -30},
                        {"title": "Ask for a shorter chair", "due": 1},
                    ],
                    "ratings": [{"on": -13, "level": 1, "by": "client"}],
                },
                {
                    "side": "personal",
                    "title": "Walk to the mill and back, knees permitting",
                    "why": "",
                    "by": "coach",
                    "on": -55,
                    "answer": ("accept", -54),
                    "steps": [
                        {"title": "See the physiotherapist", "due": -45, "done": -43},
                        {"title": "As far as the bridge", "due": -21, "done": -19},
                        {"title": "As far as the mill", "due": 18},
                    ],
                    "ratings": [
                        {"on": -18, "level": -1, "by": "client"},
                        {"on": -18, "level": 0, "by": "coach"},
                    ],
                },
                {
                    "side": "personal",
                    "title": "Have someone at the table once a week",
                    "why": "",
                    "by": "coach",
                    "on": -20,
                    "answer": ("reword", -17, "Invite Ray for chess, and see"),
                    "steps": [{"title": "Ring Ray", "due": -10, "done": -9}],
                },
                {
                    "side": "personal",
                    "title": "Learn the piano piece Joan liked",
                    "why": "",
                    "by": "client",
                    "on": -65,
                    "later": [("hold", -36, "client")],
                    "steps": [{"title": "Have the piano tuned", "due": -40}],
                },
            ],
        },
    },
    {
        "email": "rosa.delgado@clients.example",
        "name": "Rosa Delgado",
        "phone": "+44 1632 960108",
        "timezone": "Europe/Madrid",
        "coach": "owner",
        "situation": "Has a small shop for wool and haberdashery, and no Sunday since it opened.",
        "plan": {
            "title": "The shop and I",
            "vision": "The till is right without me. I close on Mondays and the street survives. The women "
            "from the knitting table would notice if I did not come.",
            "on": -49,
            "share": 35,
            "goals": [
                {
                    "side": "personal",
                    "title": "Close the shop on Mondays until Christmas",
                    "why": "To find out what happens. Perhaps nothing.",
                    "by": "client",
                    "on": -49,
                    "target": 30,
                    "steps": [
                        {"title": "Put up the sign", "due": -44, "done": -43},
                        {"title": "Compare the takings of two months", "due": 6},
                    ],
                    "ratings": [
                        {"on": -8, "level": 1, "by": "client", "note": "Nothing happened. It was lovely."}
                    ],
                },
                {
                    "side": "personal",
                    "title": "Understand my own bookkeeping",
                    "why": "I sign it. I should be able to read it.",
                    "by": "coach",
                    "on": -42,
                    "answer": ("accept", -41),
                    "steps": [
                        {
                            "title": "Two hours with the accountant, with all my questions",
                            "due": -28,
                            "done": -27,
                        },
                        {"title": "Do October myself", "due": -5},
                    ],
                    "ratings": [{"on": -20, "level": 0, "by": "client"}],
                },
                {
                    "side": "community",
                    "title": "A knitting table for everyone on Thursday afternoons",
                    "why": "It is warm here anyway.",
                    "by": "client",
                    "on": -35,
                    "steps": [
                        {"title": "Six chairs", "due": -30, "done": -31},
                        {
                            "title": "Tell the community centre",
                            "due": -24,
                            "done": -22,
                        },
                        {
                            "title": "Blankets for the night shelter by December",
                            "due": 14,
                        },
                    ],
                    "ratings": [{"on": -6, "level": 2, "by": "client"}],
                },
                {
                    "side": "community",
                    "title": "Speak for the small shops at the council",
                    "why": "",
                    "by": "client",
                    "on": -40,
                    "steps": [{"title": "Go and listen once", "due": -26, "done": -26}],
                    "later": [("cancel", -25, "client")],
                },
            ],
        },
    },
]


@dataclass(frozen=True)
class Days:
    """Days counted from today, in the zone the client lives in."""

    today: date
    zone: ZoneInfo

    def on(self, day: int | None) -> date | None:
        return None if day is None else self.today + timedelta(days=day)

    def at(self, day: int, hour: int) -> datetime:
        return datetime.combine(self.today + timedelta(days=day), time(hour), self.zone)


def seed_plan(*, client: Client, coach_user: User, data: PlanOf, today: date) -> GoalPlan:
    """The plan as it came about, day by day, through the same acts as on the pages.

    The client must have joined: raises ValueError where nobody could say yes to a goal.
    """
    if client.user is None:
        raise ValueError(f"{client} has not joined, so nobody could say yes to a goal.")
    days = Days(today, client.own_timezone)
    people: dict[Who, User] = {"client": client.user, "coach": coach_user}
    begun = days.at(data["on"], 9)
    plan = actions.start_plan(
        by=client.user,
        client=client,
        title=data["title"],
        vision=data["vision"],
        starts_on=days.on(data["on"]),
        ends_on=days.on(data.get("ends")),
        at=begun,
    )
    if "share" in data:
        plan.choose_share(by=client.user, percent=data["share"], at=begun)
    for goal in data["goals"]:
        _seed_goal(plan, goal, people, days)
    return plan


def _seed_goal(plan: GoalPlan, data: GoalOf, people: dict[Who, User], days: Days) -> None:
    goal = actions.propose_goal(
        by=people[data["by"]],
        plan=plan,
        side=data["side"],
        title=data["title"],
        why=data["why"],
        target_on=days.on(data.get("target")),
        at=days.at(data["on"], 10),
    )
    agreed = data["on"]
    if "answer" in data:
        agreed = data["answer"][1]
        _answer(goal, data["answer"], people["client"], days.at(agreed, 11))
    # Step by step in the order of days, as in life: a finished goal takes no more ticks.
    acts: list[tuple[datetime, Callable[[datetime], object]]] = []
    for step_data in data.get("steps", []):
        step = actions.add_step(
            by=people["client"],
            goal=goal,
            title=step_data["title"],
            due_on=days.on(step_data.get("due")),
            rhythm=step_data.get("rhythm"),
            at=days.at(agreed, 12),
        )
        _attach(step, step_data.get("resource", ""), people["client"], days.at(agreed, 13))
        if "done" in step_data:
            acts.append((days.at(step_data["done"], 15), partial(_tick, step, people["client"])))
        for day in step_data.get("ticks", []):
            acts.append((days.at(day, 15), partial(_tick_day, step, people["client"])))
    if "scale" in data:
        acts.append((days.at(agreed, 16), partial(_describe, goal, data["scale"], people["coach"])))
        if "changed" in data["scale"]:
            changed = days.at(data["scale"]["changed"][0], 16)
            acts.append((changed, partial(_describe_anew, goal, data["scale"], people["client"])))
    for rating in data.get("ratings", []):
        acts.append((days.at(rating["on"], 17), partial(_rate, goal, rating, people, days)))
    for day, who, said, audience in data.get("wins", []):
        acts.append((days.at(day, 19), partial(_note_win, goal, people[who], said, audience, days.on(day))))
    for name, day, who, *words in data.get("later", []):
        acts.append((days.at(day, 18), partial(_later, goal, name, people[who], words)))
    for at, act in sorted(acts, key=itemgetter(0)):
        act(at)


def _answer(goal: Goal, answer: Answer, by: User, at: datetime) -> None:
    if answer[0] == "reword":
        goal.reword(by=by, wording=answer[2], at=at)
    elif answer[0] == "accept":
        goal.accept(by=by, seen=goal.fingerprint, at=at)
    else:
        goal.decline(by=by, at=at)


def _attach(step: Step, name: str, by: User, at: datetime) -> None:
    found = Service.objects.published().visible_to(by).filter(name=name).first() if name else None
    if found is not None:
        step.attach(by=by, service=found, at=at)


def _tick(step: Step, by: User, at: datetime) -> None:
    step.tick(by=by, at=at)


def _tick_day(step: Step, by: User, at: datetime) -> None:
    step.tick_on(by=by, at=at)


def _rate(goal: Goal, rating: RatingOf, people: dict[Who, User], days: Days, at: datetime) -> None:
    actions.rate_goal(
        by=people[rating["by"]],
        goal=goal,
        level=rating["level"],
        rated_on=days.on(rating["on"]),
        note=rating.get("note", ""),
        at=at,
    )


def _describe(goal: Goal, scale: ScaleOf, by: User, at: datetime) -> None:
    importance, difficulty = scale["weight"]
    actions.describe_scale(
        by=by,
        goal=goal,
        descriptions=scale["levels"],
        importance=importance,
        difficulty=difficulty,
        baseline=scale["baseline"],
        baseline_on=at.date(),
        at=at,
    )


def _describe_anew(goal: Goal, scale: ScaleOf, by: User, at: datetime) -> None:
    _day, level, words = scale["changed"]
    levels = list(scale["levels"])
    levels[level + 2] = words
    importance, difficulty = scale["weight"]
    actions.describe_scale(
        by=by,
        goal=goal,
        descriptions=levels,
        importance=importance,
        difficulty=difficulty,
        baseline=scale["baseline"],
        at=at,
    )


def _note_win(goal: Goal, by: User, words: str, audience: str, on: date | None, at: datetime) -> None:
    actions.note_win(by=by, goal=goal, words=words, audience=audience, on=on)


def _later(goal: Goal, name: str, by: User, words: list[str], at: datetime) -> None:
    if name == "propose_wording":
        goal.propose_wording(by=by, wording=words[0], at=at)
    elif name == "in_the_way":
        kind, what, domain, cue, response = words
        actions.name_obstacle(
            by=by, goal=goal, kind=kind, what=what, domain=domain, cue=cue, response=response, at=at
        )
    else:
        getattr(goal, name)(by=by, at=at)
