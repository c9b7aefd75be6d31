"""Wi-Fi sign-ins over RadSec: the same conversation through another door."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

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


def test_what_was_settled_for_a_router_holds_behind_either_door(isp: Isp, settings: LazySettings) -> None:
    settings.RADIUS_EXTRA_PORTS = range(20_000, 20_001)
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        for number, address in (
            (1, "10.0.8.1"),
            (2, "10.0.8.2"),
            (3, "10.0.8.2"),
        ):  # the third has its own port
            routes.register_nas(
                number, address=address, secret=f"{number}" * 26, coa_port=3799,
                require_message_auth=True, now=now,
            )  # fmt: skip
            authority.issue(number, now=now)
        for number in (2, 3):
            routes.settle_sign_in(
                number, allow_mschap1=True, mac_auth_password="mac", allow_eap=True, admit_unknown=True
            )
    Isp.objects.filter(pk=isp.pk).update(language="sw")
    found = {
        each.router_id: (each.allow_eap, each.allow_mschap1, each.mac_auth_password, each.admit_unknown)
        for each in radsec.routers().values()
        if each.schema and each.language == "sw"
    }
    settled = (True, True, b"mac", True)
    assert found == {1: (False, False, b"", False), 2: settled, 3: settled}
