"""What is to happen when: made from a seed alone, so that a run can be repeated."""

import random
from dataclasses import dataclass, field

SHORTEST, PER_REMINDER, PER_FAULT = 12.0, 0.06, 0.2
"""Seconds: how long reminders fall due, at least, for each of them and for each fault, whichever is most."""

STRIKES = {
    # the conversation is cut or refused before the mail was handed over
    "greeting:421": 3, "greeting:hang": 1, "mail:421": 3, "mail:hang": 1, "rcpt:451": 4, "rcpt:550": 1,
    "rcpt:close": 3, "data:451": 6, "data:554": 1,
    # the server has the whole mail, and gives no answer
    "data:close untaken": 4, "data:close taken": 4, "data:hang taken": 2, "data:close taken twice": 2,
    "answered:drop": 4,
    # the worker is killed before, during and after submission, alone or with its whole group
    "greeting:kill": 4, "mail:kill": 4, "data:kill taken": 4, "data:kill taken twice": 2,
    "data:kill untaken": 3, "answered:kill": 4, "greeting:kill group": 0.3, "data:kill group taken": 0.3,
    # the worker stands still for longer than its lease
    "greeting:pause": 0.4, "mail:pause": 0.4, "data:pause taken": 0.4,
    # people act while the server holds the mail; then it answers, or not
    "data:cancel then 451": 2, "data:cancel then kill untaken": 2, "data:cancel then kill taken": 1,
    "data:cancel then accept": 1, "data:move then 451": 2, "data:move then kill untaken": 3,
    "data:move then close untaken": 2, "data:move then kill taken": 1, "data:move then accept": 1,
    "data:address then 451": 2, "data:address then close untaken": 1, "data:erase then 451": 0.5,
    "data:erase then kill untaken": 0.5, "data:erase then accept": 0.5,
}  # fmt: skip
"""What the mail server does, and at which moment of a conversation; how often beside the others."""

EVENTS = {
    "redis:flush": 2, "redis:restart": 0.3, "redis:stop": 0.2, "redis:freeze": 0.1,
    "postgresql:cut": 3, "postgresql:restart": 0.3, "postgresql:crash": 0.3,
    "beats:0": 0.1, "beats:1": 0.3, "beats:5": 0.1,
    "clock:1": 1, "clock:-1": 0.5, "clock:24": 1, "clock:-24": 0.5, "worker:kill": 0.5,
    "people:cancel": 2, "people:move": 5, "people:address": 2, "people:erase": 0.6,
}  # fmt: skip
"""What happens at a moment of its own, to what everything stands on or by people beside a reminder."""

FIRST_OF_ALL = [
    "data:move then 451", "data:kill taken twice", "data:cancel then kill untaken", "answered:kill",
    "mail:kill", "data:move then kill untaken", "data:close taken", "postgresql:cut", "clock:24",
    "data:address then 451", "data:close untaken", "worker:kill",
    "redis:restart", "postgresql:crash", "beats:5", "clock:1", "data:cancel then 451", "data:kill taken",
    "greeting:kill", "data:close taken twice", "answered:drop", "data:hang taken", "data:pause taken",
    "data:451", "data:554", "data:erase then 451", "redis:flush", "redis:stop", "redis:freeze",
    "postgresql:restart", "beats:0", "beats:1", "people:cancel", "people:move",
]  # fmt: skip
"""A short run has each of these once, before anything comes twice; the first twelve are the most telling."""


@dataclass(order=True)
class Fault:
    """One thing that goes wrong, no sooner than `at` seconds after the start. `name` is `moment:what`."""

    at: float
    name: str

    @property
    def moment(self) -> str:
        return self.name.partition(":")[0]

    @property
    def what(self) -> str:
        return self.name.partition(":")[2]


@dataclass
class Plan:
    seconds: float
    bookings: list[tuple[float, float]] = field(default_factory=list)
    """For each session when it is booked and when its first reminder is due, in seconds."""
    strikes: list[Fault] = field(default_factory=list)
    events: list[Fault] = field(default_factory=list)


def make_plan(*, reminders: int, faults: int, seed: int) -> Plan:
    """Sessions enough for so many reminders (one to each of two people), and so many faults among them."""
    dice = random.Random(seed)
    seconds = max(SHORTEST, reminders * PER_REMINDER, 8 + faults * PER_FAULT)
    plan = Plan(seconds)
    for _session in range((reminders + 1) // 2):
        due = dice.uniform(4, seconds)
        plan.bookings.append((max(0.0, due - dice.uniform(3, 12)), due))
    kinds = STRIKES | EVENTS
    names = FIRST_OF_ALL[:faults]
    names += dice.choices(list(kinds), list(kinds.values()), k=faults - len(names))
    for name in names:
        # A strike needs mails to come after it.
        fault = Fault(dice.uniform(2, seconds * (0.6 if name in STRIKES else 0.9)), name)
        (plan.strikes if name in STRIKES else plan.events).append(fault)
    plan.strikes.sort()
    plan.events.sort()
    return plan
