"""An independent peer, radsecproxy: radclient speaks UDP to it, it speaks TLS to us."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.radius.fakes import World
from tests.radius.running import ADDRESS, until
from tests.radius.tls import NAME, NAS, Running, authority, client, running

SECRET = "between-client-and-proxy"


def find(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        pytest.skip(f"{program.upper()} IS NOT INSTALLED: no independent peer was asked over TLS")
    return found


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def up() -> Iterator[Running]:
    with running(World()) as server:
        yield server


@pytest.fixture
def proxy(up: Running, tmp_path: Path) -> Iterator[int]:
    """radsecproxy with our certificate; gives the UDP port that it listens on."""
    program, port = find("radsecproxy"), free_port()
    holds = client()
    (tmp_path / "root.pem").write_text(authority().certificate)
    (tmp_path / "router.pem").write_text(holds.certificate)
    (tmp_path / "router.key").write_text(holds.key)
    config = tmp_path / "radsecproxy.conf"
    config.write_text(
        f"""
ListenUDP {ADDRESS}:{port}
LogDestination file://{tmp_path}/log
LogLevel 2
tls ours {{
    CACertificateFile {tmp_path}/root.pem
    CertificateFile {tmp_path}/router.pem
    CertificateKeyFile {tmp_path}/router.key
    TlsVersion TLS1_2:TLS1_3
}}
client test {{
    host {ADDRESS}
    type udp
    secret {SECRET}
}}
server kmikro {{
    host {ADDRESS}
    port {up.port}
    type tls
    tls ours
    matchCertificateAttribute SubjectAltName:DNS:/^{NAME}$/
    statusServer on
}}
realm * {{
    server kmikro
    accountingServer kmikro
}}
"""
    )
    process = subprocess.Popen(
        [program, "-f", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: process.poll() is None and up.counts["opened"] == 1, 15)
        yield port
    except AssertionError:
        with contextlib.suppress(OSError):
            print((tmp_path / "log").read_text())
        raise
    finally:
        process.terminate()
        process.wait(10)


def radclient(port: int, command: str, lines: str) -> str:
    done = subprocess.run(
        [find("radclient"), "-x", "-r", "2", "-t", "4", f"{ADDRESS}:{port}", command, SECRET],
        input=lines, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


@pytest.mark.peer
@pytest.mark.parametrize(
    ("command", "lines", "expected"),
    [
        ("auth", 'User-Name="nemo",User-Password="arctangent"', "Received Access-Accept"),
        ("auth", 'User-Name="nemo",CHAP-Password="arctangent"', "Received Access-Accept"),
        ("auth", 'User-Name="nemo",User-Password="wrong"', "Received Access-Reject"),
        ("acct", 'User-Name="nemo",Acct-Status-Type=Start,Acct-Session-Id="81"', "Accounting-Response"),
    ],
)
def test_what_radclient_asks_radsecproxy_is_answered_by_us(
    up: Running, proxy: int, command: str, lines: str, expected: str
) -> None:
    if command == "auth":
        lines += ",Message-Authenticator=0x00"
    said = radclient(proxy, command, lines)
    assert expected in said, said
    if command == "auth":
        assert up.world.attempts[0][0].nas.schema == NAS.schema
    else:
        assert [each.router_id for each in up.world.records] == [NAS.router_id]
