"""The lines of SSTP on virtual routers of 6.49 and 7, fetched and pasted: once however often they run, and after any cut."""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler

import pytest

from routers import hub_certificate, script, script_sstp, script_tunnel
from routers.virtual import VirtualRouter, builtins
from tests.addresses import own
from tests.routers.hubs import answering, certificate
from tests.routers.test_script import wish
from tests.routers.test_script_tunnel import Hearing, Noting

PEM, USER, PASSWORD = certificate(), f"kmikro-{own(130)}", 'p"w$[x]?\\{;}'
SIX, SEVEN = "6.49.10 (long-term)", "7.20.8 (stable)"
EVERY = [(SIX, True), (SIX, False), (SEVEN, True), (SEVEN, False)]
MENUS = (
    "/interface/sstp-client", "/interface/wireguard", "/ppp/profile", "/certificate", "/file", "/ip/address",
    "/ip/firewall/filter", "/user", "/ip/service",
)  # fmt: skip
CHANGING = (
    ".id", "password", "pem", "key", "serial-number", "invalid-before", "invalid-after", "last-modified",
)  # fmt: skip


class Handing(Noting):
    """Hands out the hub's certificate too."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PEM.encode())


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "LONGEST_DELAY", 0.001)


@pytest.fixture
def core() -> Iterator[Hearing]:
    server = Hearing()
    handler: type[BaseHTTPRequestHandler] = Handing
    server.RequestHandlerClass = handler
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()


def link(version: str = SIX) -> script_sstp.Link:
    return script_sstp.Link(
        hub=own(129), host="hub.example", port=8443, user=USER, password=PASSWORD, certificate=PEM,
        fingerprint=hub_certificate.fingerprint(PEM), names_host=True, six=version == SIX,
    )  # fmt: skip


def text(core: Hearing, version: str, fetched: bool, told: script_sstp.Link | None = None) -> str:
    told = told or link(version)
    lines = script_sstp.lines(told, core.url if fetched else "", "no")
    return script.enrolment(wish(url=core.url, server=told.hub, more=tuple(lines), six=version == SIX))


def router_of(version: str) -> VirtualRouter:
    router = VirtualRouter(address=own(41), api_port=8728, version=version, speed=200.0)
    router.device.sstp.dial = answering(
        PEM, lambda user, word: (own(130), own(129)) if (user, word) == (USER, PASSWORD) else None
    )
    return router


def left(router: VirtualRouter) -> dict[str, list[dict[str, str]]]:
    """What is there, without what differs from one run to another."""
    return {
        path: [
            {name: value for name, value in row.items() if name not in CHANGING and not _of_ours(row, name)}
            for row in router.tree.rows(path)
            if row.get("name") != "www"
        ]
        for path in MENUS
    }


def _of_ours(row: dict[str, str], name: str) -> bool:
    return name == "fingerprint" and row.get("name") == "kmikro-api"


def is_up(router: VirtualRouter) -> bool:
    return own(130) in router.device.addresses()


@pytest.mark.parametrize(("version", "fetched"), EVERY)
def test_client_profile_and_certificate_are_made_once(core: Hearing, version: str, fetched: bool) -> None:
    with router_of(version) as router:
        for _ in range(2):
            assert router.paste(text(core, version, fetched)).endswith("goes on by itself.")
        (made,) = router.tree.rows("/interface/sstp-client")
        wanted = {
            "name": "kmikro-sstp", "comment": "kmikro:tunnel", "connect-to": "hub.example", "port": "8443", "user": USER,
            "password": PASSWORD, "profile": "kmikro-sstp", "verify-server-certificate": "true", "certificate": "none",
            "verify-server-address-from-certificate": "true", "authentication": "mschap2", "add-default-route": "false",
            "disabled": "false", "pfs": "yes", "keepalive-timeout": "30", "dial-on-demand": "false",
        }  # fmt: skip
        assert {name: made[name] for name in wanted} == wanted
        profile = router.tree.find("/ppp/profile", name="kmikro-sstp")
        assert profile is not None
        assert (profile["use-encryption"], profile["use-compression"], profile["use-mpls"]) == (
            "no",
            "no",
            "no",
        )
        hub = router.tree.find("/certificate", name="kmikro-hub")
        assert hub is not None
        assert (hub["fingerprint"], hub["trusted"]) == (hub_certificate.fingerprint(PEM), "true")
        assert sorted(row["name"] for row in router.tree.rows("/certificate")) == ["kmikro-api", "kmikro-hub"]
        assert all("kmikro" not in row["name"] for row in router.tree.rows("/file"))
        assert is_up(router)
        service = router.tree.find("/ip/service", name="api-ssl")
        assert service is not None
        assert service["address"].removesuffix("/32") == own(129)
        assert PASSWORD not in str(core.heard)


@pytest.mark.parametrize(("version", "fetched"), EVERY)
def test_after_a_cut_at_any_line_it_can_be_pasted_again(core: Hearing, version: str, fetched: bool) -> None:
    """Of the lines of this module alone: making the API's certificate at every cut would take minutes."""
    made = script_sstp.lines(link(version), core.url if fetched else "", "no")
    whole = "\n".join([':local facts ""', *made, ':put "Done."\n'])
    lines = whole.splitlines(keepends=True)
    with router_of(version) as router:
        router.paste(whole)
        wanted = left(router)
    for cut in range(1, len(lines)):
        with router_of(version) as router:
            for part in ("".join(lines[:cut]), whole):
                said = router.paste(part)
            assert said.endswith("Done."), cut
            assert left(router) == wanted, cut
            assert is_up(router), cut


