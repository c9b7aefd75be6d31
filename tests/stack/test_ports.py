"""Taken, forbidden and absent ports are one sentence that names the variable."""

import socket

import pytest
from stack import ports
from stack.trouble import Trouble


def listener(kind: socket.SocketKind) -> socket.socket:
    taken = socket.socket(socket.AF_INET, kind)
    taken.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        taken.listen()
    return taken


@pytest.mark.parametrize(("kind", "wire"), [(socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")])
def test_a_taken_port_names_its_variable(kind: socket.SocketKind, wire: str) -> None:
    with listener(kind) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Trouble) as said:
            ports.demand("KMIKRO_HTTP_PORT", "127.0.0.1", port, kind)
    assert f"{wire} port {port} on 127.0.0.1 is taken" in str(said.value)
    assert "set KMIKRO_HTTP_PORT to another port" in str(said.value)


def test_a_free_port_is_accepted() -> None:
    with listener(socket.SOCK_STREAM) as taken:
        port = taken.getsockname()[1]
    ports.demand("KMIKRO_HTTP_PORT", "127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(Trouble, match=r"203\.0\.113\.7 is not an address of this machine"):
        ports.demand("KMIKRO_VROUTER_API_PORT", "203.0.113.7", 8728)


def test_a_remembered_port_is_kept_while_free_and_replaced_when_taken() -> None:
    with listener(socket.SOCK_STREAM) as taken:
        port = taken.getsockname()[1]
        other = ports.private(port, set())
        assert other != port
        assert ports.PRIVATE_FIRST <= other < ports.PRIVATE_LAST
    assert ports.private(port, set()) == port


def test_two_servers_never_get_the_same_port() -> None:
    first = ports.private(None, set())
    assert ports.private(None, {first}) != first


def test_two_state_folders_look_in_different_places() -> None:
    assert ports.private(None, set(), "/srv/one") != ports.private(None, set(), "/srv/two")
