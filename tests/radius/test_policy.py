"""Who may connect: every rule, its sentence, and that doubt never opens the door."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib.validity import Validity
from radius import token
from radius.credentials import Chap
from radius.events import Accept, AccessRequest, Reject
from radius.known import Facts, Live
from radius.passwords import fold
from radius.policy import authorize
from tests.radius.fakes import ROUTER, facts

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = 1_795_352_700.0  # 22 Nov 2026, 16:05 in Nairobi
MAC = "AA:BB:CC:DD:EE:FF"


def request(
    password: bytes | None = b"arctangent",
    username: bytes = b"nemo",
    chap: Chap | None = None,
    oddity: str = "",
) -> AccessRequest:
    return AccessRequest(
        nas=ROUTER,
        identifier=1,
        authenticator=bytes(16),
        source=("127.0.0.1", 40_000),
        username=username,
        password=password,
        chap=chap,
        mac=MAC,
        oddities=(oddity,) if oddity else (),
    )


def chap(password: bytes) -> Chap:
    challenge = b"sixteen octets!!"
    return Chap(7, hashlib.md5(b"\7" + password + challenge).digest(), challenge)


def judge(known: Facts | None, asked: AccessRequest | None = None, now: float = NOW) -> Accept | Reject:
    return authorize(asked or request(), known, now, NAIROBI)


def accepted(known: Facts, asked: AccessRequest | None = None) -> Accept:
    verdict = judge(known, asked)
    assert isinstance(verdict, Accept), verdict
    return verdict


def refused(known: Facts | None, asked: AccessRequest | None = None) -> tuple[str, str, str]:
    verdict = judge(known, asked)
    assert isinstance(verdict, Reject), verdict
    last = verdict.trace[-1]
    assert (last.ok, last.code) == (False, verdict.code)
    assert all(step.ok for step in verdict.trace[:-1])
    assert 0 < len(verdict.message.encode()) <= 253
    assert verdict.delay
    return verdict.code, last.text, verdict.message


def voucher(**changes: object) -> Facts:
    row: dict[str, object] = {
        "label": "1-0001",
        "kind": "voucher",
        "secret": None,
        "starts_from_first_use": True,
        "validity_seconds": 3600,
    }
    return facts(**(row | changes))


def live(number: int, mac: str = "02:00:00:00:00:01", router_id: int = 1) -> Live:
    return Live(f"8010000{number}", mac, router_id, NOW - 600 * number)


def test_an_account_with_the_right_password_gets_its_plan() -> None:
    verdict = accepted(facts())
    assert (verdict.session_timeout, verdict.data_left, verdict.starts_clock) == (None, None, False)
    assert (verdict.upload_bps, verdict.download_bps) == (5_000_000, 10_000_000)
    assert token.service_of(verdict.class_, "isp_demo") == 5
    assert all(step.ok for step in verdict.trace)
    assert len(verdict.trace) >= 3


def test_passwords_are_octets() -> None:
    assert refused(facts(secret=b"secret"), request(b"se\xffcret"))[0] == "wrong_password"
    assert refused(facts(secret=b"se\xffcret"), request(b"secret"))[0] == "wrong_password"
    assert accepted(facts(secret=b"se\xffcret"), request(b"se\xffcret"))
    assert accepted(facts(secret=b" spaced "), request(None, chap=chap(b" spaced ")))
    assert refused(facts(secret=b" spaced "), request(None, chap=chap(b"spaced")))[0] == "wrong_password"


def test_a_wrong_password_says_so_without_showing_any() -> None:
    code, text, message = refused(facts(), request(b"guess"))
    assert code == "wrong_password"
    assert "nemo" in text
    assert "guess" not in text + message
    assert "arctangent" not in text + message


@pytest.mark.parametrize("typed", [b"K7QM2XWP9D", b"k7qm-2xwp-9d", b" K7QM 2XWP 9D", b"K7QM-2XWP-9D"])
def test_a_voucher_is_its_own_password_however_it_is_typed(typed: bytes) -> None:
    assert accepted(voucher(), request(typed, username=typed))
    assert accepted(voucher(), request(b"K7QM2XWP9D", username=typed))
    assert accepted(voucher(), request(None, username=typed, chap=chap(typed)))
    assert accepted(voucher(), request(None, username=typed, chap=chap(b"K7QM2XWP9D")))
    assert refused(voucher(), request(b"", username=typed))[0] == "wrong_password"
    assert refused(voucher(), request(None, username=typed, chap=chap(b"")))[0] == "wrong_password"


def test_an_account_without_a_password_opens_to_nobody() -> None:
    open_account = facts(secret=None)
    for typed in (b"", b"nemo"):
        assert refused(open_account, request(typed))[0] == "wrong_password"
        assert refused(open_account, request(None, chap=chap(typed)))[0] == "wrong_password"


def test_folding() -> None:
    assert fold(b" k7-q m\t") == b"K7QM"
    assert fold(b"\xffk") == b"\xffK"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (request(oddity="duplicate:User-Name"), "malformed"),
        (request(None, oddity="malformed:User-Password"), "malformed"),
        (request(None, oddity="malformed:CHAP-Password"), "malformed"),
        (request(oddity="missing:User-Name"), "malformed"),
        (request(oddity="both_passwords"), "both_passwords"),
        (request(None, oddity="unsupported:EAP"), "unsupported_method"),
        (request(None), "no_password"),
    ],
)
def test_a_request_that_is_not_right_is_refused_whoever_asks(asked: AccessRequest, code: str) -> None:
    assert refused(facts(), asked)[0] == code
    assert refused(None, asked)[0] == code


@pytest.mark.parametrize("oddity", ["malformed:NAS-Port", "missing:NAS-Identifier"])
def test_small_oddities_do_not_matter(oddity: str) -> None:
    assert accepted(facts(), request(oddity=oddity))


def test_nobody_of_that_name() -> None:
    code, text, _ = refused(None, request(username=b"ne\0mo"))
    assert code == "unknown_user"
    assert "ne\\x00mo" in text


def test_an_ended_voucher_explains_itself_in_one_sentence() -> None:
    code, text, message = refused(
        voucher(first_used_at=NOW - 3600 - 7200, expires_at=NOW - 7200), request(b"X", username=b"x")
    )
    assert code == "ended"
    assert text == "The voucher ended 2 h ago, on 22 Nov 14:05."
    assert message == "Your voucher has ended."


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (facts(status="void"), "void"),
        (facts(status="suspended"), "suspended"),
        (facts(status="ended"), "ended"),
        (facts(status="something new"), "ended"),
        (facts(expires_at=NOW), "ended"),
        (facts(expires_at=NOW + 0.5), "ended"),
        (facts(time_limit_seconds=60, time_used=60), "time_spent"),
        (facts(time_limit_seconds=60, time_used=60, status="ended"), "time_spent"),
        (facts(data_limit_bytes=10**9, data_used=10**9), "data_spent"),
        (facts(data_limit_bytes=10**9, data_used=2 * 10**9), "data_spent"),
        (facts(sites=frozenset({2})), "wrong_site"),
        (facts(devices=1, live=(live(1),)), "too_many_devices"),
    ],
)
def test_each_limit_has_its_code(known: Facts, code: str) -> None:
    assert refused(known)[0] == code
    assert refused(known, request(b"guess"))[0] == "wrong_password", "no state is told to who has no password"


def test_the_first_accept_of_a_voucher_starts_its_clock() -> None:
    first = accepted(voucher(), request(b"K7", username=b"k7"))
    assert (first.starts_clock, first.session_timeout) == (True, 3600)
    second = accepted(voucher(first_used_at=NOW - 600, expires_at=NOW + 3000), request(b"K7", username=b"k7"))
    assert (second.starts_clock, second.session_timeout) == (False, 3000)


def test_a_month_is_the_calendars_and_its_end_goes_to_the_clock() -> None:
    month = accepted(
        voucher(validity_seconds=None, validity=Validity(months=1)), request(b"K7", username=b"k7")
    )
    begun = datetime.fromtimestamp(NOW, NAIROBI)
    assert month.ends_at is not None
    ended = datetime.fromtimestamp(month.ends_at, NAIROBI)
    assert (ended.day, ended.month) == (begun.day, begun.month % 12 + 1)
    assert month.session_timeout == month.ends_at - NOW


def test_the_session_ends_with_whatever_ends_first() -> None:
    known = facts(
        expires_at=NOW + 900, time_limit_seconds=600, time_used=60, data_limit_bytes=100, data_used=30
    )
    verdict = accepted(known)
    assert (verdict.session_timeout, verdict.data_left) == (540, 70)
    assert accepted(replace(known, expires_at=NOW + 100.9)).session_timeout == 100


def test_the_same_device_at_the_same_router_takes_its_session_over() -> None:
    own = live(1, MAC)
    verdict = accepted(facts(devices=1, live=(own,)))
    assert verdict.replaces == own.session_id
    assert "taking over" in verdict.trace[-1].text
    assert refused(facts(devices=1, live=(live(1, MAC, router_id=2),)))[0] == "too_many_devices"
    assert refused(facts(devices=1, live=(own, live(2))))[0] == "too_many_devices"
    assert accepted(facts(devices=2, live=(own, live(2)))).replaces == own.session_id
    assert accepted(facts(devices=2, live=(live(2),))).replaces is None


def test_who_is_online_is_said() -> None:
    _, text, message = refused(facts(devices=2, live=(live(1), live(2))))
    assert text == "2 of 2 devices are online already, 02:00:00:00:00:01 since 22 Nov 15:55."
    assert message == "Your account is already in use on 2 devices."


@given(
    status=st.sampled_from(["active", "suspended", "ended", "void", "?"]),
    expires=st.none() | st.floats(-7200, 7200),
    used=st.integers(0, 2000),
    limit=st.none() | st.integers(0, 1000),
    data=st.none() | st.integers(0, 1000),
    devices=st.integers(0, 2),
    online=st.integers(0, 3),
    right=st.booleans(),
)
@settings(deadline=None)
def test_an_accept_always_has_something_left(
    status: str,
    expires: float | None,
    used: int,
    limit: int | None,
    data: int | None,
    devices: int,
    online: int,
    right: bool,
) -> None:
    known = facts(
        status=status,
        expires_at=None if expires is None else NOW + expires,
        time_limit_seconds=limit,
        time_used=used,
        data_limit_bytes=data,
        data_used=used,
        devices=devices,
        live=tuple(live(number) for number in range(online)),
    )
    verdict = judge(known, request(b"arctangent" if right else b"wrong"))
    if isinstance(verdict, Accept):
        assert right
        assert status == "active"
        assert expires is None or expires >= 1
        assert verdict.session_timeout is None or verdict.session_timeout >= 1
        assert verdict.data_left is None or verdict.data_left >= 1
        assert not devices or online < devices


def test_a_token_names_a_service_of_one_schema() -> None:
    issued = token.issue("isp_demo", 5)
    assert token.service_of(issued, "isp_demo") == 5
    assert (token.service_of(issued, "isp_other"), token.is_foreign(issued, "isp_other")) == (None, True)
    assert not token.is_foreign(issued, "isp_demo")
    for nothing in (b"", b"km2.5.", b"km2.05.0123456789abcdef", issued + b"\n", b"\xff" * 20):
        assert (token.service_of(nothing, "isp_demo"), token.is_foreign(nothing, "isp_demo")) == (None, False)
