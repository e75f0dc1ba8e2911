"""Bringing a person in, and keeping the address they sign in with in one piece."""

from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from coaching.accounts.models import User


@transaction.atomic
def add_person(*, email: str, password: str | None = None, **fields: Any) -> User:
    """A person whose address is known to be theirs. Without a password they choose one by "Forgot it?"."""
    user = User.objects.create_user(email, password, **fields)
    confirm_address(user=user)
    return user


@transaction.atomic
def confirm_address(*, user: User) -> None:
    """Make the account's address the one it signs in with, in place of any other."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
