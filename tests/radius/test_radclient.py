"""An independent client, FreeRADIUS' radclient, believes our answers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World, facts
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


def asked(up: Running, lines: str) -> str:
    radclient = shutil.which("radclient")
    if radclient is None:
        pytest.skip("RADCLIENT IS NOT INSTALLED (freeradius-utils): no independent peer was asked")
    done = subprocess.run(
        [radclient, "-x", "-r", "1", "-t", "3", f"{ADDRESS}:{up.auth}", "auth", v.SECRET.decode()],
        input=lines + ",Message-Authenticator=0x00,NAS-Identifier=peer",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.peer
def test_radclient_reads_the_keys_of_ms_chap_2(up: Running) -> None:
    up.world.people[b"User"] = facts(label="User", secret=b"clientPass")
    response = f"0100{v.PEER_CHALLENGE.hex()}{bytes(8).hex()}{v.NT_RESPONSE.hex()}"
    name = f'User-Name="User",Service-Type=Framed-User,MS-CHAP-Challenge=0x{v.CHALLENGE.hex()}'
    said = asked(up, f"{name},MS-CHAP2-Response=0x{response}")
    assert "Received Access-Accept" in said
    assert "MS-MPPE-Send-Key = 0x8b7cdc149b993a1ba118cb153f56dccb" in said
    assert "MS-MPPE-Recv-Key = 0xd5f0e9521e3ea9589645e86051c82226" in said
    assert "MS-CHAP2-Success = 0x01" + b"S=407A5589115FD0D6209F510FE9C04566932CDA56".hex() in said
    assert "Received Access-Reject" in asked(up, f"{name},MS-CHAP2-Response=0x{response[:-2]}00")


@pytest.mark.peer
def test_radclient_speaks_ms_chap_1_where_it_is_allowed(up: Running) -> None:
    lines = 'User-Name="nemo",Service-Type=Framed-User,MS-CHAP-Password="arctangent"'
    assert "Received Access-Reject" in asked(up, lines)
    up.world.routers[ADDRESS] = replace(ROUTER, allow_mschap1=True)
    said = asked(up, lines)
    assert "Received Access-Accept" in said
    assert "MS-CHAP-MPPE-Keys" in said
