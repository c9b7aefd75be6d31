"""The door for CoA and Disconnect: follows /radius/incoming, believes only servers listed in /radius."""

import socket
import threading
from collections import Counter
from typing import Protocol

from routers.virtual import firewall, packets
from routers.virtual.device import Device
from routers.virtual.packets import BadPacket, Packet
from routers.virtual.sessions import ADMIN_RESET, BadRate, Session

_NOT_FOUND, _MISSING, _INVALID = 503, 402, 407
_IDENTIFIERS = (packets.USER_NAME, packets.FRAMED_IP, packets.ACCT_SESSION_ID, packets.CALLING_STATION)


class Sessions(Protocol):
    """What the door needs of the hotspot."""

    sessions: list[Session]

    def end(self, session: Session, cause: int, *, forget: bool = False) -> None:
        """End a session."""


class Incoming:
    """UDP listeners on the router's addresses; open while /radius/incoming accepts."""

    def __init__(self, device: Device, hotspot: Sessions) -> None:
        self.device = device
        self.hotspot = hotspot
        self.counters: Counter[str] = Counter()
        self._wires: dict[str, socket.socket] = {}
        self._port = 0
        device.on_change.append(self.follow)

    def follow(self, path: str) -> None:
        """Open, close or move the sockets after a change of /radius/incoming or of the router's addresses."""
        if path not in ("/radius/incoming", "/ip/address"):
            return
        row = self.device.tree.singles["/radius/incoming"]
        port = int(row["port"]) if row["accept"] == "true" else 0
        if port != self._port:
            self.stop()
        wanted = self.device.addresses() if port else []
        for address in set(self._wires) - set(wanted):
            _shut(self._wires.pop(address))
        for address in wanted:
            if address not in self._wires:
                self._open(address, port)

    def _open(self, address: str, port: int) -> None:
        wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wire.bind((address, port))
        except OSError as error:
            wire.close()
            self.device.log("radius,error", f"incoming port {port}: {error.strerror}")
            return
        self._wires[address], self._port = wire, port
        threading.Thread(target=self._serve, args=(wire,), daemon=True, name="incoming").start()

    def stop(self) -> None:
        """Close the sockets."""
        wires, self._wires, self._port = list(self._wires.values()), {}, 0
        for wire in wires:
            _shut(wire)

    def _serve(self, wire: socket.socket) -> None:
        while wire in self._wires.values():
            try:
                raw, sender = wire.recvfrom(4096)
                if not raw:
                    continue
                answer = self.answer(raw, sender[0])
                if answer is not None:
                    wire.sendto(answer, sender)
            except OSError:
                return

    def answer(self, raw: bytes, sender: str) -> bytes | None:
        """The answer to a datagram, None when it must be dropped."""
        if (
            self.device.faults.drop_coa
            or firewall.verdict(self.device, sender, "udp", self._port) != "accept"
        ):
            return None
        self.counters["requests"] += 1
        secret = self._secret(sender)
        try:
            packet = packets.read(raw)
            if secret is None or packet.code not in (packets.DISCONNECT_REQUEST, packets.COA_REQUEST):
                raise BadPacket("unknown sender or code")
            packets.check_dynamic(packet, secret)
        except BadPacket:
            self.counters["bad-requests"] += 1
            return None
        cause = self._obey(packet)
        self.counters["acks" if cause is None else "naks"] += 1
        code = packet.code + (1 if cause is None else 2)
        attributes = [] if cause is None else [packets.number(packets.ERROR_CAUSE, cause)]
        return packets.write_answer(code, packet, attributes, secret)

    def _secret(self, sender: str) -> bytes | None:
        for row in self.device.tree.rows("/radius"):
            if row.get("address") == sender and row.get("disabled") != "true":
                secret = row.get("secret", "").encode("utf-8", "surrogateescape")
                return secret + b"?" if self.device.faults.wrong_coa_secret else secret
        return None

    def _obey(self, packet: Packet) -> int | None:
        given = [kind for kind in _IDENTIFIERS if packet.first(kind) is not None]
        if not given:
            return _MISSING
        # One attribute alone finds no session on a router: two or more are needed.
        session = next((s for s in self.hotspot.sessions if _is(s, packet)), None) if len(given) > 1 else None
        if session is None:
            return _NOT_FOUND
        if packet.code == packets.DISCONNECT_REQUEST:
            self.hotspot.end(session, ADMIN_RESET, forget=True)
            return None
        try:
            session.limits.learn(packet)
        except BadRate:
            return _INVALID
        return None


def _shut(wire: socket.socket) -> None:
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    wire.close()


def _is(session: Session, packet: Packet) -> bool:
    mine = {
        packets.USER_NAME: session.user.encode("utf-8", "surrogateescape"),
        packets.FRAMED_IP: bytes(map(int, session.phone.ip.split("."))),
        packets.ACCT_SESSION_ID: session.id.encode(),
        packets.CALLING_STATION: session.phone.mac.encode(),
    }
    return all(packet.first(kind) in (None, value) for kind, value in mine.items())
