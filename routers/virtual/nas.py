"""The NAS: asks RADIUS servers listed in /radius, accounts in order, counts what came of it."""

import contextlib
import hashlib
import queue
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from routers.virtual import packets
from routers.virtual.device import Device
from routers.virtual.packets import Attribute, BadPacket, Packet
from routers.virtual.sessions import Session
from routers.virtual.tree import Row
from routers.virtual.values import parse_time

TRIES = 3
START, STOP, INTERIM, ON, OFF = 1, 2, 3, 7, 8
_PORT_TYPES = {"cable": 17, "ethernet": 15, "wireless-802.11": 19}


@dataclass(frozen=True)
class Secret:
    """What the phone proved itself with: a clear password, or identifier, digest and challenge of CHAP."""

    password: str = ""
    chap: tuple[int, bytes, bytes] | None = None

    @classmethod
    def answer(cls, password: str) -> "Secret":
        """What the login page of a phone computes from a password and a fresh challenge."""
        identifier, challenge = random.randrange(256), packets.fresh_authenticator()
        raw = bytes([identifier]) + password.encode("utf-8", "surrogateescape") + challenge
        return cls(chap=(identifier, hashlib.md5(raw).digest(), challenge))


@dataclass(frozen=True)
class _Record:
    attributes: tuple[Attribute, ...]
    made: float
    done: threading.Event


