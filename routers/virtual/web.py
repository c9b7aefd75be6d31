"""The hotspot's HTTP door: redirect, login, status, logout, and the page that lets a browser be a phone."""

import html
import threading
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_bytes
from urllib.parse import parse_qs, quote, urlsplit

from routers.virtual import files
from routers.virtual.device import Device
from routers.virtual.hotspot import Hotspot
from routers.virtual.logins import injected, proof
from routers.virtual.sessions import Phone
from routers.virtual.templates import STOCK, headers_of, render
from routers.virtual.traps import Trap
from routers.virtual.values import mac as check_mac
from routers.virtual.variables import variables

MAX_FORM = 64 << 10
_PAGE = '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{0}</title></head><body>{1}</body></html>'
Form = dict[str, str]


class Web:
    """HTTP server of one router."""

    def __init__(self, device: Device, hotspot: Hotspot, port: int, listen: str) -> None:
        self.device = device
        self.hotspot = hotspot
        self.port = port
        self.listen = listen
        self.last_phone: dict[tuple[str, str], str] = {}
        self._server: ThreadingHTTPServer | None = None
        hotspot.logoff_url = lambda: self.link("logout")

    def start(self) -> None:
        """Bind and serve."""
        web = self

        class Handler(_Handler):
            """Bound to this router."""

            door = web

        self._server = ThreadingHTTPServer((self.listen, self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        service = self.device.tree.find("/ip/service", name="www")
        if service is not None:
            service["port"] = str(self.port)
        threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True, name="hotspot").start()

    def stop(self) -> None:
        """Close the door."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def link(self, page: str) -> str:
        """An address of this router as phones see it. A name counts only where browsers find it: here `*.localhost`
        is 127.0.0.1, so the door must be open there."""
        name = self.hotspot.profile().get("dns-name", "")
        named = name.endswith(".localhost") and self.listen in ("127.0.0.1", "0.0.0.0")
        host = name if named else self.device.address
        return f"http://{host}{'' if self.port == 80 else f':{self.port}'}/{page}"

    def page(self, name: str) -> str:
        """A page from the profile's directory; a missing one comes from stock."""
        profile = self.hotspot.profile()
        for folder in (profile.get("html-directory-override"), profile.get("html-directory", "hotspot")):
            text = files.read(self.device, f"{folder}/{name}") if folder else None
            if text is not None:
                return text
        return STOCK[name]


class _Handler(BaseHTTPRequestHandler):
    door: Web
    protocol_version = "HTTP/1.1"
    server_version = "RouterOS"
    sys_version = ""
    timeout = 30

    def log_message(self, format: str, *args: object) -> None:
        """Routers do not log page views."""

    def do_GET(self) -> None:
        """Pages."""
        self._route({})

    def do_POST(self) -> None:
        """Forms."""
        size = self.headers.get("Content-Length", "0")
        if not size.isdigit() or int(size) > MAX_FORM:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too large")
            return
        body = self.rfile.read(int(size)).decode("utf-8", "surrogateescape")
        self._route(_fields(body))

    def _route(self, form: Form) -> None:
        parts = urlsplit(self.path)
        form = {**_fields(parts.query), **form}
        if parts.path == "/favicon.ico":
            # Browsers ask for it beside every page; it is a file, not a view of the login page with a new challenge.
            self._send(HTTPStatus.NO_CONTENT, "")
            return
        if parts.path == "/virtual":
            self._send(HTTPStatus.OK, self._phones(form.get("next", "")))
            return
        if parts.path == "/virtual/join":
            self._join(form)
            return
        phone = self._phone()
        if phone is None:
            self._redirect(f"/virtual?next={quote(self.path, safe='')}")
            return
        page = {"/login": self._login, "/status": self._status, "/logout": self._logout}.get(parts.path)
        if page is not None:
            page(phone, form)
        else:
            self._elsewhere(phone)

    def _phone(self) -> Phone | None:
        hotspot = self.door.hotspot
        jar = SimpleCookie(self.headers.get("Cookie", ""))
        # A form posted from the portal is cross-site: browsers may keep the cookie back, so the last choice of the
        # same browser stands in for what a network would know from the MAC address.
        for name in ("vphone", "vphone_x"):
            if name in jar and jar[name].value in hotspot.phones:
                return hotspot.phones[jar[name].value]
        return hotspot.phones.get(self.door.last_phone.get(self._browser(), ""))

    def _browser(self) -> tuple[str, str]:
        return self.client_address[0], self.headers.get("User-Agent", "")

    def _join(self, form: Form) -> None:
        try:
            mac = check_mac("mac", form.get("mac", ""))
        except Trap as trap:
            self._send(HTTPStatus.BAD_REQUEST, html.escape(trap.message))
            return
        self.door.hotspot.join(mac)
        self.door.last_phone[self._browser()] = mac
        # Only a path of this router: this is no open door to other sites.
        onward = form.get("next", "")
        if not onward.startswith("/") or onward.startswith(("//", "/\\")):
            onward = "/"
        cookies = [
            f"vphone={mac}; Path=/",
            f"vphone_x={mac}; Path=/; SameSite=None; Secure",
            "hs=; Path=/; Max-Age=0",
        ]
        self._redirect(onward, cookies)

    def _phones(self, onward: str) -> str:
        rows = "".join(
            f'<li><a href="/virtual/join?mac={quote(p.mac)}&amp;next={quote(onward, safe="")}">{html.escape(p.name)}</a>'
            f" {p.mac} {p.ip}</li>"
            for p in self.door.hotspot.phones.values()
        )
        form = (
            '<form action="/virtual/join"><label>Another phone, MAC <input name="mac" value="02:00:00:00:00:01">'
            f'</label><input type="hidden" name="next" value="{html.escape(onward)}"><button>Join</button></form>'
        )
        return _PAGE.format("Join the Wi-Fi", f"<h1>Join the Wi-Fi as</h1><ul>{rows}</ul>{form}")

    def _elsewhere(self, phone: Phone) -> None:
        hotspot = self.door.hotspot
        open_net = hotspot.server() is None or hotspot.binding(phone) == "bypassed"
        if not open_net and hotspot.session_of(phone) is None and not self._recall(phone):
            orig = f"http://{self.headers.get('Host', self.door.device.address)}{self.path}"
            link = f"{self.door.link('login')}?dst={quote(orig, safe='')}"
            self._template("rlogin.html", phone, {"link-redirect": link, "link-orig": orig})
            return
        session = hotspot.session_of(phone)
        if session is not None:
            session.move(2_000, 40_000, self.door.device.clock.seconds())
        self._send(
            HTTPStatus.OK, _PAGE.format("Online", "<h1>You are online</h1><p>This page is the internet.</p>")
        )

    def _recall(self, phone: Phone) -> bool:
        jar = SimpleCookie(self.headers.get("Cookie", ""))
        if "cookie" not in self.door.hotspot.profile().get("login-by", "").split(",") or "hs" not in jar:
            return False
        outcome = self.door.hotspot.recall(phone, jar["hs"].value)
        return outcome is not None and outcome.ok

    def _login(self, phone: Phone, form: Form) -> None:
        hotspot = self.door.hotspot
        dst = form.get("dst", "")
        onward = dst if dst.startswith(("http://", "https://")) else self.door.link("status")
        if hotspot.session_of(phone) is not None:
            self._template("redirect.html", phone, {"link-redirect": onward})
            return
        methods = hotspot.profile().get("login-by", "").split(",")
        extra = {"link-orig": dst, "username": form.get("username", ""), "var": form.get("var", "")}
        if "username" in form and "password" in form:
            secret, by = proof(phone, methods, form["password"])
            error = "invalid username or password"
            if secret is not None:
                outcome = hotspot.login(phone, form["username"], secret, by, injected(form))
                error = outcome.error
                if outcome.session is not None:
                    token = hotspot.remember(outcome.session, secret) if "cookie" in methods else ""
                    cookies = [f"hs={token}; Path=/; HttpOnly"] if token else []
                    self._template("alogin.html", phone, {**extra, "link-redirect": onward}, cookies)
                    return
            extra |= {"error": error, "error-orig": error}
        phone.chap = (token_bytes(1)[0], token_bytes(16)) if "http-chap" in methods else None
        self._template("login.html", phone, extra)

    def _status(self, phone: Phone, form: Form) -> None:
        if self.door.hotspot.session_of(phone) is None:
            self._template("redirect.html", phone, {"link-redirect": self.door.link("login")})
            return
        self._template("status.html", phone, {})

    def _logout(self, phone: Phone, form: Form) -> None:
        session = self.door.hotspot.session_of(phone)
        if session is None:
            self._template("redirect.html", phone, {"link-redirect": self.door.link("login")})
            return
        known = variables(self.door.device, self.door.hotspot, phone, self.door.link)
        self.door.hotspot.logout(phone)
        if form.get("erase-cookie"):
            self.door.hotspot.cookies = [c for c in self.door.hotspot.cookies if c.mac != phone.mac]
        self._template("logout.html", phone, {**known, "logged-in": "no"})

    def _template(self, name: str, phone: Phone, extra: Form, cookies: list[str] | None = None) -> None:
        known = {**variables(self.door.device, self.door.hotspot, phone, self.door.link), **extra}
        page, status, headers = headers_of(self.door.page(name), known)
        # What a stranger can choose is escaped for HTML; the forms for query strings are made from the raw text.
        for typed in ("username", "link-orig", "link-redirect", "var", "error", "error-orig"):
            if known.get(typed):
                known[f"{typed}-esc"] = quote(known[typed], safe="")
                known[typed] = html.escape(known[typed])
        self._send(HTTPStatus(status or 200), render(page, known), cookies, headers)

    def _redirect(self, location: str, cookies: list[str] | None = None) -> None:
        self._send(HTTPStatus.FOUND, "", cookies, {"Location": location})

    def _send(
        self,
        status: HTTPStatus,
        body: str,
        cookies: list[str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        raw = body.encode("utf-8", "surrogateescape")
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.send_header("Cache-Control", "no-store")
        for name, text in (headers or {}).items():
            self.send_header(name, text.replace("\r", "").replace("\n", ""))
        for cookie in cookies or []:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)


def _fields(text: str) -> Form:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
