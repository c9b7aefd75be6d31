"""CoA and Disconnect, sent by radclient, a program we did not write."""

import shutil
import socket
import subprocess

import pytest

from radius import coa
from routers.virtual import VirtualRouter
from routers.virtual.sessions import Session
from tests.routers.virtual.conftest import FakeServer

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        shutil.which("radclient") is None, reason="SKIPPED: radclient (freeradius-utils) is not installed"
    ),
]


@pytest.fixture
def port(hotspot: VirtualRouter) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((hotspot.address, 0))
        free = int(probe.getsockname()[1])
    assert hotspot.paste(f"/radius incoming set accept=yes port={free}") == ""
    return free


@pytest.fixture
def session(hotspot: VirtualRouter) -> Session:
    session = hotspot.login(hotspot.join("AA:BB:CC:00:11:22"), "CODE-1", "p").session
    assert session is not None
    return session


def send(router: VirtualRouter, port: int, kind: str, attributes: str, secret: str = "s3cret") -> str:
    done = subprocess.run(
        ["radclient", "-x", "-r", "1", "-t", "1", f"{router.address}:{port}", kind, secret],
        input=attributes, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def who(session: Session) -> str:
    return f'User-Name = "{session.user}"\nFramed-IP-Address = {session.phone.ip}\n'


def test_disconnect_ends_the_session(
    server: FakeServer, hotspot: VirtualRouter, session: Session, port: int
) -> None:
    assert "Received Disconnect-ACK" in send(hotspot, port, "disconnect", who(session))
    assert hotspot.sessions == []
    assert hotspot.wait(lambda: len(server.acct) == 2)
    assert server.acct[1]["Acct-Terminate-Cause"] == [6]


def test_of_two_sessions_of_one_user_only_the_named_one_ends(
    server: FakeServer, hotspot: VirtualRouter, session: Session, port: int
) -> None:
    """What we send names one session by four attributes, although a router ends all that match (RFC 5176, 3)."""
    server.decide = lambda packet: {"Port-Limit": 2}
    other = hotspot.login(hotspot.join("AA:BB:CC:00:11:33"), session.user, "p").session
    assert other is not None
    answer = coa.disconnect(
        coa.Route(hotspot.address, port, b"s3cret", "127.0.0.1"),
        session_id=other.id,
        username=other.user,
        framed_ip=other.phone.ip,
        mac=other.phone.mac,
        total=5.0,
    )
    assert answer is not None
    assert answer.acked
    assert hotspot.sessions == [session]


def test_unknown_sessions_are_named(hotspot: VirtualRouter, session: Session, port: int) -> None:
    said = send(hotspot, port, "disconnect", f'User-Name = "other"\nFramed-IP-Address = {session.phone.ip}\n')
    assert "Received Disconnect-NAK" in said and "Session-Context-Not-Found" in said
    assert hotspot.sessions == [session]


def test_coa_changes_rate_and_time(hotspot: VirtualRouter, session: Session, port: int) -> None:
    said = send(hotspot, port, "coa", who(session) + 'Mikrotik-Rate-Limit = "1M/2M"\nSession-Timeout = 900\n')
    assert "Received CoA-ACK" in said
    assert (session.limits.rate, session.limits.seconds) == ("1M/2M", 900)
    assert "Received CoA-NAK" in send(hotspot, port, "coa", who(session) + 'Mikrotik-Rate-Limit = "fast"\n')


def test_a_message_authenticator_must_be_right(hotspot: VirtualRouter, session: Session, port: int) -> None:
    good = who(session) + "Message-Authenticator = 0x00\nSession-Timeout = 60\n"
    assert "Received CoA-ACK" in send(hotspot, port, "coa", good)


@pytest.mark.parametrize("fault", ["wrong secret", "drop_coa", "wrong_coa_secret"])
def test_what_cannot_be_believed_is_not_answered(
    hotspot: VirtualRouter, session: Session, port: int, fault: str
) -> None:
    if fault != "wrong secret":
        hotspot.faults.switch_on(fault)
    secret = "other" if fault == "wrong secret" else "s3cret"
    assert "Received" not in send(hotspot, port, "disconnect", who(session), secret)
    assert hotspot.sessions == [session]


def test_the_port_closes_again(hotspot: VirtualRouter, session: Session, port: int) -> None:
    hotspot.paste("/radius incoming set accept=no")
    assert "Received" not in send(hotspot, port, "disconnect", who(session))
