"""Files on this machine that hold journal entries while the database is away: fsynced, framed, owned by a lock.

A file is `KMSPOOL1` and frames of length, CRC-32 and one entry. Its writer holds a lock on it, so whoever gets the
lock knows that the writer is done or dead and may move the file's entries to the journal.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import struct
import zlib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from radius.journal import Entry

log = logging.getLogger("radius.spool")

MAGIC = b"KMSPOOL1"
LARGEST_FILE = 16 << 20
LARGEST_FRAME = 1 << 20
RESERVE = 64 << 20  # octets left free on the disk, so that PostgreSQL can recover beside us
_HEAD = struct.Struct("<II")


class Full(Exception):
    """The disk does not take the entries; nothing may be acknowledged."""


def _frame(payload: bytes) -> bytes:
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Spool:
    """The writing side of one worker. Not for several threads at once."""

    def __init__(self, folder: Path, reserve: int = RESERVE) -> None:
        self.folder = folder
        self._reserve = reserve
        self._descriptor: int | None = None
        self._length = 0

    def write(self, entries: Sequence[Entry]) -> None:
        """Returns when the entries are on disk; raises Full (and keeps none of them) when they are not."""
        octets = b"".join(_frame(each.to_line()) for each in entries)
        try:
            if self._descriptor is None:
                self._open()
            descriptor = self._descriptor
            assert descriptor is not None
            room = os.fstatvfs(descriptor)
            if room.f_bavail * room.f_frsize < self._reserve + len(octets):
                raise OSError("the disk is nearly full")
            left = memoryview(octets)
            while left:
                left = left[os.write(descriptor, left) :]
            os.fdatasync(descriptor)
        except OSError as error:
            self._take_back()
            raise Full(str(error)) from error
        self._length += len(octets)
        if self._length >= LARGEST_FILE:
            self.let_go()

    def let_go(self) -> None:
        """Close the current file: from now on a drainer may take it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{os.getpid()}-{uuid4().hex}"
        fresh = self.folder / f"{name}.new"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.write(descriptor, MAGIC)
            os.fsync(descriptor)
            fresh.rename(self.folder / f"{name}.spool")  # locked before anybody can see it
            _sync_folder(self.folder)
        except OSError:
            os.close(descriptor)
            fresh.unlink(missing_ok=True)
            raise
        self._descriptor, self._length = descriptor, len(MAGIC)

    def _take_back(self) -> None:
        """Cut off what was half written; a file that cannot be cut is left to the drainer, which stops there."""
        if self._descriptor is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self._length)
        self.let_go()


def read(octets: bytes) -> tuple[list[Entry], bool]:
    """The whole entries of a file, and whether what follows them is damage rather than a torn tail."""
    entries: list[Entry] = []
    at = len(MAGIC)
    if octets[:at] != MAGIC:
        return entries, len(octets) >= at
    while len(octets) - at >= _HEAD.size:
        length, checksum = _HEAD.unpack_from(octets, at)
        payload = octets[at + _HEAD.size : at + _HEAD.size + length]
        if (
            length == 0
            or length > LARGEST_FRAME
            or (len(payload) == length and zlib.crc32(payload) != checksum)
        ):
            return entries, any(octets[at:])
        if len(payload) < length:
            break
        entries.append(Entry.from_line(payload))
        at += _HEAD.size + length
    return entries, False


class Waiting:
    """A spool file whose writer is done or dead, held by us."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def entries(self) -> list[Entry]:
        with open(self._descriptor, "rb", closefd=False) as file:
            file.seek(0)
            entries, damaged = read(file.read())
        if damaged:
            log.error(
                "a spool file is damaged and kept", extra={"file": str(self.path), "read": len(entries)}
            )
            self.path = self.path.rename(self.path.with_suffix(".damaged"))
        return entries

    def done(self) -> None:
        """All entries are in the journal."""
        if self.path.suffix != ".damaged":
            self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def _held(path: Path) -> Generator[Waiting | None, None, None]:
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        # Another drainer may have emptied it between our open and our lock.
        yield Waiting(path, descriptor) if os.fstat(descriptor).st_nlink else None
    finally:
        os.close(descriptor)


def waiting(folder: Path) -> Iterator[Waiting]:
    """The files that may be drained now, oldest first; each is ours while the loop's body runs."""
    found: list[tuple[float, Path]] = []
    for path in folder.glob("*.spool"):
        with contextlib.suppress(FileNotFoundError):
            found.append((path.stat().st_mtime, path))
    for _, path in sorted(found):
        with _held(path) as file:
            if file is not None:
                yield file
