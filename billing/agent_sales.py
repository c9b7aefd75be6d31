"""Selling: from an agent's stock or made on the spot, booked with the float in one transaction, once for each tap."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Count, Sum

from accounts.journal import Actor, record
from billing import agent_ledger, agent_stock, agent_sums, agent_velocity, agents, handover, vouchers
from billing.agent_ledger import Given, Kind
from billing.agent_models import Agent
from billing.agent_sums import Line
from billing.agent_velocity import HOUR, Limits, Sold
from billing.models import Batch, Voucher
from billing.stock_models import Sale
from kmikro.lib.refusal import Refusal
from subscribers import sale as selling
from subscribers.models import Plan, Service

MOST = 20  # vouchers in one tap
UNDO_WITHIN = timedelta(minutes=10)
_WORDS = {"per_hour": "vouchers an hour", "per_day": "vouchers a day"}


def sell(
    agent: Agent, plan: Plan, count: int, *, by: Actor, now: datetime, key: str = "", on_the_spot: bool = False, serial: str = ""
) -> list[Sale]:  # fmt: skip
    """Sell vouchers of a plan; `serial` is the one on the paper, else the oldest of the stock. Raises Refusal."""
    with transaction.atomic():
        held = agent_ledger.locked(agent.pk)
        before = list(Sale.objects.filter(agent=held, key=key).order_by("line")) if key else []
        if before:
            return before
        if not held.is_active:
            raise agent_ledger.stopped(held)
        if not 1 <= count <= MOST:
            raise Refusal("bad_count", f"Between 1 and {MOST} vouchers are sold at once.", field="count")
        if plan.currency != held.currency:
            raise Refusal("other_currency", f"{plan.name} is sold in {plan.currency}.", field="plan")
        selling.check(plan, None, now=now)
        terms = agents.terms(held, [plan.pk])[plan.pk]
        found = [] if on_the_spot else _from_stock(held, plan, count, serial, now)
        prices = [each.batch.price_minor for each in found] or [plan.price_minor] * count
        lines = [agent_sums.line(price, terms) for price in prices]
        total = agent_sums.total(lines)
        _not_too_fast(held, count, total.price_minor, now)
        if not agent_sums.is_covered(held.balance_minor, held.limit_minor, total.net_minor):
            raise agent_ledger.too_little(held, total.net_minor)
        if on_the_spot:
            found = _made(held, plan, count, by, now)
        sold = _booked(
            held, plan, list(zip(found, lines, strict=True)), by, now, key=key, is_spot=on_the_spot
        )
        _begin(found, now)
    return sold


def _from_stock(agent: Agent, plan: Plan, count: int, serial: str, now: datetime) -> list[Voucher]:
    rows = agent_stock.sellable(agent, now).filter(batch__plan=plan).order_by("batch_id", "serial")
    if serial:
        rows, count = rows.filter(service__label=serial.strip()), 1
    found = list(rows.select_related("batch", "service").select_for_update(of=("self", "service"))[:count])
    if len(found) < count:
        if serial:
            raise Refusal("not_in_stock", f"{serial} is not in {agent.name}'s stock.", field="serial")
        text = f"{len(found)} of {plan.name} are left in {agent.name}'s stock. Sell fewer, or make them on the spot."
        raise Refusal("no_stock", text, field="count")
    return found


def _made(agent: Agent, plan: Plan, count: int, by: Actor, now: datetime) -> list[Voucher]:
    """New vouchers, in the agent's batch of the day for this plan, price and terms."""
    day = agent_ledger.day_for(agent, now)
    batch = Batch.objects.filter(
        agent=agent, plan=plan, price_minor=plan.price_minor, vouchers__service__plan=plan, vouchers__sales__is_spot=True,
        vouchers__sales__day=day,
    ).order_by("-pk").first()  # fmt: skip
    if batch is None:
        batch = vouchers.ask_batch(plan, count, f"Made on the spot by {agent.name}", by=by, now=now)
        batch.agent, batch.received_at = agent, now
        first = 1
    else:
        first = batch.made + 1
        batch.count, batch.state = batch.made + count, Batch.State.MAKING
    batch.save(update_fields=["agent", "received_at", "count", "state"])
    vouchers.make_batch(batch, now=now)
    return list(
        batch.vouchers.filter(serial__gte=first).select_related("batch", "service").order_by("serial")
    )


