"""The one hand on librouteros: a conversation with one router, bounded in time and size, values as they are.

librouteros frames words and finds lengths; what it leaves open is closed here (reliability.md D9): UTF-8 without
loss, 1 MiB a word, 8 MiB and 20,000 rows a reply, a deadline for the whole answer instead of one per read, no
casting of values, no words in logs.
"""

import re
import socket
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from librouteros.connections import SocketTransport
from librouteros.exceptions import LibRouterosError
from librouteros.protocol import ApiProtocol, decode_length, determine_length, encode_length

from routers import allowed, pinned, seats
from routers.failures import (
    BadReply,
    Crowded,
    DeviceError,
    HungUp,
    LoginRefused,
    Trapped,
    Unreachable,
    WrongIdentity,
)
from routers.target import Target

__all__ = ["BadReply", "Crowded", "Device", "DeviceError", "HungUp", "LoginRefused", "Target", "Trapped", "Unreachable", "WrongIdentity", "opened"]  # fmt: skip

LARGEST_WORD = 1 << 20
LARGEST_REPLY = 8 << 20
MOST_ROWS = 20_000
SECONDS = 15.0  # for one command with its whole answer
CONVERSATION = 60.0
PARTING = 0.5
ID = re.compile(r"\*[0-9A-F]+\Z")
_BEFORE = "The router hung up before we could sign in."
_NO_TLS = "It was told nothing. Look at api-ssl under IP, Services, or make a new command and paste it."
NAME = re.compile(r"[a-z0-9][a-z0-9.-]*\Z")


