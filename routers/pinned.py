"""TLS with the one certificate that a router enrolled with; no authority, name or date could say more than that."""

import hashlib
import socket
import ssl


class Another(Exception):
    """Another certificate was shown; shown is its SHA-256 in hex."""

    def __init__(self, shown: str) -> None:
        super().__init__("another certificate is shown")
        self.shown = shown


class HungUp(Exception):
    """The other side ended the conversation before it said who it is."""


class NotSpoken(Exception):
    """No TLS is spoken there, or none with a certificate."""


def secured(sock: socket.socket, pin: str) -> ssl.SSLSocket:
    """The socket under TLS; closed when it did not come to that. Nothing is said before the certificate is known."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        made = context.wrap_socket(sock)
    except OSError as error:
        sock.close()
        if isinstance(error, TimeoutError):
            raise
        if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionError):
            raise HungUp from None
        raise NotSpoken from None
    shown = hashlib.sha256(made.getpeercert(binary_form=True) or b"").hexdigest()
    if shown != pin:
        made.close()
        raise Another(shown)
    return made
