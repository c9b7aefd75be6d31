"""Menus whose rows are not configuration but what is going on: resource, clock, log, sessions, hosts, counters."""

import ipaddress
import time
from collections.abc import Callable

from routers.virtual import safemode, wireguard
from routers.virtual.device import Device, log_row
from routers.virtual.doors import ApiDoor
from routers.virtual.hotspot import Hotspot
from routers.virtual.sessions import Session
from routers.virtual.tree import Row
from routers.virtual.values import parse_rate, write_time


def install(device: Device, hotspot: Hotspot, doors: tuple[ApiDoor, ...]) -> None:
    """Hang the views into the device."""
    live: dict[str, Callable[[list[Row]], list[Row]]] = {
        "/system/resource": lambda rows: [_resource(device)],
        "/system/routerboard": lambda rows: [_board(device)],
        "/system/clock": lambda rows: [{**_clock(device), **rows[0]}],
        "/system/device-mode": lambda rows: [device.mode.row(device.release)],
        "/system/package": lambda rows: [
            {".id": "*1", "name": "routeros", "version": device.version.split(" ")[0], "disabled": "false"}
        ],
        "/user/active": lambda rows: _users(doors),
        "/log": lambda rows: [log_row(line) for line in list(device.lines)],
        "/ip/address": lambda rows: [*_addresses(rows), *device.sstp.dynamic()],
        "/interface": lambda rows: device.sstp.interfaces(_interfaces(rows)),
        "/interface/sstp-client": device.sstp.shown,
        "/interface/bridge": lambda rows: [
            {k: v for k, v in r.items() if k != "type"} for r in _interfaces(rows)
        ],
        "/interface/ethernet": lambda rows: [
            {k: v for k, v in r.items() if k != "type"} for r in _interfaces(rows)
        ],
        "/interface/wireguard": lambda rows: [
            {k: v for k, v in r.items() if k != "type"} for r in _interfaces(rows)
        ],
        "/interface/wireguard/peers": lambda rows: wireguard.peers(device.tree, rows, device.hub),
        "/interface/vlan": lambda rows: [
            {k: v for k, v in r.items() if k != "type"} for r in _interfaces(rows)
        ],
        "/ip/pool": lambda rows: rows,
        "/ip/service": lambda rows: [{**row, "dynamic": "false", "invalid": "false"} for row in rows],
        "/ip/hotspot": lambda rows: [{**row, "invalid": "false", "HTTPS": "false"} for row in rows],
        "/ip/hotspot/profile": _profiles,
        "/ip/hotspot/user/profile": lambda rows: [
            {**row, **({"default": "true"} if row["name"] == "default" else {})} for row in rows
        ],
        "/ip/hotspot/active": lambda rows: [_active(s, device) for s in list(hotspot.sessions)],
        "/ip/hotspot/host": lambda rows: _hosts(device, hotspot),
        "/ip/hotspot/cookie": lambda rows: _cookies(device, hotspot),
        "/queue/simple": lambda rows: (
            [{**r, "dynamic": "false"} for r in rows]
            + [_queue(s) for s in list(hotspot.sessions) if s.limits.rate]
        ),
        "/safe-mode": lambda rows: [safemode.shown(device)],
    }
    device.views.update(live)


def _resource(device: Device) -> Row:
    return {
        "uptime": write_time(int(device.clock.uptime()) * 1_000),
        "version": device.version,
        "build-time": "2025-11-20 09:12:43",
        "free-memory": "187695104",
        "total-memory": "268435456",
        "cpu": "MIPS 1004Kc V2.15",
        "cpu-count": "4",
        "cpu-frequency": "880",
        "cpu-load": "3",
        "free-hdd-space": "4231168",
        "total-hdd-space": "16777216",
        "architecture-name": "mmips",
        "board-name": "hEX",
        "platform": "MikroTik",
    }


def _board(device: Device) -> Row:
    version = device.version.split(" ")[0]
    return {
        "routerboard": "true",
        "board-name": "hEX",
        "model": "RB750Gr3",
        "serial-number": device.serial,
        "firmware-type": "mt7621L",
        "factory-firmware": "7.5",
        "current-firmware": version,
        "upgrade-firmware": version,
    }


