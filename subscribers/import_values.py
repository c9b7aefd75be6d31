"""A row of an imported file as what it asks for, with everything that is wrong with it. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from kmikro.lib import macs
from kmikro.lib.refusal import Refusal
from subscribers import import_words, usernames
from subscribers.fixed_addresses import address_of
from subscribers.import_columns import OwnField, Rules, label_of
from subscribers.person_values import own_value, values_of

_EMPTY = {"NULL", "null", "\\N", "N/A", "n/a"}
_NUMBER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9./_-]{0,18}[A-Za-z0-9])?")
LONGEST_PASSWORD = 64


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in which column, and what to do."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a row asks for."""

    username: str
    password: str = ""  # empty: to be made
    plan: int | None = None
    access: str = "any"
    expires_at: datetime | None = None
    has_end: bool = False  # the row says when, or that there is none
    framed_ip: str | None = None
    mac: str = ""
    sites: tuple[int, ...] = ()
    routers: tuple[int, ...] = ()
    is_paused: bool = False


@dataclass(slots=True)
class Row:
    """What a row asks for. values as `subscribers.person_values` makes them, with site_id for the site."""

    digest: str
    account_number: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    phones: list[tuple[str, str, str]] = field(default_factory=list)  # number, digits, label
    emails: list[str] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)  # by id
    account: Account | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def who(self) -> str:
        """How a list calls the row."""
        return str(self.values.get("name") or (self.account.username if self.account else ""))[:120]


@dataclass(frozen=True, slots=True)
class Context:
    """What names in a file mean at this ISP; names are compared without regard to capitals."""

    columns: Sequence[str]
    rules: Rules
    country: str
    zone: tzinfo
    now: datetime
    key: bytes  # of digests
    plans: Mapping[str, int]
    sites: Mapping[str, int]
    routers: Mapping[str, int]
    own: Sequence[OwnField]
    is_email: Callable[[str], bool]


def read(cells: Sequence[str], context: Context) -> Row:
    """The row, never refused: what is wrong stands in its problems."""
    given: dict[str, list[str]] = {}
    for key, cell in zip(context.columns, cells, strict=False):
        if key and cell and cell not in _EMPTY:
            given.setdefault(key, []).append(cell)
    row = Row(_digest(given, context.key))
    if len(cells) > len(context.columns):
        text = f"The row has {len(cells)} cells for {len(context.columns)} columns. Put quotes around cells with separators."
        row.problems.append(Problem("", text))
        return row
    _person(row, given, context)
    for own in context.own:
        if own.key in given:
            _try(row, own.key, context, lambda own=own: _own(row, own, given[own.key][0], context))  # type: ignore[misc]
    if "username" in given:
        _account(row, given, context)
    return row


