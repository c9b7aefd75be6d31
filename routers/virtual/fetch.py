"""`/tool/fetch`: a real HTTP request from the router's own address."""

import base64
import http.client
import ipaddress
import re
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from routers.virtual.traps import Trap, missing_values

TIMEOUT = 10.0
MAX_BODY = 4 << 20


@dataclass
class Request:
    """What to ask: taken apart from the arguments of the command."""

    url: str
    method: str = "GET"
    data: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    verify: bool = False


def request_of(args: dict[str, str]) -> Request:
    """Read the arguments of the command."""
    url = args.get("url", "")
    if not url:
        if not args.get("address"):
            raise missing_values("url")
        url = f"{args.get('mode', 'http')}://{args.get('host') or args['address']}/{args.get('src-path', '')}"
    if urlsplit(url).scheme not in ("http", "https"):
        raise Trap("failure: unsupported protocol")
    headers = {}
    for part in re.split(r",\s*(?=[A-Za-z][\w-]*:)", args.get("http-header-field", "")):
        name, colon, value = part.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
    if args.get("user"):
        pair = f"{args['user']}:{args.get('password', '')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    method = args.get("http-method", "post" if args.get("http-data") else "get").upper()
    return Request(
        url, method, args.get("http-data", ""), headers, args.get("check-certificate", "no") == "yes"
    )


def fetch(request: Request, source: str, version: str) -> tuple[bytes, int]:
    """Ask and read the body; a status of 300 and above is a failure since redirects are not followed."""
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    target = _resolve(host)
    headers = {
        "User-Agent": f"Mikrotik/{'.'.join(version.split(' ', maxsplit=1)[0].split('.')[:2])}.x Fetch",
        **request.headers,
    }
    headers.setdefault("Host", parts.netloc.rpartition("@")[2])
    connection = _connect(parts.scheme, target, port, source, request.verify, host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        body = request.data.encode("utf-8", "surrogateescape") if request.data else None
        connection.request(request.method, path, body=body, headers=headers)
        response = connection.getresponse()
        content = response.read(MAX_BODY)
    except TimeoutError as error:
        raise Trap("failure: connection timeout") from error
    except ssl.SSLError as error:
        raise Trap(f"failure: SSL: ssl: {error.reason or 'handshake failed'}") from error
    except (OSError, http.client.HTTPException) as error:
        raise Trap(f"failure: connection failed: {error.__class__.__name__}") from error
    finally:
        connection.close()
    if response.status >= 300:
        raise Trap(f"failure: Status {response.status}, {response.reason}")
    return content, response.status


def _resolve(host: str) -> str:
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"  # what every resolver should say (RFC 6761) and several do not
    try:
        return str(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
    except OSError as error:
        raise Trap(f"failure: could not resolve dns name {host}") from error


def _connect(
    scheme: str, target: str, port: int, source: str, verify: bool, host: str
) -> http.client.HTTPConnection:
    # A loopback source reaches loopback only; elsewhere the system's own address has to do.
    loopback = ipaddress.ip_address(target).is_loopback or not ipaddress.ip_address(source).is_loopback
    bind = (source, 0) if loopback else None
    connection = http.client.HTTPConnection(target, port, timeout=TIMEOUT, source_address=bind)
    if scheme == "https":
        context = ssl.create_default_context()
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        try:
            raw = socket.create_connection((target, port), TIMEOUT, bind)
            connection.sock = context.wrap_socket(raw, server_hostname=host)
        except ssl.SSLError as error:
            raise Trap(f"failure: SSL: ssl: {error.reason or 'handshake failed'}") from error
        except OSError as error:
            raise Trap("failure: connection failed") from error
    return connection
