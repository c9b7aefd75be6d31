"""Ready is what our own PostgreSQL says of itself."""

from pathlib import Path

import pytest
from stack import postgres
from stack.trouble import Trouble


class Process:
    pid = 4711


def status_file(pid: int, status: str) -> str:
    return f"{pid}\n/data\n1795379704\n20100\n\n127.0.0.1\n 1 2\n{status}   \n"


@pytest.mark.parametrize(
    ("text", "well"),
    [
        (status_file(4711, "ready"), True),
        (status_file(4711, "starting"), False),
        (status_file(4712, "ready"), False),
        ("4711\n", False),
        (None, False),
    ],
)
def test_only_our_own_child_counts(tmp_path: Path, text: str | None, well: bool) -> None:
    server = postgres.Server(tmp_path, tmp_path, 20100, "a", "b", None)
    if text is not None:
        (tmp_path / "postmaster.pid").write_text(text)
    assert postgres.ready(server, Process()) is well
    assert postgres.ready(server, None) is False


def test_data_of_another_major_release_is_refused(tmp_path: Path) -> None:
    binaries = tmp_path / "bin"
    binaries.mkdir()
    (binaries / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    (binaries / "postgres").chmod(0o755)
    server = postgres.Server(binaries, tmp_path / "pg", 20100, "a", "b", None)
    postgres.check_major(server)
    server.data.mkdir()
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(Trouble, match=r"is of PostgreSQL 17 and this release has 18\.6"):
        postgres.check_major(server)


def test_an_address_names_role_and_database() -> None:
    server = postgres.Server(Path("/b"), Path("/d"), 20100, "admin", "word", None)
    assert server.url == "postgresql://kmikro:word@127.0.0.1:20100/kmikro"