@pytest.mark.parametrize(("version", "fetched"), EVERY)
def test_a_hub_that_does_not_answer_ends_it_with_the_fix(
    core: Hearing, version: str, fetched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_tunnel, "PATIENCE", 2)
    with router_of(version) as router:
        answers = router.device.sstp.dial
        router.device.sstp.dial = lambda host, port: None
        said = router.paste(text(core, version, fetched))
        assert "Let TCP go out to port 8443 of hub.example" in said
        told = [body for word, body in core.heard if word == "report"]
        assert [body.endswith("problem=tunnel") for body in told] == [True] * fetched
        router.device.sstp.dial = answers
        assert router.paste(text(core, version, fetched)).endswith("goes on by itself.")


def test_a_new_certificate_of_the_hub_takes_the_place_of_the_old_one(core: Hearing) -> None:
    with router_of(SIX) as router:
        router.paste(text(core, SIX, fetched=False))
        newer = certificate()
        router.device.sstp.dial = answering(newer, lambda user, word: (own(130), own(129)))
        told = replace(link(), certificate=newer, fingerprint=hub_certificate.fingerprint(newer))
        assert router.paste(text(core, SIX, fetched=False, told=told)).endswith("goes on by itself.")
        hubs = [row for row in router.tree.rows("/certificate") if row["name"] == "kmikro-hub"]
        assert [row["fingerprint"] for row in hubs] == [told.fingerprint]
        assert is_up(router)


def test_a_certificate_that_is_not_the_hubs_is_not_taken(core: Hearing) -> None:
    with router_of(SIX) as router:
        told = replace(link(), fingerprint="0" * 64)  # what we were given is not what we shall find
        assert script_sstp.NO_IMPORT in router.paste(text(core, SIX, fetched=True, told=told))
        assert router.tree.rows("/interface/sstp-client") == []


def test_what_others_made_stays(core: Hearing) -> None:
    with router_of(SIX) as router:
        router.paste(
            "/ppp profile add name=theirs use-encryption=required\n"
            "/interface sstp-client add name=theirs connect-to=vpn.example profile=theirs\n"
            "/certificate add name=theirs common-name=t\n/certificate sign theirs"
        )
        paths = ("/interface/sstp-client", "/ppp/profile", "/certificate")
        before = [row.copy() for path in paths for row in router.tree.rows(path) if row["name"] == "theirs"]
        assert router.paste(text(core, SIX, fetched=True)).endswith("goes on by itself.")
        assert before == [row for path in paths for row in router.tree.rows(path) if row["name"] == "theirs"]


def test_seven_goes_from_one_kind_to_the_other_and_back(core: Hearing) -> None:
    tunnel = script_tunnel.Tunnel(own(130), own(129), "hub.example", 51820, "k" * 43 + "=", "p")
    lines = [*script_sstp.removal(), *script_tunnel.lines(tunnel, core.url, "no")]
    by_wireguard = script.enrolment(wish(url=core.url, server=own(129), more=tuple(lines)))
    with router_of(SEVEN) as router:
        router.device.hub = lambda host, port, key, hub_key: True
        said = router.paste(by_wireguard.replace("k" * 43 + "=", _key()))
        assert said.endswith("goes on by itself.")
        assert router.paste(text(core, SEVEN, fetched=True)).endswith("goes on by itself.")
        assert router.tree.rows("/interface/wireguard") == []
        assert router.tree.rows("/interface/wireguard/peers") == []
        assert router.tree.find("/ip/address", comment="kmikro:tunnel") is None
        assert is_up(router)
        router.paste(by_wireguard.replace("k" * 43 + "=", _key()))
        assert router.tree.rows("/interface/sstp-client") == []
        assert router.tree.find("/ppp/profile", name="kmikro-sstp") is None
        assert router.tree.find("/certificate", name="kmikro-hub") is None
        assert len(router.tree.rows("/interface/wireguard")) == 1


def _key() -> str:
    return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_passwords_and_hosts_of_any_signs_reach_the_router_as_they_are() -> None:
    chance = random.Random(6)
    for _ in range(40):
        word = "".join(chance.choices('"\\$[](){};?=\n\t #aB0é', k=12))
        told = replace(link(), password=word)
        with router_of(SIX) as router:
            router.device.sstp.dial = answering(
                PEM, lambda user, had, word=word: (own(130), own(129)) if had == word else None
            )
            router.paste("\n".join(script_sstp.lines(told)))
            assert is_up(router), word
    assert PASSWORD not in repr(link())
    hostile = "\n".join(script_sstp.lines(replace(link(), host='x"; /user add; "')))
    assert '\\"; /user add; \\"' in hostile
    assert '"x";' not in hostile
