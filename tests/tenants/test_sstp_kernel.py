"""The interface of the SSTP hub on a real kernel, without WireGuard; and what is said where it cannot be made."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kmikro.lib.hub_rules import Rules
from tenants import hub_kernel
from tenants.hub_kernel import Cannot
from tenants.sstp_kernel import TunDevice

ROOT = Path(__file__).resolve().parents[2]
RULES = Rules("kmwg", "10.99.0.0/16", "10.99.0.1", (1812,), (8728,), 3799, 0, ("kmsstp",))
STORY = """
import json
from tenants.hub_kernel import Cannot, run
from tenants.sstp_kernel import TunDevice
from tests.tenants.test_sstp_kernel import RULES
device = TunDevice(RULES, "kmsstp", "23456")
device.prepare(); device.prepare()
device.sync(["10.99.0.5", "10.99.0.6"]); device.sync(["10.99.0.6", "10.99.0.7"])
link = json.loads(run(["ip", "-json", "-details", "link", "show", "dev", "kmsstp"]))[0]
routes = json.loads(run(["ip", "-json", "route", "show", "dev", "kmsstp"]))
told = {"user": link["linkinfo"]["info_data"]["user"], "mtu": link["mtu"],
        "routes": sorted((each["dst"], each["prefsrc"]) for each in routes),
        "rules": run(["nft", "list", "table", "inet", "kmikro_tunnel"]).count('"kmsstp"')}
told["blocked"] = device.blocked() is not None
run(["nft", "flush", "ruleset"])
told["flushed"] = device.blocked() is None
for name, what in (("other", TunDevice(RULES, "kmsstp", "23457")), ("kind", TunDevice(RULES, "lo", "23456"))):
    try:
        what.prepare()
    except Cannot as cannot:
        told[name] = str(cannot)
print(json.dumps(told))
"""


@pytest.mark.peer
def test_the_real_programs_do_what_the_agent_wants() -> None:
    absent = [each for each in ("unshare", "ip", "nft") if not shutil.which(each, path=hub_kernel._PATH)]
    if absent:
        pytest.skip(f"NOT INSTALLED: {', '.join(absent)}: the SSTP interface was not tried on a kernel")
    env = {**os.environ, "PATH": hub_kernel._PATH, "PYTHONPATH": str(ROOT)}
    if (
        subprocess.run(["unshare", "--net", "true"], env=env, check=False).returncode
        or not Path("/dev/net/tun").exists()
    ):
        pytest.skip(
            "NO NETWORK NAMESPACE OR NO /dev/net/tun HERE: the SSTP interface was not tried on a kernel"
        )
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", STORY],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert "is of user 23456 and not of 23457" in told.pop("other")
    assert "is no TUN" in told.pop("kind")
    assert told.pop("rules") >= 5, "each chain is for both interfaces"
    assert told == {
        "user": 23456, "mtu": 1400, "blocked": True, "flushed": True,
        "routes": [["10.99.0.6", "10.99.0.1"], ["10.99.0.7", "10.99.0.1"]],
    }  # fmt: skip


def test_a_user_that_nobody_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ip", "nft"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(hub_kernel, "_PATH", str(tmp_path))
    with pytest.raises(Cannot, match=r"no user nobody-here .* KMIKRO_SSTP_USER"):
        TunDevice(RULES, "kmsstp", "nobody-here").prepare()


def test_a_machine_without_the_device_and_programs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(hub_kernel, "_PATH", str(tmp_path))
    with pytest.raises(Cannot, match=r"ip \(iproute2\), nft \(nftables\)"):
        TunDevice(RULES, "kmsstp", "0").prepare()
    for name, words in (("ip", "open: No such file or directory"), ("nft", "")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{words}' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(Cannot, match="no /dev/net/tun"):
        TunDevice(RULES, "kmsstp", "0").prepare()
