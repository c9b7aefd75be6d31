"""Mutated packets through the whole server: `python -m tests.radius.fuzz --count 10000000 --seed 1`.

Sockets and clock are replaced, everything between them is the product: framing, parser, signatures, duplicate cache,
policy, replies, journal entries, folding of sessions, answers to CoA. Prints one line of JSON; ends with 1 when
anything but silence or a right answer came of it.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import logging
import multiprocessing
import os
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from kmikro.lib import coa
from radius import memo, reports, token
from radius.accounting import SessionState, advance, belongs
from radius.events import Accept, AccountingRecord, Kind, Reject
from radius.floods import Floods
from radius.login_line import COLUMNS, line_of
from radius.packet import parse
from radius.stream import Ended, Stream
from tests.radius import mutants
from tests.radius import vectors as v
from tests.radius.fakes import World, facts
from tests.radius.stage import Play

BATCH = 256
WARM = 50_000  # packets after which memory is looked at for the first time
MOST_GROWTH = 5 << 20
HANG = 60  # seconds for one batch, after which the program ends with a traceback
KNOWN = {b"arctangent", b"clientPass", b"as-ever"}


@dataclass
class Tally:
    """What came of the packets of one process."""

    packets: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0  # seconds for one batch
    growth: int = 0  # octets of memory from warm to the end
    wrong: list[str] = field(default_factory=list)


class Wire:
    """The octets of a stream as TLS would give them, in pieces of any size."""

    def __init__(self, dice: random.Random, octets: bytes) -> None:
        self._pieces: list[bytes] = []
        while octets:
            size = dice.choice((1, 3, 20, 300, 16_384))
            self._pieces.insert(0, octets[:size])
            octets = octets[size:]

    def recv(self, _most: int) -> bytes:
        return self._pieces.pop() if self._pieces else b""


def framed(dice: random.Random, packets: list[bytes], counts: Counter[str]) -> list[bytes]:
    """What a RadSec connection makes of packets sent in one breath, up to the first that ends it."""
    stream: Any = Stream(Wire(dice, b"".join(packets)), "fuzz", ("127.0.0.1", 1), 0.0)  # type: ignore[arg-type]
    found: list[bytes] = []
    try:
        while True:
            found += stream.read(0.0)
    except Ended as ended:
        counts[f"stream_{ended}"] += 1
    return found


def rss() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


class Fuzz:
    """One process: a server on its stage, and somebody who knows what may come of a packet."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.world = World(people={
            b"nemo": facts(), b"flopsy": facts(), b"mopsy": facts(secret=b"99101462"),
            b"User": facts(label="User", secret=b"clientPass"),
            b"K7QM-2XWP-9D": facts(label="K7QM2XWP9D", kind="voucher", secret=None, validity_seconds=3600,
                                   starts_from_first_use=True),
            b"AA:BB:CC:0D:EE:FF": facts(label="Till", secret=None, device="AA:BB:CC:0D:EE:FF"),
        })  # fmt: skip
        router = self.world.routers["127.0.0.1"]
        self.world.routers["127.0.0.2"] = router.__class__(
            "isp_demo", 2, "127.0.0.2", v.SECRET, require_message_auth=False, limit_proxy_state=False,
            allow_mschap1=True,
            allow_eap=True,
        )  # fmt: skip
        self.patch = pytest.MonkeyPatch()
        self.play = Play(self.patch, self.world)
        self.play.server.floods = Floods(per_second=0)  # a flood is what this is
        self.session: SessionState | None = None
        self.open: list[
            tuple[bytes, int]
        ] = []  # State and Identifier of EAP conversations that wait for more
        self.tally = Tally()

    def run(self, count: int, seconds: float = float("inf")) -> Tally:
        """So many packets, or as many as fit into the time."""
        tally, warm, ends = self.tally, 0, time.monotonic() + seconds
        while tally.packets < count and time.monotonic() < ends:
            faulthandler.dump_traceback_later(HANG, exit=True)
            began = time.perf_counter()
            self.batch(min(BATCH, count - tally.packets))
            tally.slowest = max(tally.slowest, time.perf_counter() - began)
            if not warm and tally.packets >= min(WARM, count // 2):
                warm = rss()
        faulthandler.cancel_dump_traceback_later()
        tally.growth = rss() - warm
        tally.counts += self.play.server.counts
        if tally.counts["fault"]:
            tally.wrong.append(f"{tally.counts['fault']} exceptions")
        self.play.server.close()
        self.patch.undo()
        return tally

    def batch(self, size: int) -> None:
        """Some packets at once, and then the time in which rejects leave."""
        play, dice, number = self.play, self.dice, self.tally.packets
        for stage, breed in ((play.auth, mutants.login), (play.acct, mutants.record)):
            packets = [
                breed(dice, number + at) for at in range(size // 2 + (size % 2 and stage is play.auth))
            ]
            if dice.randrange(8) == 0:
                framed(dice, packets, self.tally.counts)
            for packet in packets:
                stage.put(packet, (dice.choice(("127.0.0.1", "127.0.0.2")), dice.randrange(1_024, 65_536)))
        for state, identifier in self.open:
            packet = mutants.reply_in_eap(dice, state, identifier)
            play.auth.put(packet, ("127.0.0.2", dice.randrange(1_024, 65_536)))
        self.open.clear()
        self.tally.packets += size
        play.turn()
        play.clock.now += 1.5
        play.turn()
        self.look()
        play.clock.now += 10.0

    def look(self) -> None:
        world = self.world
        for stage in (self.play.auth, self.play.acct):
            for _, reply, _ in stage.sent:
                packet = parse(reply)
                if packet.code == 11:
                    said = dict(packet.attributes)
                    self.open.append((said[24], said[79][1]))
                if packet.code != 5 and packet.seal_at != 22:
                    self.tally.wrong.append(f"no seal in front: {reply.hex()}")
            stage.sent.clear()
        for request, verdict in world.attempts:
            line = line_of(1, request, verdict, 0.0, 1)
            assert (line.count("\t"), line.count("\n")) == (len(COLUMNS) - 1, 1)
            if isinstance(verdict, Accept):
                proven = request.password in KNOWN or request.chap or request.ms_chap or request.eap
                if not (proven or request.password == b"99101462" or request.username[:2] in (b"K7", b"AA")):
                    self.tally.wrong.append(f"let in without a password: {request!r}")
            elif isinstance(verdict, Reject):
                self.tally.counts[f"refused_{verdict.code}"] += 1
        for record in world.records:
            self.fold(record)
        for each in (world.attempts, world.records, world.raised_codes, world.clocks, world.mismatches):
            each.clear()
        self.answer()

    def fold(self, record: AccountingRecord) -> None:
        report = reports.of(record)
        assert reports.read(reports.write([report])) == [report]
        token.service_of(record.class_, record.schema)
        if record.kind in (Kind.ON, Kind.OFF):
            return
        if self.session is None or not belongs(self.session, report):
            self.session = None
        self.session = advance(self.session, report)
        json.dumps(memo.write(self.session, (0, 0, 0), ""))

    def answer(self) -> None:
        """A spoilt answer to a Disconnect is none."""
        for seed in mutants.ANSWERS:
            spoilt = mutants.mutate(self.dice, seed)
            if coa.answer(spoilt, v.G6, secret=v.SECRET) and spoilt[: len(seed)] != seed:
                self.tally.wrong.append(f"an answer was believed: {spoilt.hex()}")


def share(told: tuple[int, int, float]) -> Tally:
    seed, count, seconds = told
    logging.disable(logging.WARNING)
    return Fuzz(seed).run(count, seconds)


def main() -> int:
    asked = argparse.ArgumentParser(prog="kmikro fuzz")
    asked.add_argument("--count", type=int, default=10_000_000)
    asked.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    asked.add_argument(
        "--seconds", type=float, default=float("inf"), help="end sooner, and say how many it were"
    )
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = asked.parse_args()
    began, several = time.monotonic(), given.processes
    shares = [
        (given.seed + at, given.count // several + (at < given.count % several), given.seconds)
        for at in range(several)
    ]
    with multiprocessing.get_context("spawn").Pool(several) as pool:
        tallies = pool.map(share, shares, chunksize=1)
    took = time.monotonic() - began
    counts = sum((each.counts for each in tallies), Counter[str]())
    wrong = [each for tally in tallies for each in tally.wrong]
    growth = max(each.growth for each in tallies)
    if growth > MOST_GROWTH:
        wrong.append(f"memory grew by {growth} octets")
    packets = sum(each.packets for each in tallies)
    said = {
        "packets": packets,
        "seed": given.seed,
        "processes": several,
        "seconds": round(took, 1),
        "per_second": int(packets / took),
        "slowest_batch_ms": round(max(each.slowest for each in tallies) * 1000, 1),
        "memory_growth_kib": growth >> 10,
        "exceptions": counts["fault"],
        "outcomes": dict(counts.most_common()),
        "wrong": wrong[:20],
    }
    print(json.dumps(said, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
