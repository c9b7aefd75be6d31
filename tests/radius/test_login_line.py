"""An attempt as a line: everything that is shown of it, nothing that is secret, and nothing that breaks the line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from radius import mikrotik, policy
from radius.credentials import Proof
from radius.events import Accept, AccessRequest, Nas, Reject, Step
from radius.login_line import COLUMNS, NOTHING, line_of
from radius.sentences import shown
from tests.radius.fakes import facts

NAS = Nas("t_aaaaaaaaaaaa", 7, "127.0.0.1", b"a-secret-nobody-may-see")
AT = 1_795_000_200.25


def ask(username: bytes = b"AAAA-BBBB", password: bytes = b"open sesame", **fields: str) -> AccessRequest:
    return AccessRequest(NAS, 1, bytes(16), ("127.0.0.1", 1), username, password, None, **fields)


def told(request: AccessRequest, verdict: Accept | Reject) -> dict[str, str]:
    line = line_of(5, request, verdict, AT, 81)
    assert line.endswith("\n")
    return dict(zip(COLUMNS, line[:-1].split("\t"), strict=True))


def test_an_accept_keeps_rules_and_what_the_router_was_told() -> None:
    steps = (
        Step("known", True, ("known", "voucher", "1-7", "Day")),
        Step("ended", True, "It has no end date."),
    )
    accept = Accept(5, 3, 60, 1 << 33, 1000, 2000, 60, b"km2.5.x", devices=2, trace=steps)
    row = told(ask(mac="AA:BB:CC:00:00:01", framed_ip="10.0.0.9"), accept)
    assert datetime.fromisoformat(row["at"]) == datetime.fromtimestamp(AT, UTC)
    assert (row["record_id"], row["router_id"], row["service_id"], row["microseconds"]) == (
        "5",
        "7",
        "5",
        "81",
    )
    assert (row["username"], row["mac"], row["framed_ip"]) == ("AAAA-BBBB", "AA:BB:CC:00:00:01", "10.0.0.9")
    assert (row["accepted"], row["code"], row["sentence"]) == ("t", "accepted", "Let in.")
    assert [each["text"] for each in shown(json.loads(row["trace"]))] == [each.text for each in steps]
    assert json.loads(row["sent"]) == {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in mikrotik.attributes(accept)
    }


def test_keys_of_ms_chap_are_named_and_not_kept() -> None:
    proof = Proof(2, b"S=0123", (b"send-key-of-them", b"recv-key-of-them"))
    accept = Accept(5, 3, None, None, 0, 0, 60, b"km2.5.x", proof=proof)
    sent = json.loads(told(ask(), accept)["sent"])
    assert sent["MS-MPPE-Send-Key"] == sent["MS-CHAP2-Success"] == "not kept"


def test_a_refusal_says_the_rule_that_decided() -> None:
    verdict = policy.authorize(ask(password=b"wrong"), facts(), AT, UTC)
    assert isinstance(verdict, Reject)
    row = told(ask(password=b"wrong"), verdict)
    assert (row["accepted"], row["code"]) == ("f", "wrong_password")
    assert row["sentence"] == verdict.trace[-1].text
    assert json.loads(row["sent"]) == {"Reply-Message": verdict.message}


def test_what_is_not_there_is_nothing() -> None:
    row = told(ask(), Reject("unknown_user", "Sorry.", (Step("unknown_user", False, "Nobody."),)))
    assert (row["service_id"], row["framed_ip"], row["mac"]) == (NOTHING, NOTHING, "")


@given(st.binary(max_size=253), st.text(max_size=400), st.text(max_size=40))
def test_no_text_breaks_the_line(username: bytes, why: str, label: str) -> None:
    steps = (Step("known", True, ("known", "account", label, "\t\\N\n")), Step("ended", False, why))
    line = line_of(1, ask(username), Reject("ended", why, steps, 5), AT, 1)
    row = dict(zip(COLUMNS, line[:-1].split("\t"), strict=True))
    assert line.count("\n") == 1
    assert line.count(NOTHING) == 1  # framed_ip
    assert "\r" not in line and "\0" not in line
    assert row["username"] == ask(username).name
    assert json.loads(row["trace"])[0][2][2] == label
    assert len(row["sentence"]) <= 300


def test_nothing_secret_is_in_it() -> None:
    line = line_of(1, replace(ask(), nas=NAS), Accept(5, 3, None, None, 0, 0, 60, b"km2.5.x"), AT, 1)
    assert "open sesame" not in line and "a-secret-nobody-may-see" not in line
