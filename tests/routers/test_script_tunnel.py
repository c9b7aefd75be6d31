"""The tunnel's lines on a virtual router: once however often they run, after a cut at any of them, and with their fix."""

import base64
import os
import threading
from collections.abc import Iterator

import pytest

from routers import script, script_tunnel
from routers.virtual import VirtualRouter
from tests.addresses import own
from tests.routers.test_script import Answering, Core, wish

HUB_KEY = base64.b64encode(os.urandom(32)).decode()


class Noting(Answering):
    """Keeps what was posted, by the last word of the address."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert isinstance(self.server, Hearing)
        self.server.heard.append((self.path.rpartition("/")[2], body))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.answer)


class Hearing(Core):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Noting)
        self.heard: list[tuple[str, str]] = []

    def hub(self, host: str, port: int, key: str, hub_key: str) -> bool:
        """Lets in who has told its key here."""
        known = [body.removeprefix("key=") for word, body in self.heard if word == "tunnel"]
        return (host, port, hub_key) == ("hub.example", 51820, HUB_KEY) and key in known


@pytest.fixture
def core() -> Iterator[Hearing]:
    server = Hearing()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


def tunnel() -> script_tunnel.Tunnel:
    return script_tunnel.Tunnel(
        own(130), own(129), "hub.example", 51820, HUB_KEY, base64.b64encode(bytes(32)).decode()
    )


def text(core: Hearing) -> str:
    told = tunnel()
    return script.enrolment(
        wish(url=core.url, server=told.hub, more=tuple(script_tunnel.lines(told, core.url, "no")))
    )


MENUS = (
    "/interface/wireguard",
    "/interface/wireguard/peers",
    "/ip/address",
    "/ip/firewall/filter",
    "/user",
    "/ip/service",
)
HIDDEN = (".id", "private-key", "public-key", "password")


def left(router: VirtualRouter) -> dict[str, list[dict[str, str]]]:
    return {
        path: [
            {name: value for name, value in row.items() if name not in HIDDEN}
            for row in router.tree.rows(path)
            if row.get("name") != "www"
        ]
        for path in MENUS
    }


def test_interface_peer_and_address_are_made_once_and_the_key_stays_on_the_router(core: Hearing) -> None:
    with VirtualRouter(address=own(41), api_port=8728) as router:
        router.device.hub = core.hub
        router.paste('/ip firewall filter add chain=input action=drop comment="theirs"')
        for _ in range(2):
            assert router.paste(text(core)).endswith("goes on by itself.")
        (link,) = router.tree.rows("/interface/wireguard")
        assert (link["name"], link["listen-port"], link["mtu"], link["comment"]) == (
            "kmikro-wg", "51099", "1412", "kmikro:tunnel",
        )  # fmt: skip
        (peer,) = router.tree.rows("/interface/wireguard/peers")
        assert (peer["interface"], peer["public-key"], peer["endpoint-address"], peer["endpoint-port"]) == (
            "kmikro-wg", HUB_KEY, "hub.example", "51820",
        )  # fmt: skip
        assert (peer["allowed-address"].removesuffix("/32"), peer["persistent-keepalive"]) == (
            own(129),
            "25s",
        )
        address = router.tree.find("/ip/address", comment="kmikro:tunnel")
        assert address is not None
        assert (address["address"], address["network"], address["interface"]) == (
            f"{own(130)}/32", own(129), "kmikro-wg",
        )  # fmt: skip
        told = {body for word, body in core.heard if word == "tunnel"}
        assert told == {f"key={link['public-key']}"}
        assert link["private-key"] not in str(core.heard)
        rules = router.tree.rows("/ip/firewall/filter")
        assert [row.get("comment") for row in rules if "src-address" in row] == ["kmikro:api", "kmikro:coa"]
        assert {row["src-address"] for row in rules if "src-address" in row} == {own(129)}
        user = router.tree.find("/user", name="kmikro")
        service = router.tree.find("/ip/service", name="api-ssl")
        assert user is not None and service is not None
        assert (user["address"], service["address"].removesuffix("/32")) == (own(129), own(129))


def test_a_service_that_somebody_else_uses_stays_open_to_whom_it_was(core: Hearing) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.device.hub = core.hub
        router.paste(
            "/certificate add name=theirs common-name=t key-size=prime256v1\n/certificate sign theirs\n"
            "/ip service set api-ssl certificate=theirs disabled=no"
        )
        assert router.paste(text(core)).endswith("goes on by itself.")
        service = router.tree.find("/ip/service", name="api-ssl")
        assert service is not None
        assert service.get("address", "") == ""


def test_an_interface_of_theirs_is_not_touched(core: Hearing) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.device.hub = core.hub
        router.paste(
            "/interface wireguard add name=wg1\n"
            f'/interface wireguard peers add interface=wg1 public-key="{HUB_KEY}" allowed-address=10.0.0.0/8'
        )
        before = (
            router.tree.rows("/interface/wireguard")[0].copy(),
            router.tree.rows("/interface/wireguard/peers")[0].copy(),
        )
        assert router.paste(text(core)).endswith("goes on by itself.")
        assert router.tree.rows("/interface/wireguard")[0] == before[0]
        assert router.tree.rows("/interface/wireguard/peers")[0] == before[1]


def test_without_a_handshake_it_ends_with_the_fix_and_says_so_to_us(
    core: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_tunnel, "PATIENCE", 2)
    with VirtualRouter(address=own(41), speed=1_000.0) as router:
        said = router.paste(text(core))
        assert "Let UDP go out to port 51820 of hub.example" in said
        word, body = core.heard[-1]
        assert word == "report"
        assert body.endswith("problem=tunnel")
        router.device.hub = core.hub
        assert router.paste(text(core)).endswith("goes on by itself.")


def test_a_paste_that_was_cut_after_any_line_can_be_pasted_again(core: Hearing) -> None:
    whole = text(core)
    lines = whole.splitlines(keepends=True)
    ours = [
        number
        for number, line in enumerate(lines)
        if "wireguard" in line or "tunnel" in line or "hand" in line
    ]
    with VirtualRouter(address=own(41), api_port=8728) as router:
        router.device.hub = core.hub
        router.paste(whole)
        wanted = left(router)
    for cut in range(ours[0], ours[-1] + 12):
        with VirtualRouter(address=own(41), api_port=8728) as router:
            router.device.hub = core.hub
            for part in ("".join(lines[:cut]), whole):
                said = router.paste(part)
            assert said.endswith("goes on by itself."), cut
            assert left(router) == wanted, cut


def test_a_router_that_is_reached_directly_again_is_not_left_open_to_the_hub_alone(core: Hearing) -> None:
    with VirtualRouter(address=own(41)) as router:
        router.device.hub = core.hub
        router.paste(text(core))
        router.paste(script.enrolment(wish(url=core.url, more=tuple(script_tunnel.without(own(129))))))
        service = router.tree.find("/ip/service", name="api-ssl")
        assert service is not None
        assert service.get("address", "") == ""


def test_nothing_breaks_out_of_what_the_hub_is_called() -> None:
    told = script_tunnel.Tunnel("10.99.0.2", "10.99.0.1", 'x"; /user add; "', 1, HUB_KEY, "shared")
    assert told.preshared_key not in repr(told)
    assert '\\"; /user add; \\"' in "\n".join(script_tunnel.lines(told, "https://a.example/e/t", "yes"))
