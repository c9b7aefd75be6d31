"""Accounting that comes twice, late, in another order, not at all, or with absurd numbers."""

from __future__ import annotations

import itertools
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from radius.packet import parse
from radius.seal import Seal
from tests.faults.catalogue import fault
from tests.faults.ground import ADDRESS, Daemon, Ground, serving
from tests.radius.vectors import attribute, whole
from tests.waiting import until

START, STOP, INTERIM, ON = 1, 2, 3, 7
_marks = itertools.count(1)


@dataclass
class Teller:
    """A router that reports sessions; `ago` is said by Acct-Delay-Time, so that nobody has to wait for the past."""

    daemon: Daemon
    wire: socket.socket
    seal: Seal
    mark: str
    mac: str
    count: int = 0

    def tell(
        self, kind: int, name: str, *, seconds: int = 0, down: int = 0, ago: int = 0, more: bytes = b""
    ) -> bytes:
        """Report and wait for the answer; gives the octets, so that they can be sent again."""
        self.count += 1
        body = whole(40, kind) + attribute(44, f"{self.mark}{name}".encode()) + attribute(1, b"calm")
        body += attribute(31, self.mac.encode()) + attribute(32, b"rtr") + whole(46, seconds)
        body += (
            whole(43, down % 2**32) + (whole(53, down >> 32) if down >> 32 else b"") + whole(41, ago) + more
        )
        if kind == STOP:
            body += whole(49, 1)
        octets = self.seal.request(4, self.count % 256, body, sealed=False)
        self.send(octets)
        return octets

    def send(self, octets: bytes) -> None:
        for _ in range(5):
            self.wire.sendto(octets, (ADDRESS, self.daemon.acct))
            try:
                reply = self.wire.recv(4096)
            except TimeoutError:
                continue
            assert parse(reply).code == 5
            return
        raise AssertionError("a record was not acknowledged")

    def rows(self) -> list[dict[str, Any]]:
        """Its sessions once everything is folded, oldest first."""
        ground, found = self.daemon.ground, {}

        def folded() -> bool:
            found.update(json.loads(ground.run("tests.faults.sessions", ground.schema, self.mark)))
            return not found["waiting"]

        until(lambda: not self.daemon.spooled() and folded(), 60, "the journal is not folded")
        return list(found["sessions"])


@contextmanager
def telling(ground: Ground) -> Iterator[Teller]:
    address, secret = next(iter(ground.routers.items()))
    number = next(_marks)
    with serving(ground, "plain") as daemon, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((address, 0))
        wire.settimeout(1.5)
        mac = f"02:77:{os.getpid() >> 8 & 255:02X}:{os.getpid() & 255:02X}:00:{number:02X}"
        yield Teller(daemon, wire, Seal(secret.encode()), f"m{os.getpid()}x{number}-", mac)


