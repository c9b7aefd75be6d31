"""SSTP on the virtual router: up only when the right server lets it in; the address comes and goes with the connection."""

import pytest

from routers.virtual import VirtualRouter, sstp
from tests.addresses import own
from tests.routers.hubs import answering, certificate

PEM = certificate()
VERSIONS = ("6.49.10 (long-term)", "7.20.8 (stable)")
HERE, HUB = own(66), own(65)


def hub(pem: str = PEM) -> sstp.Dial:
    return answering(pem, lambda user, word: (HERE, HUB) if (user, word) == ("ana", "pw") else None)


def client(router: VirtualRouter, **changes: str) -> str:
    port = {"connect-to": "hub.example:8443"} if router.device.release < (7,) else {"port": "8443"}
    settings = {
        "name": "up1", "connect-to": "hub.example", "user": "ana", "password": "pw", "disabled": "no",
        "verify-server-certificate": "yes", **port, **changes,
    }  # fmt: skip
    return router.paste("/interface sstp-client add " + " ".join(f"{n}={v}" for n, v in settings.items()))


def brought(router: VirtualRouter, pem: str = PEM) -> None:
    router.device.tree.add("/file", {"name": "hub.pem", "contents": pem})
    said = router.paste('/certificate import file-name=hub.pem passphrase=""')
    assert "certificates-imported=1" in said


def running(router: VirtualRouter) -> str:
    return router.paste(":put [/interface sstp-client get up1 running]")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_runs_while_it_is_let_in_and_its_address_is_dynamic(version: str) -> None:
    with VirtualRouter(address=own(64), version=version) as router:
        router.device.sstp.dial = hub()
        brought(router)
        assert client(router) == ""
        assert running(router) == "true"
        assert router.paste(":put [/interface get up1 running]") == "true"
        row = router.paste("/ip address print where interface=up1")
        assert f"address={HERE}/32" in row
        assert f"network={HUB}" in row
        assert "dynamic=true" in row
        assert router.paste(":put [:len [/ip address find where interface=up1 !dynamic]]") == "0"
        assert HERE in router.device.addresses()
        router.paste("/interface sstp-client set up1 disabled=yes")
        assert running(router) == "false"
        assert router.device.addresses() == [own(64)]
        router.paste("/interface sstp-client set up1 disabled=no")
        router.device.sstp.dial = answering(PEM, lambda user, word: None)
        assert running(router) == "false", "the hub lets it in no more"


def test_it_is_off_and_trusts_anybody_unless_told_otherwise() -> None:
    with VirtualRouter(address=own(64)) as router:
        assert router.paste("/interface sstp-client add name=up1 connect-to=hub.example") == ""
        row = router.paste("/interface sstp-client print")
        for word in (
            "disabled=true", "verify-server-certificate=false", "profile=default-encryption", "port=443",
            "verify-server-address-from-certificate=true", "authentication=pap,chap,mschap1,mschap2", "running=false",
        ):  # fmt: skip
            assert word in row
        assert "already have interface" in router.paste("/interface sstp-client add name=up1 connect-to=x")


@pytest.mark.parametrize("change", [
    {"password": "no"}, {"user": "bob"}, {"authentication": "pap"}, {"profile": "strict"}, {"disabled": "yes"},
])  # fmt: skip
def test_what_the_hub_does_not_take_brings_nothing(change: dict[str, str]) -> None:
    with VirtualRouter(address=own(64)) as router:
        router.device.sstp.dial = hub()
        router.paste("/ppp profile add name=strict use-encryption=required")
        brought(router)
        client(router, **change)
        assert running(router) == "false"
        assert router.device.addresses() == [own(64)]


def test_a_server_that_it_cannot_be_sure_of_is_left() -> None:
    other = certificate()
    with VirtualRouter(address=own(64)) as router:
        router.device.sstp.dial = hub(other)
        brought(router)
        client(router)
        assert running(router) == "false", "another certificate"
        assert any("bad server certificate" in line.message for line in router.device.lines)
        router.paste("/interface sstp-client set up1 verify-server-certificate=no")
        assert running(router) == "true"
        router.paste("/interface sstp-client set up1 verify-server-certificate=yes")
        router.device.sstp.dial = hub()
        assert running(router) == "true"
        router.paste("/certificate set [find] trusted=no")
        assert running(router) == "false"
        router.paste("/certificate set [find] trusted=yes")
        assert running(router) == "true"
        router.faults.clock_1970 = router.device.clock.lost = True
        assert running(router) == "false", "not valid yet by the router's clock"


def test_the_name_in_the_certificate_counts_unless_told_otherwise() -> None:
    wrong = certificate("other.example")
    assert sstp.is_named(certificate("192.0.2.7"), "192.0.2.7")
    with VirtualRouter(address=own(64)) as router:
        router.device.sstp.dial = hub(wrong)
        brought(router, wrong)
        client(router)
        assert running(router) == "false"
        router.paste("/interface sstp-client set up1 verify-server-address-from-certificate=no")
        assert running(router) == "true"


def test_six_has_the_port_behind_the_host_and_no_word_for_it() -> None:
    with VirtualRouter(address=own(64), version=VERSIONS[0]) as router:
        assert "expected end of command" in router.paste(
            "/interface sstp-client add name=up1 connect-to=hub.example port=8443"
        )
        router.paste("/interface sstp-client add name=up1 connect-to=hub.example")
        assert "connect-to=hub.example:443" in router.paste("/interface sstp-client print")
        router.paste("/interface sstp-client set up1 connect-to=hub.example:8443")
        row = router.paste("/interface sstp-client print")
        assert "connect-to=hub.example:8443" in row
        assert " port=" not in row


def test_six_makes_files_by_printing_into_them_and_takes_4095_bytes() -> None:
    with VirtualRouter(address=own(64), version=VERSIONS[0]) as router:
        assert router.paste("/file print file=note") == ""
        assert router.paste("/file set note.txt contents=short") == ""
        assert router.paste(":put [/file get note.txt contents]") == "short"
        assert router.paste(f"/file set note.txt contents={'x' * 4095}") == ""
        assert "too long" in router.paste(f"/file set note.txt contents={'x' * 4096}")
