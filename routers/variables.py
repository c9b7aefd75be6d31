"""Names in braces that templates leave open, and what fills them in."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kmikro.lib.refusal import Refusal
from routers import offers
from routers.offers import Offer

MOST = 40
LONGEST = 2_000
_OPEN = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")


def names_in(template: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which names a template leaves open, in the order in which they come."""
    found = [name for each in template for text in each["values"].values() for name in _OPEN.findall(text)]
    return list(dict.fromkeys(found))


def checked(given: Mapping[str, str]) -> dict[str, str]:
    """Values for names; refuses what is no name, and texts that no field of an offer could hold."""
    kept: dict[str, str] = {}
    for name, value in given.items():
        text = value.strip() if isinstance(value, str) else ""
        if not isinstance(value, str) or not _NAME.fullmatch(name):
            raise Refusal(
                "bad_name", f"{name[:40]}: a name has small letters, digits and underscores.", field="values"
            )
        if len(text) > LONGEST or "{" in text or "}" in text or not text.replace("\n", "").isprintable():
            raise Refusal("bad_value", f"{name}: plain text without braces, please.", field="values")
        if text:
            kept[name] = text
    if len(kept) > MOST:
        raise Refusal("too_many", f"At most {MOST} values.", field="values")
    return kept


def lines(text: str) -> dict[str, str]:
    """`name = value` on each line, as a person types it."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not line.strip():
            continue
        if not equals:
            raise Refusal(
                "bad_line", f"Write each line as name = value; this is none: {line[:40]}", field="values"
            )
        found[name.strip()] = value.strip()
    return found


def draft(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Offers of a template in one spelling: what has no open names is checked as in an offer."""
    kept: list[dict[str, Any]] = []
    keys: set[str] = set()
    for each in given:
        kind, key, values = (
            str(each.get("kind", "")),
            str(each.get("key", "")),
            dict(each.get("values") or {}),
        )
        # With every open name taken out, the rest is checked: kind, key, fields, and values that are whole.
        whole = {name: text for name, text in values.items() if not _OPEN.search(str(text))}
        known = offers.KINDS.get(kind)
        stand_in = {part.name for part in known.parts} & (set(values) - set(whole)) if known else set()
        settled = offers.draft(kind, key, whole, stand_in)
        if key in keys:
            raise Refusal("same_key", f"Two offers are called {key}.", field="key")
        keys.add(key)
        for name in (each for each in values if each not in whole):  # in the order in which they were given
            if name not in stand_in:
                raise Refusal("unknown_value", f"{key} has no {name[:30]}.", field="values")
            settled[name] = str(values[name]).strip()
        kept.append({"kind": kind, "key": key, "values": settled})
    return kept


def filled(template: Sequence[Mapping[str, Any]], values: Mapping[str, str]) -> list[Offer]:
    """The offers of a template with all names filled in; refuses, naming the first that is missing."""
    built: list[Offer] = []
    for each in template:
        ready = {name: _fill(text, values) for name, text in each["values"].items()}
        try:
            built.append(offers.checked(each["kind"], each["key"], ready))
        except Refusal as refusal:
            raise Refusal(refusal.code, f"{each['key']}: {refusal.text}", field="values") from None
    return built


def _fill(text: str, values: Mapping[str, str]) -> str:
    for name in _OPEN.findall(text):
        if name not in values:
            raise Refusal(
                "missing_name", f"Say what {{{name}}} is, for the site or for the router.", field="values"
            )
    return _OPEN.sub(lambda match: values[match[1]], text)
