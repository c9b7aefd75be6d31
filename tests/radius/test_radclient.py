"""An independent client, FreeRADIUS' radclient, believes our answers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.radius import vectors as v
from tests.radius.fakes import World
from tests.radius.running import ADDRESS, Running, running


@pytest.fixture
def up() -> Iterator[Running]:
    with running(World()) as server:
        yield server


@pytest.mark.peer
@pytest.mark.parametrize(
    ("port", "command", "lines", "expected"),
    [
        ("auth", "auth", 'User-Name="nemo",User-Password="arctangent"', "Received Access-Accept"),
        ("auth", "auth", 'User-Name="nemo",CHAP-Password="arctangent"', "Received Access-Accept"),
        ("auth", "auth", 'User-Name="nemo",User-Password="wrong"', "Received Access-Reject"),
        ("auth", "status", "Message-Authenticator=0x00", "Received Access-Accept"),
        (
            "acct",
            "acct",
            'User-Name="nemo",Acct-Status-Type=Start,Acct-Session-Id="81"',
            "Accounting-Response",
        ),
        ("acct", "status", "Message-Authenticator=0x00", "Accounting-Response"),
    ],
)
def test_radclient_believes_us(up: Running, port: str, command: str, lines: str, expected: str) -> None:
    radclient = shutil.which("radclient")
    if radclient is None:
        pytest.skip("RADCLIENT IS NOT INSTALLED (freeradius-utils): no independent peer was asked")
    if command == "auth":
        lines += ",Message-Authenticator=0x00,NAS-Identifier=peer"
    number = up.auth if port == "auth" else up.acct
    done = subprocess.run(
        [radclient, "-x", "-r", "1", "-t", "3", f"{ADDRESS}:{number}", command, v.SECRET.decode()],
        input=lines,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert expected in done.stdout, done.stdout + done.stderr
