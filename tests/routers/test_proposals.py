"""What there is on a router is proposed with reasons; nothing of the way to it may be taken."""

from routers import proposals
from routers.facts import Facts
from routers.rows import Found

ROWS = [
    Found("/ip/pool", "*1", {"name": "lan", "ranges": "10.0.0.2-10.0.0.9"}),
    Found("/ip/pool", "*2", {"name": "idle", "ranges": "10.1.0.2-10.1.0.9"}),
    Found("/ip/dhcp-server", "*1", {"name": "d", "address-pool": "lan", "interface": "ether3"}),
    Found("/ip/address", "*1", {"address": "10.0.0.1/24", "interface": "ether3"}),
    Found("/ppp/secret", "*1", {"name": "old", "password": "*****"}),
    Found("/ppp/profile", "*0", {"name": "default"}),
    Found("/ppp/profile", "*1", {"name": "kmikro-sstp"}),
    Found("/ip/hotspot", "*1", {"name": "cafe", "interface": "ether4"}),
    Found("/queue/type", "*1", {"name": "pcq-upload-default", "kind": "pcq"}),
    Found("/queue/simple", "*1", {"name": "boss", "target": "10.0.0.5/32", "disabled": "true"}),
    Found("/ip/firewall/filter", "*1", {"chain": "forward", "action": "drop"}),
    Found("/ip/firewall/filter", "*2", {"chain": "input", "action": "accept", "comment": "kmikro:api"}),
    Found("/ip/firewall/filter", "*3", {"chain": "hs-input", "action": "jump", "dynamic": "true"}),
    Found("/queue/simple", "*2", {"name": "kmikro-queue-q", "comment": "kmikro:offer.q"}),
]


def found() -> list[proposals.Proposal]:
    tables: dict[str, list[Found]] = {}
    for row in ROWS:
        tables.setdefault(row.path, []).append(row)
    return proposals.proposed(Facts("7.20", "", tables))


def test_each_row_of_others_has_a_reason_and_no_secret() -> None:
    judged = {each.ref: (each.take, each.may_take) for each in found()}
    assert judged == {
        "/ip/address *1": (False, False),
        "/ip/pool *1": (True, True),
        "/ip/pool *2": (False, True),
        "/ip/dhcp-server *1": (True, True),
        "/ip/hotspot *1": (True, True),
        "/ppp/profile *0": (False, False),
        "/ppp/profile *1": (False, False),
        "/ppp/secret *1": (False, True),
        "/queue/type *1": (False, False),
        "/queue/simple *1": (False, True),
        "/ip/firewall/filter *1": (False, True),
        "/ip/firewall/filter *2": (False, False),
    }
    assert all(each.reason.endswith(".") for each in found())
    assert "*****" not in str([each.told for each in found()])


def test_only_what_may_be_taken_is_chosen() -> None:
    refs = ["/ip/address *1", "/ip/firewall/filter *2", "/ip/pool *1", "/ip/pool *99"]
    assert [each.ref for each in proposals.chosen(found(), refs)] == ["/ip/pool *1"]


def test_marks() -> None:
    assert proposals.key_for("/ip/hotspot", {"name": "cafe"}, "ab") == (
        "kmikro-cafe",
        {"name": "kmikro-cafe"},
    )
    key, wanted = proposals.key_for("/ip/pool", {"name": "lan", "comment": "old"}, "ab")
    assert (key, wanted) == ("taken.ab", {"name": "lan", "comment": "kmikro:taken.ab"})
