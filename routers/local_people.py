"""Subscribers whom a router knows by itself, so that they sign in while nothing of ours can be reached."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from routers import rows
from routers.menus import PERSON
from routers.rows import Row

MENUS = frozenset({"/ppp/secret", "/ip/hotspot/user", "/ip/hotspot/user/profile"})


@dataclass(frozen=True, slots=True)
class Person:
    """A service that may connect at a router now; speeds in bits per second, 0 is unlimited."""

    service: int
    username: str
    password: str = field(repr=False)
    plan: int
    upload_bps: int = 0
    download_bps: int = 0
    devices: int = 1
    framed_ip: str = ""
    ppp: bool = True
    hotspot: bool = True


def made(people: Sequence[Person], built: Sequence[Row]) -> list[Row]:
    """A secret and a hotspot user for each, and a profile for each plan that they have.

    Addresses come from the first PPPoE profile of ours in `built`: a secret's profile takes the place of its server's.
    """
    base: Mapping[str, str] = next((row.values for row in built if row.path == "/ppp/profile"), {})
    has_hotspot = any(row.path == "/ip/hotspot" for row in built)
    has_ppp = bool(base)
    profiles: dict[tuple[str, str], Row] = {}
    users: list[Row] = []
    for person in sorted(people, key=lambda each: each.service):
        name = f"{rows.MARK}-plan-{person.plan}"
        key = f"{PERSON}{person.service}"
        common = {
            "name": person.username,
            "password": person.password,
            "profile": name,
            "comment": f"{rows.MARK}:{key}",
            "disabled": "false",
        }
        if person.ppp and has_ppp:
            profiles.setdefault(("/ppp/profile", name), _ppp_profile(name, person, base))
            secret = {**common, "service": "pppoe"}
            if person.framed_ip:
                secret["remote-address"] = person.framed_ip
            users.append(Row("/ppp/secret", key, secret))
        if person.hotspot and has_hotspot:
            profiles.setdefault(("/ip/hotspot/user/profile", name), _hotspot_profile(name, person))
            users.append(Row("/ip/hotspot/user", key, common))
    return [*profiles.values(), *users]


def _limit(person: Person) -> str:
    """As the router sees it: what it receives is the subscriber's upload."""
    return f"{person.upload_bps}/{person.download_bps}" if person.upload_bps or person.download_bps else ""


def _ppp_profile(name: str, person: Person, base: Mapping[str, str]) -> Row:
    kept = {part: base[part] for part in ("local-address", "remote-address", "dns-server") if part in base}
    return Row("/ppp/profile", name, {"name": name, **kept, "rate-limit": _limit(person)})


def _hotspot_profile(name: str, person: Person) -> Row:
    values = {"name": name, "rate-limit": _limit(person), "shared-users": str(max(person.devices, 1))}
    return Row("/ip/hotspot/user/profile", name, values)
