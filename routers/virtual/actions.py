"""Commands that do something instead of writing a row: fetch, import, execute, log, ping, safe mode, monitors."""

from functools import partial

from routers.virtual import certificates, files
from routers.virtual.console import Console
from routers.virtual.device import Action, Call, Caller, Device, Reply
from routers.virtual.dispatch import display
from routers.virtual.edits import MAX_CONTENTS
from routers.virtual.fetch import fetch, request_of
from routers.virtual.hotspot import Hotspot
from routers.virtual.incoming import Incoming
from routers.virtual.nas import Nas, Secret
from routers.virtual.safemode import SafeMode
from routers.virtual.sessions import ADMIN_RESET
from routers.virtual.traps import Trap, missing_id, missing_values, no_such_item, not_permitted
from routers.virtual.values import address as check_address

_MONITOR = ("requests", "accepts", "rejects", "resends", "timeouts", "bad-replies")


def install(device: Device, hotspot: Hotspot, nas: Nas, incoming: Incoming) -> None:
    """Hang the commands into the device."""
    acts, safe = Actions(device, hotspot, nas, incoming), SafeMode(device)
    table: dict[tuple[str, str], Action] = {
        ("/tool", "fetch"): acts.fetch,
        ("/", "import"): acts.import_file,
        ("/", "execute"): acts.execute,
        ("/", "ping"): acts.ping,
        ("/tool", "ping"): acts.ping,
        ("/system/script", "run"): acts.run_script,
        ("/certificate", "import"): partial(certificates.import_file, device),
        ("/certificate", "sign"): partial(certificates.sign, device),
        ("/radius", "monitor"): acts.monitor_radius,
        ("/radius", "reset-counters"): acts.reset_radius,
        ("/radius/incoming", "monitor"): acts.monitor_incoming,
        ("/ip/hotspot/active", "login"): acts.login_host,
        ("/ip/hotspot/active", "remove"): acts.remove_active,
        ("/ip/hotspot/cookie", "remove"): acts.remove_cookie,
        ("/ip/hotspot/host", "remove"): acts.remove_host,
        ("/user/active", "remove"): acts.refuse_removal,
        ("/safe-mode", "take"): safe.take,
        ("/safe-mode", "release"): safe.release,
        ("/safe-mode", "unroll"): safe.unroll,
        ("/safe-mode", "toggle"): safe.toggle,
    }
    for level in ("info", "warning", "error", "debug"):
        table["/log", level] = acts.log_line(level)
    device.actions.update(table)


