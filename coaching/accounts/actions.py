"""Bringing a person in, keeping the address they sign in with in one piece, and SMS they agree to."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from coaching.accounts.deliveries import Channel, wake_worker
from coaching.accounts.models import CODE_LIFETIME, ReturnedMail, SmsNumber, User

CODES_AN_HOUR = 3
"""So many codes one person may ask for."""
CODES_A_DAY = 5
"""So many codes may go to one number, whoever asks: it may be somebody else's."""


class TooManyCodes(Exception):
    """This person, or this number, has been sent enough codes for now."""


@transaction.atomic
def add_person(*, email: str, password: str | None = None, **fields: Any) -> User:
    """A person whose address is known to be theirs. Without a password they choose one by "Forgot it?"."""
    user = User.objects.create_user(email, password, **fields)
    confirm_address(user=user)
    return user


@transaction.atomic
def confirm_address(*, user: User) -> None:
    """Make the account's address the one it signs in with, in place of any other. Mails go there again."""
    ReturnedMail.objects.stopping(user.email).clear()
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


@transaction.atomic
def agree_to_sms(*, by: User, number: str, words: str) -> SmsNumber:
    """Note that a person agreed to SMS at this number, in these words; a code shows that it is theirs.

    A number they gave before is stopped. Raises TooManyCodes.
    """
    User.objects.select_for_update().get(pk=by.pk)
    asked = SmsNumber.objects.filter(created_at__gt=Now() - timedelta(days=1))
    if (
        asked.filter(user=by, created_at__gt=Now() - timedelta(hours=1)).count() >= CODES_AN_HOUR
        or asked.filter(number=number).count() >= CODES_A_DAY
    ):
        raise TooManyCodes
    stop_sms(by=by)
    row = SmsNumber.objects.create(
        user=by,
        number=number,
        agreed_words=words,
        channel=Channel.SMS,
        due_at=Now(),
        useful_until=Now() + CODE_LIFETIME,
    )
    wake_worker()
    return row


@transaction.atomic
def confirm_sms(*, by: User, code: str) -> bool:
    """Whether this is the code that was sent; then SMS may go to the number."""
    row = SmsNumber.objects.select_for_update().filter(user=by, withdrawn_at=None).first()
    if row is None or not row.takes_code:
        return False
    if not secrets.compare_digest(code, row.code):
        SmsNumber.objects.filter(pk=row.pk).update(tries=F("tries") + 1)
        return False
    SmsNumber.objects.filter(pk=row.pk).update(confirmed_at=Now())
    return True


def stop_sms(*, by: User) -> None:
    """No more SMS to this person, and no code on its way either. What would have been one comes by mail."""
    rows = SmsNumber.objects.filter(user=by, withdrawn_at=None)
    rows.call_off()
    rows.update(withdrawn_at=Now())
