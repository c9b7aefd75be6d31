"""The query stack machine."""

import pytest

from routers.virtual.queries import BadQuery, matches

ROW = {"name": "ether1", "mtu": "1500", "running": "true"}


@pytest.mark.parametrize(
    ("queries", "hit"),
    [
        (["?name=ether1"], True),
        (["?=name=ether2"], False),
        (["?comment"], False),
        (["?-comment"], True),
        (["?>mtu=900"], True),
        (["?<mtu=900"], False),
        (["?running=yes"], True),
        (["?unknown=x"], False),
        (["?name=ether2", "?mtu=1500", "?#|"], True),
        (["?name=ether1", "?#!"], False),
        (["?name=ether1", "?name=x", "?name=y", "?#|!"], True),
        (["?name=ether1", "?name=x", "?#1"], True),
        (["?name=x", "?name=ether1", "?#.&"], False),
    ],
)
def test_rows_are_matched(queries: list[str], hit: bool) -> None:
    assert matches(ROW, queries) is hit


def test_operations_need_operands() -> None:
    with pytest.raises(BadQuery):
        matches(ROW, ["?name=x", "?#|"])
