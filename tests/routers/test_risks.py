"""What a plan can break is said before it is done; harmless plans need no guard."""

import pytest

from routers import plan, risks
from routers.risks import Level, Surroundings
from routers.rows import Found, Row

ADDRESSES = [
    Found("/ip/address", "*1", {"address": "10.5.50.1/24", "interface": "bridge-lan"}),
    Found("/ip/address", "*2", {"address": "10.99.0.7/32", "interface": "wg-core"}),
]
AROUND = Surroundings(our_address="10.99.0.1", router_address="10.99.0.7", tables={"/ip/address": ADDRESSES})
FILTER = "/ip/firewall/filter"


def rule(key: str = "x", **values: str) -> plan.Add:
    return plan.Add(Row(FILTER, key, {name.replace("_", "-"): value for name, value in values.items()}))


def codes(steps: list[plan.Step], around: Surroundings = AROUND) -> dict[str, Level]:
    return {risk.code: risk.level for risk in risks.weigh(steps, around)}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"protocol": "tcp", "dst_port": "8728"},
        {"protocol": "tcp", "dst_port": "22,8000-9000"},
        {"src_address": "10.99.0.0/16"},
        {"src_address": "!192.168.0.0/16"},
        {"in_interface": "wg-core"},
        {"src_address": "not to be read"},
        {"action": "reject"},
    ],
)
def test_a_rule_that_can_shut_us_out_needs_a_yes(values: dict[str, str]) -> None:
    assert codes([rule(chain="input", **{"action": "drop", **values})]) == {"shuts_us_out": Level.HIGH}


@pytest.mark.parametrize(
    "values",
    [
        {"chain": "forward"},
        {"action": "accept"},
        {"protocol": "tcp", "dst_port": "22"},
        {"protocol": "udp", "dst_port": "53"},
        {"src_address": "192.168.0.0/16"},
        {"in_interface": "ether1"},
        {"disabled": "true"},
    ],
)
def test_a_rule_for_others_is_none_of_our_business(values: dict[str, str]) -> None:
    assert codes([rule(**{"chain": "input", "action": "drop", **values})]) == {}


def test_the_rule_that_lets_us_in_the_way_and_the_users_are_high() -> None:
    assert codes([plan.Remove("*5", FILTER, "api")]) == {"door": Level.HIGH}
    assert codes([plan.Add(Row("/ip/service", "api", {"disabled": "yes"}))]) == {"access": Level.HIGH}
    assert codes([plan.Remove("*2", "/ip/address", "tunnel")]) == {"way_in": Level.HIGH}
    assert codes([plan.Add(Row("/interface/bridge/port", "x", {"interface": "wg-core"}))]) == {
        "way_in": Level.HIGH
    }
    hotspot = Row("/ip/hotspot", "kmikro-x", {"interface": "wg-core", "disabled": "false"})
    assert codes([plan.Add(hotspot)]) == {"hotspot_way_in": Level.HIGH}
    elsewhere = Row("/ip/hotspot", "kmikro-x", {"interface": "bridge-lan", "disabled": "false"})
    assert codes([plan.Add(elsewhere)]) == {}


PROFILES = [
    Found("/ppp/profile", "*1", {"name": "kmikro-sstp"}),
    Found("/ppp/profile", "*2", {"name": "theirs"}),
]


@pytest.mark.parametrize(
    ("step", "high"),
    [
        (plan.Remove("*1", "/ppp/profile", "x"), True),
        (plan.Set("*1", Row("/ppp/profile", "x", {"name": "y"}), {"name": "y"}), True),
        (plan.Set("*2", Row("/ppp/profile", "x", {"only-one": "yes"}), {"only-one": "yes"}), False),
        (plan.Remove("*2", "/ppp/profile", "x"), False),
        (plan.Add(Row("/interface/bridge/port", "x", {"interface": "kmikro-sstp"})), True),
    ],
)  # fmt: skip
def test_what_an_sstp_tunnel_stands_on_is_our_way_in(step: plan.Step, high: bool) -> None:
    around = Surroundings(router_address="10.99.0.7", tables={"/ppp/profile": PROFILES})
    found = risks.weigh([step], around)
    assert [risk.level for risk in found if risk.code == "way_in"] == [Level.HIGH] * high
    if high:
        assert not risks.is_direct([step], found)


def test_an_address_that_is_in_use_and_a_pool_that_another_router_hands_out() -> None:
    address = plan.Add(Row("/ip/address", "x", {"address": "10.5.50.65/26", "interface": "ether3"}))
    assert codes([address]) == {"conflict": Level.HIGH}
    pool = plan.Add(Row("/ip/pool", "kmikro-x", {"name": "kmikro-x", "ranges": "10.7.0.2-10.7.0.99"}))
    shared = Surroundings(other_pools=[("Gate", "10.7.0.0/24")])
    assert codes([pool], shared) == {"shared_pool": Level.WARN}
    assert codes([pool], Surroundings(other_pools=[("Gate", "10.8.0.0/24")])) == {}


def test_people_share_of_rows_and_number_of_steps() -> None:
    server = Found("/ip/hotspot", "*1", {"name": "kmikro-hotspot"})
    around = Surroundings(tables={"/ip/hotspot": [server]}, online={"/ip/hotspot/active": 3})
    change: list[plan.Step] = [plan.Set("*1", Row("/ip/hotspot", "kmikro-hotspot", {}), {"profile": "x"})]
    assert codes(change, around) == {"people": Level.WARN}
    crowd = Surroundings(tables=around.tables, online={"/ip/hotspot/active": risks.MANY_PEOPLE})
    assert codes(change, crowd) == {"people": Level.HIGH}
    several = [Found("/radius", f"*{n}", {"comment": f"kmikro:{n}"}) for n in range(3)]
    removals: list[plan.Step] = [plan.Remove(row.id, "/radius", row.id) for row in several[:2]]
    assert codes(removals, Surroundings(tables={"/radius": several})) == {"removals": Level.HIGH}
    many: list[plan.Step] = [plan.Add(Row("/radius", str(n), {})) for n in range(101)]
    assert codes(many) == {"many": Level.HIGH}


def test_what_is_written_without_guard() -> None:
    page = plan.Set("*1", Row("/file", "login.html", {}), {"contents": "x"})
    assert risks.is_direct([page], [])
    assert not risks.is_direct([page] * (risks.MOST_DIRECT + 1), [])
    assert not risks.is_direct([page], [risks.Risk("people", Level.WARN, "x")])
    assert not risks.is_direct([plan.Add(Row("/ip/hotspot", "kmikro", {}))], [])
    assert risks.is_direct([plan.Add(Row("/ppp/secret", str(n), {})) for n in range(500)], [])


def test_the_heaviest_comes_first_and_each_is_said_once() -> None:
    pool = plan.Add(Row("/ip/pool", "kmikro-x", {"ranges": "10.7.0.0/24"}))
    cut = rule(chain="input", action="drop")
    found = risks.weigh([pool, cut, cut], Surroundings(other_pools=[("Gate", "10.7.0.0/24")]))
    assert [risk.level for risk in found] == [Level.HIGH, Level.WARN]
    assert [risk.code for risk in risks.needs_yes(found)] == ["shuts_us_out"]
