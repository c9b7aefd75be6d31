"""Readings survive nonsense and menus that a router does not have."""

from typing import Any

import pytest

from routers import health
from routers.device import Trapped
from routers.readings import Reading


class Says:
    """A device that answers with given rows; counts and acts that it does not know it refuses."""

    def __init__(self, **rows: list[dict[str, str]]) -> None:
        self.rows = rows

    def read(self, path: str, *_queries: str, fields: Any = ()) -> list[dict[str, str]]:
        return self.rows.get(path.rpartition("/")[2], [])

    def count(self, path: str, *_queries: str) -> int:
        raise Trapped("no such command prefix")

    def do(self, command: str, values: Any) -> list[dict[str, str]]:
        return self.rows.get("monitor", [])


def measured(**rows: list[dict[str, str]]) -> tuple[Reading, str]:
    return health.measure(Says(**rows))  # type: ignore[arg-type]


def test_a_reading() -> None:
    resource = {
        "version": "7.20.8 (stable)", "board-name": "hEX", "cpu-load": "12", "free-memory": "10", "total-memory": "40",
        "uptime": "1w2d3h4m5s",
    }  # fmt: skip
    radius = [{".id": "*1", "comment": "kmikro:radius"}, {".id": "*2", "comment": "somebody's"}]
    reading, front = measured(
        resource=[resource], radius=radius, monitor=[{"requests": "9", "timeouts": "2", "bad-replies": "1"}]
    )
    assert (reading.version, reading.board, reading.cpu, reading.used_percent) == (
        "7.20.8 (stable)",
        "hEX",
        12,
        75,
    )
    assert reading.uptime_ms == ((9 * 24 + 3) * 60 + 4) * 60_000 + 5_000
    assert reading.radius is not None
    assert (reading.radius.requests, reading.radius.timeouts, reading.radius.bad_replies) == (9, 2, 1)
    assert (reading.ppp, reading.hotspot, reading.online, front) == (None, None, 0, "")


@pytest.mark.parametrize("value", ["", "yes", "-1", "1e3", "９", "9" * 40, "007x"])
def test_nonsense_is_no_number(value: str) -> None:
    reading, _front = measured(resource=[{"cpu-load": value, "free-memory": value, "uptime": "soon"}])
    assert (reading.cpu, reading.free_memory, reading.uptime_ms) == (None, None, None)


def test_a_router_that_says_nothing() -> None:
    assert measured() == (Reading(), "")
