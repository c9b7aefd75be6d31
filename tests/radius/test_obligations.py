"""Obligations R1 to R38 that no other test shows with the very octets; `obligations.toml` says where each is shown."""

from __future__ import annotations

import ast
import logging
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv6Network
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from kmikro.lib import coa as words
from kmikro.lib import prefixes
from kmikro.lib.refusal import Refusal
from radius import coa, disconnect, journal, policy, reports, server
from radius.accounting import advance
from radius.events import Accept, AccessRequest, AccountingRecord, Ask, Nas, Port, Recorded, Reject
from radius.octets import unspell
from radius.packet import parse
from radius.seal import seal_of
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.stage import Play
from tests.radius.test_coa import SECRET, Router, Say, nak

ROOT = Path(__file__).resolve().parents[2]
STRICT = Nas("isp_demo", 1, "10.0.0.1", v.SECRET)
SOURCE = ("10.0.0.1", 40_000)
NOW = 1_700_000_010.0
UTC = ZoneInfo("UTC")
NEMO = v.pap(b"nemo", b"arctangent")


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    made = Play(monkeypatch)
    yield made
    made.server.close()


def judge(datagram: bytes, nas: Nas = STRICT) -> tuple[Accept | Reject, bytes]:
    asked = read(datagram, nas, SOURCE, Port.AUTH, NOW)
    assert isinstance(asked, Ask), asked
    assert isinstance(asked.question, AccessRequest)
    known = facts() if asked.question.username == b"nemo" else None
    verdict = policy.authorize(asked.question, known, NOW, UTC)
    return verdict, write(asked, verdict)


