"""The agent of the WireGuard hub: makes the kernel's peers those of the database, and reports what it saw.

It is the only privileged process, and does nothing else. What it cannot do is said in its row and its log, and tried
again; while the database is away, or the agent itself, the tunnels stay as they are.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections

from kmikro.lib import outward, wireguard
from kmikro.lib.hub_rules import Blocked, Rules
from tenants import hub, tunnels
from tenants.hub_kernel import Cannot, Kernel
from tenants.models import TunnelHub

log = structlog.get_logger("tenants.hub_agent")
TICK = 1.0  # seconds between looks for another router
REPORT = timedelta(seconds=5)
WHOLE = timedelta(seconds=60)  # after which peers are written again even when nothing seems to have changed
RETRY = timedelta(seconds=30)  # after something that cannot be done
KEY = "hub.key"
_NEVER = datetime.min.replace(tzinfo=UTC)


def rules() -> Rules:
    """The firewall as the settings say."""
    return Rules(
        interface=settings.TUNNEL_INTERFACE,
        pool=settings.TUNNEL_POOL,
        hub=tunnels.hub_address(),
        radius_ports=(settings.RADIUS_AUTH_PORT, settings.RADIUS_ACCT_PORT, *settings.RADIUS_EXTRA_PORTS),
        api_ports=outward.ROUTER_PORTS,
        coa_port=settings.COA_PORT,
        web_port=settings.TUNNEL_WEB_PORT,
        others=(settings.SSTP_INTERFACE,) if tunnels.is_configured(tunnels.Kind.SSTP) else (),
    )


def own_key(folder: Path) -> str:
    """The hub's private key: made at the first start, readable by the agent's user alone, and in no database."""
    path = folder / KEY
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = folder / f"{KEY}.new"
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(wireguard.new_private() + "\n")
        fresh.rename(path)
    key = path.read_text().strip()
    if not wireguard.is_key(key):
        raise Cannot(f"{path} holds no WireGuard key. Bring it back from a backup.")
    return key


class Agent:
    """Rounds, each harmless to repeat."""

    def __init__(self, kernel: Kernel, private: str, port: int) -> None:
        self._kernel, self._private, self._port = kernel, private, port
        self.public_key = wireguard.public_of(private)
        self._ready = False
        self._stamp: hub.Stamp | None = None
        self._written_at = self._reported_at = self._not_before = _NEVER
        self._peers = 0
        self._troubles: dict[str, str] = {}

    def round(self, now: datetime) -> None:
        """One look at everything; never raises for the database or the kernel."""
        if now >= self._not_before:
            trouble = self._kernel_round(now)
            self._note("kernel", trouble)
            if trouble:
                self._ready, self._not_before = False, now + RETRY
                self._with_database(lambda: self._say(trouble, Blocked(), now))
        close_old_connections()

    def _kernel_round(self, now: datetime) -> str:
        try:
            if not self._ready:
                self._kernel.prepare()
                self._ready, self._stamp = True, None
                self._reported_at = _NEVER
            self._with_database(lambda: self._let_in(now))
            if now - self._reported_at >= REPORT:
                self._reported_at = now
                seen, blocked = self._kernel.seen(), self._kernel.blocked()
                if blocked is None:  # somebody flushed the ruleset: without it nothing may stay open
                    self._kernel.prepare()
                    blocked = Blocked()
                self._with_database(lambda: self._report(seen, blocked, now))
        except Cannot as cannot:
            return str(cannot)
        return ""

    def _let_in(self, now: datetime) -> None:
        stamp = hub.stamp()
        if stamp == self._stamp and now - self._written_at < WHOLE:
            return
        peers = hub.wanted()
        self._kernel.sync(wireguard.config(self._private, self._port, peers))
        if len(peers) != self._peers or self._stamp is None:
            log.info("peers", many=len(peers))
        self._stamp, self._written_at, self._peers = stamp, now, len(peers)

    def _report(self, seen: list[wireguard.Seen], blocked: Blocked, now: datetime) -> None:
        for change in hub.report(seen, blocked.by_address, now=now):
            say = log.warning if change.what == "blocked" else log.info
            say(f"tunnel-{change.what}", schema=change.schema, router=change.router_id)
        self._say("", blocked, now)

    def _say(self, trouble: str, blocked: Blocked, now: datetime) -> None:
        state = TunnelHub.State.CANNOT if trouble else TunnelHub.State.RUNNING
        hub.say(
            state, trouble, public_key=self.public_key, peers=self._peers, blocked=blocked.by_reason, now=now
        )

    def _with_database(self, act: Callable[[], None]) -> None:
        """Do it, unless the database is away: then the tunnels stay as they are."""
        try:
            act()
        except (DatabaseError, InterfaceError) as error:
            self._note("database", f"does not answer ({type(error).__name__})")
        else:
            self._note("database", "")

    def _note(self, of: str, trouble: str) -> None:
        """A line in the log when something begins or ends to be wrong."""
        if self._troubles.get(of, "") != trouble:
            self._troubles[of] = trouble
            if trouble:
                log.warning(f"{of}-trouble", why=trouble)
            else:
                log.info(f"{of}-is-well")
