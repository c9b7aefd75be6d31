"""Envelope encryption: each tenant's secrets under its own data keys, which lie wrapped by the service's key.

Where the keys lie is the business of a floor above, which hands in its keyring when it starts.
"""

import base64
import os
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = "k1"  # k1:<number of the key>:<nonce and ciphertext>


class Undecryptable(Exception):
    """The stored secret belongs to another key, tenant, field or row."""


class Keyring(Protocol):
    """The data keys of tenants, 32 octets each, counted from 1."""

    def newest(self, schema: str) -> tuple[int, bytes] | None:
        """What to seal with; None for a schema that has no keys."""
        ...

    def numbered(self, schema: str, number: int) -> bytes | None: ...


class _NoKeys:
    def newest(self, schema: str) -> tuple[int, bytes] | None:
        return None

    def numbered(self, schema: str, number: int) -> bytes | None:
        return None


_keyring: Keyring = _NoKeys()


def use(keyring: Keyring) -> None:
    """Take keys from there from now on."""
    global _keyring
    _keyring = keyring


def seal(schema: str, place: str, plain: bytes) -> str | None:
    """Encrypt under the schema's newest key for one place (model, column and row); None when it has no key."""
    found = _keyring.newest(schema)
    if found is None:
        return None
    number, key = found
    nonce = os.urandom(12)
    box = AESGCM(key).encrypt(nonce, plain, _bound(schema, place, number))
    return f"{FORM}:{number}:" + base64.urlsafe_b64encode(nonce + box).decode()


def unseal(schema: str, place: str, sealed: str) -> bytes:
    """Decrypt what was sealed for this place of this schema, or raise Undecryptable."""
    form, _, rest = sealed.partition(":")
    digits, _, text = rest.partition(":")
    if form != FORM or not digits.isdecimal():
        raise Undecryptable("unknown form")
    number = int(digits)
    key = _keyring.numbered(schema, number)
    if key is None:
        raise Undecryptable(f"there is no key {number}")
    raw = base64.urlsafe_b64decode(text)
    try:
        return AESGCM(key).decrypt(raw[:12], raw[12:], _bound(schema, place, number))
    except InvalidTag:
        raise Undecryptable("sealed for another place, or not by this key") from None


def _bound(schema: str, place: str, number: int) -> bytes:
    return f"{schema}|{place}|{number}".encode()
