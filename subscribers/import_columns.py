"""What a column of an imported file can be, guessed from its name as people and other systems write it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmikro.lib.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Target:
    """What a column can become. `many`: several columns together."""

    key: str
    label: str
    group: str
    also: str  # other names of it, as `bare` writes them
    many: bool = False


@dataclass(frozen=True, slots=True)
class OwnField:
    """An own field of the ISP, as `subscribers.models.CustomField` keeps it."""

    key: str  # custom-<id>
    name: str
    kind: str
    options: tuple[str, ...] = ()
    is_required: bool = False


PERSON, ACCOUNT = "Subscriber", "Account"
TARGETS = (
    Target("name", "Name", PERSON, "fullname customer customername client clientname subscriber subscribername firstname lastname "
           "surname displayname nombre nom jina nama", many=True),
    Target("account_number", "Account number", PERSON, "account accountno accountid acc accno accnumber customerid customerno "
           "customernumber clientid subscriberid reference ref"),
    Target("phone", "Phone", PERSON, "phones phonenumber phoneno msisdn mobile mobileno mobilenumber tel telephone cell cellphone "
           "contact contactnumber whatsapp simu telefono celular phone1 phone2", many=True),
    Target("email", "Email", PERSON, "emails emailaddress mail correo email1 email2", many=True),
    Target("kind", "Person or company", PERSON, "customertype clienttype accounttype subscribertype"),
    Target("legal_name", "Legal name", PERSON, "company companyname businessname organisation organization"),
    Target("tax_number", "Tax number", PERSON, "taxid taxno vat vatnumber pin krapin tin nit rfc"),
    Target("address", "Address", PERSON, "addresses street address1 address2 addressline1 addressline2 city town location area estate "
           "house building direccion", many=True),
    Target("latitude", "Latitude", PERSON, "lat gpslat geolat"),
    Target("longitude", "Longitude", PERSON, "lon lng long gpslon gpslng geolon"),
    Target("site", "Site", PERSON, "zone branch region"),
    Target("tags", "Tags", PERSON, "tag labels label category", many=True),
    Target("language", "Language", PERSON, "lang locale idioma"),
    Target("username", "User name", ACCOUNT, "user login loginname pppoe pppoeuser pppoeusername pppuser pppusername pppoename "
           "hotspotuser secretname userid usuario"),
    Target("password", "Password", ACCOUNT, "pass passwd secret pppoepass pppoepassword pppoesecret ppppassword userpassword clave"),
    Target("access", "Signs in by", ACCOUNT, "type service servicetype access connectiontype"),
    Target("plan", "Plan", ACCOUNT, "profile package planname packagename product tariff servicename plano paquete"),
    Target("expires", "Expires on", ACCOUNT, "expires expireson expiry expirydate expiration expirationdate expire validuntil validtill "
           "enddate duedate nextdue recharged vence"),
    Target("status", "Paused or active", ACCOUNT, "state active enabled disabled"),
    Target("static_ip", "Fixed IPv4 address", ACCOUNT, "staticip ip ipaddress framedip framedipaddress remoteaddress remoteip fixedip"),
    Target("mac", "Device that signs in by MAC", ACCOUNT, "macaddress callerid hwaddress cpemac"),
    Target("only_site", "Only at this site", ACCOUNT, "serviceonlyatsite onlysite"),
    Target("only_router", "Only at this router", ACCOUNT, "router nas routername nasname mikrotik server"),
)  # fmt: skip
BY_KEY: Mapping[str, Target] = {each.key: each for each in TARGETS}
MATCHES = ("account_number", "username", "phone")  # by what somebody can be known already, surest first
ON_MATCH = ("fill", "replace", "skip")
DATES = ("iso", "dmy", "mdy")
STATES = ("active", "pending", "lead")
ACCESSES = ("any", "hotspot", "ppp", "dhcp")


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator chose beside the columns."""

    match: tuple[str, ...] = MATCHES
    on_match: str = "fill"  # known already: fill in what is empty, let the file win, or leave alone
    dates: str = "dmy"  # how 01/02/2027 is read; 2027-02-01 is always read
    state: str = "active"  # of who is new
    plan: int | None = None  # where a row names none
    access: str = "any"  # where a row says none
    make_passwords: bool = True  # where a row has none


def bare(name: str) -> str:
    """A name of a column without what people vary."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def guess(header: Sequence[str], own: Sequence[OwnField] = ()) -> list[str]:
    """For each column the key of what it must be, '' where nobody can tell; a single one is guessed once."""
    names: dict[str, str] = {bare(field.name): field.key for field in own}
    for target in TARGETS:
        for name in (target.key, target.label, *target.also.split()):
            names.setdefault(bare(name), target.key)
    found: list[str] = []
    for name in header:
        key = names.get(bare(name), "")
        taken = key in found and not (key in BY_KEY and BY_KEY[key].many)
        found.append("" if taken else key)
    return found


def checked(columns: Sequence[str], header: Sequence[str], own: Sequence[OwnField] = ()) -> list[str]:
    """The chosen keys, one for each column. Raises Refusal, with the field columns."""
    if len(columns) != len(header):
        raise _no(f"There are {len(header)} columns; say for each what it is, or nothing.")
    known = {*BY_KEY, *(field.key for field in own)}
    for at, key in enumerate(columns):
        if key and key not in known:
            raise _no(f"A column cannot be “{key[:40]}”.")
        many = key in BY_KEY and BY_KEY[key].many
        if key and not many and key in columns[:at]:
            raise _no(f"Two columns are “{label_of(key, own)}”. Choose one of them.")
    if "name" not in columns and "username" not in columns:
        raise _no("Say which column holds the name or the user name.")
    alone = {
        "password",
        "plan",
        "expires",
        "access",
        "status",
        "static_ip",
        "mac",
        "only_site",
        "only_router",
    }
    if "username" not in columns and (held := sorted(alone & set(columns))):
        raise _no(f"“{label_of(held[0])}” belongs to an account: say which column holds the user name.")
    return list(columns)


def rules_of(given: Mapping[str, Any]) -> Rules:
    """Rules as they are kept or sent; what is not given is as usual. Raises Refusal with the field."""
    base = Rules()
    match = tuple(each for each in MATCHES if each in given.get("match", base.match))
    values: dict[str, Any] = {"match": match}
    for name, allowed in (("on_match", ON_MATCH), ("dates", DATES), ("state", STATES), ("access", ACCESSES)):
        values[name] = given.get(name, getattr(base, name))
        if values[name] not in allowed:
            raise Refusal("bad_rule", f"{name} is one of {', '.join(allowed)}.", field=name)
    return Rules(**values, plan=given.get("plan"), make_passwords=bool(given.get("make_passwords", True)))


def label_of(key: str, own: Sequence[OwnField] = ()) -> str:
    """What a key is called on pages."""
    if key in BY_KEY:
        return BY_KEY[key].label
    return next((field.name for field in own if field.key == key), key)


def dates_of(cells: Sequence[str], country: str = "") -> str:
    """How these dates must be written: a number above 12 tells the day; else as the country does."""
    for cell in cells:
        if found := re.match(r"(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}", cell):
            if int(found[1]) > 12:
                return "dmy"
            if int(found[2]) > 12:
                return "mdy"
    return "mdy" if country == "US" else "dmy"


def _no(text: str) -> Refusal:
    return Refusal("bad_columns", text, field="columns")
