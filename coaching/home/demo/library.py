"""What the coaches of the demo practice have written for each other to take."""

from typing import Any

from coaching.accounts.models import User
from goals.library import write_template

TEMPLATES: list[dict[str, Any]] = [
    {
        "by": "coach",
        "side": "personal",
        "title": "Know what comes in and what goes out each month",
        "why": "A number that is known can be talked about.",
        "levels": [
            "The letters stay closed",
            "The letters are open, and the number is not known",
            "The number is known at the start of each month",
            "The number is known, and one thing about it was changed",
            "The month is planned, and something is put by",
        ],
        "steps": ["Put all letters into one box", "Write down what comes in and what goes out"],
    },
    {
        "by": "coach",
        "side": "personal",
        "title": "Move in a way that I like, twice a week",
        "why": "For the head as much as for the body.",
        "levels": [],
        "steps": ["Try three things, and keep the one that was fun"],
    },
    {
        "by": "owner",
        "side": "personal",
        "title": "Keep one evening a week for myself",
        "why": "",
        "levels": [
            "No evening is mine",
            "An evening is planned and something comes between",
            "One evening a week is mine",
            "One evening a week, and nobody has to be asked twice",
            "The evening goes without saying",
        ],
        "steps": ["Say which evening, and to whom"],
    },
    {
        "by": "owner",
        "side": "community",
        "title": "Do one thing a month beside my neighbours",
        "why": "To know the people behind the doors, and to be known.",
        "levels": [],
        "steps": ["Find out what there is nearby", "Go once and look, without a promise"],
    },
    {
        "by": "coach",
        "side": "community",
        "title": "Show somebody what I can do well",
        "why": "Whoever has learned something can pass it on.",
        "levels": [],
        "steps": ["Write down three things I could show"],
    },
    {
        "by": "coach",
        "side": "personal",
        "title": "Say no once a week, and see what happens",
        "why": "",
        "levels": [],
        "steps": [],
        "is_shared": False,
    },
]


def seed_library(staff: dict[str, User]) -> None:
    for template in TEMPLATES:
        values = {"is_shared": True, **template}
        write_template(by=staff[values.pop("by")], **values)
