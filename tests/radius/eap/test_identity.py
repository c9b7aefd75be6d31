"""The certificate of one worker: absent at first, then there, read again before it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from radius.eap.identity import Identity
from radius.eap.tunnel import Tunnel
from tenants import wifi
from tenants.certificates import Signed
from tests.radius.eap import shown
from tests.radius.eap.test_tunnel import Other


def test_it_is_read_once_and_again_before_it_ends() -> None:
    read: list[datetime] = []

    def one(now: datetime) -> Signed:
        read.append(now)
        return shown.server()

    identity, now = Identity(one), datetime.now(UTC)
    assert identity() is None
    identity.refresh(now)
    identity.refresh(now + timedelta(days=1))
    assert read == [now]
    door = identity()
    assert door is not None
    assert isinstance(door(), Tunnel)
    soon = shown.server().ends_at - wifi.RENEWED + timedelta(days=2)
    identity.refresh(soon)
    assert read == [now, soon]


@pytest.mark.usefixtures("db")
def test_the_real_one_is_trusted_by_who_has_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    root = wifi.root_pem(now=now)
    monkeypatch.setattr("radius.eap.identity.connection.close", lambda: None)  # the test's own
    identity = Identity()
    identity.refresh()
    door = identity()
    assert door is not None
    other, tunnel, octets = Other(root), door(), b""
    other.end = other.context.wrap_bio(other.into, other.out, server_hostname=wifi.name())
    octets = other.shake(b"")
    while not tunnel.is_up:
        octets = other.shake(tunnel.shake(octets))
    assert other.end.version() == "TLSv1.2"
