"""SSTP on a virtual router: it dials, makes sure by its own store and clock who answers, and gets an address by IPCP.

No packet goes through: the far end is this machine, where the address that was given answers too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from routers.virtual.tree import Row, Tree

if TYPE_CHECKING:
    from routers.virtual.device import Device

MENU, STORE, PROFILES = "/interface/sstp-client", "/certificate", "/ppp/profile"
_WATCHED = (MENU, STORE, PROFILES)
_TYPE = "sstp-out"


@dataclass(frozen=True, slots=True)
class Given:
    """What IPCP gave: the router's address and that of the other side."""

    address: str
    peer: str


@dataclass(frozen=True, slots=True)
class Server:
    """Who answers at a port: the certificate that it shows (PEM), and whom it lets in by MS-CHAPv2."""

    certificate: str
    sign_in: Callable[[str, str], Given | None]


Dial = Callable[[str, int], Server | None]


def nobody(host: str, port: int) -> Server | None:
    """The internet of a router that nobody else is in."""
    return None


def connect_to(args: Row, six: bool) -> Row:
    """6 has the port in the address, and shows it there."""
    if six and args.get("connect-to"):
        host, colon, port = args["connect-to"].rpartition(":")
        args["connect-to"], args["port"] = (host, port) if colon else (args["connect-to"], "443")
    return args


class Links:
    """The connections of one router. It dials when its settings change and when it is looked at, never from a clock."""

    def __init__(self, device: "Device") -> None:
        self.device = device
        self.dial: Dial = nobody
        self.up: dict[str, Given] = {}
        device.on_change.append(self.follow)

    def follow(self, path: str) -> None:
        """Dial anew after a change of what a connection is made with."""
        if path in _WATCHED:
            self.redial()

    def redial(self) -> None:
        """Connect what is on and can be; drop what is off, or let in no more."""
        rows = self.device.tree.rows(MENU)
        now = {row["name"]: given for row in rows if (given := self._dialled(row)) is not None}
        if now != self.up:
            for name in now.keys() ^ self.up.keys():
                self.device.log("sstp,ppp,info", f"{name}: {'connected' if name in now else 'disconnected'}")
            self.up = now
            self.device.changed("/ip/address")

    def addresses(self) -> list[str]:
        """Addresses of its own that connections brought."""
        return [given.address for given in self.up.values()]

    def shown(self, rows: list[Row]) -> list[Row]:
        """The clients as the menu shows them, after another try."""
        self.redial()
        six = self.device.release < (7,)
        return [self._shown(row, six) for row in rows]

    def interfaces(self, rows: list[Row]) -> list[Row]:
        """Interfaces that run only while they are connected."""
        return [
            {**row, "running": _word(row["name"] in self.up)} if row.get("type") == _TYPE else row
            for row in rows
        ]

    def dynamic(self) -> list[Row]:
        """The addresses that the router got, as `/ip/address` shows them."""
        return [
            {
                ".id": f"*{0xF00000 + number:X}", "address": f"{given.address}/32", "network": given.peer, "interface": name,
                "actual-interface": name, "dynamic": "true", "disabled": "false", "invalid": "false",
            }
            for number, (name, given) in enumerate(self.up.items())
        ]  # fmt: skip

    def _shown(self, row: Row, six: bool) -> Row:
        row = {name: value for name, value in row.items() if name != "type"}
        row["running"] = _word(row["name"] in self.up)
        if six:
            row["connect-to"] = f"{row.get('connect-to', '0.0.0.0')}:{row.pop('port', '443')}"
        return row

    def _dialled(self, row: Row) -> Given | None:
        if row.get("disabled") == "true" or not row.get("connect-to"):
            return None
        server = self.dial(row["connect-to"], int(row.get("port", "443")))
        if server is None or "mschap2" not in row.get("authentication", "").split(","):
            return None
        profile = self.device.tree.find(PROFILES, name=row.get("profile", "")) or {}
        if profile.get("use-encryption") == "required":  # MPPE, which nobody does within TLS
            return None
        trusted = row.get("verify-server-certificate") != "true" or self._is_trusted(server.certificate)
        named = row.get("verify-server-certificate") != "true" or (
            row.get("verify-server-address-from-certificate") != "true"
            or is_named(server.certificate, row["connect-to"])
        )
        if not (trusted and named):
            self.device.log("sstp,ppp,error", f"{row['name']}: terminating... - bad server certificate")
            return None
        return server.sign_in(row.get("user", ""), row.get("password", ""))

    def _is_trusted(self, pem: str) -> bool:
        """Whether the store holds it, or who signed it, and the time is right by the router's own clock."""
        shown, now = x509.load_pem_x509_certificate(pem.encode()), self.device.clock.now()
        if not shown.not_valid_before_utc <= now <= shown.not_valid_after_utc:
            return False
        return any(_vouches(held, shown) for held in trusted(self.device.tree))


def trusted(tree: Tree) -> list[x509.Certificate]:
    """The certificates that a router believes."""
    rows = tree.rows(STORE)
    return [
        x509.load_pem_x509_certificate(row["pem"].encode())
        for row in rows
        if row.get("pem") and row.get("trusted") in ("true", "yes")
    ]


def _vouches(held: x509.Certificate, shown: x509.Certificate) -> bool:
    if held == shown:
        return True
    try:
        shown.verify_directly_issued_by(held)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def is_named(pem: str, host: str) -> bool:
    """Whether a certificate is for this host, by its alternative names or its common name."""
    read = x509.load_pem_x509_certificate(pem.encode())
    names = [str(each.value) for each in read.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    try:
        more = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return host in names
    names += more.get_values_for_type(x509.DNSName)
    return host in names or host in map(str, more.get_values_for_type(x509.IPAddress))


def _word(truth: bool) -> str:
    return "true" if truth else "false"
