import uuid

import pytest
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from accounts import limits
from tenants import scope


@pytest.fixture(autouse=True)
def _own(own_counters):
    """All counting here is in a part of Valkey that no other test empties."""


@pytest.fixture
def me():
    return uuid.uuid4().hex


def tries(name, *keys, rule=""):
    count = 0
    for _ in range(100):
        try:
            limits.hit(name, *keys, rule=rule)
        except limits.TooMany as refusal:
            return count, refusal
        count += 1
    raise AssertionError("never limited")


def test_five_tries_then_a_wait_that_is_told(inside_isp, me):
    count, refusal = tries("sign-in", me, "192.0.2.1")
    assert count == 5
    assert refusal.code == "too_many"
    assert 880 <= refusal.retry_after <= 900
    assert refusal.text == "Too many tries. Try again in 15 minutes."
    limits.hit("sign-in", me, "192.0.2.2")
    limits.hit("sign-in", me + "x", "192.0.2.1")


def test_keys_differ_by_case_nothing_and_by_tenant(isp, neighbour, me):
    with scope.inside(isp.schema_name):
        assert tries("sign-in", me.upper(), "n")[0] == 5
        with pytest.raises(limits.TooMany):
            limits.hit("sign-in", f" {me} ", "N")
    with scope.inside(neighbour.schema_name):
        limits.hit("sign-in", me, "n")


def test_a_success_starts_anew(inside_isp, me):
    tries("sign-in", me)
    limits.forget("sign-in", me)
    limits.hit("sign-in", me)


def test_without_valkey_this_process_counts(inside_isp, me, monkeypatch):
    away = storage_from_string("redis://127.0.0.1:1/0", wrap_exceptions=True, socket_connect_timeout=0.2)
    monkeypatch.setattr(limits, "_shared", lambda: MovingWindowRateLimiter(away))
    assert tries("sign-in", me)[0] == 5
    limits.forget("sign-in", me)
    limits.hit("sign-in", me)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        (None, "unknown"),
        ("1.2.3.4, 5.6.7.8", "unknown"),
    ],
)
def test_what_counts_as_one_client(address, network):
    assert limits.network(address) == network


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 seconds"), (89, "89 seconds"), (90, "2 minutes"), (121, "3 minutes")]
)
def test_waits_in_words(seconds, words):
    assert limits.in_words(seconds) == words
