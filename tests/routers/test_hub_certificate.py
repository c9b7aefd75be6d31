"""The hub's certificate as routers see it: digest and names."""

import hashlib
import ssl

import pytest

from routers import hub_certificate
from tests.routers.hubs import certificate


@pytest.mark.parametrize("host", ["hub.example", "192.0.2.7"])
def test_it_is_for_its_host_and_for_no_other(host: str) -> None:
    pem = certificate(host)
    assert hub_certificate.names(pem, host)
    assert not hub_certificate.names(pem, "other.example")
    assert not hub_certificate.names(pem, "192.0.2.8")


def test_the_digest_is_that_of_the_certificate_as_it_is_sent() -> None:
    pem = certificate()
    assert hub_certificate.fingerprint(pem) == hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
