"""Restarts, people, the scheduler, malformed datagrams and the command."""

import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from routers.virtual import VirtualRouter, packets
from routers.virtual.faults import Faults
from routers.virtual.people import codes_from
from tests.addresses import own
from tests.routers.virtual.conftest import FakeServer


def test_state_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "router.json"
    with VirtualRouter(address=own(80), state=state, identity="kept") as first:
        first.paste('/ip pool add name=p2 ranges=10.8.0.2 comment="kmikro:1"')
        serial = first.device.serial
    assert state.stat().st_mode & 0o077 == 0
    with VirtualRouter(address=own(80), state=state) as second:
        assert second.device.identity == "kept" and second.device.serial == serial
        assert second.tree.find("/ip/pool", name="p2", comment="kmikro:1") is not None
        assert second.device.boots == 2
        assert second.paste("/ip pool add name=p3 ranges=10.8.0.3") == ""
        ids = [row[".id"] for row in second.tree.rows("/ip/pool")]
        assert len(ids) == len(set(ids)) == 3


def test_people_log_in_with_the_codes_of_a_file(server: FakeServer, tmp_path: Path) -> None:
    codes = tmp_path / "codes"
    server.decide = lambda p: "spent" if p["User-Name"][0] == "BAD" else {}
    router = VirtualRouter(address=own(81), users=2, codes=codes_from(codes), speed=200)
    with router:
        router.paste(f"/radius add service=hotspot address=127.0.0.1 secret=s3cret authentication-port={server.port} "
                     f"accounting-port={server.port}\n/ip hotspot profile set default use-radius=yes\n"
                     "/ip hotspot add interface=bridge-lan")  # fmt: skip
        codes.write_text("BAD\nC1\nC2\n")
        assert router.wait(lambda: {s.user for s in router.sessions} == {"C1", "C2"}, 15)
        assert router.wait(lambda: all(s.download > 0 for s in router.sessions))


def test_interval_jobs_run_with_the_rights_of_both(router: VirtualRouter) -> None:
    router.paste(
        '/system scheduler add name=j interval=300ms policy=read,write on-event="/system identity set name=x"'
    )
    assert router.wait(lambda: router.device.identity == "x")
    router.paste("/system scheduler set j policy=read\n/system identity set name=y")
    assert router.wait(lambda: "not enough permissions" in router.device.lines[-1].message)
    assert router.device.identity == "y"


def test_mutated_datagrams_raise_nothing_else() -> None:
    chance = random.Random(1)
    good = packets.write_access(
        [packets.text(1, "u"), packets.text(8, "1M", packets.MIKROTIK)], b"s",
        identifier=1, authenticator=bytes(16), sign=True,
    )  # fmt: skip
    refused = 0
    for _ in range(20_000):
        raw = bytearray(good[: chance.randrange(len(good) + 1)] if chance.random() < 0.3 else good)
        for _ in range(chance.randrange(1, 4)):
            if raw:
                raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            packet = packets.read(bytes(raw))
            packets.check_dynamic(packet, b"s")
        except packets.BadPacket:
            refused += 1
    assert refused == 20_000


def test_faults_are_named() -> None:
    faults = Faults()
    faults.switch_on("drop_after_n_sentences=7")
    faults.switch_on("clock-1970")
    assert faults.drop_after_n_sentences == 7 and faults.clock_1970
    with pytest.raises(ValueError, match="unknown fault x"):
        faults.switch_on("x")


def test_a_lost_clock_shows_everywhere(router: VirtualRouter) -> None:
    router.faults.clock_1970 = True
    assert router.wait(lambda: router.paste(":put [/system clock get date]").startswith("1970-"))


def test_the_command_runs_pastes_and_stops(tmp_path: Path) -> None:
    paste = tmp_path / "paste"
    paste.write_text("/system identity set name=pasted; :put [/system identity get name]")
    arguments = ["--address", own(82), "--api-port", "0", "--http-port", "0", "--paste-file", str(paste)]
    done = subprocess.Popen(
        [sys.executable, "manage.py", "virtual_router", *arguments],
        cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True, env=os.environ.copy(),
    )  # fmt: skip
    with done:
        assert done.stdout is not None
        assert done.stdout.readline().startswith(f"virtual router MikroTik: API {own(82)}:")
        assert done.stdout.readline().strip() == "pasted"
        assert not paste.exists()
        done.send_signal(signal.SIGTERM)
        assert done.wait(20) == 0


def test_without_power_nothing_answers_and_afterwards_radius_is_told(
    server: FakeServer, hotspot: VirtualRouter
) -> None:
    phone = hotspot.join("02:00:5E:00:53:01")
    assert hotspot.login(phone, "u", "p").ok
    assert hotspot.wait(lambda: server.kinds() == [1])
    boots, port = hotspot.device.boots, hotspot.api_port
    hotspot.power_off()
    assert hotspot.sessions == []
    with pytest.raises(OSError):
        socket.create_connection((hotspot.address, port), 1)
    hotspot.power_on()
    socket.create_connection((hotspot.address, port), 1).close()
    assert hotspot.wait(lambda: server.kinds() == [1, 7])
    assert hotspot.device.boots == boots + 1
    assert hotspot.device.clock.uptime() < 60
    assert hotspot.login(phone, "u", "p").ok
