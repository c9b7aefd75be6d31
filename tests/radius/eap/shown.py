"""The root and the certificate for Wi-Fi that tests use, made once per process."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from radius.eap.tunnel import Shared, context
from tenants import certificates
from tenants.certificates import Signed

NAME = "radius.test"


OURS = "test root"


@cache
def _root(name: str) -> Signed:
    return certificates.make_root(name, now=datetime.now(UTC))


def root(name: str = OURS) -> Signed:
    return _root(name)


@cache
def server() -> Signed:
    return certificates.make_wifi_server(root(), name=NAME, now=datetime.now(UTC))


@cache
def shared() -> Shared:
    made = server()
    return context(made.certificate + root().certificate, made.key)
