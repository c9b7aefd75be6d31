"""Every way to name our own network is refused with one text; public routers are let through."""

import pytest

from kmikro.lib.refusal import Refusal
from routers import guard_address

OWN = "41.90.0.7"
NEVER = [
    "127.1", "0x7f.1", "2130706433", "017700000001", "0", "10.8", "１２７.0.0.1", "①②⑦.0.0.1",
    "::1", "::ffff:10.0.0.1", "fe80::1%eth0", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "224.0.0.1", "192.88.99.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", OWN, "localhost", "db", "redis", "127.0.0.1", "10.0.0.1",
    "172.16.0.1", "192.168.1.1", "198.18.0.1", "255.255.255.255", "", "8.8.8.8 ", "8.8.8.8/32", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("text", NEVER)
def test_refused_with_the_same_words(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        guard_address.check(text, own=OWN, private=False)
    assert (refused.value.code, refused.value.text) == ("bad_address", guard_address._REFUSED)


@pytest.mark.parametrize("text", ["8.8.8.8", "102.68.77.10", "41.90.0.8", "2a00:1450:4001:800::200e"])
def test_public_addresses_pass(text: str) -> None:
    assert guard_address.check(text, own=OWN, private=False) == text


@pytest.mark.parametrize("text", ["127.0.0.11", "10.1.2.3", "192.168.88.1"])
def test_a_laboratory_allows_private_networks(text: str) -> None:
    assert guard_address.check(text, own="127.0.0.1", private=True) == text


@pytest.mark.parametrize("text", ["169.254.169.254", "0.0.0.0", "::1", "127.1", "224.0.0.1"])
def test_a_laboratory_allows_no_more_than_that(text: str) -> None:
    with pytest.raises(Refusal):
        guard_address.check(text, own="127.0.0.1", private=True)


@pytest.mark.parametrize("port", [22, 25, 6379, 5432])
def test_other_services_are_not_for_us(port: int) -> None:
    with pytest.raises(Refusal, match=f"port {port}"):
        guard_address.check_port(port, private=False)
    assert guard_address.check_port(8728, private=False) == 8728


POOL = "10.99.0.0/16"


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("text", ["10.99.0.1", "10.99.0.3", "10.99.255.254"])
def test_the_tunnel_of_another_router_is_refused_and_its_own_is_not(text: str, private: bool) -> None:
    """Input 39: a tunnel address is good for the router that it was allotted to, in laboratories too."""
    with pytest.raises(Refusal) as refused:
        guard_address.check(text, own=OWN, private=private, pool=POOL, allotted="10.99.0.2")
    assert refused.value.text == guard_address._REFUSED
    assert (
        guard_address.check("10.99.0.2", own=OWN, private=private, pool=POOL, allotted="10.99.0.2")
        == "10.99.0.2"
    )


def test_who_moved_the_api_hears_of_both_services() -> None:
    with pytest.raises(Refusal, match="api-ssl to 8729, or api to 8728"):
        guard_address.check_port(2222, private=False)
