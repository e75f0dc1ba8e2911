"""The link in the mail that asks for a check-in: it answers that day's question once, without signing in.

Only where the client has chosen so. It opens nothing once the day has been
answered, three days later, after the client chose otherwise or has another
address, or while the work rests.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from clients.models import CheckIn, CheckInRhythm
from coaching.accounts import signed_links
from coaching.accounts.models import User

SALT = "trellis.check-in-link"
ACT = "say"
OPENS_FOR = timedelta(days=3)


@dataclass(frozen=True)
class CheckInLink:
    """A token that is ours: whose rhythm asks, and about which day."""

    rhythm: CheckInRhythm
    on: date

    @property
    def by(self) -> User:
        """Who answers: the client, whoever is signed in."""
        user: User = self.rhythm.client.user  # type: ignore[assignment]  # `asking()` leaves out who has no account
        return user

    @property
    def is_open(self) -> bool:
        today = timezone.localdate(timezone=self.by.timezone)
        is_in_time = self.on <= today < self.on + OPENS_FOR
        return is_in_time and not CheckIn.objects.filter(client=self.rhythm.client_id, on=self.on).exists()


def address_for(rhythm: CheckInRhythm, user: User, day: date) -> str:
    token = signed_links.sign(salt=SALT, act=ACT, pk=rhythm.pk, version=day.toordinal(), address=user.email)
    return settings.SITE_URL + reverse("clients:checkin_link", args=[token])


def read(token: str) -> CheckInLink | None:
    """None where the token is not ours, or opens nothing any more."""
    signed = signed_links.read(token, salt=SALT)
    if signed is None:
        return None
    rhythms = CheckInRhythm.objects.asking().filter(by_mail=True).select_related("client__user")
    rhythm = rhythms.filter(pk=signed.pk).first()
    if rhythm is None or not signed.is_for(rhythm.client.user.email, salt=SALT):  # type: ignore[union-attr]
        return None
    link = CheckInLink(rhythm, date.fromordinal(signed.version))
    return link if link.is_open else None
