"""Vouchers that top up an account: what one would add, and adding it once. The voucher is used up by it.

The account is held first and the voucher's own service after it, so that of many who come at once one is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from billing import queries, vouchers
from billing.models import Voucher, VoucherRules
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers import arranging
from subscribers.arrangement_checks import Wish, counts_of
from subscribers.models import Arrangement, Service
from subscribers.queries import State, state_at

Kind = Arrangement.Kind
WHY = {
    State.IN_USE: "This voucher is used already.",
    State.SPENT: "This voucher is used up.",
    State.ENDED: "This voucher has ended.",
    State.PAUSED: "This voucher is paused.",
    State.PENDING: "This voucher is on its way to an agent and works when it is received.",
    State.VOID: "This voucher was made void.",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What a voucher adds: more time, and data from a moment on (None: from now)."""

    voucher: Voucher
    ends_before: datetime | None
    ends_after: datetime | None
    octets: int
    data_from: datetime | None


@dataclass(frozen=True, slots=True)
class _Gift:
    """What of a voucher's plan an account can take."""

    more: Validity | None
    octets: int


def mode() -> VoucherRules.TopUp:
    """When what a voucher adds begins, as the ISP wants it."""
    held = VoucherRules.objects.order_by("pk").first()
    return VoucherRules.TopUp(held.top_up) if held else VoucherRules.TopUp.NOW


def choose(wanted: str, *, by: Actor, now: datetime) -> VoucherRules:
    """Say when what a voucher adds begins."""
    if wanted not in VoucherRules.TopUp.values:
        raise Refusal("bad_top_up", f"Choose one of: {', '.join(VoucherRules.TopUp.values)}.", field="top_up")
    with transaction.atomic():
        held = VoucherRules.objects.select_for_update().order_by("pk").first() or VoucherRules(pk=1)
        held.top_up = wanted
        held.save()
        record(by, "vouchers.top_up", held, now=now, top_up=wanted)
    return held


def find(typed: str) -> Voucher:
    """The voucher of a code. Raises Refusal with what is wrong with it."""
    if not codes.normalise(typed):
        raise Refusal("no_code", "Type the code of the voucher.", field="code")
    found = Voucher.objects.filter(service__lookup=vouchers.lookup(typed))
    voucher = found.select_related("service__plan", "batch").first()
    if voucher is None and queries.is_typo(typed):
        raise Refusal(
            "mistyped", "A character of this code is wrong. Compare it with the paper.", field="code"
        )
    if voucher is None:
        raise Refusal("unknown_code", "Nobody here sold this code.", field="code")
    return voucher


def preview(account: Service, typed: str, *, now: datetime) -> Preview:
    """What `redeem` would do now. Raises Refusal as it would."""
    voucher = find(typed)
    _check(voucher.service, now)
    gift = _gift(account, voucher, now)
    after = account.expires_at
    if gift.more is not None:
        after = arranging.preview(account, Wish(Kind.EXTENSION, more=gift.more), now=now).ends_after
    if gift.octets:
        arranging.preview(account, Wish(Kind.DATA, octets=gift.octets, period="total"), now=now)
    return Preview(voucher, account.expires_at, after, gift.octets, _data_from(account, gift, now))


def redeem(account: Service, typed: str, *, by: Actor, now: datetime) -> Voucher:
    """Top the account up. Of many who redeem one voucher at once, one does."""
    voucher = find(typed)
    with transaction.atomic():
        held, _owner = arranging.lock(account.pk)
        used = locked(voucher.service_id)
        _check(used, now)
        gift, why = _gift(held, voucher, now), f"Voucher {voucher}"
        begins = _data_from(held, gift, now)
        if gift.more is not None:
            arranging.arrange(held, Wish(Kind.EXTENSION, why, more=gift.more), by=by, now=now)
        if gift.octets:
            made = arranging.arrange(
                held, Wish(Kind.DATA, why, octets=gift.octets, period="total"), by=by, now=now
            )
            if begins is not None:  # the end was moved above: the data belongs to what came to it
                made.starts_at = begins
                made.save(update_fields=["starts_at"])
        used.status, used.first_used_at = Service.Status.ENDED, now
        used.save(update_fields=["status", "first_used_at"])
        voucher.redeemed_for, voucher.redeemed_at = held, now
        voucher.save(update_fields=["redeemed_for", "redeemed_at"])
        record(by, "voucher.redeem", voucher, now=now, account=held.label)
    return voucher


def locked(service_id: int) -> Service:
    """The service of a voucher, held until the end of the transaction."""
    return Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service_id)


def _check(service: Service, now: datetime) -> None:
    found = Service.objects.filter(pk=service.pk).annotate(state=state_at(now))
    state = State(found.values_list("state", flat=True).get())
    if state != State.NEW or service.first_used_at is not None:
        raise Refusal("not_new", WHY.get(state, WHY[State.IN_USE]), field="code")


def _gift(account: Service, voucher: Voucher, now: datetime) -> _Gift:
    if account.kind != Service.Kind.ACCOUNT:
        raise Refusal("no_account", "Only accounts are topped up. A voucher is used as it is.")
    plan, more = voucher.service.plan, voucher.service.plan.validity
    if voucher.service.expires_at is not None:  # its clock began with the sale: what is left of it
        more = Validity(seconds=max(1, int((voucher.service.expires_at - now).total_seconds())))
    gift = _Gift(
        more if account.expires_at is not None else None,
        plan.data_limit_bytes or 0 if "total" in counts_of(account.plan) else 0,
    )
    if gift.more is None and not gift.octets:
        text = f"{account.label} has no end and no data limit that voucher {voucher} could add to: it would be lost."
        raise Refusal("nothing_to_add", text)
    return gift


def _data_from(account: Service, gift: _Gift, now: datetime) -> datetime | None:
    """When the data begins to count: now (None), or with the time that it came with."""
    ends_at = account.expires_at
    waits = mode() == VoucherRules.TopUp.AFTER and gift.octets and gift.more is not None
    return ends_at if waits and ends_at is not None and ends_at > now else None
