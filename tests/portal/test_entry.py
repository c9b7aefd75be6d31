"""A guest's code: a slip leads to the one voucher that must have been meant, and to nothing else."""

from datetime import timedelta

import pytest

from kmikro.lib import codes
from portal import entry
from tenants.models import Isp
from tests.factories import NOW, make_voucher

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