def _digest(given: Mapping[str, list[str]], key: bytes) -> str:
    text = json.dumps(given, sort_keys=True, ensure_ascii=False)
    return hmac.new(key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()[:32]


def _try(row: Row, key: str, context: Context, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Refusal as refusal:
        row.problems.append(Problem(label_of(key, context.own), refusal.text))
    return None


def _person(row: Row, given: Mapping[str, list[str]], context: Context) -> None:
    joined = {"name": " ", "address": "\n"}
    plain: dict[str, Any] = {
        key: joined.get(key, " ").join(given[key])
        for key in ("name", "legal_name", "tax_number", "address")
        if key in given
    }
    if "tags" in given:
        plain["tags"] = re.split(r"[;,|]", ",".join(given["tags"]))
    for key, value in plain.items():
        row.values |= _try(row, key, context, lambda key=key, value=value: values_of({key: value})) or {}  # type: ignore[misc]
    if "latitude" in given or "longitude" in given:
        point = {name: given.get(name, [""])[0] for name in ("latitude", "longitude")}
        row.values |= _try(row, "latitude", context, lambda: values_of(point)) or {}
    readers: dict[str, Callable[[str], Any]] = {
        "kind": lambda text: import_words.one_of(text, import_words.KINDS),
        "language": import_words.language_of,
        "site": lambda text: _named(text, context.sites, "site", "Add it under Routers, Sites"),
    }
    for key, reader in readers.items():
        if key in given:
            value = _try(row, key, context, lambda key=key, reader=reader: reader(given[key][0]))  # type: ignore[misc]
            if value is not None:
                row.values["site_id" if key == "site" else key] = value
    for cell in given.get("phone", ()):
        read_phones = partial(import_words.phones_of, cell, context.country)
        row.phones += _try(row, "phone", context, read_phones) or []
    for cell in given.get("email", ()):
        for address in filter(None, re.split(r"[;,\s]+", cell)):
            if len(address) > 254 or not context.is_email(address):
                row.problems.append(Problem("Email", f"“{address[:40]}” is no email address."))
            elif address.lower() not in {each.lower() for each in row.emails}:
                row.emails.append(address)
    row.phones = list(
        {digits: (number, digits, label) for number, digits, label in reversed(row.phones)}.values()
    )[::-1]
    if "account_number" in given:
        row.account_number = given["account_number"][0]
        if not _NUMBER.fullmatch(row.account_number):
            text = "An account number has at most 20 letters, digits and . / _ - between them."
            row.problems.append(Problem("Account number", text))


def _own(row: Row, own: OwnField, text: str, context: Context) -> None:
    value: Any = text
    try:
        match own.kind:
            case "number":
                value = float(text)
                value = int(value) if value == int(value) else value
            case "yes_no":
                word = text.strip().casefold()
                value = True if word in import_words.YES else False if word in import_words.NO else text
            case "date":
                value = import_words.moment(text, context.rules.dates, context.zone)
                value = value.astimezone(context.zone).date().isoformat()
            case "choice":
                value = next((each for each in own.options if each.casefold() == text.casefold()), text)
        row.custom[own.key.removeprefix("custom-")] = own_value(own.kind, own.options, value)
    except (ValueError, OverflowError):
        allowed = f": one of {', '.join(own.options)[:200]}" if own.options else ""
        word = own.kind.replace("_", " or ")
        raise Refusal(
            "bad_value", f"“{text[:40]}” does not fit; {own.name} takes a {word}{allowed}."
        ) from None


def _named(text: str, known: Mapping[str, int], what: str, how: str) -> int:
    found = known.get(" ".join(text.split()).casefold())
    if found is None:
        raise Refusal("unknown", f"There is no {what} “{text[:60]}”. {how}, or correct the name.")
    return found


def _account(row: Row, given: Mapping[str, list[str]], context: Context) -> None:
    rules, values = context.rules, dict[str, Any]()

    def take(key: str, name: str, reader: Callable[[str], Any], *, many: bool = False) -> None:
        if key in given:
            value = _try(row, key, context, lambda: reader(given[key][0]))
            if value is not None:
                values[name] = (value,) if many else value

    take("username", "username", usernames.checked)
    take("password", "password", _password)
    take("access", "access", lambda text: import_words.one_of(text, import_words.WAYS))
    take("plan", "plan", lambda text: _named(text, context.plans, "plan on sale", "Make it under Plans"))
    take(
        "expires",
        "expires_at",
        lambda text: import_words.end_of(text, rules.dates, context.zone, context.now),
    )
    take("static_ip", "framed_ip", address_of)
    take("mac", "mac", _mac)
    take("status", "is_paused", import_words.is_paused)
    take("only_site", "sites", lambda text: _named(text, context.sites, "site", "Add it first"), many=True)
    take(
        "only_router",
        "routers",
        lambda text: _named(text, context.routers, "router", "Add it first"),
        many=True,
    )
    values.setdefault("plan", None if "plan" in given else rules.plan)
    values.setdefault("access", rules.access)
    if "username" in values:
        row.account = Account(**values, has_end="expires" in given)


def _password(text: str) -> str:
    if len(text) > LONGEST_PASSWORD or not text.isprintable():
        raise Refusal("bad_password", f"A password has at most {LONGEST_PASSWORD} characters on one line.")
    return text


def _mac(text: str) -> str:
    if not (written := macs.of_device(text)):
        raise Refusal("bad_mac", "Write the MAC address of one device, like AA:BB:CC:DD:EE:FF.")
    return written
