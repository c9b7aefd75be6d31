"""MACs in every spelling RouterOS has, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.macs import normalise


@pytest.mark.parametrize(
    "typed",
    [
        "AA:BB:CC:DD:EE:0F", "aa-bb-cc-dd-ee-0f", "AABBCCDDEE0F", "AABB:CCDD:EE0F", "AABB-CCDD-EE0F", "aabb.ccdd.ee0f",
        "AABBCC-DDEE0F", "AABBCC:DDEE0F", "AA BB CC DD EE 0F",
    ],
)  # fmt: skip
def test_one_device_has_one_name(typed: str) -> None:
    assert normalise(typed) == "AA:BB:CC:DD:EE:0F"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "AA:BB:CC:DD:EE",
        "AA:BB:CC:DD:EE:0G",
        "AA::BB:CC:DD:EE:0F",
        " AABBCCDDEE0F",
        "AABBCCDDEE0F\n",
        "nemo",
    ],
)
def test_anything_else_is_no_mac(typed: str) -> None:
    assert normalise(typed) == ""


@given(st.text(max_size=20))
def test_what_it_writes_it_reads(typed: str) -> None:
    written = normalise(typed)
    assert written in ("", normalise(written))
