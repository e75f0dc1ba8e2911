"""The keys of private texts, as the setting `CONTENT_KEYS` gives them. Settings read this; it needs none."""

import base64
import binascii
import hashlib

KEY_BYTES, KEY_ID_BYTES = 32, 4


def key_of(words: str) -> bytes:
    """A key from its base64url form, as `secrets.token_urlsafe(32)` makes it.

    Raises ValueError where that does not hold exactly 32 bytes.
    """
    try:
        key = base64.b64decode(words.rstrip("=") + "=", altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
    if len(key) != KEY_BYTES:
        raise ValueError
    return key


def id_of(key: bytes) -> bytes:
    """What names a key in front of each text: it follows from the key, and does not lead back to it."""
    return hashlib.sha256(b"trellis.content-key" + key).digest()[:KEY_ID_BYTES]
