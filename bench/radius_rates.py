"""Logins and accounting per second of the RADIUS server, beside the peers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from bench import load, peer
from bench.crowd import Person
from bench.ground import SECRET, SOURCE, Ground
from kmikro.health import status_server_request
from kmikro.lib import mschap

LOGINS, RECORDS, PEER_LOGINS, PEER_RECORDS = 30_000, 30_000, 6_000, 3_000
WARM_PASSES = 6
ADDRESS = "127.0.0.1"


def free_pair() -> int:
    """A UDP port that is free together with the next one."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
        ):
            one.bind((ADDRESS, 0))
            port: int = one.getsockname()[1]
            try:
                two.bind((ADDRESS, port + 1))
            except OSError:
                continue
            return port


class Server(NamedTuple):
    """A running RADIUS server and the process that all its others come from."""

    auth: int
    acct: int
    pid: int


@contextmanager
def serving(command: list[str], port: int) -> Iterator[Server]:
    """Run a RADIUS server on a port and the next one until the block ends; it is ready when it says so itself."""
    process = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((SOURCE, 0))
            probe.settimeout(0.3)
            deadline = time.monotonic() + 30
            while True:
                try:
                    probe.sendto(status_server_request(SECRET.encode()), (ADDRESS, port))
                    probe.recv(4096)
                    break
                except OSError:
                    if time.monotonic() > deadline or process.poll() is not None:
                        raise RuntimeError(f"{command[0]} did not become ready") from None
        yield Server(port, port + 1, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def radiusd(workers: int) -> Iterator[Server]:
    """The product's server on free ports."""
    port = free_pair()
    command = [sys.executable, "manage.py", "radiusd", "--workers", str(workers), "--address", ADDRESS,
               "--auth-port", str(port), "--acct-port", str(port + 1)]  # fmt: skip
    with serving(command, port) as server:
        yield server


def mac(at: int) -> bytes:
    return b"AA:00:00:00:%02X:%02X" % (at >> 8, at & 255)


def logins(port: int, names: list[bytes], count: int, start: int = 0, chap: bool = False) -> load.Part:
    """Count logins by PAP or CHAP, one name after the other from `start` on."""
    secret, request = SECRET.encode(), load.chap_request if chap else load.access_request

    def make(number: int, identifier: int) -> bytes:
        at = (start + number) % len(names)
        return request(secret, identifier, names[at], mac(at), b"80%06x" % (start + number))

    return load.Part((ADDRESS, port), count, make, frozenset({2}))


def mschap_logins(port: int, people: list[Person], count: int, start: int = 0) -> load.Part:
    """Count logins by MS-CHAPv2 as PPP makes them; what the Accept must prove is checked too."""
    secret, hashes = SECRET.encode(), {each.name: mschap.nt_hash(each.password) or b"" for each in people}

    def make(number: int, identifier: int) -> bytes:
        at = (start + number) % len(people)
        name = people[at].name
        return load.mschap_request(
            secret, identifier, name, hashes[name], mac(at), b"82%06x" % (start + number)
        )

    def proven(request: bytes, reply: bytes) -> bool:
        return load.mschap_proven(request, reply, hashes[load.name_of(request)])

    return load.Part((ADDRESS, port), count, make, frozenset({2}), proven)


def records(port: int, names: list[bytes], count: int, start: int = 0) -> load.Part:
    """Count interim records of sessions that are up, their counters growing with `start`."""
    secret = SECRET.encode()

    def make(number: int, identifier: int) -> bytes:
        at = (start + number) % len(names)
        return load.accounting_request(
            secret, identifier, names[at], mac(at), b"81%06x" % at, 1000 + start + number
        )

    return load.Part((ADDRESS, port), count, make, frozenset({5}))


def drive(*parts: load.Part) -> load.Outcome:
    return load.run(SOURCE, SECRET.encode(), *parts)


def measure(ground: Ground) -> dict[str, Any]:
    """Rates with 2 workers; the peers run in the same minute on the same cores."""
    names = [code.encode() for code in ground.codes]
    with radiusd(2) as server:
        cold = drive(logins(server.auth, names, len(names)))
        for _ in range(
            WARM_PASSES
        ):  # flows fall on workers by chance: until each worker has read every user once
            drive(logins(server.auth, names, len(names)))
        login = drive(logins(server.auth, names, LOGINS))
        record = drive(records(server.acct, names, RECORDS))
    peer_port = free_pair()
    other = subprocess.Popen(
        [sys.executable, "-m", "bench.peer", str(peer_port), SOURCE, SECRET],
        env=os.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert other.stdin and other.stdout
        other.stdin.write("\n".join(ground.codes))
        other.stdin.close()
        other.stdout.readline()
        plain = drive(logins(peer_port, names, PEER_LOGINS))
    finally:
        other.terminate()
        other.wait(10)
    commits = peer.one_by_one(os.environ["DATABASE_URL"], PEER_RECORDS)
    return {
        "logins_not_in_memory": {"per_second": round(cold.per_second), "p99_ms": round(cold.p99_ms, 2)},
        "logins": _shown(login, plain.per_second, "pyrad server, users in memory, nothing stored"),
        "accounting": _shown(record, commits, "one INSERT and one commit per record"),
    }


def _shown(outcome: load.Outcome, peer_rate: float, peer_name: str) -> dict[str, Any]:
    return {
        "per_second": round(outcome.per_second),
        "wrong": outcome.wrong,
        "resent": outcome.resent,
        "p99_ms": round(outcome.p99_ms, 2),
        "peer": peer_name,
        "peer_per_second": round(peer_rate),
        "ratio": round(outcome.per_second / peer_rate, 1),
    }
