"""The walk of one principal over every route with every method, and what is wrong with each answer."""

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.urls import get_resolver, reverse

from accounts import limits
from accounts.roles import Action, may
from tests.conftest import HostClient
from tests.isolation import canaries, oracle
from tests.isolation.lines import Line, Scope, Statuses, address_parts, fill
from tests.isolation.matrix import TABLES
from tests.isolation.planting import NETWORKS
from tests.isolation.walk import CONFIGURATIONS
from tests.isolation.world import Side, World

ORDINARY = ("GET", "POST")
METHODS = (*ORDINARY, "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NO = (302, 400, 401, 403, 404, 405, 415)
# Hints at another tenant that nobody may follow (inputs 43 and 46).
HINTS = ("X-Tenant", "X-Schema", "X-Forwarded-Host", "X-Original-Host")


@dataclass(frozen=True)
class Principal:
    """Somebody at a host. role: signed in there; scopes: of a valid token; neither: a stranger."""

    name: str
    at: str  # the side whose host is called, or 'public'
    client: Callable[[World], HostClient]
    role: str = ""
    staff: bool = False
    scopes: frozenset[str] | None = None
    knows: frozenset[str] = frozenset()  # sides whose canaries this principal may see
    thorough: bool = False  # walks with every method; the others with those that a line lists, GET and POST

    @property
    def where(self) -> str:
        return "public" if self.at == "public" else "tenant"

    def allowed(self, line: Line, method: str) -> bool:
        match line.need(method):
            case Scope(action):
                return self.scopes is not None and action.value in self.scopes
            case Action() as action:
                return bool(self.role) and may(self.role, action)
            case "signed-in":
                return bool(self.role)
            case "staff":
                return self.staff
            case "any token":
                return self.scopes is not None
            case _:
                return True

    def _sees_all(self) -> bool:
        return Action.SEE_ALL_VOUCHERS in (self.scopes or ()) or bool(
            self.role and may(self.role, Action.SEE_ALL_VOUCHERS)
        )

    def refusals(self, line: Line) -> Statuses:
        if line.is_api:
            return (403,) if self.scopes is not None else (401,)
        return (403,) if self.role else (302,)

    def expected(self, line: Line, method: str) -> Statuses:
        listed = line.statuses.get("GET" if method == "HEAD" else method)
        if listed is None:
            return (*line.statuses.get("GET", ()), *NO) if line.lenient else NO
        if not self.allowed(line, method):
            # A method check may stand before the door, and HEAD is not GET for every view.
            return (*self.refusals(line), 405) if method == "HEAD" else self.refusals(line)
        if line.own and not self._sees_all():
            listed = (404,)
        return (*listed, 405) if method == "HEAD" else listed


def kinds(where: str) -> dict[str, dict[str, str]]:
    """For each route its parts with their converters: {'plan': {'pk': 'int'}}."""
    found: dict[str, dict[str, str]] = {}

    def look(children: Iterable[Any], spaces: tuple[str, ...], before: dict[str, str]) -> None:
        for child in children:
            converters = getattr(child.pattern, "converters", {})
            names = before | {
                name: type(kind).__name__.removesuffix("Converter").lower()
                for name, kind in converters.items()
            }
            if hasattr(child, "url_patterns"):
                look(child.url_patterns, (*spaces, child.namespace) if child.namespace else spaces, names)
            elif child.name:
                found[":".join((*spaces, child.name))] = names

    look(get_resolver(CONFIGURATIONS[where]).url_patterns, (), {})
    return found


@dataclass(frozen=True)
class Call:
    name: str
    line: Line
    method: str
    address: str
    body: dict[str, Any]
    parts: dict[str, Any]


def calls(
    where: str, side: Side, methods: Iterable[str], *, whose: str = "own", other: Side | None = None
) -> Iterator[Call]:
    """Every line of the matrix as requests to the side's host."""
    known = kinds(where)
    for name, line in TABLES[where].items():
        route = name.partition("?")[0]
        parts = address_parts(line, known.get(route, {}), side, whose=whose, other=other)
        if parts is None or route not in known:
            continue
        path = reverse(route, urlconf=CONFIGURATIONS[where], kwargs=parts)
        query = urlencode(fill(line.query, side))
        for method in methods:
            yield Call(name, line, method, f"{path}?{query}" if query else path, fill(line.body, side), parts)


def ask(client: HostClient, call: Call, **headers: str) -> Any:
    """One request; cookies that the answer sets are forgotten."""
    jar = {name: morsel.value for name, morsel in client.cookies.items()}
    more: dict[str, Any] = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
    }
    if call.line.is_api:
        body = "" if call.method in {"GET", "HEAD"} else json.dumps(call.body)
        more |= {"HTTP_IDEMPOTENCY_KEY": str(uuid.uuid4())} if call.method == "POST" else {}
        response = client.generic(call.method, call.address, body, "application/json", **more)
    elif call.method in {"POST", "PUT", "PATCH", "DELETE"}:
        form = urlencode(call.body, doseq=True)
        response = client.generic(
            call.method, call.address, form, "application/x-www-form-urlencoded", **more
        )
    else:
        response = client.generic(call.method, call.address, **more)
    if response.streaming:
        response.content = b"".join(response.streaming_content)
    client.cookies.clear()
    for name, value in jar.items():
        client.cookies[name] = value
    return response


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A walk is not a person: rate limits are proven elsewhere, and a line of log for each answer is nobody's."""
    monkeypatch.setattr(limits, "_count", lambda *_given: None)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def judge(principal: Principal, world: World, call: Call, response: Any) -> list[str]:
    """What is wrong with an answer: status, canaries, addresses of the neighbour."""
    wrong = []
    expected = principal.expected(call.line, call.method)
    if response.status_code >= 500 and response.status_code not in expected:
        info = getattr(response, "exc_info", None)
        wrong.append(f"{response.status_code} {info[1]!r}" if info else str(response.status_code))
    elif response.status_code not in expected:
        wrong.append(f"{response.status_code} instead of {expected}")
    everything = b"\n".join(
        (response.content, str(dict(response.headers)).encode(), str(response.cookies).encode())
    )
    everything += "\n".join(oracle.asked_for()).encode()
    allowed = principal.allowed(call.line, call.method)
    for tag in ("A", "B", "P"):
        marks = canaries.found(everything, tag)
        if tag in NETWORKS and f"{NETWORKS[tag]}.".encode() in everything:
            marks.append(f"an address of {tag}")
        if tag not in principal.knows:
            if principal.at == tag:
                # Strangers may know the ISP's name, and what an open page shows.
                marks = [] if allowed else canaries.of_rows(marks, tag)
            elif principal.staff and allowed:
                marks = canaries.of_rows(marks, tag)
            elif principal.at == "public":
                marks = canaries.of_rows(marks, tag) if not call.line.needs == "staff" else marks
        elif not allowed:
            marks = canaries.of_rows(marks, tag)
        else:
            marks = []
        if marks:
            wrong.append(f"shows {', '.join(marks[:4])}")
    return wrong


