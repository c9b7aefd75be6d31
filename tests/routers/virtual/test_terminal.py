"""Pasting into a terminal: commands one by one, errors end one command, braces hold it all together."""

import pytest

from routers.virtual.device import SYSTEM, Device
from routers.virtual.terminal import Terminal


@pytest.fixture
def device() -> Device:
    return Device("127.0.0.1", "7.20.8 (stable)", 1.0)


def test_after_an_error_the_next_line_runs_and_variables_are_gone(device: Device) -> None:
    terminal = Terminal(device, SYSTEM)
    said = terminal.enter(':local a "x"\n:error "no"\n:put "still here $a"')
    assert said == "no\nstill here "


def test_a_block_runs_whole_when_it_is_closed_and_stops_whole(device: Device) -> None:
    terminal = Terminal(device, SYSTEM)
    assert terminal.enter('{\n:local a "x"\n:put "one $a"') == ""
    assert terminal.is_waiting
    assert terminal.enter(':error "no }"\n:put "never"\n}') == "one x\nno }"
    assert not terminal.is_waiting


def test_ctrl_c_forgets_what_was_begun(device: Device) -> None:
    terminal = Terminal(device, SYSTEM)
    terminal.enter('{\n:put "one"')
    terminal.interrupt()
    assert terminal.enter(':put "two"') == "two"


@pytest.mark.parametrize(("version", "arrives"), [("6.49.10 (long-term)", "ab"), ("7.20.8 (stable)", "a?b")])
def test_help_and_completion_keys_do_not_arrive(version: str, arrives: str) -> None:
    terminal = Terminal(Device("127.0.0.1", version, 1.0), SYSTEM)
    assert terminal.enter(':put?\t "a?b"') == arrives


def test_brackets_in_strings_and_comments_open_nothing(device: Device) -> None:
    assert Terminal(device, SYSTEM).enter('# a { remark\n:put "{ \\" ("') == '{ " ('


def test_an_address_is_in_a_network(device: Device) -> None:
    terminal = Terminal(device, SYSTEM)
    assert (
        terminal.enter(":put (10.20.1.1 in 10.20.0.0/22)\n:put (10.20.4.0 in 10.20.0.1/22)") == "true\nfalse"
    )
    assert "cannot apply" in terminal.enter(':put ("a" in "abc")')
