"""kill -9 of a RADIUS worker and of PostgreSQL under load: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import time

import pytest

from tests.faults.ground import Ground, counted_once, missing, serving
from tests.faults.load import ACCEPT
from tests.waiting import until


@pytest.mark.timeout(180)
def test_kill_9_of_a_worker_loses_nothing_acknowledged(ground: Ground) -> None:
    with serving(ground, "honest") as daemon:
        daemon.load()
        for _ in range(3):
            daemon.more(300)
            daemon.kill_worker()
        daemon.more(300)
        found = daemon.settle()
        assert missing(daemon, found) == set()
        assert counted_once(found)
        assert all(each.acked for each in daemon.routers)


@pytest.mark.timeout(180)
def test_acknowledging_early_does_lose(ground: Ground) -> None:
    """The control: the same fault and the same look, so the test above can fail."""
    with serving(ground, "early") as daemon:
        daemon.load()
        for _ in range(3):
            daemon.more(300)
            daemon.kill_worker()
        daemon.more(300)
        assert missing(daemon, daemon.settle())


@pytest.mark.timeout(240)
def test_kill_9_of_postgresql_loses_nothing_and_lets_people_in(ground: Ground) -> None:
    with serving(ground, "honest") as daemon:
        daemon.load()
        daemon.more(300)
        until(lambda: daemon.answers(900) == ACCEPT, 10)
        ground.cluster.kill()
        down_at = time.monotonic()
        daemon.more(600)  # the spool takes them
        until(lambda: time.monotonic() - down_at > 2.5, 5)
        assert daemon.answers(901) == ACCEPT  # from memory
        daemon.kill_worker()  # its spool file is left to the others
        daemon.more(300)
        ground.cluster.start()
        daemon.more(300)
        found = daemon.settle()
        assert missing(daemon, found) == set()
        assert counted_once(found)
        assert daemon.answers(902) == ACCEPT
