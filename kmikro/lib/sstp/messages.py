"""SSTP control messages: their types, attributes and states ([MS-SSTP] 2.2.5 to 2.2.18)."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from kmikro.lib.sstp import Malformed
from kmikro.lib.sstp.frames import LONGEST, framed

PPP = 1  # the one protocol that SSTP carries


class Message(IntEnum):
    CONNECT_REQUEST = 1
    CONNECT_ACK = 2
    CONNECT_NAK = 3
    CONNECTED = 4
    ABORT = 5
    DISCONNECT = 6
    DISCONNECT_ACK = 7
    ECHO_REQUEST = 8
    ECHO_RESPONSE = 9


class Attribute(IntEnum):
    PROTOCOL = 1
    STATUS = 2
    BINDING = 3
    BINDING_REQUEST = 4


class Status(IntEnum):
    NO_ERROR = 0
    WRONG_LENGTH = 3
    VALUE_NOT_SUPPORTED = 4
    UNACCEPTED_FRAME = 5
    RETRY_COUNT_EXCEEDED = 6
    INVALID_FRAME = 7
    TIMEOUT = 8
    ATTRIBUTE_NOT_SUPPORTED = 9
    ATTRIBUTE_MISSING = 10


@dataclass(frozen=True, slots=True)
class Control:
    """A control message as it came; kind may be one that nobody knows."""

    kind: int
    attributes: Sequence[tuple[int, bytes]]

    def the(self, kind: Attribute) -> bytes | None:
        """The value of the one attribute of this kind; None when there is none or more than one."""
        found = [value for each, value in self.attributes if each == kind]
        return found[0] if len(found) == 1 else None


def parse(body: bytes) -> Control:
    """A control message from the body of its packet."""
    if len(body) < 4:
        raise Malformed("a control message has no head")
    kind, many = struct.unpack_from(">HH", body)
    attributes, at = [], 4
    for _ in range(many):
        if len(body) - at < 4:
            raise Malformed("an attribute is missing")
        length = (body[at + 2] << 8 | body[at + 3]) & LONGEST
        if length < 4 or at + length > len(body):
            raise Malformed("an attribute has a wrong length")
        attributes.append((body[at + 1], body[at + 4 : at + length]))
        at += length
    if at != len(body):
        raise Malformed("something stands behind the last attribute")
    return Control(kind, tuple(attributes))


def control(kind: Message, *attributes: tuple[Attribute, bytes]) -> bytes:
    """A whole packet with this message."""
    body = struct.pack(">HH", kind, len(attributes))
    for number, value in attributes:
        body += struct.pack(">BBH", 0, number, len(value) + 4) + value
    return framed(body, is_control=True)


def asks_for_ppp(message: Control) -> bool:
    """Whether a Call Connect Request asks for what we have."""
    return message.the(Attribute.PROTOCOL) == struct.pack(">H", PPP)


def connect_ack(hashes: int, nonce: bytes) -> bytes:
    """The answer to a Call Connect Request, with what the crypto binding has to repeat."""
    return control(Message.CONNECT_ACK, (Attribute.BINDING_REQUEST, bytes(3) + bytes((hashes,)) + nonce))


def with_status(kind: Message, status: Status, about: int = 0) -> bytes:
    """A Nak, an Abort or a Disconnect that says why; about is the attribute that was wrong."""
    return control(kind, (Attribute.STATUS, bytes((0, 0, 0, about)) + struct.pack(">I", status)))
