"""The keys change while everybody reads and writes: all opens, and nothing that was saved is lost.

In short with 1,500 notes; `bin/test --whole tests/clients/test_rotation_rush.py` has 100,000.
"""

import random
import secrets
import threading
from collections import Counter

import pytest
from django.db import connection

from clients.models import Note
from coaching.accounts.encryption import Sealed, current_key_id
from coaching.accounts.records import uuid7
from coaching.accounts.rotation import rotate

NOTES = {False: 1_500, True: 100_000}
READERS, WRITERS = 3, 2


def words(number: int, edition: int) -> str:
    return f"Note {number}, edition {edition}. " + "She said that the letter came on Friday. " * 5


@pytest.mark.django_db(transaction=True)
def test_notes_are_read_and_written_while_their_keys_change(alma, ben_client, settings, is_whole, tell):
    count = NOTES[is_whole]
    pks = sorted(uuid7() for _number in range(count))
    for first in range(0, count, 2_000):
        Note.objects.bulk_create(
            Note(pk=pk, client=ben_client, author=alma, words=words(number, 0))
            for number, pk in enumerate(pks[first : first + 2_000], first)
        )
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32), *settings.CONTENT_KEYS]
    editions = [dict.fromkeys(range(writer, count, WRITERS), 0) for writer in range(WRITERS)]
    is_over, came, wrong = threading.Event(), Counter(), []

    def go_on(who: str, act, chance: random.Random) -> None:
        try:
            while not is_over.is_set():
                act(chance)
                came[who] += 1
        except Exception as error:  # noqa: BLE001 - every failure is told below
            wrong.append(f"{who}: {error!r}")
        finally:
            connection.close()

    def read(chance: random.Random) -> None:
        number = chance.randrange(count)
        note = Note.objects.get(pk=pks[number])
        if not note.words.startswith(f"Note {number}, edition "):
            wrong.append(f"{number} reads {note.words[:20]}")

    def writer_of(own: dict[int, int]):
        def write(chance: random.Random) -> None:
            number = chance.choice(range(min(own), count, WRITERS))
            note = Note.objects.get(pk=pks[number])
            note.words = words(number, own[number] + 1)
            note.save(update_fields=["words"])
            own[number] += 1

        return write

    acts = [("read", read)] * READERS + [("written", writer_of(own)) for own in editions]
    threads = [
        threading.Thread(target=go_on, args=[who, act, random.Random(number)])
        for number, (who, act) in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    try:
        rotated = rotate()
    finally:
        is_over.set()
        for thread in threads:
            thread.join(60)

    tell(f"{count} notes: {rotated} texts anew, while {came['read']} were read and {came['written']} written")
    assert wrong == []
    assert min(came["read"], came["written"]) > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT words, draft FROM clients_note")
        keys = {Sealed(bytes(text)).key_id for row in cursor for text in row}
    assert keys == {current_key_id()}
    settings.CONTENT_KEYS = settings.CONTENT_KEYS[:1]
    for number, note in enumerate(Note.objects.order_by("pk").iterator(chunk_size=1_000)):
        assert note.words == words(number, editions[number % WRITERS][number])
