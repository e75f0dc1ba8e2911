"""Rows of a record, one of each kind, as the tests need them."""

from clients.actions import add_value, write_circumstance
from clients.models import Circumstance, Client, Value
from coaching.accounts.models import User


def a_circumstance(client: Client, by: User, **fields) -> Circumstance:
    values = {"domain": "housing", "words": "The rent is half of what comes in.", **fields}
    circumstance = Circumstance(client=client, **values)
    write_circumstance(by=by, circumstance=circumstance)
    return circumstance


def a_value(client: Client, by: User, words: str = "Being there for my people") -> Value:
    value = Value(client=client, words=words)
    add_value(by=by, value=value)
    return value


MAKERS = {Circumstance: a_circumstance, Value: a_value}
"""One maker for each model with private text, called with (client, who writes, **fields)."""
