"""Web addresses that are https to a host and nothing else; names that cannot be meant for the inside."""

import pytest

from kmikro.lib import outward
from kmikro.lib.outward import Inside


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example.net/", "https://a@b.example.net/", "https://a:b@c.example.net/", "gopher://a.example.net/",
        "ftp://a.example.net/", "https:///x", "https://a.example.net:22/", "https://a.example.net:99999/",
        "javascript:alert(1)", "//a.example.net/", "https://a.example.net/\r\nHost: b", "https://a b.example.net/",
        "https://ａ.example.net/", "",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url: str) -> None:
    """Input 42."""
    with pytest.raises(Inside):
        outward.https_place(url)


def test_a_good_address_is_taken_apart() -> None:
    assert outward.https_place("https://hooks.example.net/in?id=1") == ("hooks.example.net", 443, "/in?id=1")
    assert outward.https_place("https://hooks.example.net:443") == ("hooks.example.net", 443, "/")


@pytest.mark.parametrize(
    "name", ["localhost", "db", "redis", "127.1", "0x7f.1", "10.8", "a.0x7f", "a..net", "-a.net", "1.2"]
)
def test_a_name_needs_a_dot_and_letters_at_its_end(name: str) -> None:
    def check(text: str) -> str:
        raise Inside(text)

    with pytest.raises(Inside):
        outward.pinned(name, lambda _: pytest.fail("looked up"), check)
