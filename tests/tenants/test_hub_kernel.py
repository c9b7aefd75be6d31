"""The hand on the kernel: the real `ip`, `nft` and `wg` in a namespace of its own, and what is said where they are not.

Where the kernel has WireGuard its interface is used; where it has none, `wg` speaks to a stand-in by the socket of
user-space implementations, so that our configurations and its differences are still those of the real program.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kmikro.lib.hub_rules import Rules
from tenants import hub_kernel
from tenants.hub_kernel import Cannot, LinuxKernel

ROOT = Path(__file__).resolve().parents[2]
RULES = Rules("kmtest", "10.99.0.0/16", "10.99.0.1", (1812, 1813), (8728,), 3799)


def inside(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run in a network namespace of its own."""
    env = {**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["unshare", "--net", *argv],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.peer
def test_the_real_programs_do_what_the_agent_wants() -> None:
    absent = [
        each for each in ("unshare", "ip", "nft", "wg") if not shutil.which(each, path=hub_kernel._PATH)
    ]
    if absent:
        pytest.skip(f"NOT INSTALLED: {', '.join(absent)}: the hub was not tried on a kernel")
    if inside("true").returncode:
        pytest.skip("NO NETWORK NAMESPACE CAN BE MADE HERE: the hub was not tried on a kernel")
    real = inside("ip", "link", "add", "dev", "wg0", "type", "wireguard").returncode == 0
    done = inside(sys.executable, "-m", "tests.tenants.wg_stand_in", "real" if real else "stand-in")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told.pop("refused") == "wg refused the configuration."
    assert told.pop("leaked") is False
    assert "is no WireGuard" in told.pop("another")
    assert told == dict.fromkeys(
        ("one", "two", "other", "shook", "kept", "counted", "flushed", "address", "mtu"), True
    )


def programs(folder: Path, **said: str) -> None:
    """Programs that complain as given, or say nothing."""
    for name in ("ip", "wg", "nft"):
        text = said.get(name, "")
        path = folder / name
        well = '[{"linkinfo": {"info_kind": "wireguard"}}]' if name == "ip" else ""
        path.write_text(f"#!/bin/sh\n[ -z '{text}' ] && echo '{well}' && exit 0\necho '{text}' >&2\nexit 2\n")
        path.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "complaint", "words"),
    [
        ("ip", "Error: Unknown device type.", "has no WireGuard"),
        ("wg", "Unable to modify interface: Protocol not supported", "has no WireGuard"),
        ("nft", "Error: Could not process rule: Operation not permitted", "NET_ADMIN"),
        ("nft", "Operation not permitted (you must be root)", "NET_ADMIN"),
        ("ip", "RTNETLINK answers: File exists", "ip link: RTNETLINK answers: File exists"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, complaint: str, words: str
) -> None:
    programs(tmp_path, **{name: complaint})
    monkeypatch.setattr(hub_kernel, "_PATH", str(tmp_path))
    kernel = LinuxKernel(RULES, 16)
    with pytest.raises(Cannot, match=words.replace("(", r"\(")):
        if name == "wg":
            kernel.sync("secret")
        else:
            kernel.prepare()


def test_programs_that_are_not_there_are_named_with_their_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path)
    (tmp_path / "wg").unlink()
    (tmp_path / "nft").unlink()
    monkeypatch.setattr(hub_kernel, "_PATH", str(tmp_path))
    with pytest.raises(Cannot, match=r"wg \(wireguard-tools\), nft \(nftables\)"):
        LinuxKernel(RULES, 16).prepare()
    assert LinuxKernel(RULES, 16).blocked() is None


def test_where_the_kernel_has_no_wireguard_nothing_was_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(tmp_path, ip="Error: Unknown device type.")
    (tmp_path / "nft").write_text(f"#!/bin/sh\n: > {tmp_path}/written\n")
    monkeypatch.setattr(hub_kernel, "_PATH", str(tmp_path))
    with pytest.raises(Cannot):
        LinuxKernel(RULES, 16).prepare()
    assert not (tmp_path / "written").exists()
