"""Secrets at rest: AES-256-GCM with keys derived from the service's key, bound to tenant and field."""

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, models


class Undecryptable(Exception):
    """The stored secret belongs to another key, tenant or field."""


@lru_cache(maxsize=64)
def derived_key(master: str, purpose: str) -> bytes:
    """32 octets for one purpose (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(master.encode())


def purpose_key(purpose: str) -> bytes:
    """The current key of this service for a named purpose."""
    return derived_key(settings.SECRET_KEY, purpose)


def seal(plain: bytes, *, bound_to: str) -> str:
    """Encrypt; the result opens only with the same bound_to."""
    nonce = os.urandom(12)
    box = AESGCM(purpose_key("secrets at rest")).encrypt(nonce, plain, bound_to.encode())
    return "g1:" + base64.urlsafe_b64encode(nonce + box).decode()


def unseal(sealed: str, *, bound_to: str) -> bytes:
    """Decrypt with the current or an old key; raises Undecryptable."""
    kind, _, text = sealed.partition(":")
    if kind != "g1":
        raise Undecryptable("unknown form")
    raw = base64.urlsafe_b64decode(text)
    for master in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(derived_key(master, "secrets at rest")).decrypt(
                raw[:12], raw[12:], bound_to.encode()
            )
        except InvalidTag:
            continue
    raise Undecryptable("no key opens it")


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is stored sealed; empty text stays empty. Not searchable."""

    def _binding(self) -> str:
        return f"{connection.schema_name}|{self.model._meta.label_lower}|{self.column}"  # type: ignore[attr-defined]

    def get_prep_value(self, value: Any) -> Any:
        return seal(value.encode(), bound_to=self._binding()) if value else value

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        return unseal(value, bound_to=self._binding()).decode() if value else value
