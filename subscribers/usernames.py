"""Which user names an account can have. Pure."""

from __future__ import annotations

import re

from kmikro.lib import codes, macs
from kmikro.lib.refusal import Refusal

USERNAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9])?")


def checked(typed: str) -> str:
    """The name as it is kept. Raises Refusal where it will not do."""
    name = typed.strip()
    if not USERNAME.fullmatch(name):
        text = "A user name has up to 64 letters, digits and . _ @ + - between them."
        raise Refusal("bad_username", text, field="username")
    if macs.normalise(name) or codes.is_plausible(name):
        text = "This reads like a device's MAC or a voucher. Choose another user name."
        raise Refusal("bad_username", text, field="username")
    return name
