"""Which version is in force, who has accepted it, and whether newer Terms wait for an ISP.

The platform's documents live in public; called from inside a tenant these verbs step out by themselves.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from kmikro.lib.refusal import Refusal
from legal.models import Acceptance, Document, Version
from tenants import scope
from tenants.models import Isp

P = ParamSpec("P")
T = TypeVar("T")
NOTICE = timedelta(days=30)  # between publishing and the effective date of a new version


@dataclass(frozen=True, slots=True)
class Gate:
    """A version that the ISP has not accepted; closed means that its effective date has come."""

    version: int
    effective_at: datetime
    changes: tuple[str, ...]
    closed: bool


def _in_public(fn: Callable[P, T]) -> Callable[P, T]:
    @wraps(fn)
    def outside(*args: P.args, **kwargs: P.kwargs) -> T:
        with scope.outside() if scope.current() else nullcontext():
            return fn(*args, **kwargs)

    return outside


def digest(sections: list[dict[str, Any]]) -> str:
    """SHA-256 of the canonical JSON of the sections."""
    text = json.dumps(sections, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@_in_public
def publish(
    kind: str,
    *,
    sections: list[dict[str, Any]],
    changes: list[str],
    dated: date,
    effective_at: datetime,
    now: datetime,
) -> Version:
    """Add the next version of a document; published versions never change (a trigger refuses it)."""
    with transaction.atomic():
        document, _made = Document.objects.get_or_create(
            kind=kind, defaults={"title": str(Document.Kind(kind).label)}
        )
        Document.objects.select_for_update().get(pk=document.pk)
        newest = document.versions.first()
        mark = digest(sections)
        if newest and newest.digest == mark:
            raise Refusal("unchanged", "This text is the same as the newest version.")
        return Version.objects.create(
            document=document,
            number=newest.number + 1 if newest else 1,
            dated=dated,
            effective_at=effective_at,
            published_at=now,
            changes=changes,
            sections=sections,
            digest=mark,
        )


@_in_public
def versions(kind: str, *, now: datetime) -> list[Version]:
    """All published versions, newest first."""
    return list(Version.objects.select_related("document").filter(document__kind=kind, published_at__lte=now))


@_in_public
def current(kind: str, *, now: datetime) -> Version | None:
    """The newest version whose effective date has come (or, before any has, the first one published)."""
    found = Version.objects.select_related("document").filter(document__kind=kind, published_at__lte=now)
    return found.filter(effective_at__lte=now).first() or found.last()


@_in_public
def newest(kind: str, *, now: datetime) -> Version | None:
    """The newest published version, in force or announced."""
    return (
        Version.objects.select_related("document").filter(document__kind=kind, published_at__lte=now).first()
    )


@_in_public
def accept(
    version: Version,
    *,
    isp: Isp | None,
    person_id: int | None,
    person: str,
    email: str,
    address: str | None,
    user_agent: str,
    now: datetime,
) -> Acceptance:
    """Record that a person accepted a version for an ISP; accepting twice records twice and changes nothing else."""
    with transaction.atomic():
        acceptance = Acceptance.objects.create(
            version=version,
            version_digest=version.digest,
            isp_id=isp.pk if isp else None,
            isp=isp.name if isp else "",
            person_id=person_id,
            person=person,
            email=email,
            at=now,
            address=address or None,
            user_agent=user_agent[:300],
        )
        if isp and version.document.kind == Document.Kind.TERMS:
            Isp.objects.filter(pk=isp.pk, terms_version__lt=version.number).update(
                terms_version=version.number
            )
    return acceptance


@_in_public
def acceptances(isp: Isp) -> list[Acceptance]:
    """What this ISP has accepted, newest first."""
    return list(Acceptance.objects.select_related("version__document").filter(isp_id=isp.pk))


@lru_cache(maxsize=4)
def _newest_terms(_minute: int) -> tuple[int, datetime, tuple[str, ...]] | None:
    found = Version.objects.filter(document__kind=Document.Kind.TERMS).first()
    return (found.number, found.effective_at, tuple(found.changes)) if found else None


def forget() -> None:
    """Drop this process's memory of the newest Terms (others notice within a minute)."""
    _newest_terms.cache_clear()


def gate(isp: Isp, *, now: datetime) -> Gate | None:
    """The Terms that wait for this ISP, if any. Reads public, at most once a minute and process."""
    newest_terms = _newest_terms(int(now.timestamp() // 60))
    if newest_terms is None:
        return None
    number, effective_at, changes = newest_terms
    if isp.terms_version >= number:
        return None
    return Gate(number, effective_at, changes, closed=effective_at <= now)
