"""Sign-in by e-mail address, the same cost whether the account exists or not."""

from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import User


class EmailBackend:
    """Looks only in the schema of the request; inactive accounts never sign in."""

    def authenticate(self, request: Any, email: str = "", password: str = "", **_rest: Any) -> User | None:
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            make_password(password[:128])  # spend what a check costs, so that time tells nothing
            return None
        return user if user.check_password(password[:128]) and user.is_active else None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
