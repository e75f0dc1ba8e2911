"""Which people, practices and invitations a person may see."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models.functions import Now

from coaching.accounts.deliveries import DeliveryQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from coaching.accounts.models import User

type Person = "User | AnonymousUser"


def related(model: Any, name: str) -> Any:
    """The model at the other end of a relation, for who cannot import it because it imports them."""
    return model._meta.get_field(name).related_model


class PracticeQuerySet(models.QuerySet):
    def visible_to(self, user: Person) -> Self:
        """Those this person coaches at."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coaches__user=user)

    def owned_by(self, user: Person) -> Self:
        """Those this person runs."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(coaches__user=user, coaches__is_owner=True)


class CoachQuerySet(models.QuerySet):
    def colleagues_of(self, user: Person) -> Self:
        """Those in the same practice, the person included."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(practice__coaches__user=user)


class InvitationQuerySet(DeliveryQuerySet):
    def open(self) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=Now())


class SmsNumberQuerySet(DeliveryQuerySet):
    def belonging_to(self, user: Person) -> Self:
        """Those this person gave and has not stopped: one at most."""
        return self.filter(user=user.pk, withdrawn_at=None)
