"""What went wrong with a router, and what of it callers may tell apart."""

from routers.failures import (
    BadReply,
    Crowded,
    DeviceError,
    HungUp,
    LoginRefused,
    Trapped,
    Unreachable,
    WrongIdentity,
)


def test_all_are_failures_of_the_conversation_and_only_silence_is_no_reach() -> None:
    for each in (BadReply, LoginRefused, Trapped, WrongIdentity, Unreachable):
        assert issubclass(each, DeviceError)
    assert [each for each in (Crowded, HungUp, BadReply, Trapped) if issubclass(each, Unreachable)] == [
        Crowded,
        HungUp,
    ]


def test_what_was_said_and_shown_is_kept() -> None:
    assert Trapped("no such item (4)").message == str(Trapped("no such item (4)")) == "no such item (4)"
    assert WrongIdentity("ab12").shown == "ab12"
    assert "ab12" not in str(WrongIdentity("ab12"))