def walk(principal: Principal, world: World, *, only: Callable[[Call], bool] | None = None) -> list[str]:
    """Every route as this principal; the list of everything that is wrong."""
    mine = {"A": world.a, "B": world.b}.get(principal.at)
    foreign = [side for side in (world.a, world.b) if side is not mine]
    client = principal.client(world)
    marks = [oracle.Marks(side) for side in foreign]
    stranger = foreign[-1]
    hints = dict.fromkeys(HINTS, stranger.host) | {"X-Schema": stranger.isp.schema_name}
    problems = []
    for call in calls(principal.where, mine or world.a, METHODS):
        thorough = principal.thorough and "?" not in call.name
        if not thorough and call.method not in {*ORDINARY, *call.line.statuses}:
            continue
        if only is not None and not only(call):
            continue
        for htmx in ({}, {"HX-Request": "true"}) if call.method == "GET" else ({},):
            watch = oracle.Watch(mine, foreign)
            with oracle.undone():
                with connection.execute_wrapper(watch):
                    response = ask(client, call, **hints, **htmx)
                if htmx and response.status_code == 401 and not call.line.is_api:
                    response.status_code = 302  # the fragment's way to the sign-in page
                wrong = judge(principal, world, call, response) + watch.problems
                if watch.wrote:
                    for each in marks:
                        wrong += [f"changed {each.side.tag}'s {name}" for name in each.changed()]
            problems += [
                f"{principal.name}: {call.method} {call.name} {call.address}{' (htmx)' if htmx else ''}: {text}"
                for text in wrong
            ]
    return problems
