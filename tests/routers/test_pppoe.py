"""PPPoE as rows: who gets which address, and whose server is left alone."""

import ipaddress

import pytest

from kmikro.lib.refusal import Refusal
from routers import pppoe
from routers.rows import Found


def test_the_router_has_the_first_address_and_clients_the_rest() -> None:
    rows = {row.path: row.values for row in pppoe.server("ether3", "10.20.0.0/22", mschap1=False)}
    assert rows["/ip/pool"]["ranges"] == "10.20.0.2-10.20.3.254"
    assert rows["/ppp/profile"]["local-address"] == "10.20.0.1"
    assert rows["/ppp/profile"]["remote-address"] == rows["/ip/pool"]["name"]
    served = rows[pppoe.SERVER]
    assert (served["interface"], served["default-profile"]) == ("ether3", rows["/ppp/profile"]["name"])
    assert (served["authentication"], served["disabled"]) == ("chap,mschap2", "false")
    assert (
        pppoe.server("ether3", "10.20.0.0/29", mschap1=True)[2].values["authentication"]
        == "chap,mschap1,mschap2"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10.20.0.0",
        "10.20.0.1/22",
        "10.0.0.0/8",
        "10.0.0.0/30",
        "127.0.0.0/24",
        "224.0.0.0/24",
        "0.0.0.0/16",
        "240.0.0.0/24",
        "255.255.0.0/16",
        "fd00::/64",
        "x",
    ],
)
def test_what_is_no_network_for_clients(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        pppoe.network(text)
    assert refused.value.field == "pppoe_network"


def test_who_lies_in_a_network() -> None:
    whole = ipaddress.IPv4Network("10.20.0.0/22")
    assert pppoe.holds(whole, "10.20.3.9")
    assert not pppoe.holds(whole, "10.20.4.1")
    assert not pppoe.holds(whole, "fd00::1")


def test_a_server_of_somebody_else_is_left_alone() -> None:
    def there(**values: str) -> list[Found]:
        return [Found(pppoe.SERVER, "*1", {"interface": "ether3", "service-name": "theirs", **values})]

    with pytest.raises(Refusal, match="theirs"):
        pppoe.check("ether3", there())
    pppoe.check("ether4", there())
    pppoe.check("ether3", there(disabled="true"))
    pppoe.check("ether3", there(comment="kmikro:pppoe"))
