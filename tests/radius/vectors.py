"""Golden packets of RFC 2865, 2866, 5176, 5997 and our own, and a client's side of RADIUS in hashlib alone."""

from __future__ import annotations

import hashlib
import hmac
import struct

SECRET = b"xyzzy5461"
RA = bytes(range(16))
NO_AUTH = bytes(16)


def octets(text: str) -> bytes:
    return bytes.fromhex(text.replace("\n", "").replace(" ", ""))


RFC_PAP = octets(
    "01000038 0f403f9473978057bd83d5cb98f4227a 01066e656d6f 02120dbe708d93d413ce3196e43f782a0aee"
    "0406c0a80110 050600000003"
)
RFC_PAP_REPLY = octets("02000026 86fe220e7624ba2a1005f6bf9b55e0b2 060600000001 0f0600000000 0e06c0a80103")
RFC_CHAP = octets(
    "01010047 2aee86f08d0d55969ca5978e0d3367a2 0108666c6f707379 031316e97557c316185895f293ff6344077275"
    "0406c0a80110 050600000014 060600000002 070600000001"
)
RFC_CHAP_REPLY = octets(
    "02010038 15efbc7dab26cfa3dc34d9c03c8601a4 060600000002 070600000001 0806fffffffe 0a0600000002"
    "0d0600000001 0c06000005dc"
)
RFC_CHALLENGE = octets(
    "01020039 f3a47a1f6a6d76710b947ab93041a039 01076d6f707379 0212336575737782 89b570885e15084825c5"
    "0406c0a80110 050600000007"
)
RFC_STATE = octets(
    "01030043 b122556d428a13d0d6253807c457ecf0 01076d6f707379 0212692c1f205fc081b919b95195f561a581"
    "0406c0a80110 050600000007 180a3332373639343330"
)
RFC_STATE_MISPRINT = RFC_STATE.replace(octets("180a3332"), octets("18103332"))
RFC_REJECT = octets("03030014 a42f4fca45916c4e09c8340f9e746aa0")
RFC_STATUS = (
    (octets("0cda0026 8a54f4686fb394c52866e302185d0623 50125a665e2e1e8411f3e243822097c84fa3"),
     octets("02da0014 ef0d552a4bf2d693ec2b6fe8b5411d66")),
    (octets("0cb30026 925f6b66dd5fed571fcb1db7ad388260 5012e8d6eabda910875cd91fdade26367858"),
     octets("05b30014 0f6f92145f107e2f504e860a4860669c")),
    (octets("0c47002c bf58de56ae408ad3b70c8513f9b03fbe 0406c0000210 5012852d6fec61e7ed74b8e32dac2f2a5fb2"),
     octets("02470034 46f43e62fd0354424cbbebfd6d214e06 1220")
     + b"RADIUS Server up 2 days, 18:40"),
)  # fmt: skip

