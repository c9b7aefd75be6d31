"""What follows from what a router told: rows that go with an offer are nobody's ground to build on."""

import pytest

from routers import facts
from routers.facts import Facts
from routers.rows import Found


def test_addresses_and_pools_of_offers_do_not_count_as_there() -> None:
    tables = {
        "/ip/address": [Found("/ip/address", "*1", {"address": "10.9.0.1/24", "interface": "lan", "comment": "kmikro:offer.x"})],
        "/ip/pool": [Found("/ip/pool", "*1", {"name": "kmikro-dhcp-x", "ranges": "10.9.0.2-10.9.0.9"})],
    }  # fmt: skip
    told = Facts("7.20", "", tables)
    assert facts.hotspot_address(told, "lan") == ""
    assert facts.address_pool(told, "lan") == "none"
    assert [str(each) for each in facts.networks(told, "lan")] == ["10.9.0.1/24"]


def test_versions() -> None:
    assert facts.version_of("7.20.8 (stable)") == (7, 20, 8)
    assert facts.version_of("7.15rc2") == (7, 15, 0)
    assert facts.version_of("?") == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("nov/26/2026", "2026-11-26"),
        ("jan/05/1970", "1970-01-05"),
        ("2026-11-26", "2026-11-26"),
        ("foo/01/2026", "foo/01/2026"),
        ("", ""),
    ],
)
def test_dates_of_older_versions_are_read(text: str, date: str) -> None:
    assert facts.date_of(text) == date
