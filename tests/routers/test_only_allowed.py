"""No sequence of product actions makes a router hear a word that is not on the list (`routers.allowed`)."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kmikro.lib.refusal import Refusal
from routers import allowed, device, drift, guarding, health, kick, plan, proof, sync
from routers.device import DeviceError
from routers.rows import Row
from tests.addresses import own
from tests.faults_routers.site import Site, hurried


class Actions(RuleBasedStateMachine):
    """Everything that the product does to a router, in any order, also while connections break."""

    def __init__(self) -> None:
        super().__init__()
        self.hurry = hurried()
        self.hurry.__enter__()
        self.site = Site(own(68), "7.20.8 (stable)")
        self.seen = 0
        self.site.router.paste(
            "/ppp profile add name=kmikro-sstp\n/interface sstp-client add name=kmikro-sstp profile=kmikro-sstp "
            'connect-to=hub.example comment="kmikro:tunnel"'
        )
        self.way_in = self._way_in()

    def _way_in(self) -> list[dict[str, str]]:
        rows = [
            self.site.router.tree.find(path, name="kmikro-sstp") for path in ("/ppp/profile", "/interface")
        ]
        return [dict(row or {}) for row in rows]

    def teardown(self) -> None:
        self.site.close()
        self.hurry.__exit__(None, None, None)

    def talk(self, act: Any) -> None:
        try:
            with device.opened(self.site.target) as talk:
                act(talk)
        except (DeviceError, Refusal, guarding.Waits):
            pass

    @rule(second=st.booleans(), cut=st.integers(0, 60))
    def compare(self, second: bool, cut: int) -> None:
        self.site.router.faults.cut_at_command = cut
        self.site.push(self.site.second if second else self.site.first)
        self.site.router.faults.cut_at_command = 0

    @rule()
    def look_for_drift(self) -> None:
        self.talk(lambda talk: drift.look(talk, self.site.second))

    @rule(extras=st.booleans())
    def health_check(self, extras: bool) -> None:
        self.talk(lambda talk: health.measure(talk, extras=extras))

    @rule()
    def disconnect_somebody(self) -> None:
        phone = self.site.router.join("02:00:00:00:00:07")
        kick.present(self.site.target)
        kick.end(self.site.target, mac=phone.mac, address=phone.ip)

    @rule(by_hand=st.booleans(), good=st.booleans())
    def change_and_take_back(self, by_hand: bool, good: bool) -> None:
        def act(talk: device.Device) -> None:
            facts = sync.read(talk)
            step = plan.Add(Row("/ip/pool", "kmikro-x", {"name": "kmikro-x", "ranges": "10.3.0.2-10.3.0.9"}))
            trouble = "" if good else "It cannot be proven."
            proof.prover(self.site.target, self.site.first, facts)()
            change = guarding.prepared([step], facts, "a change", lambda: trouble, by_hand=by_hand)
            guarding.push(talk, change)
            guarding.settle(talk, change)

        self.talk(act)

    @rule()
    def release(self) -> None:
        self.talk(lambda talk: sync.release(talk, sync.Outcome()))

    @rule()
    def time_passes(self) -> None:
        self.site.router.device.clock.advance(guarding.TIMER)
        self.site.router.wait(lambda: not self.site.armed())

    @invariant()
    def only_what_is_on_the_list(self) -> None:
        heard = [f"{sent.path}/{sent.verb}" for sent in self.site.sent[self.seen :]]
        self.seen = len(self.site.sent)
        assert [word for word in heard if not allowed.is_allowed(word)] == []

    @invariant()
    def the_way_in_stays(self) -> None:
        assert self._way_in() == self.way_in


Actions.TestCase.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
test_no_sequence_of_actions_says_anything_else = Actions.TestCase
