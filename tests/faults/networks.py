"""A link that loses, repeats, reorders and delays."""

from __future__ import annotations

import heapq
import itertools
import random
import select
import socket
import threading
import time

from tests.faults.catalogue import fault
from tests.faults.databases import CALM
from tests.faults.ground import ADDRESS, Ground, missing, serving
from tests.faults.load import ACCEPT, REJECT, Caller, Login, Router, percentile
from tests.waiting import until

LOSS, TWICE, REORDER, DELAY = 0.30, 0.10, 0.25, 0.3  # each way, as netem has it


class Link(threading.Thread):
    """Between one router's address and a port of ours, in both directions; what happens is drawn from a seed."""

    def __init__(self, address: str, port: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.lost = self.passed = 0
        self._address, self._port = address, port
        self._dice = random.Random(seed)
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind((ADDRESS, 0))
        self.number = int(self._front.getsockname()[1])
        self._behind: dict[socket.socket, tuple[str, int]] = {}
        self._ahead: dict[tuple[str, int], socket.socket] = {}
        self._due: list[tuple[float, int, socket.socket, tuple[str, int], bytes]] = []
        self._count = itertools.count()
        self._over = threading.Event()

    def stop(self) -> None:
        self._over.set()
        self.join(5)
        for each in (self._front, *self._behind):
            each.close()

    def run(self) -> None:
        while not self._over.is_set():
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                _, _, wire, to, octets = heapq.heappop(self._due)
                try:
                    wire.sendto(octets, to)
                except OSError:  # nobody listens any more
                    pass
            wait = min(0.02, max(0.0, self._due[0][0] - now)) if self._due else 0.02
            for each in select.select([self._front, *self._behind], [], [], wait)[0]:
                octets, sender = each.recvfrom(4096)
                if each is self._front:
                    self._pass(octets, self._upstream(sender), (ADDRESS, self._port))
                else:
                    self._pass(octets, self._front, self._behind[each])

    def _upstream(self, sender: tuple[str, int]) -> socket.socket:
        """The same router on the other side: its address, another port."""
        if sender not in self._ahead:
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            wire.bind((self._address, 0))
            self._ahead[sender], self._behind[wire] = wire, sender
        return self._ahead[sender]

    def _pass(self, octets: bytes, wire: socket.socket, to: tuple[str, int]) -> None:
        if self._dice.random() < LOSS:
            self.lost += 1
            return
        self.passed += 1
        for _ in range(1 + (self._dice.random() < TWICE)):
            wait = 0.0 if self._dice.random() < REORDER else DELAY
            heapq.heappush(self._due, (time.monotonic() + wait, next(self._count), wire, to, octets))


@fault("F10", "loss 30 %, repetition 10 %, reordering 25 %, 300 ms, each way", quick=False)
def bad_link(ground: Ground, long: bool) -> str:
    people, records = (10_000, 4_000) if long else (300, 200)
    share = people // len(ground.routers)
    with serving(ground, "plain") as daemon:
        links = {
            (address, port): Link(address, port, seed)
            for seed, (address, port) in enumerate(
                itertools.product(ground.routers, (daemon.auth, daemon.acct)), 10
            )
        }
        for link in links.values():
            link.start()
        mark = f"link{daemon.process.pid}"
        daemon.routers = [
            Router(address, secret, links[address, daemon.acct].number, f"{mark}-{address[-1]}", pace=100)
            for address, secret in ground.routers.items()
        ]
        signing = [
            Caller(address, secret, links[address, daemon.auth].number, iter([CALM] * share), pace=500,
                   tries=30, window=200)
            for address, secret in ground.routers.items()
        ]  # fmt: skip
        for one in signing:
            one.start()
        daemon.load()
        until(lambda: not any(one.is_alive() for one in signing), 240, "not everybody got in")
        until(lambda: len(daemon.acked()) >= records, 120, "records were not taken")
        for each in daemon.routers:
            each.stop(20)
        logins: list[Login] = [login for one in signing for login in one.logins]
        found = daemon.settle()
        for link in links.values():
            link.stop()
    refused = [each for each in logins if each.code == REJECT]
    assert not refused, f"{len(refused)} valid logins were rejected"
    assert len(logins) == share * len(ground.routers) and all(each.code == ACCEPT for each in logins)
    assert not missing(daemon, found), "acknowledged records are lost"
    names = [each for each in found["sessions"] if each.startswith(mark)]
    assert len(names) == len(set(names)), "a session was counted twice"
    in_three = sum(each.tries <= 3 for each in logins) / len(logins)
    expected = 1 - (1 - (1 - LOSS) ** 2) ** 3  # both ways must pass once in three tries
    assert in_three >= expected - (0.02 if long else 0.08), (
        f"{in_three:.1%} in three tries, {expected:.1%} expected"
    )
    lost = sum(link.lost for link in links.values())
    total = lost + sum(link.passed for link in links.values())
    return (
        f"{lost / total:.1%} of {total} datagrams lost; {len(logins)} logins: all got in, {in_three:.1%} within three "
        f"tries (the link allows {expected:.1%}), p99 {percentile([each.seconds for each in logins], 99):.1f} s; "
        f"{len(names)} sessions, none twice"
    )
