"""An independent peer, wpa_supplicant's eapol_test, signs in to Wi-Fi over real sockets."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from radius.events import Accept, Reject
from tests.radius import vectors as v
from tests.radius.eap import shown
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.running import ADDRESS, Running, running, until

pytestmark = pytest.mark.peer
MAC = "02:00:00:00:00:01"


def eapol_test(
    port: int, folder: Path, root: str, secret: str, *, source: str = ADDRESS, **network: str
) -> tuple[bool, str]:
    """Did it get in, and all that it said. `source` is the address of the access point."""
    program = shutil.which("eapol_test", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("EAPOL_TEST IS NOT INSTALLED (eapoltest): no independent peer was asked over EAP")
    (folder / "root.pem").write_text(root)
    said = {
        "ssid": '"k"', "key_mgmt": "WPA-EAP", "identity": '"nemo"', "anonymous_identity": '"anonymous"',
        "password": '"arctangent"', "ca_cert": f'"{folder}/root.pem"', "domain_match": f'"{shown.NAME}"',
    }  # fmt: skip
    lines = "".join(f"  {name}={value}\n" for name, value in (said | network).items() if value)
    (folder / "network.conf").write_text(f"network={{\n{lines}}}\n")
    done = subprocess.run(
        [program, "-c", str(folder / "network.conf"), "-a", ADDRESS, "-p", str(port), "-s", secret]
        + ["-M", MAC, "-t", "12", "-A", source],
        capture_output=True, text=True, errors="replace", timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.rstrip().endswith("SUCCESS"), done.stdout + done.stderr


@pytest.fixture
def up() -> Iterator[Running]:
    world = World()
    world.routers[ADDRESS] = replace(ROUTER, allow_eap=True)
    with running(world) as server:
        yield server


WAYS = {
    "EAP-TTLS/PAP": {"eap": "TTLS", "phase2": '"auth=PAP"'},
    "EAP-TTLS/MS-CHAPv2": {"eap": "TTLS", "phase2": '"auth=MSCHAPV2"'},
    "PEAP/MS-CHAPv2": {"eap": "PEAP", "phase2": '"auth=MSCHAPV2"'},
}


@pytest.mark.parametrize("way", WAYS)
def test_a_right_password_gets_in_and_both_ends_have_the_same_key(
    up: Running, tmp_path: Path, way: str
) -> None:
    good, said = eapol_test(up.auth, tmp_path, shown.root().certificate, v.SECRET.decode(), **WAYS[way])
    assert good, said
    assert "MPPE keys OK: 1  mismatch: 0" in said
    until(lambda: len(up.world.attempts) == 1)
    request, verdict = up.world.attempts[0]
    assert isinstance(verdict, Accept)
    assert (request.name, request.mac, request.tunnel) == ("nemo", MAC, way.partition("/")[0])
    assert f"The password is right ({way})." in [step.text for step in verdict.trace]
    assert "User-Name" in said


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_password_does_not(up: Running, tmp_path: Path, way: str) -> None:
    network = WAYS[way] | {"password": '"wrong"'}
    good, said = eapol_test(up.auth, tmp_path, shown.root().certificate, v.SECRET.decode(), **network)
    assert not good
    assert "EAP: Received EAP-Failure" in said
    if way != "EAP-TTLS/PAP" and way.startswith("PEAP"):
        assert "E=691" in said or "error 691" in said
    assert [(each[0].name, type(each[1])) for each in up.world.attempts] == [("nemo", Reject)]
    assert up.world.attempts[0][1].code == "wrong_password"


def test_who_is_paused_is_told_so_within_peap(up: Running, tmp_path: Path) -> None:
    up.world.people[b"nemo"] = facts(status="suspended")
    network = WAYS["PEAP/MS-CHAPv2"]
    good, said = eapol_test(up.auth, tmp_path, shown.root().certificate, v.SECRET.decode(), **network)
    assert not good
    assert "Your account is paused" in said
    assert [each[1].code for each in up.world.attempts] == ["suspended"]


def test_a_device_that_knows_another_root_stays_out_and_the_log_says_why(up: Running, tmp_path: Path) -> None:
    network, other = WAYS["PEAP/MS-CHAPv2"], shown.root("another root").certificate
    good, _ = eapol_test(up.auth, tmp_path, other, v.SECRET.decode(), **network)
    assert not good
    until(lambda: len(up.world.attempts) == 1)
    request, verdict = up.world.attempts[0]
    assert (request.name, verdict.code) == ("anonymous", "tls_failed")
    assert "does not trust our certificate" in verdict.trace[-1].text
