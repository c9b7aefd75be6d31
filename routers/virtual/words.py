"""RouterOS API words and sentences as bytes: length coding and attribute words, without sockets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

MAX_WORD = 1 << 20
MAX_WORDS = 2_000
MAX_WORD_BEFORE_LOGIN = 4_096
MAX_WORDS_BEFORE_LOGIN = 32

Read = Callable[[int], bytes]


class Unreadable(Exception):
    """The peer sent something after which the stream has no meaning: close the connection."""


def encode_length(length: int) -> bytes:
    """Write a word length in the one to five byte form of the protocol."""
    if length < 0x80:
        return length.to_bytes(1, "big")
    if length < 0x4000:
        return (length | 0x8000).to_bytes(2, "big")
    if length < 0x200000:
        return (length | 0xC00000).to_bytes(3, "big")
    if length < 0x10000000:
        return (length | 0xE0000000).to_bytes(4, "big")
    return b"\xf0" + length.to_bytes(4, "big")


def read_length(read: Read) -> int:
    """Read a word length; `read(n)` gives exactly n bytes or raises."""
    first = read(1)[0]
    if first < 0x80:
        return first
    if first < 0xC0:
        return (first & 0x3F) << 8 | read(1)[0]
    if first < 0xE0:
        return (first & 0x1F) << 16 | int.from_bytes(read(2), "big")
    if first < 0xF0:
        return (first & 0x0F) << 24 | int.from_bytes(read(3), "big")
    if first == 0xF0:
        return int.from_bytes(read(4), "big")
    raise Unreadable(f"control byte {first:#x}")


def read_sentence(read: Read, *, logged_in: bool) -> list[str]:
    """Read words up to the empty one, within the limits that hold before or after login."""
    longest = MAX_WORD if logged_in else MAX_WORD_BEFORE_LOGIN
    most = MAX_WORDS if logged_in else MAX_WORDS_BEFORE_LOGIN
    words: list[str] = []
    while True:
        length = read_length(read)
        if length == 0:
            return words
        if length > longest or len(words) >= most:
            raise Unreadable("sentence too long")
        words.append(read(length).decode("utf-8", "surrogateescape"))


def encode_sentence(words: Iterable[str]) -> bytes:
    """Write words and the closing empty word."""
    parts: list[bytes] = []
    for word in words:
        raw = word.encode("utf-8", "surrogateescape")
        parts.append(encode_length(len(raw)) + raw)
    return b"".join(parts) + b"\x00"


@dataclass
class Request:
    """One request sentence taken apart: command, attributes, queries in order and API attributes."""

    command: str
    args: dict[str, str] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    tag: str | None = None
    proplist: list[str] | None = None

    @property
    def path(self) -> str:
        """The menu, `/` for a command of the root."""
        return self.command.rpartition("/")[0] or "/"

    @property
    def verb(self) -> str:
        """The last word of the command."""
        return self.command.rpartition("/")[2]


def parse_request(words: list[str]) -> Request:
    """Sort the words of a sentence; a word of no known kind is ignored as routers do."""
    request = Request(command=words[0])
    for word in words[1:]:
        if word.startswith("?"):
            request.queries.append(word)
        elif word.startswith(".tag="):
            request.tag = word[5:]
        elif word.startswith((".proplist=", "=.proplist=")):
            request.proplist = [name for name in word.partition("proplist=")[2].split(",") if name]
        elif word.startswith("="):
            name, _, value = word[1:].partition("=")
            request.args[name] = value
    return request


def attribute(name: str, value: str) -> str:
    """An attribute word `=name=value`."""
    return f"={name}={value}"
