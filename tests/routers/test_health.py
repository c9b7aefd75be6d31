"""Samples survive nonsense; ports are drawn in the order of a front."""

from datetime import timedelta
from typing import Any

import pytest

from routers import health, progress
from tenants import scope
from tenants.models import Isp, NasRoute
from tests.factories import NOW, make_router


class Says:
    """A device that answers with given rows."""

    def __init__(self, **rows: list[dict[str, str]]) -> None:
        self.rows = rows

    def read(self, path: str, *_queries: str, fields: Any = ()) -> list[dict[str, str]]:
        return self.rows.get(path.rpartition("/")[2], [])


def test_a_sample() -> None:
    resource = {
        "version": "7.20.8 (stable)",
        "cpu-load": "12",
        "free-memory": "10",
        "total-memory": "40",
        "uptime": "1w2d3h4m5s",
    }
    sample = health.measure(Says(resource=[resource]))  # type: ignore[arg-type]
    assert sample == health.Sample(
        "7.20.8 (stable)", 12, 10, 40, timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5), ""
    )


@pytest.mark.parametrize("value", ["", "yes", "-1", "1e3", "９", "9" * 40, "007x"])
def test_nonsense_is_no_number(value: str) -> None:
    sample = health.measure(Says(resource=[{"cpu-load": value, "free-memory": value, "uptime": "soon"}]))  # type: ignore[arg-type]
    assert (sample.cpu_load, sample.free_memory, sample.uptime) == (None, None, None)


def test_a_router_that_says_nothing() -> None:
    assert health.measure(Says()) == health.Sample("", None, None, None, None, "")  # type: ignore[arg-type]


def test_cages_come_first() -> None:
    rows = [
        {"name": "uplink", "default-name": "ether1", "running": "true"},
        {"name": "ether2", "running": "false"},
        {"name": "fibre", "default-name": "sfp-sfpplus1", "running": "true"},
    ]
    assert health.ports_of(rows) == "uud"
    assert len(health.ports_of([{"name": f"ether{n}"} for n in range(500)])) == 64


@pytest.mark.django_db
def test_an_upgrade_ends_the_exception_for_unsigned_requests(inside_isp: Isp) -> None:
    router = make_router(version="7.12.2 (stable)", address="8.8.4.4")
    progress.register(router, now=NOW)
    with scope.outside():
        assert not NasRoute.objects.get(address="8.8.4.4").require_message_auth
    health.answered(router.pk, health.Sample("7.20.8 (stable)", 1, 1, 2, None, "u"), now=NOW)
    with scope.outside():
        assert NasRoute.objects.get(address="8.8.4.4").require_message_auth


@pytest.mark.django_db
def test_two_misses_make_an_outage_and_one_answer_ends_it(inside_isp: Isp) -> None:
    router = make_router(checked_at=NOW)
    later = NOW + timedelta(minutes=14)
    for up in (True, False):
        health.missed(router.pk, "It does not answer.", now=later)
        router.refresh_from_db()
        assert router.is_up is up
    assert (router.checked_at, router.trouble) == (NOW, "It does not answer.")
    health.answered(router.pk, health.Sample("7.20.8", 1, 1, 2, None, ""), now=later)
    router.refresh_from_db()
    assert (router.is_up, router.checked_at, router.trouble, router.misses) == (True, later, "", 0)
