"""The router's own backup file: where it can be read it is whole and gone from the router; else a sentence says why."""

import base64

import pytest

from routers import copies, device, rights, script, talk
from tests.routers.on_loopback import enrolled, grant


def test_a_whole_copy() -> None:
    with enrolled(99) as (router, target):
        grant(router, rights.line("kmikro", rights.COPY))
        for number in range(300):  # larger than a piece
            router.tree.add(
                "/system/script",
                {"name": f"s{number}", "source": f"{number * 7919:x}" * 60, "policy": "read"},
            )
        with device.opened(target) as said:
            copy = copies.take(said, "kmikro", "7.20.8 (stable)", talk.rights_of(said, "kmikro"))
        assert copy.note == ""
        content = base64.b64decode(copy.content)
        assert len(content) == copy.size
        assert content.startswith(b"\x88\xac\xa1\xb1")
        assert b"system default user" not in content
        assert len(copy.password) >= 24
        assert copy.password not in repr(copy)
        assert router.tree.find("/file", name="kmikro-copy.backup") is None
        reads = [sent for sent in router.commands if (sent.path, sent.verb) == ("/file", "read")]
        assert len(reads) == -(-copy.size // copies.PIECE)


@pytest.mark.parametrize(
    ("version", "have", "says"),
    [
        ("7.12.2 (stable)", set(script.POLICY.split(",")), "7.12 and older"),
        ("7.20.8 (stable)", set(script.POLICY.split(",")), "policy"),
        ("7.20.8 (stable)", None, "policy"),
    ],
)
def test_why_there_is_none(version: str, have: set[str] | None, says: str) -> None:
    with enrolled(100) as (router, target), device.opened(target) as said:
        copy = copies.take(said, "kmikro", version, None if have is None else frozenset(have))
        assert (copy.size, copy.content) == (0, "")
        assert says in copy.note
        assert all(sent.verb != "save" for sent in router.commands)


def test_a_refusal_of_the_router_is_no_failure() -> None:
    with enrolled(101) as (_router, target), device.opened(target) as said:
        copy = copies.take(said, "kmikro", "7.20.8", frozenset(rights.COPY))
        assert "not enough permissions" in copy.note
