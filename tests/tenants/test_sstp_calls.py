"""The switchboard alone: one call for each router, what is counted, and nothing for lines that are not theirs."""

from dataclasses import dataclass, field

from kmikro.lib.sstp.chap import Login
from tenants.sstp_calls import FORGOTTEN, Switchboard
from tests.kmikro.sstp.router import udp

HUB, A, B = "10.99.0.1", "10.99.0.2", "10.99.0.3"


@dataclass(eq=False)
class Line:
    board: Switchboard
    address: str
    secret: bytes
    endpoint: str = "192.0.2.1:1"
    heard_at: float = 1.0
    is_full: bool = False
    got: list[bytes] = field(default_factory=list)
    over: str = ""

    def pass_on(self, packet: bytes) -> bool:
        if not self.is_full:
            self.got.append(packet)
        return not self.is_full

    def hang_up(self, why: str) -> None:
        self.over = why
        self.board.ended(self, why)


def board() -> tuple[Switchboard, list[bytes]]:
    written: list[bytes] = []

    def write(packet: bytes) -> bool:
        written.append(packet)
        return len(written) < 3

    made = Switchboard(HUB, write)
    made.admit([Login(A, "one"), Login(B, "two")])
    return made, written


def line(made: Switchboard, address: str) -> Line:
    person = made.find(f"kmikro-{address}")
    assert person is not None
    return Line(made, address, person.nt)


def test_one_call_for_each_router_and_an_old_one_takes_nothing_with_it() -> None:
    made, written = board()
    first, second = line(made, A), line(made, A)
    made.opened(first)
    made.opened(second)
    assert (first.over, len(made)) == ("the router made another call", 1)
    made.ended(first, "again")
    made.leaving(udp(HUB, A))
    assert (len(first.got), len(second.got)) == (0, 1)
    made.arrived(first, [udp(A, HUB)])
    assert written == [], "the old line says nothing any more"


def test_whose_password_changed_between_sign_in_and_call_is_not_let_in() -> None:
    made, _ = board()
    early = line(made, A)
    made.admit([Login(A, "another")])
    made.opened(early)
    assert (early.over, len(made)) == ("it may not sign in any more", 0)


def test_what_is_lost_is_counted() -> None:
    made, written = board()
    one = line(made, A)
    made.opened(one)
    made.arrived(one, [udp(A, HUB)] * 3 + [udp(B, HUB)])
    one.is_full = True
    made.leaving(udp(HUB, A))
    made.leaving(udp(HUB, B))
    assert len(written) == 3
    assert made.dropped == {"unwritten": 1, "spoofed": 1, "congested": 1, "unsent": 1}
    tally = made.tallies[A]
    assert (tally.received, tally.sent, tally.stray) == (4 * len(udp(A, HUB)), 0, 1)


def test_strays_are_forgotten_after_a_day_without_any() -> None:
    made, _ = board()
    one = line(made, A)
    made.opened(one)
    made.arrived(one, [udp(B, HUB)] * 2)
    tally, begun = made.tallies[A], one.heard_at
    assert (tally.strays(begun + FORGOTTEN - 1), tally.strays(begun + FORGOTTEN)) == (2, 0)
    one.heard_at = begun + FORGOTTEN
    made.arrived(one, [udp(B, HUB)])
    assert tally.strays(one.heard_at) == 1


def test_routers_that_are_gone_are_forgotten() -> None:
    made, _ = board()
    one = line(made, A)
    made.opened(one)
    same = made.find(f"kmikro-{A}")
    made.admit([Login(A, "one")])
    assert (made.known, one.over, made.find(f"kmikro-{A}")) == (1, "", same)
    made.admit([Login(B, "two")])
    assert (one.over, made.tallies, made.find(f"kmikro-{A}")) == ("it may not sign in any more", {}, None)
