"""Bearer tokens open this door, session cookies do not; each method of a view names the scope it needs."""

from datetime import UTC, datetime
from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from accounts import tokens
from accounts.models import ApiToken, User
from api import access


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer kmk_…`. Unknown, foreign, ended and orphaned tokens get one and the same answer."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = get_authorization_header(request)
        if not header:
            return None
        words = header.decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            raise AuthenticationFailed
        token = tokens.find(words[1], now=datetime.now(UTC))
        maker = token.made_by if token else None
        if token is None or maker is None or not maker.is_active:
            raise AuthenticationFailed
        return maker, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="K-Mikro Core"'


class Scoped(BasePermission):
    """A view's `scopes` names an Action per method (None: any token); a method that it has but does not name stays shut."""

    code = "insufficient_scope"
    message = ""

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.auth is None:
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.scopes:
            return not view.offers(method)  # 405 follows
        needed = view.scopes[method]
        if needed is None:
            return True
        self.message = f"This needs a token with the scope {needed}, made by somebody who may do it."
        return access.may(request, needed)
