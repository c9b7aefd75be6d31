"""The API's two doors on the virtual router: plain, and by TLS with a certificate that the router made itself."""

import hashlib
import socket
import ssl
from collections.abc import Iterator

import pytest

from routers.virtual import VirtualRouter
from tests.addresses import own

MAKE = (
    "/certificate add name=mine common-name=router days-valid=3650 key-size=prime256v1\n"
    "/certificate sign mine\n"
    "/ip service set api-ssl certificate=mine disabled=no"
)


@pytest.fixture
def router() -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(65)) as running:
        yield running


def shown(router: VirtualRouter) -> str:
    """SHA-256 of the certificate that answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((router.address, router.secure_port), 5) as plain,
        context.wrap_socket(plain) as secured,
    ):
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").hexdigest()


def test_the_secure_door_is_shut_until_somebody_opens_it_with_a_certificate(router: VirtualRouter) -> None:
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((router.address, router.secure_port), 5)
    assert router.paste(MAKE) == ""
    row = router.tree.find("/certificate", name="mine")
    assert row is not None
    assert shown(router) == row["fingerprint"]
    assert "already signed" in router.paste("/certificate sign mine")
    assert "PRIVATE" not in router.paste("/certificate print detail")


def test_without_a_certificate_there_is_no_handshake(router: VirtualRouter) -> None:
    router.paste("/ip service set api-ssl disabled=no")
    with pytest.raises((ssl.SSLError, OSError)):
        shown(router)
    router.paste("/ip service set api-ssl disabled=yes")
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((router.address, router.secure_port), 5)


def test_the_plain_door_answers_on_every_address_of_the_router(router: VirtualRouter) -> None:
    router.paste(f"/interface wireguard add name=wg1\n/ip address add address={own(66)}/32 interface=wg1")
    for address in (own(65), own(66)):
        socket.create_connection((address, router.api_port), 5).close()
    router.paste(f'/ip address remove [find where address="{own(66)}/32"]')
    with pytest.raises(OSError, match="refused"):
        socket.create_connection((own(66), router.api_port), 5)
