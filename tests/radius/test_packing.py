"""What was packed comes out the same, whatever is known of a service, and takes little room."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st

from radius.known import Live
from radius.packing import Found, as_device, lives, pack, unpack
from tests.radius.fakes import facts

NUMBERS = st.integers(0, 2**62)
TEXT = st.text(max_size=40)
LIVES = st.lists(st.builds(Live, TEXT, TEXT, NUMBERS, st.floats(0, 2e9)), max_size=3).map(tuple)


@given(
    st.fixed_dictionaries(
        {
            "service_id": NUMBERS,
            "label": TEXT,
            "secret": st.none() | st.binary(max_size=40),
            "first_used_at": st.none() | st.floats(0, 2e9),
            "expires_at": st.none() | st.floats(0, 2e9),
            "data_used": NUMBERS,
            "live": LIVES,
            "sites": st.none() | st.frozensets(NUMBERS),
            "nt_hash": st.none() | st.binary(min_size=16, max_size=16),
            "plan_id": NUMBERS,
        }
    ),
    LIVES,
    st.lists(TEXT, max_size=3).map(tuple),
)
def test_it_comes_out_as_it_went_in(
    known: dict[str, object], ended: tuple[Live, ...], macs: tuple[str, ...]
) -> None:
    before = facts(**known)
    packed = unpack(pack(Found(before, "digest", ended, macs)))
    assert packed.plan_id == before.plan.plan_id
    assert (lives(packed.ended), packed.macs) == (ended, macs)
    assert packed.facts(before.plan) == before


def test_the_plan_is_one_object_for_all() -> None:
    plan = facts().plan
    octets = pack(Found(facts(), "digest"))
    assert unpack(octets).facts(plan).plan is unpack(octets).facts(plan).plan is plan


def test_a_device_is_its_own_credential() -> None:
    known = as_device(facts(nt_hash=bytes(16)), "AA:BB:CC:DD:EE:FF")
    assert (known.device, known.secret, known.nt_hash) == ("AA:BB:CC:DD:EE:FF", None, None)


def test_a_million_fit_into_five_hundred_megabytes() -> None:
    known = facts(
        service_id=999_999,
        label="0712345678@isp",
        secret=b"K7QM2XWP9DCF",
        nt_hash=bytes(range(16)),
        first_used_at=1.7e9,
        expires_at=1.8e9,
        data_used=10**12,
        live=(Live("80100001", "AA:BB:CC:DD:EE:FF", 1, 1.7e9),),
    )
    octets, key, slot = pack(Found(known, "digest")), bytes(32), 42  # a dict's share of an entry
    assert sys.getsizeof(octets) + sys.getsizeof(key) + slot < 400
