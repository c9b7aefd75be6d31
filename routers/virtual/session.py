"""The API door: one thread per connection, login both ways, tagged commands side by side."""

import hashlib
import ipaddress
import secrets
import socket
import threading
import time
from dataclasses import dataclass, field

from routers.virtual import firewall
from routers.virtual.device import Call, Caller, Device, Reply, Sent
from routers.virtual.dispatch import run
from routers.virtual.traps import Trap
from routers.virtual.tree import Row
from routers.virtual.words import (
    Request,
    Unreadable,
    attribute,
    encode_sentence,
    parse_request,
    read_sentence,
)

_STREAMS = {"listen", "fetch", "ping", "import", "execute", "monitor", "monitor-traffic", "run"}
_BAD_LOGIN = "invalid user name or password (6)"


@dataclass
class ApiSession:
    """One connection of an API client."""

    device: Device
    connection: socket.socket
    peer: str
    port: int = 8728
    since: float = field(default_factory=time.time)
    caller: Caller | None = None
    over: bool = False  # the client has left, or was made to
    _challenge: bytes = b""
    _sentences: int = 0
    _unanswered: bool = False
    _come: bytearray = field(default_factory=bytearray)
    _running: dict[str, Call] = field(default_factory=dict)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def serve(self) -> None:
        """Read sentences until the connection ends; all errors of the wire end here."""
        try:
            while True:
                words = read_sentence(self._read, logged_in=self.caller is not None)
                if firewall.verdict(self.device, self.peer, "tcp", self.port, new=False) != "accept":
                    continue  # the packets never arrive
                if words and not self._answer(parse_request(words)):
                    return
        except (OSError, EOFError, Unreadable):
            return
        finally:
            for call in list(self._running.values()):
                call.cancelled.set()
            self.over = True
            self.close()

    def close(self) -> None:
        """Close the socket; the reading thread ends by itself."""
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.connection.close()

    def _read(self, count: int) -> bytes:
        while len(self._come) < count:
            chunk = self.connection.recv(65536)
            if not chunk:
                raise EOFError
            self._come += chunk
        data = bytes(self._come[:count])
        del self._come[:count]
        return data

    def _answer(self, request: Request) -> bool:
        if request.command == "/quit":
            self._send(None, "!fatal", "session terminated on request")
            return False
        if request.command == "/login":
            self._login(request)
            return True
        if self.caller is None:
            self._send(None, "!fatal", "not logged in")
            return False
        if self.device.faults.garbage:
            self.connection.sendall(b"\xff\xfe garbage " + secrets.token_bytes(16))
            return False
        if request.command == "/cancel":
            self._cancel(request)
            return True
        self._start(self.caller, request)
        return True

    def _start(self, caller: Caller, request: Request) -> None:
        self._unanswered = self._due("cut_at_command")
        if self._due("lose_at_command"):
            raise EOFError
        self.device.sent.append(
            Sent(caller.user, request.path, request.verb, dict(request.args), tuple(request.queries))
        )
        tag = request.tag
        call = Call(request.path, request.verb, request.args, request.queries, request.proplist)
        call.emit = lambda row: self._row(tag, row)
        key = tag or ""
        follows = {"follow", "follow-only", "interval"} & call.args.keys()
        if call.verb == "print" and follows:
            call.verb = "listen"
            for name in follows:
                del call.args[name]
        if call.verb in _STREAMS and tag is not None or call.verb == "listen":
            self._running[key] = call
            threading.Thread(target=self._work, args=(caller, call, tag, key), daemon=True).start()
        else:
            self._work(caller, call, tag, key)

    def _due(self, fault: str) -> bool:
        left = getattr(self.device.faults, fault)
        if left:
            setattr(self.device.faults, fault, left - 1)
        return bool(left == 1)

    def _work(self, caller: Caller, call: Call, tag: str | None, key: str) -> None:
        try:
            try:
                reply = run(self.device, caller, call)
            except Trap as trap:
                for message in trap.messages:
                    words = ["!trap", attribute("message", message)]
                    if trap.category is not None:
                        words.insert(1, attribute("category", str(trap.category)))
                    self._send(tag, *words)
                reply = Reply()
            else:
                for row in reply.rows:
                    self._row(tag, row)
                if reply.listed and not reply.rows and self.device.release >= (7, 18):
                    self._send(tag, "!empty")
            self._send(tag, "!done", *([] if reply.ret is None else [attribute("ret", reply.ret)]))
        except OSError:
            self.close()
        finally:
            if self._running.get(key) is call:
                del self._running[key]

    def _cancel(self, request: Request) -> None:
        wanted = request.args.get("tag")
        for tag, call in list(self._running.items()):
            if wanted is None or tag == wanted:
                call.cancelled.set()
        self._send(request.tag, "!done")

    def _login(self, request: Request) -> None:
        args = request.args
        if not args:
            self._challenge = secrets.token_bytes(16)
            self._send(request.tag, "!done", attribute("ret", self._challenge.hex()))
            return
        name = args.get("name", "")
        user = self._user(name)
        password = user.get("password", "") if user else ""
        if "response" in args:
            wanted = "00" + hashlib.md5(b"\0" + _raw(password) + self._challenge).hexdigest()
            right, refusal = bool(self._challenge) and args["response"] == wanted, "cannot log in"
            self._challenge = b""
        else:
            right, refusal = (
                secrets.compare_digest(_raw(args.get("password", "")), _raw(password)),
                _BAD_LOGIN,
            )
        if user is None or not right or self.device.faults.refuse_login:
            self.device.log(
                "system,error,critical", f"login failure for user {name} from {self.peer} via api"
            )
            self._send(request.tag, "!trap", attribute("message", refusal))
            self._send(request.tag, "!done")
            return
        self.caller = self.device.caller(name, "api", self.peer)
        self.caller.session = self
        self.since = time.time()
        self.device.log("system,info,account", f"user {name} logged in from {self.peer} via api")
        self._send(request.tag, "!done")

    def _user(self, name: str) -> Row | None:
        user = self.device.tree.find("/user", name=name)
        if user is None or user.get("disabled") == "true" or not allowed(self.peer, user.get("address", "")):
            return None
        return user if self.device.caller(name, "api").may("api") else None

    def _row(self, tag: str | None, row: Row) -> None:
        self._send(tag, "!re", *(attribute(name, value) for name, value in row.items()))

    def _send(self, tag: str | None, word: str, *more: str) -> None:
        raw = encode_sentence([word, *([] if tag is None else [f".tag={tag}"]), *more])
        faults = self.device.faults
        with self._writing:
            self._sentences += 1
            if self._unanswered:
                self.close()
                raise OSError("cut by fault")
            if faults.drop_after_n_sentences and self._sentences > faults.drop_after_n_sentences:
                self.close()
                raise OSError("dropped by fault")
            if not faults.slow_bytes:
                self.connection.sendall(raw)
                return
            for byte in raw:
                self.connection.sendall(bytes([byte]))
                threading.Event().wait(faults.slow_bytes)


def allowed(peer: str, networks: str) -> bool:
    """Is the peer inside a comma list of networks? An empty list lets everybody in."""
    nets = [ipaddress.IPv4Network(n, strict=False) for n in networks.split(",") if n]
    return not nets or any(ipaddress.IPv4Address(peer) in net for net in nets)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