class _Wire(SocketTransport):
    """A socket whose reads all count against one deadline."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.until = 0.0
        self.room = 0
        self._come = bytearray()  # received and not yet read

    def read(self, length: int) -> bytes:
        self.room -= length
        if self.room < 0:
            raise BadReply("The router's answer is longer than 8 MiB.")
        while (
            len(self._come) < length
        ):  # words are short: a call to the system for each would cost most of the time
            self._wait()
            got = self.sock.recv(65536)
            if not got:
                raise HungUp("The router closed the connection.")
            self._come += got
        data = bytes(self._come[:length])
        del self._come[:length]
        return data

    def write(self, data: bytes) -> None:
        self._wait()
        self.sock.sendall(data)

    def part(self) -> None:
        """Hang up and wait a moment until the other side has too: only then has the router a session less."""
        until = time.monotonic() + PARTING
        try:
            self.sock.shutdown(socket.SHUT_WR)
            while (left := until - time.monotonic()) > 0:
                self.sock.settimeout(left)
                if not self.sock.recv(65536):
                    return
        except OSError:
            return

    def _wait(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise Unreachable("The router did not finish its answer in time.")
        self.sock.settimeout(left)


class _Protocol(ApiProtocol):
    """Sentences of bytes that are UTF-8 or stay visible as what they are."""

    def writeSentence(self, cmd: str, *words: str) -> None:
        raw = bytearray()
        for word in (cmd, *words):
            octets = word.encode("utf-8", "surrogateescape")
            raw += encode_length(len(octets)) + octets
        self.transport.write(bytes(raw) + b"\0")

    def readWord(self) -> str:
        first: bytes = self.transport.read(1)
        if first == b"\0":
            return ""
        head = first + self.transport.read(determine_length(first))
        length = decode_length(head)
        if length > LARGEST_WORD:
            raise BadReply("The router sent a word longer than 1 MiB.")
        word: bytes = self.transport.read(length)
        return word.decode("utf-8", "surrogateescape")

    def readSentence(self) -> tuple[str, tuple[str, ...]]:
        words = tuple(iter(self.readWord, ""))
        return (words[0], words[1:]) if words else ("", ())


class Device:
    """A signed-in conversation; make it with `opened`."""

    def __init__(self, sock: socket.socket, until: float, target: Target) -> None:
        self.target = target  # for a second conversation, which proves that there can be one
        self._wire = _Wire(sock)
        self._protocol = _Protocol(transport=self._wire, encoding="utf-8")
        self._until = until

    def read(self, path: str, *queries: str, fields: Sequence[str] = ()) -> list[dict[str, str]]:
        """Rows of a menu; queries are API query words without the question mark."""
        wanted = [f"=.proplist={','.join(fields)}"] if fields else []
        return self._ask(f"{path}/print", *wanted, *(f"?{query}" for query in queries))[0]

    def add(self, path: str, values: Mapping[str, str]) -> str:
        """Add a row; gives its id."""
        return self._ask(f"{path}/add", *_words(values))[1]

    def count(self, path: str, *queries: str) -> int:
        """How many rows of a menu there are; the rows stay where they are."""
        told = self._ask(f"{path}/print", "=count-only=", *(f"?{query}" for query in queries))[1]
        if not (told.isascii() and told.isdigit() and len(told) < 10):
            raise BadReply("The router did not say how many rows there are.")
        return int(told)

    def set(self, path: str, row: str, values: Mapping[str, str]) -> None:
        """Write values into a row, or into a single-row menu when row is empty."""
        self._ask(f"{path}/set", *([f"=.id={_checked(row)}"] if row else []), *_words(values))

    def remove(self, path: str, row: str) -> None:
        """Remove a row."""
        self._ask(f"{path}/remove", f"=.id={_checked(row)}")

    def login(self, user: str, password: str) -> None:
        """Sign in as RouterOS 6.43 and newer do it; the old way is never tried."""
        try:
            _rows, challenge = self._ask("/login", f"=name={user}", f"=password={password}")
        except Trapped as trap:
            raise LoginRefused(trap.message) from None
        if challenge:
            raise LoginRefused("The router asks for the login of RouterOS 6.42 and older.")

    def close(self) -> None:
        """Hang up."""
        self._wire.part()
        self._protocol.close()

    def do(self, command: str, values: Mapping[str, str]) -> list[dict[str, str]]:
        """An act, such as `/tool/ping` with a count; gives the rows of its answer."""
        return self._ask(command, *_words(values))[0]

    def _ask(self, command: str, *words: str) -> tuple[list[dict[str, str]], str]:
        if not allowed.is_allowed(command):
            raise ValueError(f"{command} is nothing that we say to routers")
        self._wire.until = min(time.monotonic() + SECONDS, self._until)
        self._wire.room = LARGEST_REPLY
        try:
            self._protocol.writeSentence(command, *words)
            return self._answer()
        except TimeoutError:
            raise Unreachable("The router did not answer in time.") from None
        except OSError as error:
            raise HungUp(f"The connection broke: {error.strerror or 'unknown reason'}.") from None
        except LibRouterosError:
            raise BadReply("What answers there does not speak the RouterOS API.") from None

    def _answer(self) -> tuple[list[dict[str, str]], str]:
        rows: list[dict[str, str]] = []
        traps: list[str] = []
        while True:
            kind, words = self._protocol.readSentence()
            match kind:
                case "!re":
                    if len(rows) >= MOST_ROWS:
                        raise BadReply("The router's answer has more than 20,000 rows.")
                    rows.append(_pairs(words))
                case "!empty":
                    continue
                case "!trap":
                    traps.append(_pairs(words).get("message", "the router gave no reason"))
                case "!fatal":
                    raise Unreachable(
                        f"The router ended the conversation: {words[0] if words else 'no reason given'}."
                    )
                case "!done":
                    if traps:
                        raise Trapped("; ".join(traps)[:300])
                    return rows, _pairs(words).get("ret", "")
                case _:
                    raise BadReply("What answers there does not speak the RouterOS API.")


@contextmanager
def opened(target: Target) -> Generator[Device, None, None]:
    """Connect by one of the two seats that we have, sign in, hang up at the end; raises the fitting DeviceError."""
    with ExitStack() as stack:
        try:
            stack.enter_context(seats.seat(target.address, target.port))
        except seats.Taken as taken:
            raise Crowded(f"No connection was made: {taken}.") from None
        yield stack.enter_context(_connected(target))


@contextmanager
def _connected(target: Target) -> Generator[Device, None, None]:
    until = time.monotonic() + CONVERSATION
    try:
        sock = socket.create_connection(
            (target.address, target.port),
            timeout=SECONDS / 2,
            source_address=(target.source, 0) if target.source else None,
        )
    except OSError as error:
        why = "refused" if isinstance(error, ConnectionRefusedError) else "no answer"
        raise Unreachable(f"The connection failed: {why}.") from None
    if target.pin:
        sock = _secured(sock, target.pin)
    device = Device(sock, until, target)
    try:
        try:
            device.login(target.user, target.password)
        except HungUp:
            raise Crowded(_BEFORE) from None
        yield device
    finally:
        device.close()


def _secured(sock: socket.socket, pin: str) -> socket.socket:
    try:
        return pinned.secured(sock, pin)
    except pinned.Another as another:
        raise WrongIdentity(another.shown) from None
    except pinned.HungUp:
        raise Crowded(_BEFORE) from None
    except pinned.NotSpoken:
        raise BadReply(f"What answers there speaks no TLS. {_NO_TLS}") from None
    except TimeoutError:
        raise Unreachable("The router did not answer in time.") from None


def _pairs(words: Sequence[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for word in words:
        if word.startswith(".tag="):
            raise BadReply("The router answered a question that we did not ask.")
        name, equals, value = word.removeprefix("=").partition("=")
        if not word.startswith("=") or not equals:
            raise BadReply("The router sent a word that is no attribute.")
        if name == ".id" and not ID.match(value):
            raise BadReply("The router sent a row with an impossible id.")
        pairs[name] = value
    return pairs


def _words(values: Mapping[str, str]) -> list[str]:
    for name in values:
        if not NAME.match(name):
            raise ValueError(f"{name!r} is no attribute name")
    return [f"={name}={value}" for name, value in values.items()]


def _checked(row: str) -> str:
    if not ID.match(row):
        raise BadReply("A row with an impossible id cannot be written.")
    return row
