"""Time of day jumps under a running server."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

from tests.faults.catalogue import fault
from tests.faults.databases import none_wrong, outcome, pause
from tests.faults.ground import Ground, missing, serving
from tests.faults.load import ACCEPT, REJECT, SILENT, Caller

_HOUR = 3600.0


def _to(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, 23, 59, 50, tzinfo=UTC).timestamp() - time.time()


@fault("F17", "the clock jumps by an hour, back, to a leap day, to 2038", quick=False)
def jumps(ground: Ground, long: bool) -> str:
    address, secret = next(iter(ground.routers.items()))
    told = ground.home / "wrong-by"
    told.write_text("0")
    steps = {
        "as it is": 0.0, "+1 h": _HOUR, "-1 h": -_HOUR, "29 February 2028": _to(2028, 2, 29),
        "19 January 2038": _to(2038, 1, 19), "back": 0.0,
    }  # fmt: skip
    waits: list[float] = []
    with serving(ground, f"clock:{told}") as daemon:

        def ask(name: str, password: str = "as-ever", count: int = 8) -> list[int]:
            people = itertools.repeat((name, password), count)
            caller = Caller(address, secret, daemon.auth, people, pace=200, patience=2.0)
            caller.start()
            logins = caller.stop() if not caller.join(20) else []
            if password != "as-ever":
                waits.extend(each.seconds for each in logins)
            assert len(logins) == count
            return sorted({each.code for each in logins})

        steady = Caller(address, secret, daemon.auth, itertools.repeat(("calm", "as-ever")), pace=60)
        steady.start()
        daemon.load()
        for said, by in steps.items():
            told.write_text(str(by))
            pause(1.0)  # workers look at it a few times a second
            daemon.more(100)
            assert ask("calm") == [ACCEPT], said
            assert ask("calm", "wrong") == [REJECT], said
            if abs(by) <= _HOUR:
                assert ask("soon-over") == [ACCEPT], f"{said}: refused before its end"
                assert ask("long-over") == [REJECT], f"{said}: let in after its end"
            else:
                assert ask("soon-over") == [REJECT], f"{said}: let in after its end"
        logins = outcome([steady])
        found = daemon.settle()
    none_wrong(logins)
    assert not [each for each in logins if each.code == SILENT]
    assert not missing(daemon, found), "acknowledged records are lost"
    assert min(waits) >= 1.0 and max(waits) <= 1.6, (
        f"rejects were {min(waits):.2f} to {max(waits):.2f} s late"
    )
    return (
        f"{len(steps)} steps, {len(logins)} logins through all of them, 0 refused or unanswered; nobody refused before "
        f"their end; rejects stayed {min(waits):.2f} to {max(waits):.2f} s late; {len(daemon.acked())} records kept"
    )
