"""A program that calls the API with a token."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import tokens
from accounts.journal import person
from accounts.models import ApiToken, User
from tenants import scope
from tenants.models import Isp
from tests.conftest import HostClient, host_of

EVERYTHING = tuple(scope.value for scope in tokens.SCOPES)


class Program(HostClient):
    """JSON in, JSON out; self.token is the row."""

    token: ApiToken

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = "" if body is None else json.dumps(body)
        return self.generic(
            method, f"/api/v1/{path}", data, content_type="application/json" if data else "", headers=headers
        )


@pytest.fixture
def token_for(isp: Isp) -> Callable[..., Program]:
    """token_for(["plans:read"]) calls Ana's ISP with a token of her owner; isp= and role= choose others."""

    def make(scopes: Iterable[str] = EVERYTHING, isp: Isp = isp, role: str = "owner") -> Program:
        now = datetime.now(UTC)
        with scope.inside(isp.schema_name):
            token, secret = tokens.mint(
                name="Counter script",
                scopes=scopes,
                expires_at=now + timedelta(days=30),
                by=person(User.objects.get(role=role)),
                now=now,
            )
        program = Program(host_of(isp), HTTP_AUTHORIZATION=f"Bearer {secret}")
        program.token = token
        return program

    return make
