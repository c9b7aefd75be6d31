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


def checked(text: str) -> str:
    return outward.public(text, own=("41.90.0.7",))


def test_a_name_is_looked_up_once_and_its_first_answer_is_what_counts() -> None:
    """Input 40: an answer that alternates has one chance."""
    answers = iter([["102.68.77.10"], ["127.0.0.1"]])
    assert outward.pinned("Hooks.example.net.", lambda name: next(answers), checked) == "102.68.77.10"
    assert next(answers) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "answers", [[], ["127.0.0.1"], ["102.68.77.10", "10.0.0.5"], ["41.90.0.7"], ["169.254.169.254"]]
)
def test_a_name_with_one_answer_of_ours_is_refused(answers: list[str]) -> None:
    with pytest.raises(Inside):
        outward.pinned("rebind.example.net", lambda name: answers, checked)
