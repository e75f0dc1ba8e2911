"""How a signed-in person is read at each request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from coaching.accounts.models import User


class PersonBackend(AuthenticationBackend):
    """allauth's sign-in by e-mail. The person comes with their place in a practice; every page asks."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("coach__practice").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
