"""What one worker passes on to another."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from radius.packet import LARGEST
from radius.relay import TAG, Relay
from radius.sockets import Datagram

ASKED = Datagram(bytes(range(256)) * 16, ("203.0.113.255", 65_535), b"\x0a\0\0\x01", 1_700_000_000.25)


@pytest.fixture
def two() -> Iterator[tuple[Relay, Relay]]:
    one, other = Relay(), Relay()
    yield one, other
    one.close()
    other.close()


def test_it_arrives_as_it_was(two: tuple[Relay, Relay]) -> None:
    one, other = two
    assert len(ASKED.octets) == LARGEST
    bare = ASKED._replace(via=b"", octets=b"")
    assert one.pass_on(ASKED, other.tag)
    assert one.pass_on(bare, other.tag)
    assert other.receive(512, 0.0) == [ASKED, bare]
    assert other.receive(512, 0.0) == []
    assert one.receive(512, 0.0) == []


def test_only_so_many_are_taken_at_once_and_a_full_one_says_so(two: tuple[Relay, Relay]) -> None:
    one, other = two
    passed = 0
    while one.pass_on(ASKED, other.tag):
        passed += 1
        assert passed < 10_000
    assert passed >= 4
    assert len(other.receive(2, 0.0)) == 2
    assert len(other.receive(10_000, 0.0)) == passed - 2


def test_nobody_is_behind_a_name_that_was_made_up(two: tuple[Relay, Relay]) -> None:
    assert not two[0].pass_on(ASKED, os.urandom(TAG))
    two[1].close()
    assert not two[0].pass_on(ASKED, two[1].tag)


def test_another_users_word_is_no_datagram(two: tuple[Relay, Relay], monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = two
    assert one.pass_on(ASKED, other.tag)
    real = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: real + 1)
    assert other.receive(512, 0.0) == []


def test_what_is_cut_short_is_no_datagram(two: tuple[Relay, Relay]) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
        own.sendto(b"short", b"\0kmikro-radius-" + two[0].tag.hex().encode())
    assert two[0].receive(512, 0.0) == []
