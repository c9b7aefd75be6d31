"""The doors' own background work: opening workspaces and the letters whose answer must not show on a page."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from celery import shared_task
from django.db import transaction

from accounts import people
from accounts.models import User
from accounts.tasks import post
from dashboard import auditing, letters
from legal import consent
from legal.models import Document
from radius import disconnect, stale
from radius.models import Session
from routers import kick, talk
from subscribers.models import Site
from tenants import addresses, finding, onboarding
from tenants.models import Isp
from tenants.tasks import each_isp, tenant_task, unit

log = structlog.get_logger("dashboard.tasks")


def _clock() -> datetime:
    return datetime.now(UTC)


def settle(isp: Isp, owner: User, *, address: str | None, user_agent: str) -> None:
    """What a new workspace needs of the higher floors: a first site and the acceptance of the Terms."""
    now = _clock()
    Site.objects.create(name=isp.name[:80], made_at=now)
    version = consent.current(Document.Kind.TERMS, now=isp.made_at) or consent.current(
        Document.Kind.TERMS, now=now
    )
    if version is None:
        log.warning("no-terms-published", isp=isp.pk)
        return
    consent.accept(
        version,
        isp=isp,
        person_id=owner.pk,
        person=owner.name,
        email=owner.email,
        address=address,
        user_agent=user_agent,
        now=now,
    )


def open_now(isp_id: int, *, address: str | None = None, user_agent: str = "") -> Isp:
    """Make the workspace in this process (worker or command)."""
    return onboarding.open_isp(
        isp_id, settle=partial(settle, address=address, user_agent=user_agent), clock=_clock
    )


@shared_task(name="dashboard.tasks.open_isp")
def open_isp(isp_id: int, address: str | None, user_agent: str) -> None:
    """Make the workspace that somebody signed up for."""
    isp = open_now(isp_id, address=address, user_agent=user_agent)
    if isp.state == Isp.State.ACTIVE:
        post("welcome", isp.owner_email, name=isp.owner_name, isp=isp.name, url=addresses.url(isp.slug))


def open_soon(isp: Isp, *, address: str | None, user_agent: str) -> None:
    """Ask a worker for it after the commit; if the broker is silent the progress page offers another try."""
    transaction.on_commit(partial(open_isp.delay, isp.pk, address, user_agent[:300]), robust=True)


@tenant_task()
def mail_reset(email: str, root: str) -> None:
    """Send a reset link if somebody has this address; the page said the same in any case."""
    found = people.ask_reset(email, now=_clock())
    if found is None:
        log.info("reset-of-nobody")
        return
    user, token = found
    post("reset", user.email, name=user.name, link=f"{root}/account/reset/{token}/")


@shared_task(name="dashboard.tasks.mail_workspaces")
def mail_workspaces(email: str) -> None:
    """Tell the owner of an address where they can sign in; nobody else learns it."""
    found: list[dict[str, Any]] = [
        {"name": isp.name, "url": addresses.url(isp.slug, "/account/sign-in/")}
        for isp in finding.workspaces_of(email)
    ]
    if found:
        post("workspaces", email, workspaces=found)


@tenant_task(enter=False)
def remove_at_router(schema: str, session_id: int) -> None:
    """End a session over its router's API after RADIUS failed to: RADIUS and routers meet only on this floor."""
    with unit(schema):
        session = Session.objects.filter(pk=session_id, ended_at=None).first()
        target = None if session is None else talk.target_of(session.router_id)
    if session is None:
        return
    if target is None:
        removal = kick.Removal(0, "The router is not registered any more.")
    else:
        removal = kick.end(target, mac=session.mac, address=session.framed_ip or "")
    with unit(schema):
        if removal.trouble:
            silent = session.disconnect_state == disconnect.SILENT
            disconnect.note(session_id, disconnect.SILENT if silent else disconnect.REFUSED, removal.trouble)
        elif removal.rows:
            disconnect.note(session_id, disconnect.ACKED, "Removed over the router's API.")
        else:
            disconnect.close(session_id)


@tenant_task(enter=False)
def look_at_router(schema: str, router_id: int) -> None:
    """Look which of the sessions that a silent router does not report it still has; what cannot be told stays."""
    with unit(schema):
        target = talk.target_of(router_id)
    if target is None:
        return
    presence = kick.present(target)
    if presence.trouble:
        log.info("a silent router cannot be asked", router=router_id, why=presence.trouble)
        return
    with unit(schema):
        stale.judge(router_id, presence.devices, _clock())


@tenant_task(enter=False)
def mail_usage_notice(schema: str, notice_id: int) -> str:
    """Tell a customer how much of a limit is used; RADIUS asks for it by name."""
    isp = Isp.objects.get(schema_name=schema)
    with unit(schema):
        return letters.tell_customer(notice_id, isp, _clock())


@tenant_task(enter=False)
def audit(schema: str) -> None:
    """Compare router, accounting and database for every router of the ISP, one after the other."""
    with unit(schema):
        number, routers = auditing.begin(now=_clock())
    for router_id in routers:
        with unit(schema):
            target = talk.target_of(router_id)
        if target is None:
            continue
        people = kick.people(
            target
        )  # before accounting is read: who comes meanwhile is younger than the grace
        with unit(schema):
            auditing.note(number, router_id, people, now=_clock())
    if number:
        with unit(schema):
            auditing.end(number, now=_clock())


@shared_task(name="dashboard.tasks.audit_everywhere")
def audit_everywhere() -> int:
    """Beat: the leak audit of every ISP, at night."""
    return each_isp(audit)
