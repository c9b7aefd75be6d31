"""What we want of a router fits what it is; a router that is not fit is refused with the fix."""

from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import desired, loginpage
from routers.desired import Facts, Wish
from routers.rows import Found


def wish(**changes: Any) -> Wish:
    base = {
        "radius_address": "41.90.0.7", "radius_auth_port": 1812, "radius_acct_port": 1813, "radius_secret": "s" * 26,
        "coa_port": 3799, "interface": "bridge-lan", "portal_host": "ana.example.net",
        "portal_url": "https://ana.example.net/portal/abc/", "router_address": "102.68.77.10", "serial": "HE1",
    }  # fmt: skip
    return Wish(**{**base, **changes})


def facts(**changes: Any) -> Facts:
    tables = {
        "/interface": [{"name": "ether1"}, {"name": "bridge-lan"}],
        "/ip/address": [
            {"address": "10.5.50.1/24", "interface": "bridge-lan"},
            {"address": "102.68.77.10/30", "interface": "ether1"},
        ],
        "/ip/pool": [
            {"name": "wan", "ranges": "172.16.0.2-172.16.0.9"},
            {"name": "lan", "ranges": "10.5.50.10-10.5.50.99"},
        ],
        **changes.pop("tables", {}),
    }
    found = {path: [Found(path, f"*{n}", row) for n, row in enumerate(rows)] for path, rows in tables.items()}
    return Facts(**{"version": "7.20.8 (stable)", "serial": "HE1", **changes}, tables=found)


def values(path: str, rows: list[Any]) -> dict[str, str]:
    return dict(next(row.values for row in rows if row.path == path))


def test_a_plain_router_gets_all_of_it() -> None:
    rows = desired.build(wish(), facts())
    radius = values("/radius", rows)
    assert (radius["src-address"], radius["timeout"], radius["require-message-auth"]) == (
        "102.68.77.10", "3s", "yes-for-request-resp",
    )  # fmt: skip
    assert values("/ip/hotspot", rows)["address-pool"] == "lan"
    assert values("/ip/hotspot/profile", rows)["hotspot-address"] == "10.5.50.1"
    assert values("/radius/incoming", rows) == {"accept": "true", "port": "3799"}
    assert values("/ip/hotspot/walled-garden/ip", rows)["dst-host"] == "ana.example.net"


def test_an_argument_that_the_version_lacks_is_not_sent() -> None:
    assert "require-message-auth" not in values(
        "/radius", desired.build(wish(), facts(version="7.12.2 (stable)"))
    )


def test_behind_an_uplink_the_router_chooses_its_source() -> None:
    assert (
        values("/radius", desired.build(wish(router_address="8.8.4.4"), facts()))["src-address"] == "0.0.0.0"
    )


def test_the_pool_of_a_dhcp_server_comes_first() -> None:
    served = {"/ip/dhcp-server": [{"name": "d", "interface": "bridge-lan", "address-pool": "wan"}]}
    assert values("/ip/hotspot", desired.build(wish(), facts(tables=served)))["address-pool"] == "wan"


