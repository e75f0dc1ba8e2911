"""Rows of a record, one of each kind, as the tests need them."""

from clients.actions import add_value, save_writing, write_circumstance
from clients.models import Circumstance, Client, JournalEntry, Note, Value
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


def a_note(client: Client, by: User, words: str = "We spoke about mornings.", draft="", **fields) -> Note:
    note = Note(client=client, author=by, **fields)
    save_writing(by=by, writing=note, text=words)
    if draft:
        note.keep_draft(draft)
    return note


def an_entry(client: Client, by: User, words: str = "I slept.", draft="", **fields) -> JournalEntry:
    entry = JournalEntry(client=client, **fields)
    save_writing(by=by, writing=entry, text=words)
    if draft:
        entry.keep_draft(draft)
    return entry


MAKERS = {Circumstance: a_circumstance, JournalEntry: an_entry, Note: a_note, Value: a_value}
"""One maker for each model with private text, called with (client, who writes, **fields)."""
