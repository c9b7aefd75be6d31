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


def test_radiusd_answers_the_health_probe_and_drains(tmp_path: Path) -> None:
    auth, acct = free_port(), free_port()
    seal, authenticator = Seal(probe().secret), os.urandom(16)
    question = seal.access_request(12, 7, authenticator, b"")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "radiusd", "--workers", "1", "--address", ADDRESS]
        + ["--auth-port", str(auth), "--acct-port", str(acct)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "KMIKRO_STATE": str(tmp_path)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as router:
            router.settimeout(0.3)

            def answers(number: int) -> bool:
                with contextlib.suppress(OSError):
                    router.sendto(question, (ADDRESS, number))
                    return seal.vouches_for_reply(parse(router.recv(4096)), authenticator)
                return False

            until(lambda: answers(auth), 60)
            until(lambda: answers(acct), 10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()


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