def test_pages_live_on_flash_where_there_is_one() -> None:
    rows = desired.build(wish(), facts(tables={"/file": [{"name": "flash", "type": "disk"}]}))
    assert values("/file", rows)["name"].startswith("flash/kmikro/")
    assert values("/ip/hotspot/profile", rows)["html-directory-override"] == "flash/kmikro"


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"serial": "HE2"}, "other_router", "make a new command"),
        ({"version": "6.48.6 (long-term)"}, "old_version", "Upgrade"),
        ({"tables": {"/interface": [{"name": "ether1"}]}}, "no_interface", "choose one of: ether1"),
        ({"tables": {"/ip/address": []}}, "no_address", "IP, Addresses"),
        (
            {"tables": {"/ip/hotspot": [{"name": "theirs", "interface": "bridge-lan"}]}},
            "foreign_hotspot",
            "choose another interface",
        ),
    ],
)
def test_an_unfit_router_is_refused_with_the_fix(changed: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        desired.build(wish(), facts(**changed))
    assert refused.value.code == code
    assert words in refused.value.text
    assert len(refused.value.text) <= 300


@pytest.mark.parametrize(
    "row",
    [
        {"name": "theirs", "interface": "ether5"},
        {"name": "theirs", "interface": "bridge-lan", "disabled": "true"},
        {"name": "kmikro-hotspot", "interface": "bridge-lan"},
    ],
)
def test_other_hotspots_do_not_disturb(row: dict[str, str]) -> None:
    assert desired.build(wish(), facts(tables={"/ip/hotspot": [row]}))


def test_the_login_address() -> None:
    assert desired.login_url(wish(), facts()) == "http://10.5.50.1/login"
    named = {"/ip/hotspot/profile": [{"name": "kmikro", "dns-name": "wifi.example"}]}
    assert desired.login_url(wish(), facts(tables=named)) == "http://wifi.example/login"
    www = {"/ip/service": [{"name": "www", "port": "8081"}]}
    assert desired.login_url(wish(), facts(tables=www)) == "http://10.5.50.1/login"
    assert (
        desired.login_url(wish(router_address="127.0.0.11"), facts(tables=www))
        == "http://127.0.0.11:8081/login"
    )


@pytest.mark.parametrize(
    ("text", "version"),
    [("7.20.8 (stable)", (7, 20, 8)), ("7.15rc2", (7, 15, 0)), ("", (0, 0, 0)), ("x7.1", (0, 0, 0))],
)
def test_versions(text: str, version: tuple[int, int, int]) -> None:
    assert desired.version_of(text) == version


def test_pages_are_short_and_name_all_that_the_portal_reads() -> None:
    pages = loginpage.pages("https://ana.example.net/portal/abc/")
    for name in (
        "mac",
        "ip",
        "link-login-only",
        "link-orig",
        "username",
        "error",
        "chap-id",
        "chap-challenge",
    ):
        assert f"{name}=$({name}-esc)" in pages["login.html"]
    assert "https://ana.example.net/portal/abc/connected/?" in pages["alogin.html"]
    assert all(len(page) < 1500 for page in pages.values())


def test_without_the_hotspot_nothing_of_it_is_wished_or_needed() -> None:
    bare = facts(tables={"/interface": [{"name": "ether1"}], "/ip/address": []})
    rows = desired.build(wish(services=frozenset({"ppp"})), bare)
    assert [row.path for row in rows] == ["/radius", "/radius/incoming", "/ppp/aaa"]
    assert values("/radius", rows)["service"] == "ppp"
    assert values("/ppp/aaa", rows) == {"use-radius": "true", "accounting": "true", "interim-update": "5m"}


def test_listed_devices_by_mac() -> None:
    profile = values(
        "/ip/hotspot/profile", desired.build(wish(mac_login=True, mac_auth_password="pw"), facts())
    )
    assert (profile["login-by"], profile["mac-auth-mode"], profile["mac-auth-password"]) == (
        "mac,http-pap", "mac-as-username", "pw",
    )  # fmt: skip
    assert "mac-auth-password" not in values("/ip/hotspot/profile", desired.build(wish(), facts()))


def test_pppoe_on_an_interface_that_is_there() -> None:
    wished = {
        "services": frozenset({"hotspot", "ppp"}),
        "pppoe_interface": "ether1",
        "pppoe_network": "10.20.0.0/22",
    }
    rows = desired.build(wish(**wished), facts())
    assert values("/interface/pppoe-server/server", rows)["interface"] == "ether1"
    with pytest.raises(Refusal, match="no interface ether9"):
        desired.build(wish(**{**wished, "pppoe_interface": "ether9"}), facts())


def test_with_a_certificate_radsec_takes_over_and_the_door_for_disconnects_stays() -> None:
    rows = desired.build(
        wish(radsec_certificate="kmikro-radsec-1", services=frozenset({"hotspot", "ppp"})), facts()
    )
    udp, tls = (row for row in rows if row.path == "/radius")
    assert (udp.key, udp.values["service"], udp.values["secret"]) == ("radius", "", "s" * 26)
    assert tls.values | {"secret": "?"} == tls.values | {
        "service": "hotspot,ppp", "protocol": "radsec", "certificate": "kmikro-radsec-1", "secret": "?",
        "authentication-port": "2083", "accounting-port": "2083", "comment": "kmikro:radsec",
    }  # fmt: skip
    assert tls.values["secret"] == "radsec"
