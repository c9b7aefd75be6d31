"""What a rule that was passed has to say: kept as a name and numbers, put into words by whoever reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from kmikro.lib import macs
from radius.wording import amount, bits, moment, span

Said = str | tuple[Any, ...]  # a finished sentence, or the name of one below and what it is about


def say(said: Said) -> str:
    """The sentence."""
    return said if isinstance(said, str) else _SENTENCES[said[0]](*said[1:])


def shown(trace: Iterable[Any]) -> list[Any]:
    """The steps of a stored trace with what they say put into words; steps in the form of before stay readable."""
    return [_shown(each) for each in trace]


def _shown(step: Any) -> Any:
    if isinstance(step, list) and len(step) == 3:
        code, ok, said = step
    elif isinstance(step, dict) and "said" in step:
        code, ok, said = step["code"], step["ok"], step["said"]
    else:
        return step
    return {"code": code, "ok": ok, "text": say(said if isinstance(said, str) else tuple(said))}


def nobody(name: str, mac: str) -> str:
    """Whom we do not know: a device that signs in by its own MAC, or a name."""
    if mac and macs.normalise(name) == mac:
        return f"The device {mac} is on no device list, so it has to sign in."
    return f"Nobody here is called {f'“{name[:64]}”' if name else 'nothing'}."


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC when this machine knows none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _known(noun: str, label: str, plan: str) -> str:
    return f"{noun.capitalize()} {label} was found, plan {plan}."


def _password(method: str) -> str:
    return f"The password is right ({method})."


def _until(ends_at: float, now: float, zone: str) -> str:
    return f"It runs until {moment(ends_at, zone_of(zone))}, {span(ends_at - now)} from now."


def _time_left(left: int, limit: int) -> str:
    return f"{span(left)} of {span(limit)} online time are left."


def _data_left(left: int, limit: int) -> str:
    return f"{amount(left)} of {amount(limit)} data are left."


def _device(number: int, most: int, taken_over: str | None) -> str:
    taken = "" if taken_over is None else f", taking over this device's own session {taken_over}"
    return f"Device {number} of {most}{taken}."


def _group(name: str) -> str:
    return f"It may log in to routers, as {name}."


def _grace(ends_at: float, closes_at: float, now: float, zone: str) -> str:
    left = span(closes_at - now)
    return f"It ended on {moment(ends_at, zone_of(zone))} and is in its grace for {left} more."


def _hours(changes_at: float | None, now: float, zone: str) -> str:
    if changes_at is None:
        return "The plan is open at all hours."
    return f"The plan is open until {moment(changes_at, zone_of(zone))}, {span(changes_at - now)} from now."


def _data_today(left: int, limit: int) -> str:
    return f"{amount(left)} of today's {amount(limit)} data are left."


def _time_today(left: int, limit: int) -> str:
    return f"{span(left)} of today's {span(limit)} online time are left."


def _stage(number: int, period: str, after: int, download_bps: int, upload_bps: int) -> str:
    speed = f"{bits(download_bps)} down, {bits(upload_bps)} up"
    return f"Fair use, stage {number}: {amount(after)} of this {period} are used, so the speed is {speed}."


def _timed(changes_at: float | None, zone: str, download_bps: int, upload_bps: int) -> str:
    rates = [bits(each) if each else "no limit" for each in (download_bps, upload_bps)]
    until = "" if changes_at is None else f", until {moment(changes_at, zone_of(zone))}"
    return f"The speed of these hours{until}: {rates[0]} down, {rates[1]} up."


def _speed(download_bps: int, upload_bps: int, ends_at: float | None, zone: str) -> str:
    down = bits(download_bps) if download_bps else "no limit"
    up = bits(upload_bps) if upload_bps else "no limit"
    until = "" if ends_at is None else f" until {moment(ends_at, zone_of(zone))}"
    return f"Another speed was arranged{until}: {down} down, {up} up."


def _fallback(reason: str, given: str, seconds: int) -> str:
    return f"Instead of being refused ({reason}) it is let into {given} for {span(seconds)}."


_SENTENCES: dict[str, Callable[..., str]] = {
    "known": _known,
    "password": _password,
    "until": _until,
    "time_left": _time_left,
    "data_left": _data_left,
    "device": _device,
    "group": _group,
    "grace": _grace,
    "hours": _hours,
    "data_today": _data_today,
    "time_today": _time_today,
    "stage": _stage,
    "timed": _timed,
    "speed": _speed,
    "fallback": _fallback,
}
