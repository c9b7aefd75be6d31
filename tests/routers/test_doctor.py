"""The doctor names the first step that fails, with its fix."""

from datetime import UTC, datetime
from typing import Any

import pytest

from routers import desired, doctor, echo, sync
from routers.device import Target
from routers.doctor import Person, Step
from routers.virtual import VirtualRouter
from tests.routers.on_loopback import enrolled

SECRET = "s" * 26


@pytest.fixture(autouse=True)
def private(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True
    settings.RADIUS_ADDRESS = "127.0.0.1"
    monkeypatch.setattr(echo, "heard", lambda *args, **kwargs: True)


def healthy(router: VirtualRouter) -> None:
    router.tree.add(
        "/radius",
        {"service": "hotspot", "address": "127.0.0.1", "secret": SECRET, "comment": "kmikro:radius"},
    )
    router.tree.add("/ip/hotspot", {"name": "kmikro", "interface": "bridge-lan", "address-pool": "hs-pool"})
    router.tree.add(
        "/ip/hotspot/walled-garden/ip", {"dst-host": "portal.example", "comment": "kmikro:portal"}
    )


def examine(target: Target, *, serial: str = "", person: Person | None = None) -> list[Step]:
    wish = desired.Wish(
        radius_address="127.0.0.1", radius_auth_port=1812, radius_acct_port=1813, radius_secret=SECRET, coa_port=3799,
        interface="bridge-lan", portal_host="portal.example", portal_url="http://portal.example/", router_address="",
        serial=serial, services=frozenset({"hotspot"}), pppoe_interface="", radsec_certificate="",
    )  # fmt: skip
    job = sync.Job(1, "Gate", "ready", target, wish)
    return list(doctor.examine(job, "bridge-lan", person=person or Person(), now=datetime.now(UTC)))


@pytest.mark.parametrize("version", ["7.20.8 (stable)", "7.9 (stable)", "6.49.10 (long-term)"])
def test_all_is_well(version: str) -> None:
    with enrolled(104, version=version) as (router, target):
        healthy(router)
        steps = examine(target, serial=router.device.serial)
    assert [step.title for step in steps if step.state != "ok"] == []
    assert [step.title for step in steps] == [
        "Address", "Connection", "Sign-in", "Identity", "Rights", "Clock", "Names", "RADIUS", "Hotspot",
        "Walled garden", "RADIUS test",
    ]  # fmt: skip
    assert doctor.verdict(steps).title == "All is well"


def broken(router: VirtualRouter, what: str) -> None:
    tree = router.tree
    match what:
        case "Rights":
            group = tree.find("/user/group", name="kmikro")
            assert group is not None
            group["policy"] = "read,api,sensitive"
        case "Clock":
            router.faults.clock_1970 = True
            assert router.wait(lambda: router.device.clock.lost)
        case "Names":
            tree.singles["/ip/dns"].pop("servers")
        case "RADIUS":
            row = tree.find("/radius", comment="kmikro:radius")
            assert row is not None
            row["secret"] = "another"
        case "Hotspot":
            row = tree.find("/ip/hotspot", name="kmikro")
            assert row is not None
            row["disabled"] = "true"
        case "Walled garden":
            tree.tables["/ip/hotspot/walled-garden/ip"].rows.clear()
        case "Sign-in":
            router.faults.refuse_login = True
        case "Connection":
            router.faults.garbage = True


@pytest.mark.parametrize(
    "what", ["Rights", "Clock", "Names", "RADIUS", "Hotspot", "Walled garden", "Sign-in", "Connection"]
)
def test_each_fault_is_named_with_its_fix(what: str) -> None:
    with enrolled(105) as (router, target):
        healthy(router)
        broken(router, what)
        verdict = doctor.verdict(examine(target))
    assert (verdict.state, verdict.title) == ("bad", what)
    assert len(verdict.text) > 20
    assert SECRET not in verdict.text


def test_another_router_answers() -> None:
    with enrolled(106) as (router, target):
        healthy(router)
        verdict = doctor.verdict(examine(target, serial="HE-ANOTHER"))
    assert verdict.title == "Identity"
    assert "HE-ANOTHER" in verdict.text


def test_a_person_who_is_not_there_and_a_test_nobody_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(echo, "heard", lambda *args, **kwargs: False)
    with enrolled(107) as (router, target):
        healthy(router)
        steps = examine(target, person=Person("02:00:5E:10:00:01", "10.5.50.20"))
    assert [step.title for step in steps if step.state == "bad"] == ["Session on the router", "RADIUS test"]


def test_an_address_that_may_not_be_spoken_to(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = False
    (step,) = examine(Target("127.0.0.1", 8728, "kmikro", "x", "127.0.0.1"))
    assert (step.state, step.title) == ("bad", "Address")