def _clock(device: Device) -> Row:
    now = device.clock.now()
    return {
        "time": now.strftime("%H:%M:%S"),
        "date": now.strftime("%Y-%m-%d"),
        "gmt-offset": "+00:00",
        "dst-active": "false",
    }


def _users(doors: tuple[ApiDoor, ...]) -> list[Row]:
    return [
        {
            ".id": f"*{number:X}",
            "when": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(session.since)),
            "name": session.caller.user,
            "address": session.peer,
            "via": "api",
            "group": (session.device.tree.find("/user", name=session.caller.user) or {}).get("group", ""),
            "radius": "false",
        }
        for number, session in enumerate([each for door in doors for each in list(door.sessions)], 1)
        if session.caller is not None
    ]


def _addresses(rows: list[Row]) -> list[Row]:
    return [
        {**row, "actual-interface": row["interface"], "dynamic": "false", "invalid": "false"} for row in rows
    ]


def _interfaces(rows: list[Row]) -> list[Row]:
    return [{**row, "running": "true" if row.get("disabled") != "true" else "false"} for row in rows]


def _profiles(rows: list[Row]) -> list[Row]:
    shown = []
    for row in rows:
        row = {**row, "default": "true" if row["name"] == "default" else "false"}
        if row.get("use-radius") != "true":
            row = {k: v for k, v in row.items() if not (k.startswith("radius-") or k == "nas-port-type")}
        if "mac" not in row.get("login-by", "").split(","):
            row = {k: v for k, v in row.items() if not k.startswith("mac-auth")}
        if "trial" not in row.get("login-by", "").split(","):
            row = {k: v for k, v in row.items() if not k.startswith("trial-")}
        shown.append(row)
    return shown


def _active(session: Session, device: Device) -> Row:
    now = device.clock.seconds()
    limits = session.limits
    row = {
        ".id": f"*{int(session.id, 16):X}",
        "server": session.server,
        "user": session.user,
        "address": session.phone.ip,
        "mac-address": session.phone.mac,
        "login-by": session.login_by,
        "uptime": write_time(session.uptime(now) * 1_000),
        "idle-time": write_time(int(now - session.last_traffic) * 1_000),
        "keepalive-timeout": "2m",
        "bytes-in": str(session.upload),
        "bytes-out": str(session.download),
        "packets-in": str(session.upload_packets),
        "packets-out": str(session.download_packets),
        "radius": "true" if session.radius else "false",
    }
    if limits.seconds is not None:
        row["session-time-left"] = write_time(max(0, limits.seconds - session.uptime(now)) * 1_000)
    if limits.idle:
        row["idle-timeout"] = write_time(limits.idle * 1_000)
    sizes = {"in": limits.upload, "out": limits.download, "total": limits.total}
    return row | {f"limit-bytes-{way}": str(size) for way, size in sizes.items() if size}


def _hosts(device: Device, hotspot: Hotspot) -> list[Row]:
    server = hotspot.server()
    if server is None:
        return []
    now = device.clock.seconds()
    return [
        {
            ".id": f"*{int(ipaddress.IPv4Address(phone.ip)) & 0xFFFF:X}",
            "mac-address": phone.mac,
            "address": phone.ip,
            "to-address": phone.ip,
            "server": server["name"],
            "uptime": write_time(int(now - phone.seen) * 1_000),
            "authorized": "true" if hotspot.session_of(phone) else "false",
            "bypassed": "true" if hotspot.binding(phone) == "bypassed" else "false",
            "DHCP": "true",
            "dynamic": "false",
        }
        for phone in list(hotspot.phones.values())
    ]


def _cookies(device: Device, hotspot: Hotspot) -> list[Row]:
    now = device.clock.seconds()
    return [
        {
            ".id": cookie.id,
            "user": cookie.user,
            "mac-address": cookie.mac,
            "expires-in": write_time(int(cookie.until - now) * 1_000),
        }
        for cookie in list(hotspot.cookies)
        if cookie.until > now
    ]


def _queue(session: Session) -> Row:
    up, down = parse_rate(session.limits.rate)
    return {
        ".id": f"*{int(session.id, 16):X}",
        "name": f"<hotspot-{session.user}>",
        "target": f"{session.phone.ip}/32",
        "max-limit": f"{up}/{down}",
        "bytes": f"{session.upload}/{session.download}",
        "dynamic": "true",
        "disabled": "false",
    }
