"""A guest's code: a slip leads to the one voucher that must have been meant, and to nothing else."""

from datetime import timedelta

import pytest

from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from portal import entry
from tenants.models import Isp
from tests.factories import NOW, make_batch, make_service, make_voucher

BODY = "K7HMRXWPC9D"


def _right() -> tuple[str, str]:
    """A code, and it with two neighbours swapped."""
    code = BODY + codes.check_character(BODY)
    return code, code[1] + code[0] + code[2:]


def test_the_code_of_a_slip_is_offered(inside_isp: Isp) -> None:
    code, slip = _right()
    make_voucher(code=code)
    with pytest.raises(entry.Mistyped) as refused:
        entry.find(inside_isp.schema_name, codes.shown(slip).lower(), now=NOW)
    assert refused.value.meant == code


@pytest.mark.parametrize("state", [{"status": "void"}, {"expires_at": NOW - timedelta(days=1)}])
def test_one_that_works_no_more_is_not(inside_isp: Isp, state: dict[str, object]) -> None:
    code, slip = _right()
    make_voucher(code=code, **state)
    with pytest.raises(entry.Mistyped) as refused:
        entry.find(inside_isp.schema_name, slip, now=NOW)
    assert refused.value.meant == ""


def test_of_two_that_were_sold_none_is_guessed(inside_isp: Isp) -> None:
    code, slip = _right()
    other = next(each for each in codes.meant(slip) if each != code)
    make_voucher(code=code)
    make_voucher(code=other)
    with pytest.raises(entry.Mistyped) as refused:
        entry.find(inside_isp.schema_name, slip, now=NOW)
    assert refused.value.meant == ""


def test_where_nothing_near_was_sold_nothing_is_said(inside_isp: Isp) -> None:
    with pytest.raises(entry.Mistyped) as refused:
        entry.find(inside_isp.schema_name, _right()[1], now=NOW)
    assert refused.value.meant == ""


@pytest.mark.parametrize("alphabet", list(codes.ALPHABETS))
def test_slips_are_found_in_every_alphabet(inside_isp: Isp, alphabet: str) -> None:
    shape = codes.Shape("KM", alphabet, 10)
    code = next(each for each in iter(lambda: codes.mint(shape), "") if each[3] != each[4])
    make_voucher(code=code, batch=make_batch(prefix="KM", alphabet=alphabet, length=10))
    assert entry.find(inside_isp.schema_name, codes.shown(code).lower(), now=NOW)
    swapped = code[:3] + code[4] + code[3] + code[5:]
    for slip in {swapped, "X" + code[1:]}:
        if not codes.is_plausible(slip, shape):  # one swap in a hundred keeps the check character
            with pytest.raises(entry.Mistyped) as refused:
                entry.find(inside_isp.schema_name, slip, now=NOW)
            assert refused.value.meant == code
    with pytest.raises(Refusal, match="12 or 13 characters"):
        entry.find(inside_isp.schema_name, code[:-2], now=NOW)


def test_an_account_is_no_voucher(inside_isp: Isp) -> None:
    make_service(code="ANAHOME", kind="account")
    with pytest.raises(Refusal, match="12 characters"):
        entry.find(inside_isp.schema_name, "anahome", now=NOW)


def test_a_serial_is_told_and_an_accounts_name_is_covered(inside_isp: Isp) -> None:
    assert entry.called(make_service(label="12-0004")) == "12-0004"
    assert "kamau" not in entry.called(make_service(label="wanjiku.kamau", kind="account"))
