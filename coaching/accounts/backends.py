"""How a signed-in person is read at each request."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from coaching.accounts.models import User


class PersonBackend(AuthenticationBackend):
    """allauth's sign-in by e-mail. The person comes with what every page asks of them."""

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.for_pages().filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
