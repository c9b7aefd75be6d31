"""Entries on disk while the database is away: framed, locked, and never acknowledged when they are not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from radius import spool
from radius.journal import Entry


def entries(count: int, start: int = 0) -> list[Entry]:
    return [
        Entry("t_a", "acct", 1.5 + at, f'{{"n":{at},"text":"\\n\u00f1"}}')
        for at in range(start, start + count)
    ]


def drained(folder: Path) -> list[Entry]:
    found = []
    for file in spool.waiting(folder):
        found += file.entries()
        file.done()
    return found


def test_what_was_written_is_read_back_once(tmp_path: Path) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(3))
    writer.write(entries(2, 3))
    writer.let_go()
    assert drained(tmp_path) == entries(5)
    assert drained(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(1))
    assert drained(tmp_path) == []
    writer.let_go()
    assert drained(tmp_path) == entries(1)


def test_a_file_of_a_dead_worker_may_be_taken(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        spool.Spool(tmp_path, reserve=0).write(entries(2))
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert drained(tmp_path) == entries(2)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_tail_costs_only_what_was_never_acknowledged(tmp_path: Path, cut: int) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(2))
    kept = next(tmp_path.glob("*.spool")).stat().st_size
    writer.write(entries(1, 2))
    writer.let_go()
    os.truncate(next(tmp_path.glob("*.spool")), kept + cut)
    assert drained(tmp_path) == entries(2)
    assert list(tmp_path.iterdir()) == []


def test_zeros_at_the_end_are_a_torn_tail_too(tmp_path: Path) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(2))
    writer.let_go()
    path = next(tmp_path.glob("*.spool"))
    os.truncate(path, path.stat().st_size + 512)
    assert drained(tmp_path) == entries(2)
    assert list(tmp_path.iterdir()) == []


def test_damage_in_the_middle_keeps_the_file_for_people(tmp_path: Path) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(1))
    kept = next(tmp_path.glob("*.spool")).stat().st_size
    writer.write(entries(2, 1))
    writer.let_go()
    path = next(tmp_path.glob("*.spool"))
    octets = bytearray(path.read_bytes())
    octets[kept + 12] ^= 1
    path.write_bytes(octets)
    assert drained(tmp_path) == entries(1)
    assert [each.suffix for each in tmp_path.iterdir()] == [".damaged"]


def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(2))
    tight = spool.Spool(tmp_path, reserve=1 << 60)
    with pytest.raises(spool.Full):
        tight.write(entries(1, 7))
    writer.let_go()
    assert drained(tmp_path) == entries(2)


def test_a_folder_that_cannot_be_written_takes_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(spool.Full):
        spool.Spool(blocked).write(entries(1))


def test_a_half_written_batch_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(1))
    real = os.write

    def tearing(descriptor: int, octets: bytes) -> int:
        real(descriptor, bytes(octets)[:9])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", tearing)
    with pytest.raises(spool.Full):
        writer.write(entries(1, 1))
    monkeypatch.undo()
    writer.write(entries(1, 2))
    writer.let_go()
    assert sorted(each.at for each in drained(tmp_path)) == [1.5, 3.5]


def test_a_large_file_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "LARGEST_FILE", 100)
    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(3))
    assert drained(tmp_path) == entries(3)


def test_it_is_on_the_disk_before_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What strace would show: the data, then fdatasync of that very file, then nothing but the return."""
    done: list[tuple[str, int]] = []
    write, sync = os.write, os.fdatasync

    def writing(descriptor: int, octets: bytes) -> int:
        done.append(("write", descriptor))
        return write(descriptor, octets)

    def syncing(descriptor: int) -> None:
        done.append(("sync", descriptor))
        sync(descriptor)

    writer = spool.Spool(tmp_path, reserve=0)
    writer.write(entries(1))
    monkeypatch.setattr(os, "write", writing)
    monkeypatch.setattr(os, "fdatasync", syncing)
    writer.write(entries(2, 1))
    assert [what for what, _ in done] == ["write", "sync"]
    assert len({descriptor for _, descriptor in done}) == 1

    def broken(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(spool.Full):
        writer.write(entries(1, 3))
    monkeypatch.undo()
    assert drained(tmp_path) == entries(3), "what was not synced was not promised and is taken back"
