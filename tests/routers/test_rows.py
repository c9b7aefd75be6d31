"""Values that mean the same compare the same; what is ours is known by its mark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import rows
from routers.rows import Found, Kind
from routers.virtual.values import parse_time, write_time


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.BOOL, "yes", "true"),
        (Kind.BOOL, "no", "false"),
        (Kind.DURATION, "90", "1m30s"),
        (Kind.DURATION, "00:01:30", "1m30s"),
        (Kind.DURATION, "3300ms", "3s300ms"),
        (Kind.DURATION, "1d02:00:00", "1d2h"),
        (Kind.WORDS, "hotspot,ppp", "ppp, hotspot"),
        (Kind.ADDRESS, "10.0.0.1/32", "10.0.0.1"),
    ],
)
def test_spellings_of_one_value(kind: Kind, one: str, other: str) -> None:
    assert rows.canonical(kind, one) == rows.canonical(kind, other)


@pytest.mark.parametrize("text", ["yes", "true", "007", "1e3", "-0", "Muñoz", "a\udcffb"])
def test_text_stays_what_it_is(text: str) -> None:
    assert rows.canonical(Kind.TEXT, text) == text


@pytest.mark.parametrize(("one", "other"), [("3s", "3m"), ("none", "0s"), ("yes", "1")])
def test_other_values_differ(one: str, other: str) -> None:
    assert rows.canonical(Kind.DURATION, one) != rows.canonical(Kind.DURATION, other)


@given(st.integers(0, 10**10))
def test_durations_agree_with_the_router(length: int) -> None:
    assert rows.milliseconds(write_time(length)) == length == parse_time(write_time(length))


def test_a_missing_value_is_the_default_of_its_menu() -> None:
    assert rows.same("/radius", "src-address", "0.0.0.0", None)
    assert not rows.same("/radius", "src-address", "10.0.0.1", None)


@pytest.mark.parametrize(
    ("path", "values", "key"),
    [
        ("/radius", {"comment": "kmikro:radius"}, "radius"),
        ("/radius", {"comment": "kmikro"}, None),
        ("/radius", {"comment": "kmikro:"}, None),
        ("/radius", {"comment": "my kmikro:radius"}, None),
        ("/radius", {}, None),
        ("/ip/hotspot", {"name": "kmikro-hotspot"}, "kmikro-hotspot"),
        ("/ip/hotspot", {"name": "kmikrotown"}, None),
        ("/ip/hotspot/profile", {"name": "default"}, None),
        ("/file", {"name": "kmikro/login.html"}, "login.html"),
        ("/file", {"name": "kmikro", "type": "directory"}, None),
        ("/file", {"name": "kmikro.rsc"}, None),
        ("/radius/incoming", {"accept": "false"}, ""),
        ("/ppp/profile", {"name": "kmikro-ppp"}, "kmikro-ppp"),
        ("/ppp/profile", {"name": "kmikro-sstp"}, None),
        ("/ppp/profile", {"name": "kmikro-sstp", "comment": "kmikro:offer.x"}, None),
        ("/ip/address", {"interface": "x", "comment": "kmikro:tunnel"}, None),
    ],
)
def test_the_mark_decides_what_is_ours(path: str, values: dict[str, str], key: str | None) -> None:
    assert rows.key_of(Found(path, "*1", values), "kmikro") == key


def test_dynamic_rows_are_never_ours() -> None:
    row = Found("/ip/hotspot/walled-garden/ip", "*1", {"comment": "kmikro:portal", "dynamic": "true"})
    assert rows.owned([row], "kmikro") == []