class Nas:
    """RADIUS client of one router; accounting goes out in order from a thread of its own."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.counters: dict[str, Counter[str]] = {}
        self.accounting_lost = 0
        self._records: queue.Queue[_Record | None] = queue.Queue(maxsize=10_000)
        self._identifier = random.randrange(256)
        self._worker: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin to account; tell the servers that the router was switched on."""
        self._worker = threading.Thread(target=self._account, daemon=True, name="accounting")
        self._worker.start()
        if self._servers():
            self._put(self._whole_router(ON))

    def stop(self) -> None:
        """Tell the servers goodbye and wait a little for what is still to be sent, each record once."""
        self._stopping.set()
        if self._servers():
            self._put(self._whole_router(OFF))
        self._records.put(None)
        if self._worker is not None:
            self._worker.join(10)

    def restart(self) -> None:
        """The router goes and comes back; its servers are told of both."""
        if self._servers():
            self._put(self._whole_router(OFF))
            self._put(self._whole_router(ON))

    def forget(self) -> None:
        """Power failed: what was to be sent is lost."""
        with contextlib.suppress(queue.Empty):
            while True:
                lost = self._records.get_nowait()
                if lost is not None:
                    lost.done.set()

    def boot(self) -> None:
        """Power is back: the servers are told that the router was switched on."""
        if self._servers():
            self._put(self._whole_router(ON))

    def ask(
        self, about: Sequence[Attribute], secret: Secret, extra: Sequence[Attribute] = ()
    ) -> Packet | None:
        """Authenticate with the first server that answers; None when none does."""
        for row in self._servers():
            key = row["secret"].encode("utf-8", "surrogateescape")
            authenticator = packets.fresh_authenticator()
            proof = _proof(secret, authenticator, key)
            mine = [*about, *proof, *extra, *self._tail(row)]
            raw = packets.write_access(
                mine,
                key,
                identifier=self._next(),
                authenticator=authenticator,
                sign=self.device.release >= (7, 15),
            )
            demand = row.get("require-message-auth", "no") != "no" and self.device.release >= (7, 15)
            answer = self._exchange(row, raw, int(row["authentication-port"]), key, demand=demand)
            if answer is not None:
                accepted = answer.code == packets.ACCESS_ACCEPT
                self._count(row)["accepts" if accepted else "rejects"] += 1
                return answer
        return None

    def report(
        self, kind: int, session: Session, about: Sequence[Attribute], cause: int = 0
    ) -> threading.Event:
        """Put a record of a session in the queue; the event is set when it is answered or given up."""
        now = self.device.clock.seconds()
        session.reported = now
        attributes = [packets.number(packets.STATUS_TYPE, kind), *about]
        attributes += [Attribute(packets.CLASS, value) for value in session.classes]
        attributes.append(self._stamp())
        if kind in (INTERIM, STOP):
            attributes += _counters(session, now)
        if kind == STOP:
            attributes.append(packets.number(packets.TERMINATE_CAUSE, cause))
        return self._put(attributes)

    def count(self, row_id: str) -> Counter[str]:
        """Counters of one /radius row, as `monitor` shows them."""
        return self.counters.setdefault(row_id, Counter())

    def port_type(self, profile: Row) -> int:
        """NAS-Port-Type of a hotspot profile."""
        return _PORT_TYPES.get(profile.get("nas-port-type", ""), 19)

    def _count(self, row: Row) -> Counter[str]:
        return self.count(row[".id"])

    def _servers(self) -> list[Row]:
        with self.device.lock:
            return [
                dict(row)
                for row in self.device.tree.rows("/radius")
                if "hotspot" in row.get("service", "").split(",")
                and row.get("disabled") != "true"
                and row.get("protocol") == "udp"
            ]

    def _source(self, row: Row) -> str:
        source = row.get("src-address", "0.0.0.0")
        return self.device.address if source == "0.0.0.0" else source

    def _tail(self, row: Row) -> list[Attribute]:
        return [
            packets.text(packets.NAS_IDENTIFIER, self.device.identity),
            packets.ip(packets.NAS_IP, self._source(row)),
        ]

    def _next(self) -> int:
        with self.device.lock:
            self._identifier = (self._identifier + 1) % 256
            return self._identifier

    def _stamp(self) -> Attribute:
        return packets.number(packets.EVENT_TIMESTAMP, int(self.device.clock.now().timestamp()))

    def _whole_router(self, kind: int) -> list[Attribute]:
        return [packets.number(packets.STATUS_TYPE, kind), self._stamp()]

    def _put(self, attributes: Sequence[Attribute]) -> threading.Event:
        record = _Record(tuple(attributes), time.monotonic(), threading.Event())
        try:
            self._records.put_nowait(record)
        except queue.Full:
            self.accounting_lost += 1
            record.done.set()
        return record.done

    def _account(self) -> None:
        while (record := self._records.get()) is not None:
            for row in self._servers():
                key = row["secret"].encode("utf-8", "surrogateescape")
                delay = int(time.monotonic() - record.made)
                name, source = self._tail(row)
                attributes = [*record.attributes, name, packets.number(packets.DELAY_TIME, delay), source]
                raw = packets.write_accounting(attributes, key, identifier=self._next())
                if self._exchange(row, raw, int(row["accounting-port"]), key, demand=False) is not None:
                    break
            else:
                self.accounting_lost += 1
                self.device.log("radius,error", "accounting request not sent: no response")
            record.done.set()

    def _exchange(self, row: Row, raw: bytes, port: int, key: bytes, *, demand: bool) -> Packet | None:
        counters = self._count(row)
        counters["requests"] += 1
        wait = (parse_time(row.get("timeout", "300ms")) or 300) / 1_000
        deaf = raw[0] == packets.ACCOUNTING_REQUEST and self.device.faults.no_acct_response
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            try:
                wire.bind((self._source(row), 0))
            except OSError:
                counters["timeouts"] += 1
                self.device.log("radius,error", f"cannot send from {self._source(row)}")
                return None
            for attempt in range(1 if self._stopping.is_set() else TRIES):
                if attempt:
                    counters["resends"] += 1
                try:
                    wire.sendto(raw, (row["address"], port))
                    answer = self._listen(wire, row, raw, key, wait, demand)
                except OSError:
                    answer = None
                if answer is not None and not deaf:
                    return answer
        counters["timeouts"] += 1
        return None

    def _listen(
        self, wire: socket.socket, row: Row, raw: bytes, key: bytes, wait: float, demand: bool
    ) -> Packet | None:
        end = time.monotonic() + wait
        while (left := end - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                data, sender = wire.recvfrom(4096)
            except TimeoutError:
                return None
            if sender[0] != row["address"]:
                continue
            try:
                packet = packets.read(data)
                packets.check_reply(packet, raw, key, demand=demand)
            except BadPacket:
                self._count(row)["bad-replies"] += 1
                continue
            self._count(row)["last-request-rtt"] = int((wait - left) * 1_000)
            return packet
        return None


def _proof(secret: Secret, authenticator: bytes, key: bytes) -> list[Attribute]:
    service = packets.number(packets.SERVICE_TYPE, 1)
    if secret.chap is None:
        return [Attribute(packets.USER_PASSWORD, packets.hide(secret.password, authenticator, key)), service]
    identifier, digest, challenge = secret.chap
    return [
        Attribute(packets.CHAP_CHALLENGE, challenge),
        Attribute(packets.CHAP_PASSWORD, bytes([identifier]) + digest),
        service,
    ]


def _counters(session: Session, now: float) -> list[Attribute]:
    return [
        packets.number(packets.SESSION_TIME, session.uptime(now)),
        packets.number(packets.INPUT_OCTETS, session.upload),
        packets.number(packets.INPUT_GIGAWORDS, session.upload >> 32),
        packets.number(packets.INPUT_PACKETS, session.upload_packets),
        packets.number(packets.OUTPUT_OCTETS, session.download),
        packets.number(packets.OUTPUT_GIGAWORDS, session.download >> 32),
        packets.number(packets.OUTPUT_PACKETS, session.download_packets),
    ]
