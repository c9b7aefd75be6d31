"""One short conversation: an answer, or a sentence with the fix."""

from typing import Any

import pytest

from routers import talk, tools
from routers.device import Device, Target
from tenants.models import Isp
from tests.factories import make_router
from tests.routers.on_loopback import enrolled


@pytest.fixture(autouse=True)
def private(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True
    settings.RADIUS_ADDRESS = "127.0.0.1"


def test_an_answer_and_a_missing_right_with_its_line() -> None:
    with enrolled(92, policy="read,api") as (_router, target):
        assert talk.with_router(target, lambda device: device.read("/system/identity")).value == [
            {"name": "Gate"}
        ]
        said = talk.with_router(target, lambda device: tools.ping(device, "127.0.0.1"), needs=("test",))
        assert said.value is None
        assert said.lacking == ("test",)
        assert "/user group set" in said.trouble
        assert talk.with_router(target, lambda device: talk.rights_of(device, "kmikro")).value == {
            "read",
            "api",
        }


def test_trouble_in_words() -> None:
    with enrolled(93) as (router, target):

        def unknown(device: Device) -> None:
            device.read("/no/such")

        assert "said no" in talk.with_router(target, unknown).trouble
        assert talk.with_router(target, lambda device: talk.optional(device, "/no/such")).value == []
        router.faults.refuse_login = True
        assert "refuses our user" in talk.with_router(target, lambda device: 1).trouble
    nobody = Target("127.0.0.1", 1, "kmikro", "x", "127.0.0.1")
    assert "does not answer" in talk.with_router(nobody, lambda device: 1).trouble


def test_an_address_that_may_not_be_spoken_to(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = False
    target = Target("127.0.0.1", 8728, "kmikro", "x", "127.0.0.1")
    assert talk.with_router(target, lambda device: 1).value is None


@pytest.mark.django_db
def test_targets(inside_isp: Isp) -> None:
    router = make_router()
    assert (talk.target_of(router.pk) or Target("", 0, "", "")).address == router.address
    assert talk.target_of(10**9) is None
