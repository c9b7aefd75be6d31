"""Valkey stops, and comes back empty."""

from __future__ import annotations

import json
import shutil

from tests.faults.catalogue import fault
from tests.faults.databases import callers, none_wrong, outcome, pause, tell
from tests.faults.ground import Ground, missing, serving


@fault("F5", "Valkey stops, then comes back without anything it knew", quick=True)
def cache_gone(ground: Ground, long: bool) -> str:
    cache = ground.cache
    assert cache is not None
    ground.run("tests.faults.wish", "plant", ground.schema)
    cookie = json.loads(ground.run("tests.faults.web", "sign-in"))["cookie"]
    with serving(ground, "plain") as daemon:
        people = callers(ground, daemon.auth, 100, long)
        daemon.load()
        cache.stop()
        during = json.loads(ground.run("tests.faults.web", "look", cookie))
        asked = json.loads(ground.run("tests.faults.wish", "ask", ground.schema))
        daemon.more(300)
        pause(20 if long else 1)
        shutil.rmtree(cache.home / "valkey")
        cache.start()
        daemon.more(100)
        after = json.loads(ground.run("tests.faults.web", "look", cookie))
        again = json.loads(ground.run("tests.faults.wish", "repeat", ground.schema))
        logins = outcome(people)
        found = daemon.settle()
    none_wrong(logins)
    assert not missing(daemon, found), "acknowledged records are lost"
    assert during["status"] == after["status"] == "200", f"somebody was signed out: {during}, {after}"
    assert asked == {"state": "asked", "queued": 0}, asked
    assert again == {"state": "asked", "queued": 1}, again
    return f"{tell(logins)}, 0 refused; nobody signed out; a disconnect wished for meanwhile is sent a minute later"
