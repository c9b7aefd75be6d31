"""The one HTTP request that SSTP begins with, and its answer ([MS-SSTP] 3.2.4.1, 4.1)."""

from kmikro.lib.sstp import Malformed

METHOD = b"SSTP_DUPLEX_POST"
PATH = b"/sra_{BA195980-CD49-458b-9E23-C84EE0ADCD75}/"
ENDLESS = b"18446744073709551615"  # 2^64 - 1: a body that does not end, both ways
LONGEST = 4096
ACCEPTED = b"HTTP/1.1 200 OK\r\nContent-Length: " + ENDLESS + b"\r\nServer: SSTP\r\n\r\n"
REFUSED = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_END = b"\r\n\r\n"


class Request:
    """Collects the head of the request, however it was cut."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, octets: bytes) -> bytes | None:
        """What stands behind the head, once that is whole; None before. Raises Malformed for any other request."""
        self._held += octets
        end = self._held.find(_END)
        if end < 0 and len(self._held) <= LONGEST:
            if not METHOD.startswith(bytes(self._held[: len(METHOD)])):
                raise Malformed("this is no request for SSTP")
            return None
        if end < 0 or end > LONGEST:
            raise Malformed("the head of the request is too long")
        line = bytes(self._held[: self._held.find(b"\r\n")])
        method, _, rest = line.partition(b" ")
        path, _, version = rest.partition(b" ")
        if method != METHOD or path.lower() != PATH.lower() or version != b"HTTP/1.1":
            raise Malformed("this is no request for SSTP")
        return bytes(self._held[end + len(_END) :])
