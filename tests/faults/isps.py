"""A whole ISP is suspended by the platform."""

from __future__ import annotations

import json

from tests.faults.catalogue import fault
from tests.faults.ground import Ground
from tests.faults.records import INTERIM, START, telling


@fault("F35", "the platform suspends an ISP while people sign in and are online", quick=True)
def suspended(ground: Ground, long: bool) -> str:
    address, secret = next(iter(ground.routers.items()))
    with telling(ground) as teller:
        teller.tell(START, "stays")
        found = json.loads(
            ground.run("tests.faults.closing", ground.schema, address, secret, str(teller.daemon.auth))
        )
        teller.tell(INTERIM, "stays", seconds=60, down=1_000)
        [session] = teller.rows()
    assert found["stale"] <= 60, f"somebody was let in {found['stale']:.1f} s after the commit"
    assert found["refused"] > 0, "nobody was refused"
    assert (found["read"], found["told"], found["write"]) == (200, 1, 403), found
    assert found["journal"] >= 2, "the ISP's own journal says nothing"
    assert not session["ended"], "who was online was disconnected"
    assert session["down"] == 1_000, "usage was not recorded"
    return (
        f"last one let in {found['stale'] * 1000:.0f} ms after the commit, {found['refused']} refused after it with "
        f"the reason in the login log; a session went on and was counted; the owner read, and a change was refused"
    )
