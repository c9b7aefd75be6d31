"""Tunnels of routers: ways that flap, and routers that try where they may not.

What the kernel drops is looked at in network namespaces (tests/kmikro/test_hub_rules.py); here is what follows from it.
"""

from __future__ import annotations

import json

from tests.faults.catalogue import fault
from tests.faults.ground import Ground


@fault("F23", "a router's endpoint changes ten times a minute for 12 minutes, then it is gone", quick=True)
def roams(ground: Ground, long: bool) -> str:
    found = json.loads(ground.run("tests.faults.straying", ground.schema))
    assert found["up"] == 1, f"it came up {found['up']} times"
    assert found["news"] == 0, f"{found['news']} times its roaming was news"
    assert found["gone"] == 1, f"it was told {found['gone']} times that it is gone"
    return "120 endpoints in 12 minutes: no news; gone for good: told once"


@fault("F24", "the firewall counts packets of a router to where it may not", quick=True)
def strays(ground: Ground, long: bool) -> str:
    found = json.loads(ground.run("tests.faults.straying", ground.schema))
    assert (found["opened"], found["incidents"]) == (1, 1), found
    assert found["notices"] == 1, f"{found['notices']} notices"
    assert found["closed"] == 1, found
    return "904 packets over four rounds: one alert and one notice; over after a day of rest"