def _booked(
    agent: Agent, plan: Plan, sold: Sequence[tuple[Voucher, Line]], by: Actor, now: datetime, *, key: str = "",
    is_spot: bool = False, is_found: bool = False,
) -> list[Sale]:  # fmt: skip
    """Sales with their rows of the ledger; the commission comes first, so that the float pays the rest."""
    balance, day, made, rows = agent.balance_minor, agent_ledger.day_for(agent, now), [], []
    for number, (voucher, line) in enumerate(sold):
        balance -= line.net_minor
        made.append(
            Sale(
                agent=agent, voucher=voucher, plan=plan, at=now, day=day, price_minor=line.price_minor,
                commission_minor=line.commission_minor, balance_minor=balance, by=by.name[:140], key=key, line=number,
                is_spot=is_spot, is_found=is_found,
            )
        )  # fmt: skip
    made = Sale.objects.bulk_create(made)
    for each, (voucher, _line) in zip(made, sold, strict=True):
        text = f"{plan.name}, {voucher}" + (", used without being sold" if is_found else "")
        if each.commission_minor:
            rows.append(Given(Kind.COMMISSION, each.commission_minor, text, sale=each))
        rows.append(Given(Kind.SALE, -each.price_minor, text, sale=each))
    agent_ledger.post(agent, rows, by=by, now=now)
    serials = [str(voucher) for voucher, _line in sold]
    record(by, "agent.sell", agent, now=now, plan=plan.name, vouchers=serials, balance_minor=balance)
    return made


def _begin(found: Sequence[Voucher], now: datetime) -> None:
    """Where a plan's clock starts with the sale, it starts now and not when the batch was made."""
    for voucher in found:
        if (ends_at := selling.until(voucher.service.plan, now=now)) is not None:
            Service.objects.filter(pk=voucher.service_id).update(expires_at=ends_at)


def _not_too_fast(agent: Agent, count: int, minor: int, now: datetime) -> None:
    limits = Limits(agent.per_hour, agent.per_day, agent.per_day_minor)
    if limits == Limits():
        return
    local = now.astimezone(agent_ledger.zone())
    today = datetime.combine(local.date(), time(), local.tzinfo)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)
    # What was undone counts: it showed its code.
    rows = Sale.objects.filter(agent=agent, is_found=False)
    day = rows.filter(at__gte=today).aggregate(count=Count("pk"), minor=Sum("price_minor"))
    hour = list(rows.filter(at__gt=now - HOUR).order_by("at").values_list("at", flat=True))
    found = agent_velocity.wait(limits, Sold(hour, day["count"], day["minor"] or 0), count, minor, midnight)
    if found is None:
        return
    most = (
        f"{found.most:,} {_WORDS[found.limit]}"
        if found.limit in _WORDS
        else f"{agent_ledger.shown(agent, found.most)} a day"
    )
    if found.free_at is None:
        text = f"{agent.name} sells at most {most}: sell fewer at once."
    else:
        free = found.free_at.astimezone(local.tzinfo)
        when = f"{free:%H:%M}" if free.date() == local.date() else f"{free.day} {free:%b} {free:%H:%M}"
        text = f"{agent.name} sells at most {most}: free again at {when}."
    raise Refusal("too_fast", text, field="count")


def shows_code(sale: Sale, now: datetime) -> bool:
    """Whether the code that was sold is still shown to who may see codes: as long as that of a new batch."""
    return now - sale.at < handover.OPEN_FOR


