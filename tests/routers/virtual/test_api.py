"""The API door, driven by librouteros, RouterOS-api and bare sockets."""

import hashlib
import socket
import threading
from typing import Any, Self

import librouteros
import pytest
import routeros_api
from librouteros.exceptions import MultiTrapError, TrapError
from librouteros.login import token

from routers.virtual import VirtualRouter
from routers.virtual.words import encode_sentence, read_sentence
from tests.addresses import own


def connect(router: VirtualRouter, user: str = "admin", password: str = "admin", **more: Any) -> Any:
    return librouteros.connect(
        router.address, user, password, port=router.api_port, encoding="utf-8", timeout=5, **more
    )


class Raw:
    """Sentences over a bare socket."""

    def __init__(self, router: VirtualRouter, login: bool = True) -> None:
        self.wire = socket.create_connection((router.address, router.api_port), 5)
        if login:
            self.send("/login", "=name=admin", "=password=admin")
            assert self.get() == ["!done"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.wire.close()

    def send(self, *words: str) -> None:
        self.wire.sendall(encode_sentence(words))

    def get(self) -> list[str]:
        return read_sentence(self._read, logged_in=True)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            chunk = self.wire.recv(count - len(data))
            if not chunk:
                raise EOFError
            data += chunk
        return data


def test_librouteros_reads_and_writes(router: VirtualRouter) -> None:
    api = connect(router)
    pools = api.path("/ip/pool")
    added = pools.add(name="kund:e–ü", ranges="10.9.0.2-10.9.0.9", comment="kmikro:pool")
    assert [row["name"] for row in pools if row[".id"] == added] == ["kund:e–ü"]
    pools.update(**{".id": added, "comment": ""})
    assert "comment" not in next(row for row in pools if row[".id"] == added)
    assert tuple(pools.select("name").where(librouteros.query.Key(".id") == added)) == ({"name": "kund:e–ü"},)
    pools.remove(added)
    with pytest.raises(TrapError, match=r"no such item \(4\)"):
        pools.remove(added)
    api.close()
    assert [(s.path, s.verb) for s in router.commands if s.verb in ("add", "remove")] == [
        ("/ip/pool", "add"),
        ("/ip/pool", "remove"),
        ("/ip/pool", "remove"),
    ]


@pytest.mark.parametrize(
    ("command", "args", "text"),
    [
        ("/ip/address/foo", {}, "no such command"),
        ("/ip/hotspot/profile/set", {".id": "default", "comment": "x"}, "unknown parameter comment"),
        ("/system/identity/print", {"detail": ""}, "unknown parameter detail"),
        ("/radius/set", {"address": "127.0.0.1"}, "missing =.id="),
        ("/radius/set", {".id": "*99", "address": "127.0.0.1"}, "no such item"),
        ("/ip/address/add", {"address": "1.2.3.4/8"}, "missing value(s) of argument(s) interface"),
        ("/ip/hotspot/add", {"interface": "ether2", "profile": "none"}, "input does not match any value of profile"),
        ("/radius/add", {"address": "x"}, "invalid value for argument address"),
        ("/user/add", {"name": "admin", "group": "full", "password": "x"},
         "failure: user with the same name already exists"),
        ("/user/group/remove", {".id": "full"}, "failure: group has some users"),
        ("/file/add", {"name": "a", "contents": "x" * 62_000}, "failure: contents too long"),
        ("/system/script/run", {"numbers": "x"}, "unknown parameter numbers"),
    ],
)  # fmt: skip
def test_traps_have_the_words_of_routers(
    router: VirtualRouter, command: str, args: dict[str, str], text: str
) -> None:
    api = connect(router)
    with pytest.raises(TrapError) as trap:
        tuple(api(command, **args))
    assert trap.value.message == text
    api.close()


def test_unknown_menus_trap_twice(router: VirtualRouter) -> None:
    api = connect(router)
    with pytest.raises(MultiTrapError) as trap:
        tuple(api("/ip/adress/print"))
    assert [t.message for t in trap.value.traps] == [
        "no such command or directory (adress)",
        "no such command prefix",
    ]
    api.close()


def test_bad_logins_keep_the_connection(router: VirtualRouter) -> None:
    with Raw(router, login=False) as raw:
        raw.send("/login", "=name=admin", "=password=wrong")
        assert raw.get() == ["!trap", "=message=invalid user name or password (6)"]
        assert raw.get() == ["!done"]
        raw.send("/login", "=name=admin", "=password=admin")
        assert raw.get() == ["!done"]
    assert any(
        "login failure for user admin from 127.0.0.1 via api" in x.message for x in router.device.lines
    )


def test_the_old_login_works_once_per_challenge(router: VirtualRouter) -> None:
    connect(router, login_method=token).close()
    with Raw(router, login=False) as raw:
        raw.send("/login")
        challenge = bytes.fromhex(raw.get()[1].removeprefix("=ret="))
        answer = "00" + hashlib.md5(b"\0admin" + challenge).hexdigest()
        raw.send("/login", "=name=admin", f"=response={answer[:-1]}x")
        assert raw.get() == ["!trap", "=message=cannot log in"]
        raw.get()
        raw.send("/login", "=name=admin", f"=response={answer}")
        assert raw.get() == ["!trap", "=message=cannot log in"]


def test_login_needs_the_policy_and_the_address(router: VirtualRouter) -> None:
    router.paste("/user group add name=noapi policy=read,write\n/user add name=a group=noapi password=p")
    router.paste("/user add name=b group=full password=p address=10.0.0.0/8")
    for user in ("a", "b"):
        with pytest.raises(TrapError):
            connect(router, user, "p")


def test_commands_before_login_end_the_connection(router: VirtualRouter) -> None:
    with Raw(router, login=False) as raw:
        raw.send("/system/identity/print")
        assert raw.get() == ["!fatal", "not logged in"]
        with pytest.raises(EOFError):
            raw.get()
    with Raw(router) as raw:
        raw.send("/quit")
        assert raw.get() == ["!fatal", "session terminated on request"]


@pytest.mark.parametrize(
    ("version", "answer"), [("7.20.8 (stable)", ["!empty"]), ("7.12.2 (stable)", ["!done"])]
)
def test_empty_is_said_from_7_18(version: str, answer: list[str]) -> None:
    with VirtualRouter(address=own(79), version=version) as router, Raw(router) as raw:
        raw.send("/radius/print")
        assert raw.get() == answer


def test_old_versions_lack_what_came_later() -> None:
    with VirtualRouter(address=own(79), version="7.12.2 (stable)") as router:
        api = connect(router)
        with pytest.raises(TrapError, match="unknown parameter require-message-auth"):
            tuple(api("/radius/add", address="127.0.0.1", **{"require-message-auth": "no"}))
        with pytest.raises(MultiTrapError):
            tuple(api("/safe-mode/take"))
        api.close()


def test_tagged_commands_run_side_by_side_and_are_cancelled(router: VirtualRouter) -> None:
    with Raw(router) as raw:
        raw.send("/ip/pool/listen", ".tag=L")
        raw.send("/system/identity/print", ".tag=P")
        assert raw.get() == ["!re", ".tag=P", "=name=MikroTik"]
        assert raw.get() == ["!done", ".tag=P"]
        raw.send("/ip/pool/add", "=name=p2", "=ranges=10.8.0.2", ".tag=A")
        got = sorted(raw.get()[:2] for _ in range(2))
        assert got == [["!done", ".tag=A"], ["!re", ".tag=L"]]
        raw.send("/cancel", "=tag=L", ".tag=C")
        rest = sorted(raw.get() for _ in range(3))
        assert rest == [
            ["!done", ".tag=C"],
            ["!done", ".tag=L"],
            ["!trap", ".tag=L", "=category=2", "=message=interrupted"],
        ]


def test_passwords_are_hidden(router: VirtualRouter) -> None:
    router.paste("/radius add service=hotspot address=127.0.0.1 secret=hush")
    router.paste("/user group add name=eye policy=api,read\n/user add name=eye group=eye password=p")
    api = connect(router, "eye", "p")
    assert "password" not in next(iter(api("/user/print")))
    assert next(iter(api("/radius/print")))["secret"] == "*****"
    api.close()


def test_renames_and_removals_reach_references(router: VirtualRouter) -> None:
    router.paste("/ip hotspot profile add name=p1\n/ip hotspot add name=h interface=bridge-lan profile=p1")
    router.paste("/ip hotspot profile set p1 name=p2")
    assert router.tree.rows("/ip/hotspot")[0]["profile"] == "p2"
    removed = router.tree.find("/ip/hotspot/profile", name="p2")
    router.paste("/ip hotspot profile remove p2")
    assert removed is not None and router.tree.rows("/ip/hotspot")[0]["profile"] == removed[".id"]


def test_safe_mode_undoes_when_the_session_drops(router: VirtualRouter) -> None:
    with Raw(router) as raw:
        raw.send("/safe-mode/take")
        assert raw.get() == ["!done"]
        raw.send("/system/identity/set", "=name=lost")
        assert raw.get() == ["!done"]
        assert router.device.identity == "lost"
    assert router.wait(lambda: router.device.identity == "MikroTik")


def test_a_closed_service_refuses_new_connections_only(router: VirtualRouter) -> None:
    with Raw(router) as raw:
        raw.send("/ip/service/set", "=.id=api", "=disabled=yes")
        assert raw.get() == ["!done"]
        with pytest.raises(OSError):
            socket.create_connection((router.address, router.api_port), 2).close()
        raw.send("/ip/service/set", "=.id=api", "=disabled=no")
        assert raw.get() == ["!done"]
        with Raw(router):
            pass


def test_faults_show_on_the_wire(router: VirtualRouter) -> None:
    router.faults.drop_after_n_sentences = 3
    with Raw(router) as raw:
        raw.send("/interface/print")
        got = [raw.get()[0], raw.get()[0]]  # the answer to the login was the first of the three
        assert got == ["!re", "!re"]
        with pytest.raises((EOFError, ConnectionError)):
            raw.get()
    router.faults.drop_after_n_sentences = 0
    router.faults.refuse_login = True
    with pytest.raises(TrapError):
        connect(router)
    router.faults.refuse_login = False
    router.faults.garbage = True
    api = connect(router)
    with pytest.raises(Exception):  # noqa: B017  whatever the client makes of it, it is no answer
        tuple(api("/system/identity/print"))
    api.close()


def test_routeros_api_drives_it(router: VirtualRouter) -> None:
    pool = routeros_api.RouterOsApiPool(
        router.address, "admin", "admin", router.api_port, plaintext_login=True
    )
    api = pool.get_api()
    pools = api.get_resource("/ip/pool")
    pools.add(name="other", ranges="10.7.0.2-10.7.0.9")
    row = pools.get(name="other")[0]
    pools.set(id=row["id"], ranges="10.7.0.3")
    assert pools.get(name="other")[0]["ranges"] == "10.7.0.3"
    assert pools.get(name="missing") == []
    with pytest.raises(
        routeros_api.exceptions.RouterOsApiCommunicationError, match="pool with such name exists"
    ):
        pools.add(name="other", ranges="10.7.0.2")
    pools.remove(id=row["id"])
    assert pools.get(name="other") == []
    pool.disconnect()


def test_many_clients_at_once(router: VirtualRouter) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        api = connect(router)
        for turn in range(5):
            api.path("/ip/firewall/address-list").add(list=f"l{number}", address=f"10.0.{number}.{turn}")
        found = [r for r in api.path("/ip/firewall/address-list") if r["list"] == f"l{number}"]
        if len(found) != 5:
            wrong.append(found)
        api.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [row[".id"] for row in router.tree.rows("/ip/firewall/address-list")]
    assert not wrong and len(set(ids)) == 40
