"""Keys, the hub's configuration as the real `wg` parses it, and what its dump tells."""

import base64
import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import wireguard
from kmikro.lib.wireguard import Peer, Seen

KEYS = st.binary(min_size=32, max_size=32).map(lambda raw: base64.b64encode(raw).decode())


def key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@given(KEYS)
def test_a_key_is_a_key(text: str) -> None:
    assert wireguard.is_key(text)
    assert not wireguard.is_key(text + "\n")
    assert not wireguard.is_key(text[:-1])


@given(st.text(max_size=50))
def test_nothing_else_gets_into_a_configuration(text: str) -> None:
    if not wireguard.is_key(text):
        for peer in (Peer(text, "10.99.0.2"), Peer(key(), "10.99.0.2", text or "\n")):
            with pytest.raises(ValueError, match="no WireGuard key"):
                wireguard.config(key(), 51820, [peer])


def test_a_configuration_names_each_peer_with_its_one_address() -> None:
    private, first, second, shared = key(), key(), key(), key()
    text = wireguard.config(private, 51820, [Peer(second, "10.99.0.3"), Peer(first, "10.99.0.2", shared)])
    assert text == (
        f"[Interface]\nPrivateKey = {private}\nListenPort = 51820\n"
        f"\n[Peer]\nPublicKey = {first}\nPresharedKey = {shared}\nAllowedIPs = 10.99.0.2/32\n"
        f"\n[Peer]\nPublicKey = {second}\nAllowedIPs = 10.99.0.3/32\n"
    )
    assert shared not in repr(Peer(first, "10.99.0.2", shared))


def wg(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The real program."""
    found = shutil.which("wg") or shutil.which("wg", path="/usr/sbin:/usr/bin:/bin")
    if found is None:
        pytest.skip("WG IS NOT INSTALLED (wireguard-tools): no independent peer read the configuration")
    return subprocess.run(
        [found, *words],
        input=given,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={"LC_ALL": "C"},
    )


def parsed(text: str) -> str:
    """What `wg` says of a configuration for an interface that is not there: it parses before it looks for that."""
    done = wg("setconf", "kmikro-none", "/dev/stdin", given=text)
    assert done.returncode == 1
    return done.stderr


@pytest.mark.peer
def test_wg_works_out_the_same_public_half() -> None:
    private = wireguard.new_private()
    assert wireguard.is_key(private)
    assert wireguard.public_of(private) == wg("pubkey", given=private).stdout.strip()


@pytest.mark.peer
@pytest.mark.parametrize("many", [0, 1, 300])
def test_wg_parses_what_we_write(many: int) -> None:
    peers = [Peer(key(), f"10.99.{n // 250}.{n % 250 + 2}", key() if n % 2 else "") for n in range(many)]
    said = parsed(wireguard.config(key(), 51820, peers))
    assert "Unable to modify interface" in said
    assert "pars" not in said.lower()


@pytest.mark.peer
def test_wg_would_say_if_it_could_not_parse_it() -> None:
    text = wireguard.config(key(), 51820, [Peer(key(), "10.99.0.300")])
    assert "Configuration parsing error" in parsed(text)


def test_a_dump_is_read_without_the_secrets_of_its_first_line() -> None:
    secret, met, never = key(), key(), key()
    dump = (
        f"{secret}\t{key()}\t51820\toff\n"
        f"{met}\t{key()}\t198.51.100.7:51099\t10.99.0.2/32\t1764158400\t92\t180\toff\n"
        f"{never}\t(none)\t(none)\t10.99.0.3/32\t0\t0\t0\toff\n"
        "nonsense\tline\n"
    )
    assert wireguard.read_dump(dump) == [
        Seen(met, "198.51.100.7:51099", 1764158400, 92, 180),
        Seen(never, "", 0, 0, 0),
    ]
    assert wireguard.read_dump("") == []