def sold_today(agent: Agent, now: datetime) -> dict[str, int]:
    """How many and for how much on the day that is open now."""
    rows = Sale.objects.filter(agent=agent, day=agent_ledger.day_for(agent, now), undone_at=None)
    found = rows.aggregate(count=Count("pk"), minor=Sum("price_minor"))
    return {"count": found["count"], "minor": found["minor"] or 0}


def undo(sale: Sale, *, by: Actor, now: datetime, why: str = "", at_any_time: bool = False) -> Sale:
    """Take a sale of an unused voucher back: the float is as before. Within minutes, or `at_any_time` with a reason."""
    reason = " ".join(why.replace("\0", "").split())[:200]
    with transaction.atomic():
        held = agent_ledger.locked(sale.agent_id)
        kept = (
            Sale.objects.select_for_update(of=("self",))
            .select_related("voucher__batch", "plan")
            .get(pk=sale.pk)
        )
        if kept.undone_at is not None:
            return kept
        service = (
            Service.objects.select_for_update(of=("self",))
            .select_related("plan")
            .get(voucher=kept.voucher_id)
        )
        if service.first_used_at is not None:
            raise Refusal("used", f"{kept.voucher} is in use. What was used stays sold.")
        if now - kept.at > UNDO_WITHIN:
            if not at_any_time:
                text = f"A sale is undone within {UNDO_WITHIN.seconds // 60} minutes. Ask your ISP to take it back."
                raise Refusal("too_late", text)
            if not reason:
                raise Refusal("no_reason", "Say why: the reason stays with the sale.", field="why")
        text = f"{kept.plan.name}, {kept.voucher}" + (f": {reason}" if reason else "")
        rows = [Given(Kind.SALE_BACK, kept.price_minor, text, sale=kept)]
        if kept.commission_minor:
            rows.append(Given(Kind.COMMISSION_BACK, -kept.commission_minor, text, sale=kept))
        agent_ledger.post(held, rows, by=by, now=now)
        kept.undone_at, kept.undone_by, kept.why = now, by.name[:140], reason
        kept.save(update_fields=["undone_at", "undone_by", "why"])
        _put_back(kept, service, by, now)
        record(by, "agent.undo", held, now=now, voucher=str(kept.voucher), why=reason)
    return kept


def _put_back(sale: Sale, service: Service, by: Actor, now: datetime) -> None:
    """Into the stock that it came from; what was made for the sale, or has no such stock any more, is void."""
    batch = sale.voucher.batch
    if not sale.is_spot and batch.agent_id == sale.agent_id:
        if (ends_at := selling.until(service.plan, now=batch.made_at)) is not None:
            Service.objects.filter(pk=service.pk).update(expires_at=ends_at)
    elif service.status not in {Service.Status.VOID, Service.Status.ENDED}:
        vouchers.void(sale.voucher, by=by, now=now)


def book_used(agent: Agent, *, by: Actor, now: datetime) -> list[Sale]:
    """Sell what was used out of the stock although nobody said so, so that float and codes agree."""
    with transaction.atomic():
        held = agent_ledger.locked(agent.pk)
        used = list(
            agent_stock.unpaid(held).select_related("batch__plan", "service").order_by("batch_id", "serial")
        )
        made = []
        for plan in {each.batch.plan_id: each.batch.plan for each in used}.values():
            terms = agents.terms(held, [plan.pk])[plan.pk]
            mine = [each for each in used if each.batch.plan_id == plan.pk]
            sold = [(each, agent_sums.line(each.batch.price_minor, terms)) for each in mine]
            net = agent_sums.total(line for _voucher, line in sold).net_minor
            if not agent_sums.is_covered(held.balance_minor, held.limit_minor, net):
                raise agent_ledger.too_little(held, net)
            made += _booked(held, plan, sold, by, now, is_found=True)
    return made
