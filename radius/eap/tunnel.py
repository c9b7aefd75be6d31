"""The one hand on pyOpenSSL: a TLS server that is fed octets and gives octets, without any socket.

TLS 1.2 and nothing else. With 1.3 keys are derived otherwise (RFC 9427) and PEAP is not settled among the devices that
are in use; all of them speak 1.2. No resumption: every sign-in shows its password.
"""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from OpenSSL import SSL

Shared = SSL.Context

_CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20"
_ROOM = 1 << 16
_KEY = 64  # octets of the MSK


class Broken(Exception):
    """TLS has failed for good; the text is OpenSSL's word for it, such as 'tlsv1 alert unknown ca'."""


def context(certificate: str, key: str) -> Shared:
    """What all tunnels of one certificate share. Both are PEM, what signed the certificate may follow it."""
    made = SSL.Context(SSL.TLS_SERVER_METHOD)
    made.set_min_proto_version(SSL.TLS1_2_VERSION)
    made.set_max_proto_version(SSL.TLS1_2_VERSION)
    made.set_cipher_list(_CIPHERS)
    made.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION)
    made.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    made.set_verify(SSL.VERIFY_NONE)
    own, *others = x509.load_pem_x509_certificates(certificate.encode())
    made.use_certificate(own)
    for each in others:
        made.add_extra_chain_cert(each)
    private = serialization.load_pem_private_key(key.encode(), None)
    made.use_privatekey(private)  # type: ignore[arg-type]  # any key that fits the certificate
    made.check_privatekey()
    return made


class Tunnel:
    """Our end of one TLS connection."""

    def __init__(self, shared: Shared) -> None:
        self._end = SSL.Connection(shared, None)
        self._end.set_accept_state()
        self.is_up = False

    def shake(self, octets: bytes) -> bytes:
        """Go on with the handshake; what to send back. Raises `Broken`."""
        self._put(octets)
        try:
            self._end.do_handshake()
            self.is_up = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            raise Broken(_reason(error)) from None
        return self._out()

    def open(self, octets: bytes) -> bytes:
        """What the device said inside. Raises `Broken`."""
        self._put(octets)
        clear = b""
        try:
            while True:
                clear += self._end.recv(_ROOM)
        except SSL.WantReadError:
            return clear
        except SSL.Error as error:
            raise Broken(_reason(error)) from None

    def seal(self, clear: bytes) -> bytes:
        """What to send so that the device reads this inside."""
        try:
            self._end.sendall(clear)
        except SSL.Error as error:
            raise Broken(_reason(error)) from None
        return self._out()

    def export(self, label: bytes, length: int = _KEY) -> bytes:
        """Octets that both ends can compute and nobody else (RFC 5705, without context)."""
        return self._end.export_keying_material(label, length)

    def _put(self, octets: bytes) -> None:
        if octets:
            self._end.bio_write(octets)

    def _out(self) -> bytes:
        out = b""
        try:
            while True:
                out += self._end.bio_read(_ROOM)
        except SSL.WantReadError:
            return out


def _reason(error: SSL.Error) -> str:
    """The innermost word that OpenSSL has for it."""
    if isinstance(error, SSL.ZeroReturnError):
        return "the device closed the tunnel"
    told = error.args[0] if error.args else ()
    words = [str(each[2]) for each in told if isinstance(each, tuple) and len(each) > 2 and each[2]]
    return words[-1] if words else "the connection broke"
