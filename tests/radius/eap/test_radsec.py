"""Wi-Fi sign-ins over RadSec: the same conversation through another door."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from radius import radsec
from tenants import authority, routes, scope
from tenants.models import Isp
from tests.radius import vectors as v
from tests.radius.eap.device import PEAP, TTLS, Device, eap_attributes
from tests.radius.fakes import World
from tests.radius.running import until
from tests.radius.tls import NAS, SEAL, Router, Running, client


@pytest.mark.parametrize(("method", "inner"), [(PEAP, "mschapv2"), (TTLS, "pap")])
def test_a_device_signs_in_behind_a_router_with_a_certificate(
    tmp_path: Path, method: int, inner: str
) -> None:
    up = Running(World(), known={client().fingerprint: replace(NAS, allow_eap=True)})
    router = Router(up.port, tmp_path, client())
    try:
        device = Device(method, inner)
        octets, state, code = device.identity(), b"", 11
        while code == 11:
            authenticator = os.urandom(16)
            body = v.attribute(1, b"anonymous") + eap_attributes(octets)
            body += v.attribute(24, state) if state else b""
            reply = router.ask(SEAL.access_request(1, 7, authenticator, body))
            assert SEAL.vouches_for_reply(reply, authenticator)
            code, state = reply.code, dict(reply.attributes).get(24, b"")
            said = b"".join(value for kind, value in reply.attributes if kind == 79)
            octets = device.answer(said) if code == 11 else b""
        assert code == 2
        until(lambda: [each.name for each, _ in up.world.attempts] == ["nemo"])
    finally:
        router.close()
        up.close()


def test_what_a_router_may_holds_behind_either_door(isp: Isp) -> None:
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        for number in (1, 2):
            routes.register_nas(
                number, address=f"10.0.8.{number}", secret=f"{number}" * 26, coa_port=3799,
                require_message_auth=True, now=now,
            )  # fmt: skip
            authority.issue(number, now=now)
        routes.settle_sign_in(2, allow_mschap1=False, mac_auth_password="", allow_eap=True)
    found = {each.router_id: each.allow_eap for each in radsec.routers().values() if each.schema}
    assert found == {1: False, 2: True}
