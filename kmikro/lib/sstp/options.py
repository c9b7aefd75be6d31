"""What we want and take in LCP (RFC 1661, RFC 2759) and IPCP (RFC 1332): MS-CHAPv2, and exactly the router's address."""

import ipaddress
from collections.abc import Callable

from kmikro.lib.sstp import ppp
from kmikro.lib.sstp.ppp import Options

Draw = Callable[[int], bytes]  # that many octets nobody can foresee
MTU = 1400  # of the interface: with PPP, SSTP, TLS and TCP around it fits through most lines
_MRU, _ACCM, _AUTH, _MAGIC, _PFC, _ACFC = 1, 2, 3, 5, 7, 8
_LENGTHS = {_MRU: 2, _ACCM: 4, _MAGIC: 4, _PFC: 0, _ACFC: 0}
_MS_CHAP_2 = ppp.CHAP.to_bytes(2, "big") + b"\x81"
_ADDRESS = 3


class LinkOptions:
    """LCP: they sign in by MS-CHAPv2 or not at all, and we never sign in to them."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self.magic = draw(4)
        self._dropped: set[int] = set()

    def wanted(self) -> Options:
        every = ((_MRU, ppp.MRU.to_bytes(2, "big")), (_AUTH, _MS_CHAP_2), (_MAGIC, self.magic))
        return [each for each in every if each[0] not in self._dropped]

    def judged(self, asked: Options) -> tuple[int, Options]:
        strange = [each for each in asked if _LENGTHS.get(each[0]) != len(each[1])]
        if strange:
            return ppp.REJECT, strange
        wrong: list[tuple[int, bytes]] = []
        for kind, value in asked:
            if kind == _MRU and int.from_bytes(value, "big") < MTU:
                wrong.append((kind, MTU.to_bytes(2, "big")))
            if kind == _MAGIC and value in (self.magic, bytes(4)):  # we hear ourselves
                wrong.append((kind, self._draw(4)))
        return (ppp.NAK, wrong) if wrong else (ppp.ACK, asked)

    def refused(self, code: int, answered: Options) -> bool:
        kinds = {kind for kind, _ in answered}
        if _AUTH in kinds and code == ppp.REJECT:
            return False
        if code == ppp.NAK and _MAGIC in kinds:
            self.magic = self._draw(4)
            kinds.discard(_MAGIC)
        self._dropped |= kinds - {_AUTH}
        return True


class AddressOptions:
    """IPCP: the router gets its own address and no other; we are the hub; no compression, no name servers."""

    def __init__(self, hub: str, router: str) -> None:
        self._hub, self._router = (ipaddress.IPv4Address(each).packed for each in (hub, router))
        self._silent = False

    def wanted(self) -> Options:
        return [] if self._silent else [(_ADDRESS, self._hub)]

    def judged(self, asked: Options) -> tuple[int, Options]:
        strange = [each for each in asked if each[0] != _ADDRESS or len(each[1]) != 4]
        if strange:
            return ppp.REJECT, strange
        if list(asked) == [(_ADDRESS, self._router)]:
            return ppp.ACK, asked
        return ppp.NAK, [(_ADDRESS, self._router)]

    def refused(self, code: int, answered: Options) -> bool:
        """Another address for the hub there cannot be; not to be told it they may wish."""
        self._silent = code == ppp.REJECT
        return self._silent