@fault("F11", "every accounting datagram comes three times", quick=True)
def repeated(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        sent = [
            router.tell(START, "a", ago=180),
            router.tell(INTERIM, "a", seconds=60, down=1_000, ago=120),
            router.tell(INTERIM, "a", seconds=120, down=5_000, ago=60),
            router.tell(STOP, "a", seconds=180, down=9_000),
        ]
        once = router.rows()
        for _ in range(2):
            router.wire.close()  # from a new port they are new questions to the duplicate cache
            router.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            router.wire.bind((next(iter(ground.routers)), 0))
            router.wire.settimeout(1.5)
            for octets in sent:
                router.send(octets)
        again = router.rows()
        router.wire.close()
    assert len(once) == 1 and once[0]["down"] == 9_000, once
    assert [each | {"age": 0} for each in again] == [each | {"age": 0} for each in once], (once, again)
    return "4 records told three times: one session, 9,000 octets once, the row unchanged"


@fault("F12", "Interim after Stop, Stop before Start, Start two hours late", quick=True)
def late(ground: Ground, long: bool) -> str:
    def start(router: Teller, name: str) -> None:
        router.tell(START, name, ago=7_200)

    def interim(router: Teller, name: str) -> None:
        router.tell(INTERIM, name, seconds=3_600, down=700, ago=3_600)

    def stop(router: Teller, name: str) -> None:
        router.tell(STOP, name, seconds=7_140, down=900, ago=60)

    with telling(ground) as router:
        orders = list(itertools.permutations((start, interim, stop)))
        for number, order in enumerate(orders):
            router.mac = (
                router.mac[:-2] + f"{number + 32:02X}"
            )  # a device each, or the next Start would close it
            for tell in order:
                tell(router, str(number))
        rows = router.rows()
    assert len(rows) == len(orders), rows
    pictures = {(each["down"], each["seconds"], each["cause"], each["lasted"]) for each in rows}
    assert pictures == {(900, 7_140, "User-Request", 7_140)}, pictures
    return f"{len(orders)} orders of Start, Interim and Stop: each one session, 900 octets, ended at its Stop"


@fault("F13", "a Stop is lost and the same device comes again", quick=True)
def lost_stop(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        router.tell(START, "old", ago=600)
        router.tell(INTERIM, "old", seconds=60, down=400, ago=540)
        router.tell(START, "new", ago=300)
        old, new = router.rows()
    assert old["ended"] and not new["ended"], (old, new)
    assert (old["cause"].startswith("Lost-Stop"), old["lasted"], old["down"]) == (True, 60, 400), old
    return (
        f"the old session ended at its last report as '{old['cause']}', 400 octets once; the new one is live"
    )


@fault("F14", "a router stops reporting a session", quick=True)
def no_report(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        router.tell(START, "a", ago=60)
        router.tell(INTERIM, "a", seconds=60, down=300)
        assert not router.rows()[0]["ended"]
        swept = json.loads(ground.run("tests.faults.sweep", ground.schema, "120"))
        assert not router.rows()[0]["ended"], "closed although it is too early to tell"
        swept = json.loads(ground.run("tests.faults.sweep", ground.schema, "240"))
        assert not router.rows()[0]["ended"], "closed although the whole router is silent"
        swept = json.loads(ground.run("tests.faults.sweep", ground.schema, "700"))
        closed = router.rows()[0]
        router.tell(INTERIM, "a", seconds=120, down=900)
        back = router.rows()[0]
    assert swept["swept"] and closed["ended"] and closed["down"] == 300, closed
    assert not back["ended"] and back["down"] == 900, back
    return f"the whole router silent for ten minutes: closed as '{closed['cause']}' with 300 octets; a late report opens it again with 900"


@fault("F15", "32-bit counters wrap without Gigawords", quick=True)
def wrapped(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        router.tell(START, "a", ago=600)
        router.tell(INTERIM, "a", seconds=300, down=4_294_967_000, ago=300)
        router.tell(INTERIM, "a", seconds=600, down=500)
        session = router.rows()[0]
    assert session["down"] >= 4_294_967_000, "usage fell"
    assert session["down"] == 4_294_967_296 + 500, f"a wrap was not added: {session['down']}"
    return f"4,294,967,000 then 500 octets: {session['down']:,} in all"


@fault("F16", "a router reboots: counters begin anew under a new session id", quick=True)
def rebooted(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        router.tell(START, "1a", ago=600)
        router.tell(INTERIM, "1a", seconds=200, down=5_000, ago=400)
        router.tell(ON, "", ago=300)
        router.tell(START, "2a", ago=290)
        router.tell(STOP, "2a", seconds=200, down=700, ago=90)
        rows = [each for each in router.rows() if each["name"][-2:] in ("1a", "2a")]
    first, second = rows
    assert first["cause"] == "NAS-Reboot" and second["cause"] == "User-Request", rows
    assert (first["down"], second["down"]) == (5_000, 700), rows
    return "the session before ended with NAS-Reboot; 5,000 and 700 octets are both counted"


@fault("F22", "a router's clock says 1970", quick=True)
def no_clock(ground: Ground, long: bool) -> str:
    with telling(ground) as router:
        router.tell(START, "a", ago=120, more=whole(55, 5))
        router.tell(STOP, "a", seconds=100, down=50, ago=20, more=whole(55, 105))
        session = router.rows()[0]
    assert session["age"] < 600 and session["lasted"] == 100 and session["down"] == 50, session
    assert "event_time_ignored" in session["flags"], session
    return "accepted; the session lies where our own clock puts it, and is marked"
