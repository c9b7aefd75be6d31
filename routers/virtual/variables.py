"""The variables hotspot pages can use, for one phone at one moment."""

from collections.abc import Callable

from routers.virtual.device import Device
from routers.virtual.hotspot import Hotspot
from routers.virtual.sessions import Phone, Session
from routers.virtual.templates import octal
from routers.virtual.values import write_time


def nice(count: int) -> str:
    """Bytes for people, as the router writes them."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:.1f} {unit}" if unit != "B" else f"{count} B"
        size /= 1024
    return ""


def variables(device: Device, hotspot: Hotspot, phone: Phone, link: Callable[[str], str]) -> dict[str, str]:
    """All of them; what has no meaning now is missing."""
    profile, server, session = hotspot.profile(), hotspot.server() or {}, hotspot.session_of(phone)
    login = link("login")
    host = login.removeprefix("http://").rpartition("/")[0]
    known = {
        "hostname": host.partition(":")[0],
        "identity": device.identity,
        "login-by": session.login_by if session else "",
        "plain-passwd": "yes" if "http-pap" in profile.get("login-by", "") else "no",
        "server-address": host if ":" in host else f"{host}:80",
        "ssl-login": "no",
        "server-name": server.get("name", ""),
        "link-login": login,
        "link-login-only": login,
        "link-logout": link("logout"),
        "link-status": link("status"),
        "interface-name": server.get("interface", ""),
        "ip": phone.ip,
        "host-ip": phone.ip,
        "mac": phone.mac,
        "logged-in": "yes" if session else "no",
        "trial": "no",
        "username": session.user if session else "",
        "chap-id": "",
        "chap-challenge": "",
    }
    if phone.chap is not None and session is None:
        identifier, challenge = phone.chap
        known |= {"chap-id": octal(bytes([identifier])), "chap-challenge": octal(challenge)}
    return known | (_of_session(session, device.clock.seconds()) if session else {})


def _of_session(session: Session, now: float) -> dict[str, str]:
    limits, uptime = session.limits, session.uptime(now)
    known = {
        "session-id": session.id,
        "uptime": write_time(uptime * 1_000),
        "uptime-secs": str(uptime),
        "bytes-in": str(session.upload),
        "bytes-out": str(session.download),
        "bytes-in-nice": nice(session.upload),
        "bytes-out-nice": nice(session.download),
        "packets-in": str(session.upload_packets),
        "packets-out": str(session.download_packets),
        "refresh-timeout": "1m",
        "refresh-timeout-secs": "60",
    }
    if limits.seconds is not None:
        left = max(0, limits.seconds - uptime)
        known |= _time("session-timeout", limits.seconds) | _time("session-time-left", left)
    if limits.idle is not None:
        known |= _time("idle-timeout", limits.idle)
    if limits.upload is not None:
        known |= _bytes("in", limits.upload, session.upload)
    if limits.download is not None:
        known |= _bytes("out", limits.download, session.download)
    return known


def _time(name: str, seconds: int) -> dict[str, str]:
    return {name: write_time(seconds * 1_000), f"{name}-secs": str(seconds)}


def _bytes(way: str, limit: int, used: int) -> dict[str, str]:
    return {f"limit-bytes-{way}": str(limit), f"remain-bytes-{way}": str(max(0, limit - used))}
