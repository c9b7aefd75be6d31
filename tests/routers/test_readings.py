"""What routers tell: sensors of old and new versions, fronts, log lines that may be kept, and none that may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import readings


def test_cages_come_first() -> None:
    rows = [
        {"name": "uplink", "default-name": "ether1", "running": "true", "type": "ether"},
        {"name": "ether2", "running": "false"},
        {"name": "fibre", "default-name": "sfp-sfpplus1", "running": "true"},
        {"name": "bridge", "type": "bridge", "running": "true"},
    ]
    assert readings.front(rows) == "uud"
    assert len(readings.front([{"name": f"ether{n}"} for n in range(500)])) == 64


def test_sensors_of_both_kinds() -> None:
    rows = [
        {"name": "cpu-temperature", "value": "47.5", "type": "C"},
        {"name": "voltage", "value": "24", "type": "V"},
    ]
    assert readings.sensors(rows) == {"temperature": 475, "voltage": 240}
    assert readings.sensors([{"voltage": "24.1V", "temperature": "31C"}]) == {
        "temperature": 310,
        "voltage": 241,
    }
    assert readings.sensors([]) == {"temperature": None, "voltage": None}
    assert readings.sensors([{"name": "temperature", "value": "warm"}])["temperature"] is None


def test_dynamic_interfaces_carry_peoples_names_and_are_not_kept() -> None:
    rows = [
        {"name": "ether1", "type": "ether", "rx-byte": str(2**63 + 5), "tx-byte": "7", "running": "true"},
        {"name": "<pppoe-ana>", "dynamic": "true", "rx-byte": "1"},
    ]
    (port,) = readings.ports(rows)
    assert (port.name, port.received, port.sent) == ("ether1", 2**63 + 5, 7)


@pytest.mark.parametrize(
    ("topics", "text", "kept"),
    [
        ("system,error,critical", "login failure for user admin", True),
        ("interface,info", "ether1 link down", True),
        ("system,info", "router rebooted", False),
        ("hotspot,error", "ana failed", False),
        ("pppoe,ppp,error", "<pppoe-ana>: authentication failed", False),
        ("dns,error", "example.test", False),
        ("web-proxy,error", "GET", False),
        ("system,error,account", "user ana", False),
        ("script,error", "something", False),
        ("system,error", "see http://example.test/", False),
        ("", "nothing", False),
    ],
)
def test_which_lines_are_kept(topics: str, text: str, kept: bool) -> None:
    assert (
        bool(readings.lines([{".id": "*1", "topics": topics, "message": text, "time": "12:00:00"}])) is kept
    )


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from([".id", "topics", "message", "time", "name", "value", "rx-byte", "type"]),
            st.text(),
        )
    )
)
def test_no_rows_of_any_kind_are_an_error_and_all_text_can_be_kept(rows: list[dict[str, str]]) -> None:
    found = readings.lines(rows)
    ports = readings.ports(rows)
    readings.sensors(rows), readings.front(rows), readings.radius(rows), readings.neighbours(rows)
    for text in (*(line.text for line in found), *(port.name for port in ports)):
        text.encode()
        assert "\0" not in text
