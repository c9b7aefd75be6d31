"""The input chain decides who reaches the router itself."""

import pytest

from routers.virtual.firewall import verdict
from tests.routers.benches import bench

US, API = "127.0.0.1", 8728


@pytest.mark.parametrize(
    ("rule", "new", "established"),
    [
        ("chain=input action=drop", "drop", "accept"),
        ("chain=input action=drop protocol=tcp dst-port=8700-8730", "drop", "accept"),
        ("chain=input action=drop protocol=udp dst-port=8728", "accept", "accept"),
        ("chain=input action=drop src-address=127.0.0.0/8", "drop", "accept"),
        ("chain=input action=drop src-address=!127.0.0.0/8", "accept", "accept"),
        ("chain=input action=drop src-address=10.0.0.1-10.0.0.9", "accept", "accept"),
        ("chain=input action=drop in-interface=ether1", "drop", "accept"),
        ("chain=input action=drop in-interface=ether2", "accept", "accept"),
        ("chain=input action=reject", "reject", "accept"),
        ("chain=input action=tarpit protocol=tcp", "drop", "accept"),
        ("chain=input action=drop disabled=yes", "accept", "accept"),
        ("chain=forward action=drop", "accept", "accept"),
        ("chain=input action=drop place-before=0", "drop", "drop"),
        ("chain=input action=drop connection-state=new place-before=0", "drop", "accept"),
    ],
)
def test_a_rule_is_for_the_packets_that_it_names(rule: str, new: str, established: str) -> None:
    router = bench()
    said = router.paste(f"/ip firewall filter add {rule.replace('place-before=0', 'place-before=*1')}")
    assert said == ""
    assert verdict(router.device, US, "tcp", API) == new
    assert verdict(router.device, US, "tcp", API, new=False) == established


def test_jumps_return_and_lists() -> None:
    router = bench()
    said = router.paste(
        "/ip firewall address-list add list=bad address=127.0.0.0/16\n"
        "/ip firewall filter add chain=input action=jump jump-target=more\n"
        "/ip firewall filter add chain=more action=return protocol=icmp\n"
        "/ip firewall filter add chain=more action=drop src-address-list=bad\n"
    )
    assert said == ""
    assert verdict(router.device, US, "tcp", API) == "drop"
    assert verdict(router.device, US, "icmp", 0) == "accept"
    assert verdict(router.device, "127.9.0.1", "tcp", API) == "accept"


def test_a_hotspot_stands_before_all_rules_until_one_has_signed_in_or_is_bypassed() -> None:
    router = bench()
    assert router.paste("/ip hotspot add name=h interface=ether1 disabled=no") == ""
    assert verdict(router.device, US, "tcp", API) == "reject"
    assert verdict(router.device, US, "tcp", API, new=False) == "reject"
    assert router.paste(f"/ip hotspot ip-binding add address={US} type=bypassed") == ""
    assert verdict(router.device, US, "tcp", API) == "accept"
    assert router.paste("/ip hotspot ip-binding remove 0\n/ip hotspot disable h") == ""
    assert verdict(router.device, US, "tcp", API) == "accept"


def test_a_hotspot_elsewhere_is_no_matter() -> None:
    router = bench()
    assert router.paste("/ip hotspot add name=h interface=bridge-lan disabled=no") == ""
    assert verdict(router.device, US, "tcp", API) == "accept"
