"""Private texts: what opens them, and what does not. The columns that hold them: tests/clients."""

import base64
import secrets
import uuid

import pytest

from coaching.accounts.encryption import Sealed, Unreadable, current_key_id, place_of, seal, unseal
from coaching.accounts.records import uuid7
from coaching.content_keys import id_of, key_of

PLACE = place_of("clients_note", "words", uuid.UUID(int=7))
WORDS = "Grüße, the rent is 40 % of it 🌱"


def test_text_opens_where_it_was_sealed():
    sealed = seal(WORDS, PLACE)

    assert unseal(sealed, PLACE) == WORDS


def test_nothing_of_the_text_is_seen():
    sealed = seal(WORDS, PLACE)

    assert (repr(sealed), str(sealed)) == ("<sealed>", "<sealed>")
    assert b"rent" not in sealed.stored


def test_same_text_is_never_stored_twice_the_same():
    assert seal(WORDS, PLACE) != seal(WORDS, PLACE)


def test_empty_text_is_sealed_too():
    sealed = seal("", PLACE)

    assert (len(sealed.stored), unseal(sealed, PLACE)) == (33, "")


@pytest.mark.parametrize(
    "place",
    [
        place_of("clients_journalentry", "words", uuid.UUID(int=7)),
        place_of("clients_note", "draft", uuid.UUID(int=7)),
        place_of("clients_note", "words", uuid.UUID(int=8)),
        place_of("clients_notewords", "", uuid.UUID(int=7)),
    ],
)
def test_text_moved_elsewhere_does_not_open(place):
    sealed = seal(WORDS, PLACE)

    with pytest.raises(Unreadable, match="not what was written at this place"):
        unseal(sealed, place)


def test_any_changed_bit_is_noticed():
    stored = seal("short", PLACE).stored

    for number in range(len(stored) * 8):
        changed = bytearray(stored)
        changed[number // 8] ^= 1 << number % 8
        with pytest.raises(Unreadable):
            unseal(Sealed(bytes(changed)), PLACE)


@pytest.mark.parametrize("length", [0, 1, 5, 17, 32])
def test_cut_text_does_not_open(length):
    with pytest.raises(Unreadable):
        unseal(Sealed(seal("", PLACE).stored[:length]), PLACE)


def test_error_carries_nothing_of_the_text():
    with pytest.raises(Unreadable) as caught:
        unseal(seal(WORDS, PLACE), b"elsewhere")

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ is True


def test_missing_key_does_not_open(settings):
    sealed = seal(WORDS, PLACE)
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32)]

    with pytest.raises(Unreadable, match="No key of CONTENT_KEYS"):
        unseal(sealed, PLACE)


def test_wrong_key_under_the_right_name_does_not_open(settings):
    stored = seal(WORDS, PLACE).stored
    settings.CONTENT_KEYS = [secrets.token_urlsafe(32)]

    with pytest.raises(Unreadable, match="not what was written"):
        unseal(Sealed(stored[:1] + current_key_id() + stored[5:]), PLACE)


def test_first_key_writes_and_all_read(settings):
    old = settings.CONTENT_KEYS
    sealed = seal(WORDS, PLACE)
    new = secrets.token_urlsafe(32)
    settings.CONTENT_KEYS = [new, *old]

    assert unseal(sealed, PLACE) == WORDS
    assert seal(WORDS, PLACE).key_id == id_of(key_of(new)) != sealed.key_id


def test_key_does_not_depend_on_the_secret_key(settings):
    sealed = seal(WORDS, PLACE)
    settings.SECRET_KEY = "another"

    assert unseal(sealed, PLACE) == WORDS


@pytest.mark.parametrize("words", ["", "short", "é" * 43, "A" * 44, "A" * 42])
def test_key_must_be_32_bytes(words):
    with pytest.raises(ValueError):  # noqa: PT011 - it says nothing, for it would say the key
        key_of(words)


def test_key_may_keep_its_padding():
    key = secrets.token_bytes(32)

    assert key_of(base64.urlsafe_b64encode(key).decode()) == key


def test_ids_made_here_sort_by_age_and_are_version_7():
    first, second = uuid7(), uuid7()

    assert (first.version, first.variant) == (7, uuid.RFC_4122)
    assert first.int >> 80 <= second.int >> 80
    assert first != second
