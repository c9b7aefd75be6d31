"""The PPP link of one call: LCP, then MS-CHAPv2, then IPCP; every other protocol is rejected (RFC 1661, section 3)."""

from kmikro.lib.sstp import Malformed, ppp
from kmikro.lib.sstp.chap import Examiner, Find
from kmikro.lib.sstp.negotiation import Negotiation
from kmikro.lib.sstp.options import AddressOptions, Draw, LinkOptions
from kmikro.lib.sstp.ppp import Packet

_CONFIGURE = (ppp.REQUEST, ppp.ACK, ppp.NAK, ppp.REJECT)


class Link:
    """Frames go in; frames to send and IP packets come out."""

    def __init__(self, hub: str, find: Find, draw: Draw) -> None:
        self._hub, self._draw = hub, draw
        self._options = LinkOptions(draw)
        self._lcp = Negotiation(self._options)
        self._ipcp: Negotiation | None = None
        self._asking = False
        self._ident = 0
        self.examiner = Examiner(find, draw)
        self.is_over = ""  # why

    @property
    def is_open(self) -> bool:
        return self._ipcp is not None and self._ipcp.is_open

    def start(self, now: float) -> list[bytes]:
        return self._sent(ppp.LCP, self._lcp.start(now))

    def tick(self, now: float) -> list[bytes]:
        """What has to be said again."""
        out = self._sent(ppp.LCP, self._lcp.tick(now))
        if self._asking:
            out += self._sent(ppp.CHAP, self.examiner.tick(now))
        if self._ipcp is not None:
            out += self._sent(ppp.IPCP, self._ipcp.tick(now))
        return out

    def take(self, body: bytes, now: float) -> tuple[list[bytes], bytes]:
        """Frames to send, and the IP packet that came, if it was one and the link is open."""
        protocol, payload = ppp.opened(body)
        if protocol == ppp.LCP:
            return self._lcp_took(ppp.read(payload), now), b""
        if not self._lcp.is_open:  # before that nothing else may be said, and nobody answers
            return [], b""
        if protocol == ppp.CHAP:
            return self._chap_took(ppp.read(payload), now), b""
        if self._ipcp is None:  # nor this, before they signed in
            return [], b""
        if protocol == ppp.IPCP:
            return self._ipcp_took(ppp.read(payload), now), b""
        if protocol == ppp.IP:
            return [], payload if self.is_open else b""
        return [self._rejected(protocol, payload)], b""

    def end(self) -> list[bytes]:
        """We hang up."""
        self._ident = (self._ident + 1) & 255
        return self._sent(ppp.LCP, [Packet(ppp.TERMINATE, self._ident)])

    def _sent(self, protocol: int, packets: list[Packet]) -> list[bytes]:
        return [ppp.closed(protocol, ppp.written(each)) for each in packets]

    def _lcp_took(self, packet: Packet, now: float) -> list[bytes]:
        if packet.code in _CONFIGURE:
            out = self._sent(ppp.LCP, self._lcp.take(packet, now))
            if self._lcp.is_open and not self._asking:
                self._asking = True
                out += self._sent(ppp.CHAP, [self.examiner.ask(now)])
            return out
        if packet.code == ppp.ECHO:
            if not self._lcp.is_open:
                return []
            answer = Packet(ppp.ECHO_REPLY, packet.ident, self._options.magic + packet.data[4:])
            return self._sent(ppp.LCP, [answer])
        if packet.code == ppp.PROTOCOL_REJECT:
            return self._protocol_rejected(packet)
        if packet.code in (ppp.ECHO_REPLY, ppp.DISCARD):
            return []
        return self._common(ppp.LCP, packet)

    def _protocol_rejected(self, packet: Packet) -> list[bytes]:
        if int.from_bytes(packet.data[:2], "big") in (ppp.LCP, ppp.CHAP, ppp.IPCP, ppp.IP):
            raise Malformed("the other end rejects what we need")
        return []

    def _common(self, protocol: int, packet: Packet) -> list[bytes]:
        """Codes that every negotiating protocol has."""
        if packet.code == ppp.TERMINATE:
            self.is_over = "the router hung up"
            return self._sent(protocol, [Packet(ppp.TERMINATED, packet.ident)])
        if packet.code == ppp.CODE_REJECT:
            raise Malformed("the other end rejects a code that everybody has to know")
        if packet.code == ppp.TERMINATED:
            return []
        self._ident = (self._ident + 1) & 255
        rejected = ppp.written(packet)[: ppp.MRU - 4]
        return self._sent(protocol, [Packet(ppp.CODE_REJECT, self._ident, rejected)])

    def _chap_took(self, packet: Packet, now: float) -> list[bytes]:
        out = self._sent(ppp.CHAP, self.examiner.take(packet))
        if self.examiner.has_failed:
            self.is_over = "wrong name or password"
            return out + self.end()
        if self.examiner.person is not None and self._ipcp is None:
            self._ipcp = Negotiation(AddressOptions(self._hub, self.examiner.person.address))
            out += self._sent(ppp.IPCP, self._ipcp.start(now))
        return out

    def _ipcp_took(self, packet: Packet, now: float) -> list[bytes]:
        assert self._ipcp is not None
        if packet.code in _CONFIGURE:
            return self._sent(ppp.IPCP, self._ipcp.take(packet, now))
        return self._common(ppp.IPCP, packet)

    def _rejected(self, protocol: int, payload: bytes) -> bytes:
        """A protocol that we do not have: IPv6CP, CCP, MPLSCP and what else there may be."""
        self._ident = (self._ident + 1) & 255
        data = protocol.to_bytes(2, "big") + payload[: ppp.MRU - 6]
        return self._sent(ppp.LCP, [Packet(ppp.PROTOCOL_REJECT, self._ident, data)])[0]