class Actions:
    """The commands, with the parts of the router they work on."""

    def __init__(self, device: Device, hotspot: Hotspot, nas: Nas, incoming: Incoming) -> None:
        self.device = device
        self.hotspot = hotspot
        self.nas = nas
        self.incoming = incoming

    def fetch(self, caller: Caller, call: Call) -> Reply:
        """Ask a web server and keep the answer as the arguments say."""
        request = request_of(call.args)
        if request.verify and self.device.faults.clock_1970 and request.url.startswith("https:"):
            raise Trap("failure: SSL: ssl: certificate not yet valid (6)")
        output = call.args.get("output", "file")
        if output not in ("file", "none", "user", "user-with-headers"):
            raise Trap("input does not match any value of output")
        keep = output == "file" and call.args.get("keep-result", "yes") != "no"
        if keep and not caller.may("ftp"):
            raise not_permitted()
        body, status = fetch(request, self.device.address, self.device.version)
        size = str(-(-len(body) // 1024))
        row = {"status": "finished", "downloaded": size, "total": size, "duration": "1s", ".section": "0"}
        if keep:
            name = (
                call.args.get("dst-path") or request.url.partition("?")[0].rpartition("/")[2] or "fetch.txt"
            )
            files.write(self.device, name, body.decode("utf-8", "surrogateescape"))
        elif output == "user":
            row["data"] = body[:MAX_CONTENTS].decode("utf-8", "surrogateescape")
        self.device.log("fetch,info", f"fetch: {request.method} done with status {status}")
        return Reply(rows=[row])

    def import_file(self, caller: Caller, call: Call) -> Reply:
        """Run a file; it stops at the first error and what came before stays."""
        name = call.args.get("file-name")
        if not name:
            raise missing_values("file-name")
        self._script(caller, files.read_script(self.device, name))
        return Reply()

    def execute(self, caller: Caller, call: Call) -> Reply:
        """Run text; with as-string the output comes back, else a job id."""
        source = call.args.get("script")
        if source is None:
            raise missing_values("script")
        output = self._script(caller, self._named(source))
        return Reply(ret=output if "as-string" in call.args else "*1")

    def run_script(self, caller: Caller, call: Call) -> Reply:
        """Run a row of /system/script."""
        wanted = call.args.get(".id") or call.args.get("number")
        if not wanted:
            raise missing_id()
        row = self.device.tree.select("/system/script", wanted)
        self._script(caller, row.get("source", ""))
        return Reply()

    def _named(self, source: str) -> str:
        row = self.device.tree.find("/system/script", name=source)
        return source if row is None else row.get("source", "")

    def _script(self, caller: Caller, source: str) -> str:
        try:
            return Console(self.device, caller).execute(source)
        except Trap as trap:
            self.device.log("script,error", f"script error: {trap.message}")
            raise

    def ping(self, caller: Caller, call: Call) -> Reply:
        """Loopback answers; nothing else is tried."""
        target = check_address("address", call.args.get("address", ""))
        count = min(int(call.args.get("count", "1") or 1), 10)
        alive = target.startswith("127.") or target in {
            r["address"].split("/")[0] for r in self._addresses(caller)
        }
        answer = {"size": "56", "ttl": "64", "time": "120us"} if alive else {"status": "timeout"}
        received = count if alive else 0
        totals = {"sent": str(count), "received": str(received), "packet-loss": "0" if alive else "100"}
        return Reply(rows=[{"seq": str(n), "host": target, **answer, **totals} for n in range(count)])

    def _addresses(self, caller: Caller) -> list[dict[str, str]]:
        return display(self.device, caller, "/ip/address")

    def log_line(self, level: str) -> Action:
        """`/log/info` and its sisters."""

        def write(caller: Caller, call: Call) -> Reply:
            self.device.log(f"script,{level}", call.args.get("message", ""))
            return Reply()

        return write

    def monitor_radius(self, caller: Caller, call: Call) -> Reply:
        """Counters of one server; the virtual router answers once."""
        row = self.device.tree.select("/radius", call.args.get(".id") or call.args.get("numbers") or "")
        counts = self.nas.count(row[".id"])
        rtt = f"{counts['last-request-rtt']}ms"
        return Reply(
            rows=[{"pending": "0", **{n: str(counts[n]) for n in _MONITOR}, "last-request-rtt": rtt}]
        )

    def reset_radius(self, caller: Caller, call: Call) -> Reply:
        """Counters back to zero."""
        for counts in self.nas.counters.values():
            counts.clear()
        return Reply()

    def monitor_incoming(self, caller: Caller, call: Call) -> Reply:
        """What came to the CoA port."""
        names = ("requests", "bad-requests", "acks", "naks")
        return Reply(rows=[{name: str(self.incoming.counters[name]) for name in names}])

    def login_host(self, caller: Caller, call: Call) -> Reply:
        """Log a present host in from the router's side."""
        ip = check_address("ip", call.args.get("ip", ""))
        phone = next((p for p in self.hotspot.phones.values() if p.ip == ip), None)
        if phone is None:
            raise Trap(f"unknown host IP {ip}")
        secret = Secret(call.args.get("password", ""))
        outcome = self.hotspot.login(phone, call.args.get("user", ""), secret, "http-pap")
        if not outcome.ok:
            raise Trap(f"failure: {outcome.error}")
        return Reply()

    def remove_active(self, caller: Caller, call: Call) -> Reply:
        """Log sessions out."""
        for wanted in self._wanted(call):
            number = int(wanted[1:], 16) if wanted.startswith("*") else -1
            session = next((s for s in self.hotspot.sessions if int(s.id, 16) == number), None)
            if session is None:
                raise no_such_item(True)
            self.hotspot.end(session, ADMIN_RESET)
        return Reply()

    def remove_cookie(self, caller: Caller, call: Call) -> Reply:
        """Forget remembered logins."""
        for wanted in self._wanted(call):
            known = next((c for c in self.hotspot.cookies if c.id == wanted), None)
            if known is None:
                raise no_such_item(True)
            self.hotspot.cookies.remove(known)
        return Reply()

    def remove_host(self, caller: Caller, call: Call) -> Reply:
        """Forget hosts; a session of theirs ends with them."""
        shown = {r[".id"]: r["mac-address"] for r in display(self.device, caller, "/ip/hotspot/host")}
        for wanted in self._wanted(call):
            if wanted not in shown:
                raise no_such_item(True)
            session = self.hotspot.session_of(self.hotspot.phones[shown[wanted]])
            if session is not None:
                self.hotspot.end(session, ADMIN_RESET)
        return Reply()

    def refuse_removal(self, caller: Caller, call: Call) -> Reply:
        """API rows of /user/active cannot be removed."""
        raise Trap("action failed (6)")

    def _wanted(self, call: Call) -> list[str]:
        given = call.args.get(".id") or call.args.get("numbers")
        if not given:
            raise missing_id()
        return given.split(",")
