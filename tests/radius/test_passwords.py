"""Devices that sign in by their MAC, and services that are for one kind of connection."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from radius import directory, knowing, lookup
from radius.behind import LiveWorker
from radius.credentials import Chap, MsChap
from radius.database import Patience
from radius.events import Accept, AccessRequest, Nas, Reject
from radius.known import Facts
from radius.policy import authorize
from subscribers import accounts, devices
from subscribers.models import Device
from tenants import routes, scope
from tenants.models import Isp, NasRoute
from tests.factories import NOW, make_plan, make_service, make_voucher
from tests.radius.fakes import ROUTER, facts
from tests.radius.running import until

MAC = "AA:BB:CC:DD:EE:0F"
LISTED = facts(label="Till", secret=None, device=MAC)


def asks(
    name: bytes = MAC.encode(),
    password: bytes | None = b"",
    mac: str = MAC,
    chap: Chap | None = None,
    ms_chap: MsChap | None = None,
    service_type: int | None = 1,
    nas: Nas = ROUTER,
) -> AccessRequest:
    return AccessRequest(
        nas, 1, bytes(16), ("127.0.0.1", 1), name, password, chap,
        mac=mac, ms_chap=ms_chap, service_type=service_type,
    )  # fmt: skip


def code(request: AccessRequest, known: Facts | None = LISTED) -> str:
    verdict = authorize(request, known, 1e9, UTC)
    return verdict.code if isinstance(verdict, Reject) else "accept"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (asks(), "accept"),
        (asks(password=MAC.encode()), "accept"),
        (asks(name=b"aabbccddee0f", password=b"aabbccddee0f"), "accept"),
        (asks(name=b"aabbccddee0f", password=MAC.encode()), "accept"),
        (asks(password=b"arctangent"), "wrong_password"),
        (asks(password=b"AA:BB:CC:DD:EE:00"), "wrong_password"),
        (asks(password=b"shared"), "wrong_password"),
        (asks(password=b"shared", nas=replace(ROUTER, mac_auth_password=b"shared")), "accept"),
        (asks(password=b"shareD", nas=replace(ROUTER, mac_auth_password=b"shared")), "wrong_password"),
        (asks(mac="AA:BB:CC:DD:EE:00"), "wrong_device"),
        (asks(mac=""), "wrong_device"),
        (asks(service_type=2), "wrong_access"),
        (asks(password=None), "no_password"),
        (asks(password=None, ms_chap=MsChap(2, 1, bytes(16), bytes(24), bytes(16))), "wrong_password"),
    ],
)
def test_a_listed_device_is_its_own_credential_and_nobody_elses(
    request_: AccessRequest, expected: str
) -> None:
    assert code(request_) == expected


@pytest.mark.parametrize("password", [b"", MAC.encode(), b"shared", b"else"])
def test_by_chap_too(password: bytes) -> None:
    challenge = bytes(range(16))
    answer = Chap(5, hashlib.md5(b"\5" + password + challenge).digest(), challenge)
    nas = replace(ROUTER, mac_auth_password=b"shared")
    expected = "wrong_password" if password == b"else" else "accept"
    assert code(asks(password=None, chap=answer, nas=nas)) == expected


def test_an_unknown_device_is_no_unknown_person() -> None:
    verdict = authorize(asks(), None, 1e9, UTC)
    assert verdict.trace[-1].text == f"The device {MAC} is on no device list, so it has to sign in."
    verdict = authorize(asks(name=b"AA:BB:CC:DD:EE:00"), None, 1e9, UTC)
    assert verdict.trace[-1].text.startswith("Nobody here is called")


def test_usage_of_a_listed_device_without_a_class_finds_its_service(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        service = make_service(kind="account")
        devices.add(service, MAC, by=SYSTEM, now=NOW)
        pairs = {(b"", "aabbccddee0f"), (b"", "AA:BB:CC:DD:EE:00"), (b"", "nemo")}
        found = knowing.services_of(isp.schema_name, pairs)
    assert found == {(b"", "aabbccddee0f"): service.pk, (b"", "AA:BB:CC:DD:EE:00"): None, (b"", "nemo"): None}


@pytest.mark.parametrize("kind", ["account", "voucher"])
def test_a_mac_opens_nothing_without_a_row_on_the_list(kind: str) -> None:
    assert code(asks(), None) == "unknown_user"
    known = facts(kind=kind, secret=b"arctangent")
    for password in (b"", MAC.encode()):
        assert code(asks(password=password), known) == "wrong_password"


@pytest.mark.parametrize(
    ("access", "service_type", "expected"),
    [
        ("any", 1, "accept"), ("any", 2, "accept"), ("any", None, "accept"), ("hotspot", 1, "accept"),
        ("hotspot", None, "accept"), ("hotspot", 2, "wrong_access"), ("ppp", 2, "accept"),
        ("ppp", 1, "wrong_access"), ("ppp", None, "wrong_access"),
    ],
)  # fmt: skip
def test_a_service_may_be_for_one_kind_of_connection(
    access: str, service_type: int | None, expected: str
) -> None:
    asked = asks(b"nemo", b"arctangent", service_type=service_type)
    assert code(asked, facts(access=access)) == expected


def test_the_list_is_read_from_the_tenant_and_no_neighbour_sees_it(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        service, secret = accounts.open_account(
            "till", make_plan(), None, by=SYSTEM, now=NOW, access="hotspot"
        )
        devices.add(service, MAC, by=SYSTEM, now=NOW)
    now, patience = time.time(), Patience()
    for name in (MAC.encode(), b"aa-bb-cc-dd-ee-0f", b"aabbccddee0f"):
        found = lookup.find(isp.schema_name, name, now, patience)
        assert found is not None
        assert (found.facts.service_id, found.device) == (service.pk, MAC)
        assert found.facts.access == "hotspot"
        assert lookup.find(neighbour.schema_name, name, now, patience) is None
    by_name = lookup.find(isp.schema_name, b"till", now, patience)
    assert by_name is not None
    assert by_name.device == ""
    assert by_name.facts.nt_hash is not None
    assert secret not in repr(by_name.facts)
    assert by_name.facts.nt_hash.hex() not in repr(by_name.facts)


def test_a_name_that_is_spelled_like_a_mac_comes_before_the_list(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        named = make_service(code=MAC, kind="account", secret="own-secret-1")
        devices.add(make_voucher().service, MAC, by=SYSTEM, now=NOW)
    found = lookup.find(isp.schema_name, MAC.encode(), time.time(), Patience())
    assert found is not None
    assert (found.facts.service_id, found.device) == (named.pk, "")


@pytest.fixture
def worker(fresh_isp: Isp, tmp_path: Any) -> Iterator[LiveWorker]:
    made = LiveWorker(tmp_path)
    made.start()
    yield made
    made.close(2)


def test_a_device_taken_off_the_list_is_refused_within_a_second(fresh_isp: Isp, worker: LiveWorker) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        device = devices.add(make_service(), MAC, by=SYSTEM, now=NOW)
    until(lambda: worker.facts.of(schema, MAC.encode()) is not None and len(worker.facts) == 1)
    with scope.inside(schema):
        devices.remove(Device.objects.get(pk=device.pk), by=SYSTEM, now=NOW)
    until(lambda: worker.facts.of(schema, MAC.encode()) is None, 1.0)


def test_ways_to_sign_in_are_told_per_router(isp: Isp, neighbour: Isp) -> None:
    for each, address in ((isp, "10.0.0.1"), (neighbour, "10.0.0.2")):
        with scope.inside(each.schema_name):
            routes.register_nas(
                1, address=address, secret=address * 3, coa_port=3799, require_message_auth=True, now=NOW
            )
    with scope.inside(isp.schema_name):
        routes.settle_sign_in(1, allow_mschap1=True, mac_auth_password="hot-mac", allow_eap=True)
        routes.register_nas(
            1, address="10.0.0.3", secret="s" * 26, coa_port=3799, require_message_auth=True, now=NOW
        )
    book = directory.read()
    assert (book["10.0.0.3"].allow_mschap1, book["10.0.0.3"].mac_auth_password) == (True, b"hot-mac")
    assert (book["10.0.0.2"].allow_mschap1, book["10.0.0.2"].mac_auth_password) == (False, b"")
    assert (book["10.0.0.3"].allow_eap, book["10.0.0.2"].allow_eap) == (True, False)
    assert "hot-mac" not in repr(book)
    assert NasRoute.objects.get(address="10.0.0.2").allow_mschap1 is False


def test_the_trace_says_how(isp: Isp) -> None:
    verdict = authorize(asks(), LISTED, datetime.now(UTC).timestamp(), UTC)
    assert isinstance(verdict, Accept)
    assert f"{MAC} is on the device list." in [step.text for step in verdict.trace]
