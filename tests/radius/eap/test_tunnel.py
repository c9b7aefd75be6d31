"""Our end of TLS, against Python's own `ssl` as the other end."""

from __future__ import annotations

import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from radius.eap.tunnel import Broken, Tunnel
from tests.radius.eap import shown
from tests.radius.eap.device import Device


class Other:
    """A TLS client over memory."""

    def __init__(self, root: str, *, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.load_verify_locations(cadata=root)
        self.context.maximum_version = highest
        self.into, self.out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.end = self.context.wrap_bio(self.into, self.out, server_hostname=shown.NAME)

    def shake(self, octets: bytes) -> bytes:
        self.into.write(octets)
        try:
            self.end.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            pass  # an alert goes out
        return self.out.read()


def joined(other: Other) -> Tunnel:
    tunnel, octets = Tunnel(shown.shared()), other.shake(b"")
    while not tunnel.is_up:
        octets = other.shake(tunnel.shake(octets))
    return tunnel


def test_both_ends_understand_each_other_over_1_2_with_an_elliptic_curve() -> None:
    other = Other(shown.root().certificate)
    tunnel = joined(other)
    assert other.end.version() == "TLSv1.2"
    cipher = other.end.cipher()
    assert cipher is not None
    assert cipher[0].startswith("ECDHE-ECDSA-")
    other.end.write(b"psst")
    assert tunnel.open(other.out.read()) == b"psst"
    assert tunnel.open(b"") == b""
    other.into.write(tunnel.seal(b"well"))
    assert other.end.read() == b"well"


def test_a_device_sees_the_certificate_and_the_root_that_signed_it() -> None:
    other = Other(shown.root().certificate)
    joined(other)
    shown_to_it = other.end.getpeercert(binary_form=True)
    assert shown_to_it is not None
    own = x509.load_pem_x509_certificate(shown.server().certificate.encode())
    assert shown_to_it == own.public_bytes(Encoding.DER)
    device, tunnel = Device(), Tunnel(shown.shared())
    octets = device._shake(b"")
    while not device.up:
        octets = device._shake(tunnel.shake(octets))
    chain = device.end.get_peer_cert_chain(as_cryptography=True)
    assert chain is not None
    assert [each.subject for each in chain] == [own.subject, own.issuer]


def test_nothing_is_resumed() -> None:
    other = Other(shown.root().certificate)
    joined(other)
    session = other.end.session
    assert session is None or not session.has_ticket
    again = Other(shown.root().certificate)
    again.end = other.context.wrap_bio(again.into, again.out, server_hostname=shown.NAME, session=session)
    joined(again)
    assert again.end.session_reused is False


def test_a_key_for_the_link_is_the_same_at_both_ends_and_another_each_time() -> None:
    keys = set()
    for _ in range(2):
        device, octets = Device(), b""
        tunnel = Tunnel(shown.shared())
        octets = device._shake(b"")
        while not device.up:
            octets = device._shake(tunnel.shake(octets))
        assert tunnel.export(b"client EAP encryption") == device.key
        assert len(device.key) == 64
        assert tunnel.export(b"ttls keying material") != device.key
        keys.add(device.key)
    assert len(keys) == 2


def test_who_does_not_trust_us_says_so() -> None:
    other, tunnel = Other(shown.root("another root").certificate), Tunnel(shown.shared())
    alert = other.shake(tunnel.shake(other.shake(b"")))
    with pytest.raises(Broken, match="unknown ca"):
        tunnel.shake(alert)


def test_what_is_no_tls_or_too_old_breaks_the_tunnel() -> None:
    with pytest.raises(Broken):
        Tunnel(shown.shared()).shake(b"GET / HTTP/1.0\r\n\r\n")
    other = Other(shown.root().certificate)
    other.context.minimum_version = ssl.TLSVersion.TLSv1_3
    other.end = other.context.wrap_bio(other.into, other.out, server_hostname=shown.NAME)
    with pytest.raises(Broken, match="protocol"):
        Tunnel(shown.shared()).shake(other.shake(b""))


def test_a_record_that_was_touched_or_an_end_breaks_it() -> None:
    other = Other(shown.root().certificate)
    tunnel = joined(other)
    other.end.write(b"psst")
    record = bytearray(other.out.read())
    record[-1] ^= 1
    with pytest.raises(Broken):
        tunnel.open(bytes(record))
    other = Other(shown.root().certificate)
    tunnel = joined(other)
    with pytest.raises(ssl.SSLWantReadError):
        other.end.unwrap()
    with pytest.raises(Broken, match="closed"):
        tunnel.open(other.out.read())
