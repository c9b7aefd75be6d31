"""What a person reads."""

from stack import report

RECORD = {
    "scope": "all",
    "state": "ready",
    "home": "/srv/kmikro",
    "logs": "/srv/kmikro/logs",
    "ports": {"KMIKRO_RADIUS_AUTH_PORT": 1812, "KMIKRO_RADIUS_ACCT_PORT": 1813, "KMIKRO_COA_PORT": 3799},
    "addresses": {
        "public": "http://localhost:8000",
        "demo": "http://demo.localhost:8000",
        "hotspot": "http://127.0.0.10:8081/virtual",
        "database_url": "postgresql://kmikro:hidden@127.0.0.1:20100/kmikro",
    },
    "processes": [
        {"name": "web", "pid": 12, "state": "running", "restarts": 0},
        {"name": "radius", "pid": None, "state": "waiting", "restarts": 3},
    ],
}
DEMO = {
    "sign_ins": [
        {"role": "owner", "email": "ana@demo.example", "password": "one two three"},
        {"role": "cashier", "email": "kim@demo.example", "password": "four five six"},
    ]
}


def test_columns_are_aligned() -> None:
    lines = report.table("Title", [("a", "first"), ("longer", "second"), ("", "third")]).splitlines()
    assert lines[0] == "Title"
    assert set(lines[1]) == {"-"}
    assert [line.index(word) for line, word in zip(lines[2:], ["first", "second", "third"], strict=True)] == [
        8,
        8,
        8,
    ]


def test_the_overview_names_addresses_sign_ins_ports_and_logs() -> None:
    text = report.overview(RECORD, DEMO)
    for expected in (
        "http://localhost:8000",
        "http://demo.localhost:8000",
        "http://127.0.0.10:8081/virtual",
        "ana@demo.example  one two three  (owner)",
        "kim@demo.example  four five six  (cashier)",
        "authentication 1812, accounting 1813, CoA to routers 3799",
        "/srv/kmikro/logs",
    ):
        assert expected in text
    assert text.count("Demo sign-in") == 1


def test_server_addresses_hold_passwords_and_show_only_where_they_are_asked_for() -> None:
    assert "hidden" not in report.overview(RECORD, DEMO)
    assert "hidden" in report.overview(RECORD | {"scope": "services"}, {})


def test_restarts_are_told() -> None:
    text = report.processes(RECORD)
    assert "pid 12" in text
    assert "restarted 3 times" in text
