"""The interface at our end: what is missing is said, and one that goes away is noticed."""

import os
import socket
from pathlib import Path

import pytest

from tenants import sstp_tun
from tenants.hub_kernel import Cannot
from tenants.sstp_tun import Gone, Tun


def test_packets_one_by_one_and_never_waiting() -> None:
    ours, kernel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    tun = Tun(os.dup(ours.fileno()))
    ours.close()
    assert tun.read() is None
    kernel.send(b"one")
    kernel.send(b"two")
    assert [tun.read(), tun.read(), tun.read()] == [b"one", b"two", None]
    assert tun.write(b"three")
    assert kernel.recv(99) == b"three"
    kernel.close()
    assert not tun.write(b"lost")
    tun.close()
    tun.close()
    with pytest.raises(Gone):
        tun.read()


def test_an_interface_that_the_agent_has_not_made() -> None:
    with pytest.raises(Cannot, match="the tunnel agent makes it"):
        sstp_tun.opened("kmnone")


def test_a_machine_without_the_device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sstp_tun, "_DEVICE", tmp_path / "tun")
    with pytest.raises(Cannot, match="No such file"):
        sstp_tun.opened("lo")


def test_what_the_kernel_refuses_is_in_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tun").touch()
    monkeypatch.setattr(sstp_tun, "_DEVICE", tmp_path / "tun")
    with pytest.raises(Cannot, match="cannot be opened"):  # a file knows no such request
        sstp_tun.opened("lo")
    assert "second sstp_hub" in sstp_tun._why("x", 16)
    assert "KMIKRO_SSTP_USER" in sstp_tun._why("x", 1)
