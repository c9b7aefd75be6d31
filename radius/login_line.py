"""One attempt as one line for the login log of its ISP: a row in the words of COPY, made once and never taken apart.

Journal and projector pass lines on as they are. No text in one holds a tab or the end of a line: what routers send is
spelled (`radius.octets`), the rest is JSON or `_plain`. Backslashes are doubled by whoever hands the lines to COPY.
"""

from __future__ import annotations

import time
from functools import lru_cache

import msgspec

from radius import mikrotik
from radius.events import Accept, AccessRequest, Reject
from radius.terms import Extras

COLUMNS = (
    *("record_id", "at", "router_id", "service_id", "username", "mac", "framed_ip", "accepted", "code"),
    *("sentence", "trace", "sent", "microseconds"),
)
NOTHING = "\x01"  # NULL; it is in no spelled text
_SENTENCE = 300  # characters
_encode = msgspec.json.Encoder().encode


def line_of(key: int, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> str:
    """The line of an attempt, without its password. `key` makes adding it twice the same as adding it once."""
    second = int(at)
    if isinstance(verdict, Accept):
        outcome = f"t\taccepted\tLet in.\t{_encode(verdict.trace).decode()}\t{_told(verdict)}"
    else:
        outcome = _refusal(verdict)
    return (
        f"{key}\t{_clock(second)}.{int((at - second) * 1e6):06d}+00\t{request.nas.router_id}"
        f"\t{NOTHING if verdict.service_id is None else verdict.service_id}\t{request.name}\t{request.mac}"
        f"\t{request.framed_ip or NOTHING}\t{outcome}\t{microseconds}\n"
    )


def _refusal(verdict: Reject) -> str:
    why = next((step.text for step in verdict.trace if not step.ok), "Refused.")
    trace = _encode(verdict.trace).decode()
    sent = _encode({"Reply-Message": verdict.message}).decode()
    return f"f\t{verdict.code[:32]}\t{_plain(why)[:_SENTENCE]}\t{trace}\t{sent}"


def _plain(text: str) -> str:
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)


@lru_cache(maxsize=16)
def _clock(second: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(second))


def _told(accept: Accept) -> str:
    """What the router was told, as JSON; what a plan says is put into it once."""
    told = {name: _as_text(value) for name, value in accept.told or mikrotik.personal_attributes(accept)}
    if accept.addresses:  # prefixes as people write them
        names = [name for name, _ in mikrotik.address_attributes(accept.addresses)]
        told.update(zip(names, filter(None, accept.addresses), strict=True))
    if accept.message:
        told["Reply-Message"] = accept.message
    if accept.proof is not None or accept.link is not None:
        hidden = mikrotik.hidden_attributes(accept.proof, accept.link)
        told.update((name, _as_text(value)) for name, value in hidden)
    head = _told_by_plan(accept.upload_bps, accept.download_bps, accept.interim_seconds, accept.extras)
    return f"{head},{_encode(told)[1:].decode()}" if told else head + "}"


@lru_cache(maxsize=4096)
def _told_by_plan(upload_bps: int, download_bps: int, interim_seconds: int, extras: Extras) -> str:
    """Never empty: either an interval or a group is told."""
    said = mikrotik.plan_attributes(
        upload_bps=upload_bps, download_bps=download_bps, interim_seconds=interim_seconds, extras=extras
    )
    return _encode({name: _as_text(value) for name, value in said}).decode()[:-1]


def _as_text(value: int | str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
