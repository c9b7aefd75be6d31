"""What a login form proves, and the extra RADIUS attributes it may carry, by the rules of the hotspot."""

import re
from collections.abc import Mapping, Sequence

from routers.virtual.nas import Secret
from routers.virtual.packets import Attribute
from routers.virtual.sessions import Phone

_EXTRA = re.compile(r"radius(\d{1,3})(?:-(\d{1,8}))?(u?)")


def proof(phone: Phone, methods: Sequence[str], password: str) -> tuple[Secret | None, str]:
    """CHAP when a challenge is open and the answer looks like one, else a clear password where that is allowed."""
    challenge, phone.chap = phone.chap, None
    if challenge is not None and re.fullmatch(r"[0-9a-fA-F]{32}", password):
        identifier, asked = challenge
        return Secret(chap=(identifier, bytes.fromhex(password), asked)), "http-chap"
    for method in ("http-pap", "https"):
        if method in methods:
            return Secret(password), method
    return None, ""


def injected(form: Mapping[str, str]) -> list[Attribute]:
    """`radius<id>`, `radius<id>-<vendor>` and their numeric forms with `u`."""
    found: list[Attribute] = []
    for name, value in form.items():
        match = _EXTRA.fullmatch(name)
        if match is None or not 1 <= int(match[1]) <= 255:
            continue
        if match[3] and not value.isdigit():
            continue
        raw = (int(value) & 0xFFFFFFFF).to_bytes(4, "big") if match[3] else value.encode()[:247]
        found.append(Attribute(int(match[1]), raw, int(match[2] or 0)))
    return found
