"""node-routeros, a third client we did not write, drives the router."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from routers.virtual import VirtualRouter

FOLDER = Path(__file__).parents[2] / "peers" / "node"
READY = shutil.which("node") is not None and (FOLDER / "node_modules").is_dir()


@pytest.mark.peer
@pytest.mark.skipif(not READY, reason=f"SKIPPED: node is missing or `npm ci` was not run in {FOLDER}")
def test_node_routeros_drives_it(router: VirtualRouter) -> None:
    done = subprocess.run(
        ["node", "drive.js", router.address, str(router.api_port), "admin", "admin"],
        cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["identity"] == "MikroTik"
    assert seen["badLogin"] and seen["removedTwice"] == "no such item (4)"
    assert seen["duplicate"] == "failure: pool with such name exists"
    assert seen["found"][0]["comment"] == "written by node"
    assert seen["parallel"] == ["7.20.8 (stable)", 8]
