"""An offer is checked field by field, and offers of one router go together."""

import pytest

from kmikro.lib.refusal import Refusal
from routers import offers
from routers.offers import Offer

GOOD = {
    "vlan": {"interface": "bridge-lan", "vlan_id": "20", "name": "vlan20"},
    "hotspot": {"interface": "vlan20", "network": "10.30.0.0/24"},
    "pppoe": {"interface": "ether3", "network": "10.20.0.0/22", "dns": "9.9.9.9"},
    "dhcp": {"interface": "ether4", "network": "10.40.0.0/24", "ranges": "10.40.0.50-10.40.0.99"},
    "garden": {"hosts": "pay.example.com\n*.shop.example"},
    "walled": {"list": "walled", "hosts": "pay.example.com", "to_address": "41.90.0.7", "to_port": "80"},
    "queue": {"target": "10.40.0.0/24", "download": "50M", "upload": "10M"},
    "queue_type": {"discipline": "pcq-download", "rate": "5M"},
    "ntp": {"servers": "pool.ntp.org"},
    "dns": {"servers": "9.9.9.9", "answers": "yes"},
    "fasttrack": {"networks": "10.30.0.0/24"},
}


def made(kind: str, key: str = "one", **more: str) -> Offer:
    return offers.checked(kind, key, {**GOOD[kind], **more})


@pytest.mark.parametrize("kind", offers.KINDS)
def test_each_kind_has_one_spelling_and_is_told_on_one_line(kind: str) -> None:
    offer = made(kind)
    assert offers.checked(kind, "one", offer.values) == offer
    assert "\n" not in offers.in_words(offer)


@pytest.mark.parametrize(
    ("kind", "key", "values", "field"),
    [
        ("tunnel", "a", {}, "kind"),
        ("vlan", "A", GOOD["vlan"], "key"),
        ("vlan", "a.b", GOOD["vlan"], "key"),
        ("vlan", "a" * 21, GOOD["vlan"], "key"),
        ("vlan", "a", {**GOOD["vlan"], "vlan_id": "5000"}, "vlan_id"),
        ("vlan", "a", {**GOOD["vlan"], "colour": "red"}, "values"),
        ("vlan", "a", {"interface": "ether1", "vlan_id": "3"}, "name"),
        ("vlan", "a", {"interface": "ether1", "vlan_id": "3", "name": "ether1"}, "name"),
        ("dhcp", "a", {**GOOD["dhcp"], "ranges": "10.41.0.5-10.41.0.9"}, "ranges"),
        ("queue", "a", {"target": "10.0.0.0/24"}, "download"),
    ],
)
def test_what_is_wrong_is_named(kind: str, key: str, values: dict[str, str], field: str) -> None:
    with pytest.raises(Refusal) as refused:
        offers.checked(kind, key, values)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("one", "two", "code"),
    [
        (made("queue"), made("garden"), "same_key"),
        (made("ntp"), made("ntp", "two"), "only_one"),
        (made("pppoe"), made("pppoe", "two", network="10.50.0.0/24"), "same_place"),
        (made("dhcp"), made("hotspot", "two", interface="ether4"), "same_place"),
        (made("vlan"), made("vlan", "two"), "same_place"),
        (made("dhcp"), made("pppoe", "two", network="10.40.0.0/16"), "same_network"),
        (made("walled"), made("walled", "two"), "same_place"),
    ],
)
def test_what_does_not_go_together_is_refused(one: Offer, two: Offer, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        offers.together([one, two])
    assert refused.value.code == code


def test_all_kinds_go_together() -> None:
    offers.together([made(kind, f"k{n}") for n, kind in enumerate(GOOD)])


def test_speeds_are_told_as_people_write_them() -> None:
    queue = made("queue", download="50 Mbit/s", upload="1,5M")
    assert (queue.has("download"), queue.has("upload")) == ("50M", "1500k")
    assert "download 50 Mbps, upload 1500 kbps" in offers.in_words(queue)
    older = offers.Offer("queue", "one", {"target": "{lan}", "download": "50000000"})
    assert "download 50 Mbps" in offers.in_words(older)
    assert offers.as_written("queue", older.values) == {"target": "{lan}", "download": "50M"}
    assert offers.as_written("vlan", {"vlan_id": "1000"}) == {"vlan_id": "1000"}
