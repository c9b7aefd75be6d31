import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from accounts import tokens
from accounts.journal import Actor
from accounts.models import ApiToken, JournalEntry
from kmikro.lib.refusal import Refusal
from tenants import scope

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BY = Actor(None, "Tester")
MONTH = timedelta(days=30)


def mint(**fields):
    base = {"name": "Export", "scopes": ["plans:read"], "expires_at": NOW + MONTH, "by": BY, "now": NOW}
    return tokens.mint(**{**base, **fields})


def test_a_token_is_kept_only_as_a_digest(inside_isp):
    token, secret = mint(scopes=["routers:read", "plans:read", "plans:read"])
    assert secret.startswith("kmk_")
    assert len(secret) == 47
    row = ApiToken.objects.values().get(pk=token.pk)
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(row)
    assert secret not in str(list(JournalEntry.objects.values()))
    assert row["scopes"] == ["plans:read", "routers:read"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"scopes": []}, "no_scope"),
        ({"scopes": ["tokens:write"]}, "unknown_scope"),
        ({"scopes": ["team:write"]}, "unknown_scope"),
        ({"scopes": ["terms:accept"]}, "unknown_scope"),
        ({"scopes": ["everything"]}, "unknown_scope"),
        ({"expires_at": NOW}, "bad_expiry"),
        ({"expires_at": NOW + timedelta(days=400)}, "bad_expiry"),
    ],
)
def test_what_a_token_cannot_be(inside_isp, fields, code):
    with pytest.raises(Refusal) as caught:
        mint(**fields)
    assert caught.value.code == code


def test_finding_notes_the_use_once_a_minute(inside_isp, django_assert_num_queries):
    token, secret = mint()
    with django_assert_num_queries(2):
        assert tokens.find(secret, now=NOW) == token
    with django_assert_num_queries(1):
        found = tokens.find(secret, now=NOW + timedelta(seconds=59))
    assert found is not None
    assert found.last_used_at == NOW
    later = tokens.find(secret, now=NOW + timedelta(seconds=60))
    assert later is not None
    assert later.last_used_at == NOW + timedelta(seconds=60)


def test_ended_tokens_and_junk_are_not_found(inside_isp):
    token, secret = mint()
    for junk in (
        "",
        "kmk_",
        secret[:-1],
        secret + "A",
        secret.upper(),
        "kmk_" + "x" * 43,
        "x" * 10_000,
        "kmk_\udcff",
    ):
        assert tokens.find(junk, now=NOW) is None
    assert tokens.find(secret, now=NOW + MONTH) is None
    tokens.revoke(token, by=BY, now=NOW)
    tokens.revoke(token, by=BY, now=NOW)
    assert tokens.find(secret, now=NOW) is None
    assert JournalEntry.objects.filter(verb="token.revoked").count() == 1


def test_a_token_is_unknown_to_the_neighbour(isp, neighbour):
    with scope.inside(isp.schema_name):
        _token, secret = mint()
    with scope.inside(neighbour.schema_name):
        assert tokens.find(secret, now=NOW) is None
