"""The command: real workers answer our own health probe, a taken port is one clear sentence."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from radius.directory import probe
from radius.packet import parse
from radius.seal import Seal
from tests.radius.running import ADDRESS, until
from tests.radius.test_crew import free_port


class Radiusd:
    """`radiusd` with one worker as a process of its own."""

    def __init__(self, state: Path, auth: int, acct: int, *more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "radiusd", "--workers", "1", "--address", ADDRESS]
            + ["--auth-port", str(auth), "--acct-port", str(acct), *more],
            cwd=Path(__file__).parents[2],
            env={**os.environ, "KMIKRO_STATE": str(state)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Radiusd:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def drains(self) -> bool:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15) == 0


def answers(number: int) -> bool:
    """Does a new router get an answer to our health probe?"""
    seal, authenticator = Seal(probe().secret), os.urandom(16)
    question = seal.access_request(12, 7, authenticator, b"")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as router, contextlib.suppress(OSError):
        router.settimeout(0.3)
        router.sendto(question, (ADDRESS, number))
        return seal.vouches_for_reply(parse(router.recv(4096)), authenticator)
    return False


def listeners(number: int) -> int:
    """How many sockets the kernel has on the port."""
    lines = Path("/proc/net/udp").read_text().splitlines()[1:]
    return sum(line.split()[1].endswith(f":{number:04X}") for line in lines)


def test_radiusd_answers_the_health_probe_and_drains(tmp_path: Path) -> None:
    auth, acct = free_port(), free_port()
    with Radiusd(tmp_path, auth, acct) as only:
        until(lambda: answers(auth), 60)
        until(lambda: answers(acct), 10)
        assert only.drains()


def test_a_second_radiusd_joins_and_goes_on_alone(tmp_path: Path) -> None:
    auth, acct = free_port(), free_port()
    with Radiusd(tmp_path, auth, acct) as first:
        until(lambda: answers(auth), 60)
        with Radiusd(tmp_path, auth, acct) as uninvited:
            _, complaint = uninvited.process.communicate(timeout=60)
            assert uninvited.process.returncode == 1
            assert f"{auth} cannot be used" in complaint
            assert "--join" in complaint
        assert answers(auth)
        with Radiusd(tmp_path, auth, acct, "--join") as second:
            until(lambda: listeners(auth) == listeners(acct) == 2, 60)
            assert first.drains()
            until(lambda: listeners(auth) == 1, 5)
            until(lambda: answers(auth), 10)
            until(lambda: answers(acct), 10)
            assert second.drains()


def test_nobody_but_radiusd_is_joined() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ADDRESS, 0))
        taken = str(other.getsockname()[1])
        with pytest.raises(CommandError, match=f"{taken} cannot be used .* another radiusd"):
            call_command("radiusd", "--join", "--address", ADDRESS, "--auth-port", taken)


@pytest.mark.parametrize("option", ["--auth-port", "--acct-port"])
def test_a_taken_port_is_named_with_its_variable(option: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((ADDRESS, 0))
        taken = other.getsockname()[1]
        variable = f"KMIKRO_RADIUS_{option[2:6].upper()}_PORT"
        ports = {"--auth-port": free_port(), "--acct-port": free_port(), option: taken}
        words = [word for name, number in ports.items() for word in (name, str(number))]
        with pytest.raises(CommandError, match=f"{taken} cannot be used .* Set {variable}"):
            call_command("radiusd", "--address", ADDRESS, *words)


def test_at_least_one_worker() -> None:
    with pytest.raises(CommandError, match="at least 1"):
        call_command("radiusd", "--workers", "0")