SILENT = {
    "R1 nineteen octets": (v.octets("01000013") + bytes(range(15)), "drop_malformed_short"),
    "R1 says 100": (v.octets("01000064") + v.RA, "drop_malformed_length"),
    "R3 4097 octets": (v.G1 + bytes(4097 - len(v.G1)), "drop_malformed_oversize"),
    "R5 length 0": (v.build(1, 1, v.octets("0100")), "drop_malformed_attribute_length"),
    "R5 length 1": (v.build(1, 1, v.octets("0101")), "drop_malformed_attribute_length"),
    "R5 lone ff": (v.build(1, 1, v.octets("ff")), "drop_malformed_attribute_header"),
    "R5 H4": (v.H4, "drop_malformed_attribute_length"),
    "R5 RFC 2865 7.3 as printed": (v.RFC_STATE_MISPRINT, "drop_malformed_attribute_length"),
    "R16 a bit of G1": (v.G1[:-1] + b"\2", "drop_wrong_message_authenticator"),
    "R16 two seals": (
        v.build(1, 10, v.G1[20:38] * 2 + v.G1[38:]),
        "drop_malformed_message_authenticator",
    ),
    "R16 50 05 000000": (v.build(1, 10, v.octets("5005000000")), "drop_malformed_message_authenticator"),
    "R16 H6b": (v.H6B, "drop_wrong_message_authenticator"),
    "R17 RFC 2865 7.1": (v.RFC_PAP, "drop_no_message_authenticator"),
    "R17 H5": (v.H5, "drop_blastradius_shape"),
    "R30 Status-Server without a seal": (v.build(12, 40, b""), "drop_no_message_authenticator"),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_is_dropped_gets_no_octet_and_counts_once(
    play: Play, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    datagram, counter = SILENT[name]
    play.auth.put(datagram)
    play.turn()
    play.pass_time(3.0, 0.05)
    assert play.auth.sent == play.acct.sent == []
    assert {key for key in play.server.counts if not key.startswith("alert_")} == {counter}
    assert play.server.counts[counter] == 1
    assert [each for each in caplog.records if each.exc_info] == []
    assert play.world.asked == 0


@pytest.mark.parametrize("code", [0, 2, 3, 5, 11, 13, 40, 43, 52, 53, 255])
def test_r4_no_other_code_is_heard_on_either_port(play: Play, code: int) -> None:
    for stage in (play.auth, play.acct):
        stage.put(v.access(NEMO, code=code))
        stage.put(seal_of(v.SECRET).request(code, 9, v.whole(40, 1)))
    play.turn()
    assert play.auth.sent == play.acct.sent == []
    assert play.server.counts["drop_code"] == 4


def test_r4_access_on_1812_accounting_on_1813_status_on_both(play: Play) -> None:
    for stage in (play.auth, play.acct):
        for datagram in (v.G1, v.G4, v.G8):
            stage.put(datagram)
    play.turn()
    assert [reply[0] for _, reply, _ in play.auth.sent] == [2, 2]
    assert [reply[0] for _, reply, _ in play.acct.sent] == [5, 5]
    assert play.server.counts["drop_code"] == 2


def test_r2_padding_changes_nothing(play: Play) -> None:
    play.auth.put(v.G1)
    play.auth.put(v.G1 + v.octets("00000000"))
    play.turn()
    (_, first, _), (_, padded, _) = play.auth.sent
    assert first == padded
    assert first[0] == 2
    assert judge(v.G1 + bytes(4)) == judge(v.G1)


def test_r6_a_stranger_costs_no_parsing_and_one_line_a_minute(
    play: Play, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(play.server.engine, "receive", lambda *_: pytest.fail("a stranger was read"))
    caplog.set_level(logging.WARNING, "radius.server")
    for second in range(120):
        for datagram in (v.G1, v.H1, b""):
            play.auth.put(datagram, ("203.0.113.9", 1645))
        play.turn()
        play.clock.now += 1
        assert len(caplog.records) == 1 + (second >= 60)
    assert play.server.counts["stranger"] == 360
    assert play.auth.sent == []


_PASSWORDS = {
    "User-Password": v.attribute(2, v.hidden(b"arctangent")),
    "CHAP-Password": v.attribute(3, v.G9[47:64]),
    "MS-CHAP-Response": v.vendor(311, 1, b"\0\1" + bytes(48)),
    "MS-CHAP2-Response": v.vendor(311, 25, bytes(50)),
    "EAP-Message": v.attribute(79, b"\2\1\0\x09\1nemo"),
}


@pytest.mark.parametrize("pair", list(combinations(_PASSWORDS, 2)))
def test_r7_two_kinds_of_password_are_refused(pair: tuple[str, str]) -> None:
    challenge = v.vendor(311, 11, bytes(16 if "MS-CHAP2-Response" in pair else 8))
    body = v.attribute(1, b"nemo") + b"".join(_PASSWORDS[each] for each in pair) + challenge
    verdict, reply = judge(v.access(body))
    assert isinstance(verdict, Reject)
    assert verdict.code == "both_passwords"
    assert reply[0] == 3
    assert v.is_genuine(reply, v.RA)
    assert not isinstance(read(v.build(1, 7, body), STRICT, SOURCE, Port.AUTH, NOW), Ask), (
        "the seal comes first"
    )


def test_r7_no_password_is_refused() -> None:
    verdict, reply = judge(v.access(v.attribute(1, b"nemo") + v.attribute(32, b"rtr-1")))
    assert isinstance(verdict, Reject)
    assert (verdict.code, reply[0]) == ("no_password", 3)


def test_r8_only_nuls_at_the_end_are_no_part_of_a_password() -> None:
    seal = seal_of(v.SECRET)
    assert seal.reveal(v.hidden(b"a\0b\0\0"), v.RA) == b"a\0b"
    assert seal.reveal(v.hidden(b" arctangent \n"), v.RA) == b" arctangent \n"
    for given, known in (
        (b"se\xffcret", b"secret"),
        (b"arctangent ", b"arctangent"),
        (b"ARCTANGENT", b"arctangent"),
    ):
        verdict = policy.authorize(_request(v.access(v.pap(b"nemo", given))), facts(secret=known), NOW, UTC)
        assert isinstance(verdict, Reject)
        assert verdict.code == "wrong_password"


def _request(datagram: bytes) -> AccessRequest:
    asked = read(datagram, STRICT, SOURCE, Port.AUTH, NOW)
    assert isinstance(asked, Ask)
    assert isinstance(asked.question, AccessRequest)
    return asked.question


@pytest.mark.parametrize("wrong", [False, True])
def test_r11_two_proxy_states_come_back_last_and_in_order(wrong: bool) -> None:
    states = v.attribute(33, b"\0first\xff") + v.attribute(33, b"second")
    _, reply = judge(v.access(states + v.pap(b"nemo", b"x" if wrong else b"arctangent")))
    assert reply.endswith(states)
    assert reply[20] == 80
    assert reply.count(b"second") == 1


def test_r12_a_nul_is_an_octet_like_any_other() -> None:
    assert isinstance(judge(v.access(v.pap(b"nemo", b"arctangent")))[0], Accept)
    verdict, _ = judge(v.access(v.pap(b"ne\0mo", b"arctangent")))
    assert isinstance(verdict, Reject)
    assert verdict.code == "unknown_user"
    request = _request(v.access(v.pap(b"ne\0mo", b"arctangent")))
    assert (request.name, unspell(request.name)) == ("ne\\x00mo", b"ne\0mo")


def test_r17_an_exception_opens_for_rfc_2865_and_not_for_h5() -> None:
    lenient = replace(STRICT, require_message_auth=False)
    verdict, reply = judge(v.RFC_PAP, lenient)
    assert isinstance(verdict, Accept)
    assert v.is_genuine(reply, v.RFC_PAP[4:20]), "the answer is sealed whatever the question was"
    assert not isinstance(read(v.H5, lenient, SOURCE, Port.AUTH, NOW), Ask)


def test_r18_the_seal_is_the_first_attribute_of_every_reply(play: Play) -> None:
    play.world.people[b"User"] = facts(label="User", secret=b"clientPass")
    play.world.routers["127.0.0.1"] = replace(ROUTER, allow_mschap1=True)
    wrong = v.access(v.pap(b"nemo", b"wrong"), 77)
    malformed = v.access(v.pap(b"nemo", b"x") + v.attribute(1, b"nemo"), 78)
    for datagram in (v.G1, v.G8, v.G9, v.G10, wrong, malformed):
        play.auth.put(datagram)
    play.acct.put(v.G8)
    play.turn()
    play.pass_time(1.5, 0.01)
    replies = [reply for _, reply, _ in (*play.auth.sent, *play.acct.sent)]
    assert sorted(reply[0] for reply in replies) == [2, 2, 2, 2, 3, 3, 5]
    assert {(reply[20], reply[21]) for reply in replies} == {(80, 18)}
    assert all(v.is_genuine(reply, v.RA) for reply in replies)


def test_r19_a_blast_radius_shape_is_told_once_a_minute(play: Play) -> None:
    for second in range(120):
        play.auth.put(v.H5)
        play.turn()
        play.clock.now += 1
        assert play.world.raised_codes == ["blastradius_shape"] * (1 + (second >= 60))
    assert play.server.counts["alert_blastradius_shape"] == 120
    assert play.auth.sent == []


def test_r20_a_hundred_rejects_wait_and_hold_up_no_accept(play: Play) -> None:
    asked = play.clock.now
    for number in range(100):
        play.auth.put(v.access(v.pap(b"nemo", b"wrong"), number), ("127.0.0.1", 40_000 + number))
    slowest = 0.0
    for number in range(200):
        play.auth.put(v.access(NEMO, number), ("127.0.0.1", 50_000))
        put_at, before = play.clock.now, len(play.auth.sent)
        play.turn()
        accepted = [each for each in play.auth.sent[before:] if each[1][0] == 2]
        assert len(accepted) == 1
        slowest = max(slowest, accepted[0][0] - put_at)
        play.pass_time(0.005)
    assert slowest <= 0.05
    play.pass_time(0.5)
    rejects = [at - asked for at, reply, _ in play.auth.sent if reply[0] == 3]
    assert len(rejects) == 100
    assert min(rejects) >= 1.0
    assert max(rejects) <= 1.3
    assert len({round(each, 3) for each in rejects}) > 50, "the delay has jitter"


def test_r20_a_pending_reject_costs_less_than_two_kilobytes(play: Play) -> None:
    def ask(number: int) -> None:
        source = ("127.0.0.1", 20_000 + number)
        play.auth.put(v.access(v.pap(b"nemo", b"wrong"), number % 256), source)
        play.turn()
        play.world.attempts.clear()

    for number in range(256):
        ask(number)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for number in range(256, 2_304):
            ask(number)
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert held / 2_048 < 2_048, held / 2_048
    assert play.server.counts["reject"] == 2_304


def test_r21_one_question_is_asked_once_and_another_authenticator_again(play: Play) -> None:
    for _ in range(3):
        play.auth.put(v.G1)
        play.turn()
    replies = [reply for _, reply, _ in play.auth.sent]
    assert len(replies) == 3
    assert len(set(replies)) == 1
    assert play.world.asked == 1
    play.auth.put(v.access(v.pap(b"nemo", b"arctangent", bytes(16)), v.G1[1], bytes(16)))
    play.turn()
    assert play.world.asked == 2
    kept = len(play.server.engine)
    for number in range(2_000):
        forged = bytearray(v.G1)
        forged[4:20] = number.to_bytes(16, "big")
        forged[1] = number % 256
        play.auth.put(bytes(forged))
        play.turn()
    assert len(play.server.engine) == kept
    assert play.world.asked == 2


def test_r22_twice_the_capacity_logins_before_records_state_first(play: Play) -> None:
    """Every login is answered in its turn, records wait, and what is shed is records, for which routers ask again."""
    for number in range(512):
        play.acct.put(v.accounting(v.whole(40, 3) + v.attribute(44, b"%d" % number), number % 256),
                      ("127.0.0.1", 41_000 + number))  # fmt: skip
    for number in range(512):
        state = v.attribute(24, b"halfway") if number % 4 == 0 else b""
        play.auth.put(v.access(NEMO + state, number % 256), ("127.0.0.1", 42_000 + number))
    order: list[str] = []
    for stage, name in ((play.auth, "login"), (play.acct, "record")):
        send = stage.send
        stage.send = lambda reply, source, via, send=send, name=name: (  # type: ignore[method-assign]
            order.append(name), send(reply, source, via))[1]  # fmt: skip
    play.clock.now += 1.0  # they have waited: this is overload
    play.turn()
    assert order == ["login"] * 512 + ["record"] * 256
    half = [(source[1] - 42_000) % 4 == 0 for _, _, source in play.auth.sent]
    assert half == [True] * 128 + [False] * 384
    play.clock.now += 10.0
    play.turn()
    assert play.server.counts["stale"] == 256, "records are shed first; their router asks again"


def test_r26_what_does_not_belong_into_accounting_is_never_kept() -> None:
    secrets = {
        2: b"user-password-16",
        3: b"\1chap-password-16",
        18: b"a reply message",
        24: b"some state here",
    }
    body = v.G4[20:] + b"".join(v.attribute(kind, value) for kind, value in secrets.items())
    asked = read(v.accounting(body, 20), STRICT, SOURCE, Port.ACCT, NOW)
    assert isinstance(asked, Ask)
    told = asked.question
    assert isinstance(told, AccountingRecord)
    assert told.flags == ()
    [entry] = journal.of_records([told])
    kept = entry.body
    for value in secrets.values():
        assert value.decode("latin-1") not in kept
        assert value.hex() not in kept
    assert write(asked, Recorded())[0] == 5


STOP = v.whole(40, 2) + v.attribute(44, b"81a00001") + v.attribute(1, b"nemo") + v.whole(46, 600)
STOP += v.whole(42, 1000) + v.whole(43, 2000) + v.whole(49, 1)


def test_r29_one_stop_told_three_times_is_one_stop(play: Play) -> None:
    began = play.clock.now
    for identifier, delay in ((20, 0), (21, 1), (22, 5)):
        play.clock.now = began + delay
        play.acct.put(v.accounting(STOP + v.whole(41, delay), identifier))
        play.turn()
    assert [reply[1] for _, reply, _ in play.acct.sent] == [20, 21, 22]
    assert len({each.fingerprint for each in play.world.records}) == 1
    session = None
    for record in play.world.records:
        session = advance(session, reports.of(record))
    assert session is not None
    assert (session.upload, session.download, session.seconds) == (1000, 2000, 600)
    assert (session.ended_at, session.end_cause) == (play.world.records[0].event_at, "User-Request")


def test_r30_status_server_leaves_no_trace(play: Play) -> None:
    play.auth.put(v.G8)
    play.acct.put(v.G8)
    for request, _ in v.RFC_STATUS:
        play.auth.put(request)
    play.turn()
    assert play.auth.sent[0][1] == v.G8R
    assert [reply[0] for _, reply, _ in play.auth.sent] == [2, 2, 2, 2]
    assert [reply[0] for _, reply, _ in play.acct.sent] == [5]
    world = play.world
    assert (world.asked, world.attempts, world.records, world.clocks, world.raised_codes) == (
        0,
        [],
        [],
        [],
        [],
    )
    assert len(play.server.engine) == 0


@pytest.mark.parametrize("cause", range(401, 408))
def test_r31_a_request_that_the_router_cannot_take_is_not_repeated(cause: int) -> None:
    router = Router(nak(cause))
    try:
        answer = coa.disconnect(
            router.route, session_id="81a00001", username="nemo", framed_ip="10.0.0.9", mac="", total=5.0
        )
        assert answer == words.Answer(False, cause)
        assert disconnect.understand(answer) == (disconnect.REFUSED, words.CAUSES[cause])
        assert len(router.heard) == 1
    finally:
        router.close()


def test_r31_what_is_not_there_has_ended_and_a_false_seal_is_not_heard() -> None:
    assert disconnect.understand(words.answer(v.G6N, v.G6, secret=v.SECRET))[0] == disconnect.ACKED
    seal = seal_of(v.SECRET)
    body = b"\x50\x12" + bytes(16)
    spoilt = seal.plain_reply(
        41, v.G6[1], v.G6[4:20], body
    )  # the Response Authenticator holds, the seal does not
    assert words.answer(spoilt, v.G6, secret=v.SECRET) is None
    assert not seal.vouches_for_reply(parse(spoilt), v.G6[4:20])


def within_its_window(request: bytes, now: float) -> bool:
    """What a router does that knows the time (RFC 5176, section 6.3)."""
    stamps = [int.from_bytes(value, "big") for kind, value in v.attributes_of(request) if kind == 55]
    return len(stamps) == 1 and abs(now - stamps[0]) <= 300


def test_r33_a_request_is_of_its_time_and_no_identifier_is_used_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert within_its_window(v.G6, 1_700_000_000)
    assert not within_its_window(v.G6, 1_700_000_301)
    monkeypatch.setattr(
        coa.os, "urandom", lambda count: b"\x1e" * count
    )  # every exchange draws the same Identifier
    monkeypatch.setattr(coa, "IRT", 0.05)
    monkeypatch.setattr(coa.time, "time", lambda: 1_700_000_000.0)
    silent: Say = lambda request: []  # noqa: E731 - a name for what the router says
    router = Router(silent)
    try:
        several = [
            threading.Thread(
                target=coa.send, args=(router.route, words.DISCONNECT, []), kwargs={"total": 0.5}
            )
            for _ in range(8)
        ]
        for each in several:
            each.start()
        for each in several:
            each.join()
        senders = {sender for _, _, sender in router.heard}
        assert len(senders) == 8, "one Identifier is pending once per socket"
        for sender in senders:
            sent = [octets for _, octets, who in router.heard if who == sender]
            assert len(sent) >= 2
            assert len(set(sent)) == 1
            assert within_its_window(sent[0], 1_700_000_000)
    finally:
        router.close()


class Unanswered:
    """A socket into nothing on a clock that only its waiting moves."""

    def __init__(self, clock: SimpleNamespace) -> None:
        self.clock, self.patience, self.sent = clock, 0.0, []

    def __enter__(self) -> Unanswered:
        return self

    def __exit__(self, *_: object) -> None: ...
    def bind(self, _: object) -> None: ...
    def connect(self, _: object) -> None: ...

    def settimeout(self, seconds: float) -> None:
        self.patience = seconds

    def send(self, octets: bytes) -> None:
        self.sent.append((self.clock.now, octets))

    def recv(self, _: int) -> bytes:
        self.clock.now += self.patience
        raise TimeoutError


def test_r34_a_thousand_unanswered_requests_follow_rfc_5080(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    clock.monotonic, clock.time = (lambda: clock.now), (lambda: 1_700_000_000.0)
    made: list[Unanswered] = []

    def open_one(*_: object) -> Unanswered:
        made.append(Unanswered(clock))
        return made[-1]

    monkeypatch.setattr(coa, "time", clock)
    monkeypatch.setattr(
        coa, "socket", SimpleNamespace(socket=open_one, AF_INET=socket.AF_INET, SOCK_DGRAM=socket.SOCK_DGRAM)
    )
    route = coa.Route("10.0.0.1", 3799, SECRET, "127.0.0.1")
    for _ in range(1_000):
        began = clock.now
        assert coa.send(route, words.DISCONNECT, [], total=coa.MRD) is None
        sent = made[-1].sent
        at = [when - began for when, _ in sent]
        assert len({octets for _, octets in sent}) == 1
        assert 4 <= len(at) <= 5
        assert at[0] == 0.0
        for number, middle in enumerate((2.0, 4.0, 8.0, 16.0)[: len(at) - 1]):
            assert 0.9 * middle - 1e-6 <= at[number + 1] - at[number] <= 1.1 * middle + 1e-6
        assert at[-1] <= 30.0
        assert clock.now - began == pytest.approx(30.0)


def test_r35_g13_is_what_the_encoder_writes() -> None:
    framed, delegated = prefixes.octets("2001:db8:1::/64"), prefixes.octets("2001:db8:2::/56")
    body = v.attribute(97, framed) + v.attribute(123, delegated) + v.attribute(96, bytes(7) + b"\1")
    assert seal_of(v.SECRET).reply(2, 43, v.RA, body + v.attribute(33, b"\xde\xad")) == v.G13
    for length in range(129):
        made = prefixes.octets(str(IPv6Network((2**128 - 1 >> 128 - length << 128 - length, length))))
        assert made[:2] == bytes((0, length))
        bits = int.from_bytes(made[2:].ljust(16, b"\0"), "big")
        assert bits & (2 ** (128 - length) - 1) == 0, "padding bits are zero"
    for wrong in ("2001:db8::/129", "2001:db8::1/64", "2001:db8::", "10.0.0.0/8", ""):
        with pytest.raises(Refusal):
            prefixes.normalise(wrong)


_SECRET_WORDS = (
    "secret",
    "password",
    "digest",
    "hmac",
    "response",
    "_md5",
    "_hmac",
    "hide",
    "reveal",
    "nt_hash",
)
_CORE = ("radius/*.py", "kmikro/lib/coa.py", "tenants/routes.py", "routers/rotation.py", "routers/echo.py")
_NOT_SECRET = {
    # A MAC is a name that everybody can read; the device is on the list or it is not.
    "radius/passwords.py: macs.normalise(password.decode('ascii', 'replace')) == device",
    "radius/retention_reports.py: named == (digest(before.text) if before else None)",  # of a report that anybody may read
    "radius/suspicion.py: drop.reason in WRONG_SECRET",  # names of counters
}


def _names(node: ast.AST) -> set[str]:
    return {
        each.id if isinstance(each, ast.Name) else each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Name | ast.Attribute)
    }


def compared_openly(source: str) -> list[str]:
    """Comparisons by `==`, `!=` or `in` of what only one who knows a secret could have made."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        if any(isinstance(each, ast.Constant) for each in sides):
            continue  # compared with something everybody can read
        names = {name.lower() for side in sides for name in _names(side)} - {"fields", "single"}
        if any(isinstance(op, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for op in node.ops) and any(
            word in name for name in names for word in _SECRET_WORDS
        ):
            found.append(ast.unparse(node))
    return found


def test_r37_secrets_are_compared_in_constant_time_only() -> None:
    open_ones = {
        f"{path.relative_to(ROOT)}: {each}"
        for pattern in _CORE
        for path in sorted(ROOT.glob(pattern))
        for each in compared_openly(path.read_text())
    }
    assert open_ones == _NOT_SECRET
    assert compared_openly("if md5(secret) == given: pass") == ["md5(secret) == given"]
    assert compared_openly("packet.password in known") == ["packet.password in known"]
    assert compared_openly("hmac.compare_digest(secret, given)") == []


def test_the_stage_is_the_real_servers(play: Play) -> None:
    """What is shown on the injected clock is shown of the code that runs: only the clock and the doors are ours."""
    assert play.server.__class__ is server.Server
    assert isinstance(play.world, World)
