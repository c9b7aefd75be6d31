"""Who is online at a router, over its API: what cannot be read is trouble, and never an empty house."""

from typing import Any

import pytest

from routers import kick
from routers.device import Target
from tests.routers.on_loopback import enrolled

MAC, ADDRESS = "02:00:5E:10:00:07", "10.5.50.7"


@pytest.fixture(autouse=True)
def private(settings: Any) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True


def test_an_empty_house() -> None:
    with enrolled(86) as (_router, target):
        assert kick.present(target) == kick.Presence(frozenset())
        assert kick.people(target) == kick.People(())
        assert kick.end(target, mac=MAC, address=ADDRESS) == kick.Removal(0)
        assert "no device" in kick.end(target, mac=MAC, address="").trouble


@pytest.mark.parametrize("policy", ["api", None])
def test_who_cannot_be_asked_has_not_sent_everybody_home(policy: str | None) -> None:
    with enrolled(87, policy=policy or "api") as (_router, target):
        asked = target if policy else Target(target.address, 1, target.user, target.password)
        for told in (kick.present(asked), kick.people(asked), kick.end(asked, mac=MAC, address=ADDRESS)):
            assert told.trouble
