"""What all links in mails have in common: a token that names one act, signed, for one address.

It is not stored. It says which row it is about, in which version or on which
day, and holds a sign of the address it was mailed to; whether it still opens
anything follows from the row.
"""

import binascii
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac


@dataclass(frozen=True)
class Signed:
    """What a token of ours says."""

    act: str
    pk: uuid.UUID
    version: int
    mark: str

    def is_for(self, address: str, *, salt: str) -> bool:
        """Whether it was mailed to this address."""
        return self.mark == _mark(address, salt)


def sign(*, salt: str, act: str, pk: uuid.UUID, version: int, address: str) -> str:
    packed = urlsafe_b64encode(pk.bytes).rstrip(b"=").decode()
    return Signer(salt=salt, sep=".").sign(f"{act}.{packed}.{version}.{_mark(address, salt)}")


def read(token: str, *, salt: str) -> Signed | None:
    """None where the token is not ours, or is for something else."""
    try:
        act, packed, version, mark = Signer(salt=salt, sep=".").unsign(token).split(".")
        return Signed(act, uuid.UUID(bytes=urlsafe_b64decode(f"{packed}==")), int(version), mark)
    except (BadSignature, ValueError, binascii.Error):
        return None


def _mark(address: str, salt: str) -> str:
    """A sign of an address, from which nobody can tell the address."""
    return salted_hmac(salt, address, algorithm="sha256").hexdigest()[:16]
