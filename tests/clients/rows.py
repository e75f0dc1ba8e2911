"""Rows of a record, one of each kind, as the tests need them."""

from clients.actions import write_circumstance
from clients.models import Circumstance, Client
from coaching.accounts.models import User


def a_circumstance(client: Client, by: User, **fields) -> Circumstance:
    values = {"domain": "housing", "words": "The rent is half of what comes in.", **fields}
    circumstance = Circumstance(client=client, **values)
    write_circumstance(by=by, circumstance=circumstance)
    return circumstance


MAKERS = {Circumstance: a_circumstance}
"""One maker for each model with private text, called with (client, who writes, **fields)."""
