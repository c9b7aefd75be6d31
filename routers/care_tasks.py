"""Workers' part of care: orders on routers, questions that people wait for, and the nightly backups."""

import json
import random
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import structlog
from celery import shared_task

from accounts.journal import SYSTEM, Actor
from kmikro.lib import here
from kmikro.lib.refusal import Refusal
from routers import (
    asks,
    backups,
    care,
    care_acts,
    doctor,
    live,
    nightly,
    queries,
    restoring,
    sync,
    talk,
    tools,
)
from routers.device import Target
from routers.models import CareItem, CareRun, Router, RouterBackup
from routers.talks import HARD, SOFT
from tenants import routes, zones
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("routers.care")
SOON = timedelta(minutes=5)  # so often `tidy` comes by: a window that opens later needs no task of its own
NIGHT = 4  # o'clock at the ISP: no clock change leaves this hour out or has it twice
NIGHT_SPREAD = 1800  # seconds


def _now() -> datetime:
    return datetime.now(UTC)


@tenant_task(enter=False)
def go_on(schema: str, run_id: int) -> None:
    """Begin what an order may begin now."""
    with unit(schema):
        now = _now()
        for item_id in care.take_next(run_id, now=now):
            work_on.soon(item_id)
        run = CareRun.objects.filter(pk=run_id, state=CareRun.State.RUNNING).first()
        if run is not None and run.not_before and now < run.not_before <= now + SOON:
            go_on.soon(run_id, countdown=(run.not_before - now).total_seconds() + 1)


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def work_on(schema: str, item_id: int) -> None:
    """The work on one router; what has to wait for a restart comes here again."""
    with unit(schema):
        item = CareItem.objects.select_related("run").filter(pk=item_id, state=CareItem.State.RUNNING).first()
        target = None if item is None else _target_of(item)
    if item is None:
        return
    if target is None:
        ended = care_acts.Ended(False, "The router is being removed or has told no address.")
    else:
        run = item.run
        work = care_acts.Work(
            schema,
            run.kind,
            item.router_id,
            target,
            run.details,
            Actor(run.by_id, run.by) if run.by_id else SYSTEM,
            item.phase,
            item.before,
            item.tries,
            list(item.steps),
        )
        ended = care_acts.do(work, _now)
    with unit(schema):
        if ended.phase:
            CareItem.objects.filter(pk=item_id).update(
                phase=ended.phase,
                before=ended.before,
                steps=ended.steps,
                tries=item.tries + 1 if item.phase == ended.phase else 0,
            )
            work_on.soon(item_id, countdown=care_acts.PAUSES[ended.phase])
            return
        following = care.finish(
            item_id, is_fine=ended.is_fine, steps=ended.steps, trouble=ended.trouble, now=_now()
        )
        if following is not None:
            go_on.soon(following)


def _target_of(item: CareItem) -> Target | None:
    """Where its router is; a move to another site says nothing to it, so that it need not have told its address."""
    if item.run.kind != CareRun.Kind.SITE:
        return talk.target_of(item.router_id)
    router = Router.objects.filter(pk=item.router_id, leaving_at=None).first()
    return None if router is None else sync.target_of(router)


@tenant_task(enter=False)
def answer(schema: str, token: str) -> None:
    """Put a question to its router and leave the answer for the page that waits."""
    with unit(schema):
        ask = asks.get(token)
        target = None if ask is None else talk.target_of(int(ask["router"]))
    if ask is None:
        return
    if target is None:
        ask |= {"trouble": "The router is not registered any more."}
    else:
        tool, subject = str(ask["what"]), str(ask["subject"])
        if tool == "live":
            mac, _, address = subject.partition("|")
            said = talk.with_router(
                target, lambda device: asdict(live.read(device, mac=mac, address=address))
            )
            ask |= {"reading": said.value, "trouble": said.trouble, "at": _now().timestamp()}
        elif tool == "plan":
            ask |= _plan(schema, target, subject)
        else:
            kind = tools.TOOLS[tool]
            table = talk.with_router(target, lambda device: kind.ask(device, subject), needs=kind.needs)
            ask |= {
                "table": asdict(table.value) if table.value else None,
                "trouble": table.trouble,
                "lacking": list(table.lacking),
            }
    with unit(schema):
        asks.put(token, ask | {"is_done": True})


def _plan(schema: str, target: Target, subject: str) -> asks.Ask:
    """What a restore would do, read from the router as it is now."""
    wanted = json.loads(subject)
    with unit(schema):
        backup = RouterBackup.objects.filter(pk=wanted["backup"]).first()
        saved = backups.rows_of(backup) if backup else {}
    paths = tuple(path for path in restoring.KEYS if path in wanted["paths"])
    said = talk.with_router(target, lambda device: care_acts.planned(device, saved, paths))
    if said.value is None:
        return {"trouble": said.trouble}
    told = [{"do": step.do, "text": step.text} for step in said.value]
    return {"plan": told, "digest": restoring.digest(said.value)}


@tenant_task(enter=False)
def examine(schema: str, token: str) -> None:
    """The connection doctor: every step is shown as soon as it is done."""
    host = routes.host_of(schema)
    with unit(schema):
        ask = asks.get(token)
        router = (
            None if ask is None else Router.objects.filter(pk=ask["router"], address__isnull=False).first()
        )
        job = None if router is None else sync.job_of(router, host, now=_now())
    if ask is None or router is None or job is None:
        return
    mac, _, address = str(ask["subject"]).partition("|")
    steps: list[doctor.Step] = []
    try:
        for step in doctor.examine(
            job, router.hotspot_interface, person=doctor.Person(mac, address), now=_now()
        ):
            steps.append(step)
            ask["steps"] = [asdict(each) for each in steps]
            with unit(schema):
                asks.put(token, ask)
    except Refusal as refusal:
        steps.append(doctor.Step(doctor.BAD, "Connection", refusal.text))
    with unit(schema):
        asks.put(
            token,
            ask
            | {
                "steps": [asdict(each) for each in steps],
                "verdict": asdict(doctor.verdict(steps)),
                "is_done": True,
            },
        )


@tenant_task()
def back_up_all() -> None:
    """Every hour: in the night of the ISP, orders for all of its ready routers; once, and later when it was missed."""
    now = _now()
    here.alone("backups")
    night = now.astimezone(zones.own()).hour == NIGHT
    if not nightly.is_due(care.last_nightly(), night=night, now=now):
        return
    routers = list(queries.all_routers().filter(state=Router.State.READY).order_by("pk"))
    for start in range(0, len(routers), care.MOST):
        run = care.order(CareRun.Kind.BACKUP, routers[start : start + care.MOST], by=SYSTEM, now=now)
        go_on.soon(run.pk, countdown=random.uniform(0, NIGHT_SPREAD))


@tenant_task()
def tidy() -> None:
    """Orders go on after a lost worker, and old ones are forgotten."""
    for run_id in care.tidy(now=_now()):
        go_on.soon(run_id)


@shared_task(name="routers.care_tasks.back_up_everywhere")
def back_up_everywhere() -> int:
    """Beat, every hour: a backup of every router of the ISPs where it is night."""
    return each_isp(back_up_all)


@shared_task(name="routers.care_tasks.tidy_everywhere")
def tidy_everywhere() -> int:
    """Beat: orders of every ISP."""
    return each_isp(tidy)
