"""What a router can offer, as data: kinds with their fields, and values that are checked and in one spelling."""

from collections.abc import Mapping
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal
from routers import offer_values as values
from routers.offer_values import Check

LONGEST_KEY = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a kind of offer, as people and programs fill it in."""

    name: str
    label: str
    check: Check
    required: bool = True
    default: str = ""
    about: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of offer; once: a router has one of it at most."""

    name: str
    title: str
    about: str
    parts: tuple[Part, ...]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that a router offers; key tells it from the others of the router, and its rows from other rows."""

    kind: str
    key: str
    values: Mapping[str, str]

    def has(self, name: str) -> str:
        return self.values.get(name, "")


_INTERFACE = Part(
    "interface", "On interface", values.interface, about="As WinBox shows it, or a VLAN made here"
)
_NETWORK = Part(
    "network", "Network", values.network, about="The router takes the first address, for example 10.20.0.0/22"
)
_DNS = Part("dns", "Name servers", values.addresses, required=False, about="Empty: the router itself")
_SPEED = "For example 512k, 50M or 50 Mbit/s. Empty: no limit"
_HOSTS = "One a line: a name, a name with a star in front, or an address"

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "vlan", "VLAN", "A tagged network on an interface, for a hotspot, PPPoE or DHCP of its own.",
            (
                Part("interface", "On interface", values.interface, about="As WinBox shows it, for example bridge-lan"),
                Part("vlan_id", "VLAN number", values.number(1, 4094)),
                Part("name", "Its name", values.interface, about="Other offers name it so, for example vlan20"),
            ),
        ),
        Kind(
            "hotspot", "Hotspot", "The sign-in page on one more interface, VLAN or bridge.",
            (
                _INTERFACE,
                Part("network", "Network", values.network, required=False,
                     about="Gives the interface an address, addresses for guests and DHCP. Empty: those that are there"),
            ),
        ),
        Kind(
            "pppoe", "PPPoE server", "PPPoE on one more interface, with addresses of its own.",
            (
                _INTERFACE,
                _NETWORK,
                Part("service_name", "Service name", values.word, required=False, about="Empty: named after the offer"),
                _DNS,
            ),
        ),
        Kind(
            "dhcp", "DHCP server", "Addresses for devices on an interface.",
            (
                _INTERFACE,
                _NETWORK,
                Part("ranges", "Addresses to give", values.ranges, required=False, about="Empty: all but the router's"),
                _DNS,
                Part("lease", "For how long", values.duration, required=False, default="30m"),
                Part("own_address", "The router's address there", values.choice("make", "there"), default="make",
                     choices=(("make", "Make it"), ("there", "It is there already"))),
            ),
        ),
        Kind(
            "garden", "Free before sign-in", "Hosts that people reach at the hotspot before they sign in: payment, shops.",
            (Part("hosts", "Hosts", values.hosts, about=_HOSTS),),
        ),
        Kind(
            "walled", "Unpaid and ended", "What subscribers on an address list reach: the portal and what you name. Give the "
            "list to a plan or to a fallback for ended accounts.",
            (
                Part("list", "Address list", values.word, default="walled", about="As RADIUS tells it to the router"),
                Part("hosts", "They still reach", values.hosts, required=False, about=_HOSTS),
                Part("to_address", "Send their HTTP to", values.address, required=False,
                     about="An address that shows a notice. Empty: it is refused"),
                Part("to_port", "At port", values.number(1, 65_535), required=False, default="80"),
            ),
        ),
        Kind(
            "queue", "Queue", "A speed for a network, an address or an interface.",
            (
                Part("target", "For", values.target, about="A network, an address or an interface"),
                Part("download", "Download", values.speed, required=False, about=_SPEED),
                Part("upload", "Upload", values.speed, required=False, about=_SPEED),
                Part("discipline", "How", values.word, required=False, about="Name of a queue type. Empty: the router's"),
            ),
        ),
        Kind(
            "queue_type", "Queue type", "How packets wait in a queue. It is called kmikro- and its key.",
            (
                Part("discipline", "Discipline", values.choice(*values.DISCIPLINES), default="fq-codel",
                     choices=tuple((word, word) for word in values.DISCIPLINES)),
                Part("rate", "Each one's speed", values.speed, required=False, about="For pcq alone. Empty: shared evenly"),
            ),
        ),
        Kind(
            "ntp", "Clock", "Time servers, so that certificates and logs are right.",
            (Part("servers", "Time servers", values.hosts, default="pool.ntp.org", about="One a line"),), once=True,
        ),
        Kind(
            "dns", "Name servers", "What the router asks for names, and whether it answers for others.",
            (
                Part("servers", "Name servers", values.addresses, about="Addresses, one a line"),
                Part("answers", "Answers its clients", values.choice("yes", "no"), default="yes",
                     choices=(("yes", "Yes"), ("no", "No"))),
            ), once=True,
        ),
        Kind(
            "fasttrack", "Not by FastTrack", "FastTrack passes queues and speeds by. Packets of these networks do not take it.",
            (Part("networks", "Networks", values.networks, about="One a line"),), once=True,
        ),
    )
}  # fmt: skip


def checked(kind: str, key: str, given: Mapping[str, str]) -> Offer:
    """An offer with its values in one spelling; refuses what cannot be, naming the field."""
    offer = Offer(kind, key, draft(kind, key, given, frozenset()))
    _fits(offer)
    return offer


def draft(
    kind: str, key: str, given: Mapping[str, str], later: "frozenset[str] | set[str]"
) -> dict[str, str]:
    """Values in one spelling, without those that come later; refuses what cannot be."""
    known = KINDS.get(kind)
    if known is None:
        raise Refusal("bad_kind", f"There is no offer called {kind[:20]}.", field="kind")
    if not values.KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        raise Refusal(
            "bad_key",
            f"The key has at most {LONGEST_KEY} small letters, digits and dashes, and begins with a letter.",
            field="key",
        )
    strange = sorted(set(given) - {part.name for part in known.parts})
    if strange:
        raise Refusal("unknown_value", f"{known.title} has no {strange[0][:30]}.", field="values")
    kept: dict[str, str] = {}
    for part in known.parts:
        text = str(given.get(part.name) or part.default).strip()
        if not text or part.name in later:
            if part.required and part.name not in later:
                raise Refusal("missing_value", f"{part.label}: this is needed.", field=part.name)
            continue
        try:
            kept[part.name] = part.check(text)
        except ValueError as wrong:
            raise Refusal("bad_value", f"{part.label}: {wrong}", field=part.name) from None
    return kept


def _fits(offer: Offer) -> None:
    """What two values of an offer have to do with each other."""
    if offer.has("ranges") and not values.inside(offer.has("ranges"), offer.has("network")):
        raise Refusal("bad_value", "The addresses to give lie in the network.", field="ranges")
    if offer.kind == "queue" and not (offer.has("download") or offer.has("upload")):
        raise Refusal("missing_value", "Give a download or an upload speed.", field="download")
    if offer.kind == "vlan" and offer.has("name") == offer.has("interface"):
        raise Refusal("bad_value", "The VLAN needs a name of its own.", field="name")


def together(offers: "list[Offer]") -> None:
    """Refuse offers that cannot be on one router: keys twice, one kind twice, one interface or network twice."""
    keys: set[str] = set()
    kinds: set[str] = set()
    taken: dict[tuple[str, str], str] = {}
    for offer in offers:
        kind = KINDS[offer.kind]
        if offer.key in keys:
            raise Refusal("same_key", f"The router has an offer {offer.key} already.", field="key")
        if kind.once and offer.kind in kinds:
            raise Refusal(
                "only_one", f"A router has one offer '{kind.title}'. Change that one.", field="kind"
            )
        keys.add(offer.key)
        kinds.add(offer.kind)
        for what, name in _claims(offer):
            other = taken.setdefault((what, name), offer.key)
            if other != offer.key:
                raise Refusal(
                    "same_place", f"{name} is used by the offer {other} already.", field="interface"
                    if what in {"hotspot", "pppoe", "dhcp"} else what,
                )  # fmt: skip
    nets = [(values.as_network(o.has("network")), o.key) for o in offers if o.has("network")]
    nets.sort(key=lambda each: (int(each[0].network_address), each[0].prefixlen))
    for (one, first), (two, second) in zip(nets, nets[1:], strict=False):
        if one.overlaps(two):
            raise Refusal(
                "same_network",
                f"The networks of {first} and {second} have addresses in common.",
                field="network",
            )


def _claims(offer: Offer) -> list[tuple[str, str]]:
    interface = offer.has("interface")
    match offer.kind:
        case "hotspot" if offer.has("network"):
            return [("hotspot", interface), ("dhcp", interface)]
        case "hotspot" | "pppoe" | "dhcp":
            return [(offer.kind, interface)]
        case "vlan":
            return [("name", offer.has("name")), ("vlan_id", f"{interface} {offer.has('vlan_id')}")]
        case "walled":
            return [("list", offer.has("list"))]
        case _:
            return []


def in_words(offer: Offer) -> str:
    """An offer on one line."""
    told = []
    for part in KINDS[offer.kind].parts:
        text = offer.has(part.name).replace("\n", ", ")
        if text:
            told.append(f"{part.label.lower()} {values.said(text)}" if part.check is values.speed else text)
    return ", ".join(told)


def as_written(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """Values as people write them; speeds that were kept as plain bits per second, too."""
    speeds = (
        {part.name for part in KINDS[kind].parts if part.check is values.speed} if kind in KINDS else set()
    )
    return {name: _short(text) if name in speeds else text for name, text in given.items()}


def _short(text: str) -> str:
    return values.spelled(int(text)) if text.isascii() and text.isdigit() else text
