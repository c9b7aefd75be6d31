"""Certificates and PPP on the virtual router: imported from files, referred to by name, refused like the real thing."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from routers.virtual import VirtualRouter, files
from tenants import certificates
from tests.addresses import own

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def router() -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(61)) as made:
        yield made


@pytest.fixture(scope="module")
def signed() -> tuple[certificates.Signed, certificates.Signed]:
    root = certificates.make_root("Authority", now=NOW)
    return root, certificates.make_client(root, name="router-7.t_a", urn="urn:kmikro:t_a:7", now=NOW)


def test_a_bundle_becomes_rows_and_radius_may_name_it(router: VirtualRouter, signed) -> None:
    root, own_one = signed
    files.write(router.device, "r.pem", own_one.certificate + own_one.key + root.certificate)
    said = router.paste('/certificate import file-name=r.pem name=kmikro-radsec passphrase=""')
    rows = {row["name"]: row for row in router.device.tree.rows("/certificate")}
    assert set(rows) == {"kmikro-radsec", "kmikro-radsec_1"}, said
    mine, above = rows["kmikro-radsec"], rows["kmikro-radsec_1"]
    assert (mine["fingerprint"], mine["private-key"], mine["common-name"]) == (
        own_one.fingerprint,
        "true",
        "router-7.t_a",
    )
    assert "private-key" not in above
    assert above["authority"] == "true"
    assert own_one.key not in str(router.device.tree.snapshot()["tables"]["/certificate"])
    router.paste('/certificate import file-name=r.pem name=again passphrase=""')
    assert len(router.device.tree.rows("/certificate")) == 2
    router.paste(
        "/radius add service=hotspot address=192.0.2.1 protocol=radsec certificate=kmikro-radsec secret=radsec"
    )
    assert "does not match any value of certificate" in router.paste(
        "/radius add service=ppp address=192.0.2.1 protocol=radsec certificate=nobody secret=radsec"
    )


def test_a_key_without_its_certificate_and_a_missing_file(router: VirtualRouter, signed) -> None:
    files.write(router.device, "key.pem", signed[1].key)
    router.paste('/certificate import file-name=key.pem passphrase=""')
    assert not router.device.tree.rows("/certificate")
    assert "cannot open file" in router.paste('/certificate import file-name=nothing.pem passphrase=""')


def test_pppoe_menus(router: VirtualRouter) -> None:
    router.paste("/ppp aaa set use-radius=yes interim-update=5m")
    assert router.device.tree.singles["/ppp/aaa"]["use-radius"] == "true"
    router.paste("/ppp profile add name=mine local-address=10.20.0.1 remote-address=hs-pool")
    router.paste(
        "/interface pppoe-server server add interface=ether3 default-profile=mine authentication=mschap2,chap"
    )
    row = router.device.tree.rows("/interface/pppoe-server/server")[0]
    assert (row["disabled"], row["authentication"]) == ("true", "chap,mschap2")
    for wrong in (
        "interface=ether99",
        "interface=ether3 default-profile=nobody",
        "interface=ether3 authentication=eap",
    ):
        assert "does not match any value" in router.paste(f"/interface pppoe-server server add {wrong}")
