"""Links in mails: each opens one act on one session, for its client, without signing in.

A token names the act, the session and the version of its time, and is signed
with the address it was mailed to: when the session has moved, begun or is off,
or when the client has another address, it opens nothing. So a link that moves
or calls off works once by itself; one that books is used up by the
`Replacement` it leads to.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import cast

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from coaching.accounts import signed_links
from coaching.accounts.models import User
from coaching.scheduling.models.session import CoachingSession

BOOKS_FOR = timedelta(days=30)
"""How long after a session was called off the client may choose another time from the mail."""

SALT = "trellis.mail-link"


class Act(StrEnum):
    CANCEL = "off"
    MOVE = "move"
    BOOK = "book"


def acts_for(session: CoachingSession) -> dict[str, str]:
    """The addresses of what the client may do about this session now, by the act; one query at most."""
    acts = []
    if session.can_be_moved_by_client:
        acts.append(Act.MOVE)
    if session.is_scheduled and not session.has_started:
        acts.append(Act.CANCEL)
    if session.can_be_booked_instead_by_client:
        acts.append(Act.BOOK)
    return {act.name.lower(): address_of(act, session) for act in acts}


def address_of(act: Act, session: CoachingSession) -> str:
    return settings.SITE_URL + reverse("scheduling:mail_link", args=[token_for(act, session)])


def token_for(act: Act, session: CoachingSession) -> str:
    return signed_links.sign(
        salt=SALT, act=act, pk=session.pk, version=session.schedule_version, address=session.client.address
    )


@dataclass(frozen=True)
class MailLink:
    """A token that is ours, and the session it is about, as that is now."""

    token: str
    act: Act
    session: CoachingSession
    version: int

    @classmethod
    def read(cls, token: str) -> "MailLink | None":
        """None where the token is not ours, or opens nothing any more. One query, and for booking two."""
        signed = signed_links.read(token, salt=SALT)
        if signed is None:
            return None
        session = CoachingSession.objects.filter(pk=signed.pk).of_one_client().with_people().first()
        if session is None or not signed.is_for(session.client.address, salt=SALT):
            return None
        link = cls(token, Act(signed.act), session, signed.version)
        return link if link.is_open else None

    @property
    def by(self) -> User | None:
        """Who acts: the client's account, whoever is signed in; None where they have none yet."""
        return cast("User | None", self.session.client.user)

    @property
    def is_open(self) -> bool:
        if self.session.schedule_version != self.version or (self.by and not self.by.is_active):
            return False
        if self.act != Act.BOOK:
            return self.session.is_scheduled and not self.session.has_started
        off_at = self.session.cancelled_at
        return (
            off_at is not None
            and timezone.now() < off_at + BOOKS_FOR
            and not hasattr(self.session, "replacement")
        )
