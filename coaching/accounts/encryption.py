"""Texts and files that only Trellis can read.

AES-256-GCM with a random nonce (NIST SP 800-38D). What is stored is one value:

    version (1 byte) | key id (4) | nonce (12) | ciphertext and tag (16 more than the text)

The table, the column and the row's id are its associated data, so that a
ciphertext moved anywhere else does not open. The keys are the setting
`CONTENT_KEYS`; the first one writes, all of them read. Nothing here ever falls
back to plain text: what does not open raises `Unreadable`.
"""

import secrets
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from coaching.content_keys import KEY_ID_BYTES, id_of, key_of

VERSION = b"\x01"
NONCE_BYTES = 12
HEAD = len(VERSION) + KEY_ID_BYTES + NONCE_BYTES


class Unreadable(Exception):
    """A stored text does not open: its key is missing, or it is not what was once written at this place."""


class Sealed:
    """A text as it is stored. It shows nothing of itself, not even when it is printed."""

    def __init__(self, stored: bytes) -> None:
        self.stored = stored

    def __repr__(self) -> str:
        return "<sealed>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.stored == self.stored

    def __hash__(self) -> int:
        return hash(self.stored)

    @property
    def key_id(self) -> bytes:
        return self.stored[len(VERSION) : len(VERSION) + KEY_ID_BYTES]


@lru_cache(maxsize=8)
def _ciphers(keys: tuple[str, ...]) -> Mapping[bytes, AESGCM]:
    return {id_of(key): AESGCM(key) for key in map(key_of, keys)}


def _known() -> Mapping[bytes, AESGCM]:
    return _ciphers(tuple(settings.CONTENT_KEYS))


def current_key_id() -> bytes:
    """The id of the key that writes."""
    return next(iter(_known()))


def place_of(table: str, column: str, row: object) -> bytes:
    """Where a text belongs, as its associated data. Names of tables and columns hold no NUL."""
    return f"{table}\0{column}\0{row}".encode()


def seal_bytes(content: bytes, place: bytes) -> Sealed:
    """Encrypt `content` for `place` under the current key."""
    key_id = current_key_id()
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(VERSION + key_id + nonce + _known()[key_id].encrypt(nonce, content, place))


def seal(text: str, place: bytes) -> Sealed:
    """Encrypt `text` for `place` under the current key."""
    return seal_bytes(text.encode(), place)


def unseal_bytes(sealed: Sealed, place: bytes) -> bytes:
    """What was sealed for `place`. Raises Unreadable where it does not open."""
    stored = sealed.stored
    cipher = _known().get(sealed.key_id)
    if cipher is None or not stored.startswith(VERSION):
        raise Unreadable("No key of CONTENT_KEYS opens this text.")
    try:
        return cipher.decrypt(stored[HEAD - NONCE_BYTES : HEAD], stored[HEAD:], place)
    except (InvalidTag, ValueError):
        # `from None`: what is known of the text must not travel on in the error.
        raise Unreadable("This text is not what was written at this place.") from None


def unseal(sealed: Sealed, place: bytes) -> str:
    """The text that was sealed for `place`. Raises Unreadable where it does not open."""
    return unseal_bytes(sealed, place).decode()


class _Opened(DeferredAttribute):
    """Opens a value when it is first read, for only then are the row and its id at hand."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if instance is not None and isinstance(value, Sealed):
            value = self.field.opened(unseal_bytes(value, self.field.place_in(instance)))
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: models.Model, value: object) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.Field):
    """A value that is encrypted in the database, on a model whose id is known before it is written.

    It can be read and written through its row only: no lookup, no `update()`
    and no `bulk_update()` takes a plain one.
    """

    descriptor_class = _Opened
    rotated_at_once = 500
    """How many of them are held in memory while they are written anew under another key."""

    def opened(self, content: bytes) -> Any:
        """The value, of what was sealed."""
        raise NotImplementedError

    def closed(self, value: Any) -> bytes:
        """What is sealed, of the value."""
        raise NotImplementedError

    def get_internal_type(self) -> str:
        return "BinaryField"

    def place_in(self, row: models.Model) -> bytes:
        if not row._meta.pk.has_default():
            raise TypeError(f"{type(row).__name__} must be a PrivateRecord: its texts are bound to its id.")
        return place_of(row._meta.db_table, str(self.column), row.pk)

    def pre_save(self, model_instance: models.Model, add: bool) -> Sealed | None:
        value = model_instance.__dict__[self.attname]
        # A text that was not opened is written back as it was; so a lost key loses nothing more.
        return (
            value
            if value is None or isinstance(value, Sealed)
            else seal_bytes(self.closed(value), self.place_in(model_instance))
        )

    def get_prep_value(self, value: object) -> Sealed | None:
        if value is None or isinstance(value, Sealed):
            return value
        raise TypeError(f"{self.name} is encrypted: it is read and written through its row only.")

    def get_db_prep_value(self, value: object, connection: Any, prepared: bool = False) -> Any:
        sealed = self.get_prep_value(value)
        return None if sealed is None else connection.Database.Binary(sealed.stored)

    def from_db_value(self, value: Any, expression: object, connection: object) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))


class EncryptedTextField(EncryptedField, models.TextField):
    """A text that is encrypted in the database."""

    def opened(self, content: bytes) -> str:
        return content.decode()

    def closed(self, value: Any) -> bytes:
        return str(value).encode()


class EncryptedBytesField(EncryptedField, models.BinaryField):
    """What a file holds, encrypted in the database."""

    rotated_at_once = 4

    def opened(self, content: bytes) -> bytes:
        return content

    def closed(self, value: Any) -> bytes:
        return bytes(value)


def encrypted_fields(model: type[models.Model]) -> Sequence[EncryptedField]:
    """The encrypted columns of a model."""
    return [field for field in model._meta.local_fields if isinstance(field, EncryptedField)]
