"""A hostile or broken router costs a bounded time and memory and ends in one of four errors."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from routers import device
from routers.device import BadReply, DeviceError, LoginRefused, Target, Trapped, Unreachable, WrongIdentity
from routers.virtual import VirtualRouter
from tests.addresses import own

DONE = b"\x05!done\x00"
Serve = Callable[[bytes], Target]


def word(raw: bytes) -> bytes:
    assert len(raw) < 0x4000
    return (bytes([len(raw)]) if len(raw) < 0x80 else (len(raw) | 0x8000).to_bytes(2, "big")) + raw


def sentence(*words: bytes) -> bytes:
    return b"".join(word(each) for each in words) + b"\0"


@pytest.fixture
def serve() -> Iterator[Serve]:
    """A port that lets anybody in and then answers with given octets."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def start(answer: bytes, drip: float = 0) -> Target:
        def run() -> None:
            connection, _peer = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(DONE)
                connection.recv(65536)
                try:
                    if drip:
                        for octet in answer:
                            connection.sendall(bytes([octet]))
                            if stopped.wait(drip):
                                return
                    else:
                        connection.sendall(answer)
                    connection.settimeout(5)
                    connection.recv(1)
                except OSError:
                    return

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return Target("127.0.0.1", listener.getsockname()[1], "kmikro", "secret-word", "127.0.0.1")

    stopped = threading.Event()
    yield start
    stopped.set()
    listener.close()
    for thread in threads:
        thread.join(6)


def ask(target: Target) -> list[dict[str, str]]:
    with device.opened(target) as talk:
        return talk.read("/interface")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (bytes.fromhex("efffffff"), BadReply),  # a word of 268 MB
        (bytes.fromhex("f0ffffffff"), BadReply),
        (bytes.fromhex("f8"), BadReply),
        (b"\0", BadReply),  # an empty sentence
        (sentence(b"!fatal"), Unreachable),
        (sentence(b"!xyz"), BadReply),
        (sentence(b"!re", b"=name"), BadReply),
        (sentence(b"!re", b"name"), BadReply),
        (sentence(b"!re", b".tag=9"), BadReply),
        (sentence(b"!re", b"=.id=*1;/system/reset"), BadReply),
        (sentence(b"!re", b"=.id=../"), BadReply),
        (sentence(b"!trap", b"=message=no such command") + DONE, Trapped),
        (sentence(b"!trap", b"=message=a") + sentence(b"!trap", b"=message=b") + DONE, Trapped),
        (sentence(b"!trap") + DONE, Trapped),
    ],
)
def test_nonsense_is_a_typed_error(serve: Serve, answer: bytes, error: type[DeviceError]) -> None:
    with pytest.raises(error):
        ask(serve(answer))


def test_rows_without_end_are_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "MOST_ROWS", 100)
    with pytest.raises(BadReply, match="rows"):
        ask(serve(sentence(b"!re", b"=name=x") * 101 + DONE))


def test_an_answer_without_end_is_cut_off(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "LARGEST_REPLY", 5000)
    with pytest.raises(BadReply, match="8 MiB"):
        ask(serve(sentence(b"!re", b"=name=" + b"x" * 1000) * 6 + DONE))


def test_a_drip_of_octets_ends_at_the_total_deadline(
    serve: Callable[..., Target], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "SECONDS", 0.4)
    with pytest.raises(Unreachable, match="in time"):
        ask(serve(sentence(b"!re", b"=name=" + b"x" * 100), drip=0.05))


@pytest.mark.parametrize("name", ["yes", "true", "007", "1e3", "-0", "123", "Muñoz", "=a=b"])
def test_values_stay_strings(serve: Serve, name: str) -> None:
    assert ask(serve(sentence(b"!re", f"=name={name}".encode()) + DONE)) == [{"name": name}]


def test_undecodable_octets_stay_visible(serve: Serve) -> None:
    (row,) = ask(serve(sentence(b"!re", b"=name=a\xff\xfeb") + DONE))
    assert row["name"].encode("utf-8", "surrogateescape") == b"a\xff\xfeb"


def test_an_empty_table_may_say_so(serve: Serve) -> None:
    assert ask(serve(sentence(b"!empty") + DONE)) == []


def test_nobody_at_home() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unreachable, match="refused"):
        ask(Target("127.0.0.1", port, "kmikro", "x", "127.0.0.1"))


def test_only_real_ids_are_written(serve: Serve) -> None:
    with device.opened(serve(DONE)) as talk, pytest.raises(BadReply):
        talk.remove("/user", "*1;/system/reset")


def test_a_real_conversation_and_no_secret_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with VirtualRouter(address=own(46), admin_password="open sesame") as router:
        target = Target(own(46), router.api_port, "admin", "open sesame", "127.0.0.1")
        with device.opened(target) as talk:
            row = talk.add("/radius", {"service": "hotspot", "address": "9.9.9.9", "comment": "Muñoz"})
            talk.set("/radius", row, {"timeout": "3s"})
            assert talk.read("/radius", "comment=Muñoz", fields=(".id", "timeout")) == [
                {".id": row, "timeout": "3s"}
            ]
            talk.set("/radius/incoming", "", {"port": "3800"})
            talk.remove("/radius", row)
            assert talk.read("/radius") == []
            with pytest.raises(Trapped, match="no such command"):
                talk.read("/nothing")
            with pytest.raises(Trapped, match="no such item"):
                talk.remove("/radius", "*99")
        assert ("/radius", "add") in {(sent.path, sent.verb) for sent in router.commands}
    assert "open sesame" not in caplog.text
    assert "open sesame" not in repr(target)


def test_a_wrong_password_is_told_apart() -> None:
    with VirtualRouter(address=own(47)) as router, pytest.raises(LoginRefused):
        ask(Target(own(47), router.api_port, "admin", "wrong", "127.0.0.1"))


MAKE = (
    "/certificate add name=mine common-name=router key-size=prime256v1\n/certificate sign mine\n"
    "/ip service set api-ssl certificate=mine disabled=no"
)


def pinned(router: VirtualRouter, pin: str) -> Target:
    return Target(router.address, router.secure_port, "admin", "admin", "127.0.0.1", pin)


def test_the_pinned_certificate_opens_and_another_hears_no_password() -> None:
    with VirtualRouter(address=own(48)) as router:
        router.paste(MAKE)
        row = router.tree.find("/certificate", name="mine")
        assert row is not None
        assert ask(pinned(router, row["fingerprint"]))
        said = len(router.commands)
        with pytest.raises(WrongIdentity) as wrong:
            ask(pinned(router, "0" * 64))
        assert wrong.value.shown == row["fingerprint"]
        assert len(router.commands) == said


def test_who_speaks_no_tls_where_a_certificate_is_known_hears_no_password() -> None:
    heard: list[bytes] = []

    def answer() -> None:
        connection, _peer = listener.accept()
        with connection:
            heard.append(connection.recv(65536))
            connection.sendall(DONE)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        target = Target(
            "127.0.0.1", listener.getsockname()[1], "kmikro", "secret-word", "127.0.0.1", "0" * 64
        )
        with pytest.raises(BadReply, match="speaks no TLS"):
            ask(target)
        thread.join(5)
    assert len(heard) == 1
    assert b"secret-word" not in heard[0]
    with VirtualRouter(address=own(48)) as router:
        router.paste("/ip service set api-ssl disabled=no")  # without a certificate
        with pytest.raises(DeviceError):
            ask(pinned(router, "0" * 64))
        assert router.commands == []
