"""Secrets at rest: AES-256-GCM, bound to tenant, field and row. The column type, and sealing under the service's key."""

import base64
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from kmikro.lib import envelope, here
from kmikro.lib.envelope import Undecryptable

__all__ = ["EncryptedTextField", "Sealed", "Undecryptable", "derived_key", "purpose_key", "seal", "unseal"]


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


class Sealed(str):
    """Text as it is stored, and the schema it was read in: opened when somebody asks for it."""

    schema = ""


class _Opening(DeferredAttribute):
    """Opens a stored secret at its first use, when the row that it is bound to is known."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = self.field.opened(value, instance)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that is stored sealed; empty text stays empty. Not searchable.

    `row` names a field that tells rows apart, is set before the first save and never changes: the sealed text
    then opens in its own row only, and is written by saving objects, not by `update`. It is no part of the
    database's schema and so not of migrations. Forms: k1 under the tenant's data key, g1 under the service's.
    """

    descriptor_class = _Opening

    def __init__(self, *args: Any, row: str = "", **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    def place(self, instance: Any) -> str:
        """Where a value belongs: model, column and row."""
        row = getattr(instance, self.row) if self.row else ""
        return f"{self.model._meta.label_lower}|{self.column}|{row}"

    def sealed(self, value: str, place: str) -> str:
        schema = here.schema()
        return envelope.seal(schema, place, value.encode()) or seal(
            value.encode(), bound_to=f"{schema}|{self.model._meta.label_lower}|{self.column}"
        )

    def opened(self, stored: Sealed, instance: Any) -> str:
        if stored.startswith(f"{envelope.FORM}:"):
            return envelope.unseal(stored.schema, self.place(instance), stored).decode()
        return unseal(
            stored, bound_to=f"{stored.schema}|{self.model._meta.label_lower}|{self.column}"
        ).decode()

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if not value or isinstance(value, Sealed):  # never opened, so never changed
            return value if value is not None else super().pre_save(model_instance, add)
        return Sealed(self.sealed(value, self.place(model_instance)))

    def get_prep_value(self, value: Any) -> Any:
        if not value or isinstance(value, Sealed):
            return str(value) if value else value
        if self.row:
            raise TypeError(f"{self.name} is bound to its row: set it on an object and save that.")
        return self.sealed(str(value), f"{self.model._meta.label_lower}|{self.column}|")

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        if not value:
            return value
        stored = Sealed(value)
        stored.schema = here.schema()
        return stored