G1 = octets(
    "010a004b000102030405060708090a0b0c0d0e0f50125aa5b29ea3416acebf0b12e31177bf2201066e656d6f02122173899caf782d"
    "993dbd6a316a88996b20077274722d31050600000003"
)
G2 = octets(
    "020a0040232424cffa1c08eef4ff721e8b518411501245df9d1aba58d1d839f9f7719b19a42a08066440000a1b0600000e101a0e"
    "00003a8c0808354d2f31304d"
)
G3 = octets("030a002fc5db3bb3737cd5366acdf76714d76ffe5012a9026793cbec6d0bd7a71a323b4c301f120945787069726564")
G3B = octets("020a0014424a571ddb04c7abc4d190ce2994f66e")
G4 = octets(
    "041400318055003a6c3e05f1a8c80d42a2d67c662806000000012c0a383161303030303101066e656d6f20077274722d31"
)
G4R = octets("0514001420a055ed7b33ec6b4629580b033bc230")
G5 = octets(
    "041500558b7037406fa6592fe3274cf1d09b5b9a2806000000032c0a383161303030303101066e656d6f20077274722d312e060001"
    "51802a06ffffffff3406000000012b060000000535060000000237066553f100"
)
G6 = octets(
    "281e003cd20644aab81f84ddb53da1aebbb444335012f410993e31bf52dbf8b796e80f2dc2da2c0a383161303030303101066e656d"
    "6f37066553f100"
)
G6A = octets("291e002602aebb1812fad58fedd6841bf634b8a9501209ccf194d890678f8bc319390a03356d")
G6N = octets("2a1e002c8ebdb645704b1c923bf946854ee66ad95012e1e572131cd66b7f7d156ee05ea76a1c6506000001f7")
G7 = octets(
    "2b1f00494d5496d1c3ca6c893acdfdbfa7a5e6ad501216f160af245fcc2a954e2831796a548d2c0a383161303030303101066e656d"
    "6f1a0d00003a8c0807314d2f324d37066553f100"
)
G8 = octets("0c280026000102030405060708090a0b0c0d0e0f5012ca0e0517adf72a7234b5275b9fa595e9")
G8R = octets("02280026a522ed550108395b6c623a24f8f291a15012218b537a9bd8cf96de93e120f8bbb0da")
G9 = octets(
    "01290051000102030405060708090a0b0c0d0e0f50122aad2e6d0901a34c4b1ed9dec182b1c701066e656d6f0313169b900b6ed515"
    "ade6a5def699ea292a303c12101112131415161718191a1b1c1d1e1f"
)
G10 = octets(
    "012a007e000102030405060708090a0b0c0d0e0f5012ee35fe2281691f6ba65951fc002a4d010106557365721a18000001370b125b"
    "5d7c7d7b3f2f3e3c2c6021322626281a3a000001371934010021402324255e262a28295f2b3a337c7e000000000000000082309ecd"
    "8d708b5ea08faa3981cd83544233114a3d85d6df"
)
G11 = octets(
    "022a00c5337a47aae4799de97f0918d66c80cbe150127ee68f16b738bdf574cacc30e8cc51221a33000001371a2d01533d34303741"
    "353538393131354644304436323039463531304645394330343536363933324344413536"
    "1a2a0000013710248001e16d6a727b6a2be45ec53d4e10e55946a6b37dbced87a5bd458385463a6ff0b1"
    "1a2a000001371124800281be7851b3db49c33cc43530b4c18dfa6fe5916ee9c12256dba8a3f300a30b75"
    "1a0c00000137070600000001"
    "1a0c00000137080600000006"
)
CHALLENGE = octets("5b5d7c7d7b3f2f3e3c2c602132262628")
PEER_CHALLENGE = octets("21402324255e262a28295f2b3a337c7e")
NT_RESPONSE = octets("82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df")
G12_16 = octets("21608b89af772b9d32a80b500be9f80a")
G12_17 = octets("21608b89af772b9d32a80b500be9f80a1d7970cfa4a16b5ad54106330cdd40e9")
G13 = octets(
    "022b004be79c9c7b654510956ab01ef64398a40b501251c5841a77e3643b1c23e7a5890a7878610c004020010db8000100007b0b00"
    "3820010db8000200600a00000000000000012104dead"
)
H1 = octets("010a001e000102030405060708090a0b0c0d0e0f1a0a00003a8c08000800")
H2 = octets("010a001f000102030405060708090a0b0c0d0e0f1a0b00003a8c0803410800")
H3 = octets("010a001d000102030405060708090a0b0c0d0e0f1a0900003a8c080100")
H4 = octets("010a0019000102030405060708090a0b0c0d0e0f01ff626f62")
H5 = octets(
    "010b0056000102030405060708090a0b0c0d0e0f01066e656d6f021237738586a9164afc53c96a316a88996b212a"
) + b"A" * 40  # fmt: skip
H6A = octets(
    "010c003e000102030405060708090a0b0c0d0e0f01066e656d6f18120000000000000000000000000000000050122a2b66142edf0b"
    "82918c2dd8b9c30fdb"
)
H6B = octets(
    "010c003e000102030405060708090a0b0c0d0e0f01066e656d6f18122a2b66142edf0b82918c2dd8b9c30fdb50122a2b66142edf0b"
    "82918c2dd8b9c30fdb"
)


def attribute(kind: int, value: bytes) -> bytes:
    return bytes((kind, len(value) + 2)) + value


def whole(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("!L", value))


def vendor(number: int, kind: int, value: bytes) -> bytes:
    return attribute(26, struct.pack("!L", number) + attribute(kind, value))


def build(code: int, identifier: int, body: bytes, authenticator: bytes = RA) -> bytes:
    return struct.pack("!BBH", code, identifier, 20 + len(body)) + authenticator + body


def access(body: bytes, identifier: int = 7, authenticator: bytes = RA, code: int = 1) -> bytes:
    """An Access-Request with a Message-Authenticator first."""
    packet = bytearray(build(code, identifier, attribute(80, bytes(16)) + body, authenticator))
    packet[22:38] = hmac.new(SECRET, bytes(packet), "md5").digest()
    return bytes(packet)


def accounting(body: bytes, identifier: int = 20, secret: bytes = SECRET) -> bytes:
    packet = build(4, identifier, body, NO_AUTH)
    return packet[:4] + hashlib.md5(packet + secret).digest() + packet[20:]


def hidden(password: bytes, authenticator: bytes = RA, secret: bytes = SECRET) -> bytes:
    padded = password + bytes(-len(password) % 16 or (16 if not password else 0))
    out, last = b"", authenticator
    for at in range(0, len(padded), 16):
        mask = hashlib.md5(secret + last).digest()
        last = bytes(a ^ b for a, b in zip(padded[at : at + 16], mask, strict=True))
        out += last
    return out


def pap(username: bytes, password: bytes, authenticator: bytes = RA) -> bytes:
    return attribute(1, username) + attribute(2, hidden(password, authenticator))


def attributes_of(packet: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 20
    while at < len(packet):
        found.append((packet[at], packet[at + 2 : at + packet[at + 1]]))
        at += packet[at + 1]
    return found


def is_genuine(reply: bytes, request_authenticator: bytes, *, sealed: bool = True) -> bool:
    """Does a reply carry the right Response Authenticator and, first of all, Message-Authenticator?"""
    head, body = reply[:4], reply[20:]
    if hashlib.md5(head + request_authenticator + body + SECRET).digest() != reply[4:20]:
        return False
    if not sealed:
        return True
    zeroed = head + request_authenticator + b"\x50\x12" + bytes(16) + body[18:]
    return reply[20:22] == b"\x50\x12" and hmac.new(SECRET, zeroed, "md5").digest() == reply[22:38]
