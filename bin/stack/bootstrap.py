"""The virtual environment: made once, filled from a hash-pinned lock, never filled twice for the same lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.trouble import Trouble

UV = "uv==0.13.9"
STAMP = ".kmikro-stamp"
LOCKS = {"run": "requirements/run.lock", "test": "requirements/test.lock"}


def digest(root: Path, kind: str) -> str:
    """Names a lock on this Python; any change of either fills the environment again."""
    lock = root / LOCKS[kind]
    if not lock.exists():
        raise Trouble(f"{lock} is missing: this clone is not complete, fetch it again.")
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def wanted(root: Path, stamp: Mapping[str, str], kind: str) -> str:
    """Which lock to have: a test environment is also a run environment and is never made smaller."""
    return "test" if kind == "test" or stamp.get("lock") == "test" else "run"


def read_stamp(venv: Path) -> dict[str, str]:
    try:
        found = json.loads((venv / STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def fresh(root: Path, kind: str) -> bool:
    """Whether the environment already holds what the lock says."""
    venv = root / ".venv"
    stamp = read_stamp(venv)
    lock = wanted(root, stamp, kind)
    return (venv / "bin/python").exists() and stamp == {"lock": lock, "digest": digest(root, lock)}


def install(root: Path, kind: str, log: Path) -> str:
    """Makes the environment and installs the lock; says with what."""
    with (root / ".venv-lock").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if fresh(root, kind):
            return "another process installed them"
        venv = root / ".venv"
        lock = wanted(root, read_stamp(venv), kind)
        make_venv(venv, log)
        (venv / STAMP).unlink(missing_ok=True)
        path = root / LOCKS[lock]
        uv = find_uv(root, log)
        target = ["--python", str(venv / "bin/python")]
        if uv:
            how, argv = "uv", [uv, "pip", "sync", "-q", *target, str(path)]
        else:
            how, argv = "pip", [*find_pip(root, log), *target, "install", "-q", "-r", str(path)]
        if not run([*argv, "--require-hashes", "--only-binary", ":all:"], log):
            raise Trouble(
                f"The packages of {LOCKS[lock]} could not be installed with {how}: is the package index reachable?"
                + tail(log)
            )
        (venv / STAMP).write_text(json.dumps({"lock": lock, "digest": digest(root, lock)}) + "\n")
        return f"{lock} lock, by {how}"


def make_venv(venv: Path, log: Path) -> None:
    """An environment of this very Python; one of another Python version is made anew."""
    if (venv / "bin/python").exists():
        ask = [str(venv / "bin/python"), "-c", "import sys; print(sys.version)"]
        found = subprocess.run(ask, capture_output=True, text=True, check=False)
        if found.returncode == 0 and found.stdout.strip() == sys.version.strip():
            return
    if venv.exists():
        shutil.rmtree(venv)
    # Without pip, because Debian's python3 without python3-venv has no ensurepip, and it is 3 s quicker.
    if not run([sys.executable, "-m", "venv", "--without-pip", str(venv)], log):
        raise Trouble(
            "Python cannot make a virtual environment: install its `venv` module (Debian: apt-get install python3-venv)."
            + tail(log)
        )


def find_uv(root: Path, log: Path) -> str | None:
    """uv in a tool environment of its own, because `uv pip sync` would remove it from the product's."""
    if os.environ.get("KMIKRO_NO_UV"):
        return None
    tool = root / ".venv-tool"
    uv = tool / "bin/uv"
    if uv.exists() and run([str(uv), "--version"], log):
        return str(uv)
    pip = find_pip(root, log, needed=False)
    if pip and run([sys.executable, "-m", "venv", "--without-pip", str(tool)], log):
        target = ["--python", str(tool / "bin/python")]
        if run([*pip, *target, "install", "-q", "--only-binary", ":all:", UV], log) and uv.exists():
            return str(uv)
    return shutil.which("uv")


def find_pip(root: Path, log: Path, needed: bool = True) -> list[str]:
    """A pip that can install into another environment: this Python's own, or one made by ensurepip."""
    own = [sys.executable, "-m", "pip"]
    if run([*own, "--version"], log):
        return own
    spare = root / ".venv-tool-pip"
    made = [str(spare / "bin/python"), "-m", "pip"]
    if (spare / "bin/python").exists() and run([*made, "--version"], log):
        return made
    if run([sys.executable, "-m", "venv", "--clear", str(spare)], log) and run([*made, "--version"], log):
        return made
    if needed:
        raise Trouble(
            "This Python has neither pip nor ensurepip, and uv is not installed: "
            "install one of them (Debian: apt-get install python3-venv)."
        )
    return []


def run(argv: Sequence[str], log: Path) -> bool:
    """Runs a step into the log; whether it went well."""
    env = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONHOME")}
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        try:
            done = subprocess.run(
                list(argv), stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env, check=False
            )
        except OSError as refused:
            out.write(f"{argv[0]}: {refused}\n".encode())
            return False
    return done.returncode == 0


def tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n  " + "\n  ".join(lines[-6:]) if lines else ""
