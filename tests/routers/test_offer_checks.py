"""A router that is not fit for an offer is refused with the fix, and what is odd is said beforehand."""

from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import offer_checks, planning
from routers.rows import Found
from tests.routers.test_offer_rows import of, world
from tests.routers.test_offers import made


@pytest.mark.parametrize(
    ("row", "offer", "code"),
    [
        (None, made("dhcp", interface="ether9"), "no_interface"),
        (Found("/ip/dhcp-server", "*9", {"name": "d", "interface": "ether4"}), made("dhcp"), "foreign_dhcp"),
        (Found("/ip/hotspot", "*9", {"name": "h", "interface": "ether4"}), made("hotspot", interface="ether4"), "foreign_hotspot"),
        (Found("/interface/pppoe-server/server", "*9", {"service-name": "p", "interface": "ether3"}), made("pppoe"), "foreign_pppoe"),
        (Found("/ip/address", "*9", {"address": "10.40.0.9/24", "interface": "ether1"}), made("dhcp"), "network_in_use"),
        (None, made("hotspot", interface="ether4", network=""), "no_address"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_named(row: Found | None, offer: Any, code: str) -> None:
    here = world()
    here.found += [row] if row else []
    with pytest.raises(Refusal) as refused:
        planning.steps(of(offer), here.facts(), force=True)
    assert refused.value.code == code
    assert len(refused.value.text) <= 300


def test_what_is_switched_off_is_not_in_the_way() -> None:
    here = world()
    here.found.append(
        Found("/ip/dhcp-server", "*9", {"name": "d", "interface": "ether4", "disabled": "true"})
    )
    assert planning.steps(of(made("dhcp")), here.facts(), force=True)


def test_fasttrack_and_shared_networks_are_told() -> None:
    facts = world().facts()
    told = offer_checks.cautions(
        [made("queue"), made("dhcp", "lan", interface="bridge-lan", network="10.5.50.0/24", ranges="")], facts
    )
    assert [text.split(":")[0] for text in told] == ["FastTrack is on", "lan"]
    assert offer_checks.cautions([made("queue"), made("fasttrack", "f")], facts) == []
