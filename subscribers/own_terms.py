"""What is agreed with one account alone, beside its plan: an end, grace, places, fixed addresses, the bound device."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Network
from typing import Any

from django.db import connection, transaction

from accounts.journal import Actor, record
from kmikro.lib import here, prefixes
from kmikro.lib.refusal import Refusal
from subscribers.fixed_addresses import address_of
from subscribers.lifecycle import OVER
from subscribers.models import Service
from subscribers.plans import LONGEST_SECONDS
from subscribers.rules import check_places

LONGEST = timedelta(seconds=LONGEST_SECONDS)
SHORTEST_PREFIX, SHORTEST_DELEGATED = 48, 32  # bits: shorter ones are a provider's, not a customer's
ADDRESSES = ("framed_ip", "framed_ipv6_prefix", "delegated_ipv6_prefix")
_PREFIXES = ADDRESSES[1:]


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """None and empty: the plan's, or none. Both this and the plan must allow a router."""

    expires_at: datetime | None = None
    grace_seconds: int | None = None
    sites: list[int] = field(default_factory=list)
    routers: list[int] = field(default_factory=list)
    framed_ip: str | None = None
    framed_ipv6_prefix: str | None = None
    delegated_ipv6_prefix: str | None = None


def own_terms_of(service: Service) -> OwnTerms:
    """The terms as the account has them now."""
    return OwnTerms(**{name: getattr(service, name) for name in OwnTerms.__slots__})


def moves(before: OwnTerms, after: OwnTerms) -> bool:
    """Do addresses differ? A router gives those at a sign-in only, so who is online has to sign in again."""
    return any(getattr(before, name) != getattr(after, name) for name in ADDRESSES)


def agree(service: Service, terms: OwnTerms, *, by: Actor, now: datetime) -> Service:
    """Give an account these terms. Raises Refusal with the field that is wrong. RADIUS hears of it by itself."""
    if service.kind != Service.Kind.ACCOUNT:
        raise Refusal("no_own_terms", "A voucher has the terms of its plan and no others.")
    with transaction.atomic():
        here.alone("own terms")  # two accounts must not be given one address at the same moment
        held = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        if held.status in OVER:
            raise Refusal("wrong_state", f"{held.label} is {held.status}. Nothing can be agreed for it.")
        before = own_terms_of(held)
        wanted = _checked(terms, before, held, now)
        changed = [name for name in OwnTerms.__slots__ if getattr(before, name) != getattr(wanted, name)]
        if changed:
            for name in changed:
                setattr(held, name, getattr(wanted, name))
            held.save(update_fields=changed)
            said = {name: [_plain(getattr(before, name)), _plain(getattr(wanted, name))] for name in changed}
            record(by, "account.terms", held, now=now, changed=said)
    return held


def unbind(service: Service, *, by: Actor, now: datetime) -> Service:
    """Forget the device that it is bound to: the next one that signs in takes its place."""
    with transaction.atomic():
        held = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
        if held.status in OVER:
            raise Refusal("wrong_state", f"{held.label} is {held.status}. No device signs in with it again.")
        if not held.bound_mac:
            raise Refusal("not_bound", f"{held.label} is bound to no device.")
        record(by, "account.unbind", held, now=now, mac=held.bound_mac)
        held.bound_mac = ""
        held.save(update_fields=["bound_mac"])
    return held


def _checked(terms: OwnTerms, before: OwnTerms, held: Service, now: datetime) -> OwnTerms:
    _check_end(terms.expires_at, before.expires_at, now)
    if terms.grace_seconds is not None and not 0 <= terms.grace_seconds <= LONGEST_SECONDS:
        raise Refusal("out_of_range", f"Grace is from 0 to {LONGEST_SECONDS} seconds.", field="grace_seconds")
    sites, routers = sorted(set(terms.sites)), sorted(set(terms.routers))
    check_places(sites, routers, but_sites=before.sites, but_routers=before.routers)
    read: dict[str, Any] = {"sites": sites, "routers": routers, "framed_ip": address_of(terms.framed_ip)}
    for name, shortest in zip(_PREFIXES, (SHORTEST_PREFIX, SHORTEST_DELEGATED), strict=True):
        read[name] = _prefix(name, getattr(terms, name), shortest)
    wanted = replace(terms, **read)
    _check_free(wanted, before, held)
    return wanted


def _check_end(wanted: datetime | None, before: datetime | None, now: datetime) -> None:
    if wanted is None or wanted == before:
        return
    if wanted <= now:
        text = "This moment is past. Choose a later end, or end the account."
        raise Refusal("past_end", text, field="expires_at")
    if wanted - now > LONGEST:
        raise Refusal(
            "far_end", "The end is at most ten years away. Leave it empty for none.", field="expires_at"
        )


def _prefix(name: str, typed: str | None, shortest: int) -> str | None:
    if not typed:
        return None
    try:
        written = prefixes.normalise(typed)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.text, field=name) from None
    read = IPv6Network(written)
    if not shortest <= read.prefixlen <= 64:
        raise Refusal("bad_prefix", f"The length of this prefix is from {shortest} to 64.", field=name)
    if read.is_multicast or read.is_link_local or read.is_loopback or read.is_unspecified:
        raise Refusal("bad_prefix", f"{written} can be no customer's prefix.", field=name)
    return written


def _check_free(wanted: OwnTerms, before: OwnTerms, held: Service) -> None:
    """An address belongs to one account; prefixes of accounts do not overlap."""
    others = Service.objects.exclude(pk=held.pk).exclude(status__in=OVER)
    if wanted.framed_ip and wanted.framed_ip != before.framed_ip:
        holder = others.filter(framed_ip=wanted.framed_ip).values_list("label", flat=True).first()
        if holder:
            text = f"{wanted.framed_ip} is the address of {holder} already."
            raise Refusal("address_taken", text, field="framed_ip")
    both = [(name, getattr(wanted, name)) for name in _PREFIXES if getattr(wanted, name)]
    if all(getattr(wanted, name) == getattr(before, name) for name in _PREFIXES):
        return
    if len(both) == 2 and IPv6Network(both[0][1]).overlaps(IPv6Network(both[1][1])):
        text = "The two prefixes overlap: one is for the line, the other for what is behind it."
        raise Refusal("prefix_taken", text, field="delegated_ipv6_prefix")
    for name, prefix in both:
        if prefix != getattr(before, name) and (holder := _holder(prefix, held)):
            raise Refusal("prefix_taken", f"{prefix} overlaps with a prefix of {holder}.", field=name)


def _holder(prefix: str, held: Service) -> str:
    """The account that has a part of this prefix, '' when it is free."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT label FROM subscribers_service WHERE id <> %s AND status <> ALL(%s)"
            " AND (framed_ipv6_prefix && %s::cidr OR delegated_ipv6_prefix && %s::cidr) LIMIT 1",
            [held.pk, [str(each) for each in OVER], prefix, prefix],
        )
        found = cursor.fetchone()
    return str(found[0]) if found else ""


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
