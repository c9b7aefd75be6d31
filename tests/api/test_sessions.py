"""Sessions over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import JournalEntry
from kmikro.lib import codes
from radius.models import Session
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_list_live_and_ended(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router(name="Kibera 1")
        live, ended = make.make_session(router=router), make.make_session(ended_at=make.NOW)
    program = token_for(["sessions:read"])

    def ids(query: str) -> list[int]:
        return [row["id"] for row in program.call("GET", f"sessions/{query}").json()["results"]]

    assert ids("") == [ended.pk, live.pk]
    assert (ids("?state=live"), ids("?state=ended")) == ([live.pk], [ended.pk])
    assert ids(f"?router={router.pk}") == [live.pk]
    shown = program.call("GET", f"sessions/{live.pk}/").json()
    assert shown["router"] == {"id": router.pk, "name": "Kibera 1"}
    assert (shown["address"], shown["mac"], shown["ended_at"]) == ("10.5.50.20", "AA:BB:CC:00:00:01", None)
    assert program.call("GET", "sessions/?username__startswith=a").status_code == 400


def test_a_login_name_is_a_code_until_it_is_an_account(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher()
        made = {
            voucher.code: make.make_session(service=voucher.service, username=voucher.code),
            "mistyped": make.make_session(username=codes.shown(voucher.code)),
            "short": make.make_session(username="hello"),
            "account": make.make_session(username="ana@home", service=make.make_service(kind="account")),
        }
    covered, clear = token_for(["sessions:read"]), token_for(["sessions:read", "vouchers:codes"])
    names = {row["id"]: row["username"] for row in covered.call("GET", "sessions/").json()["results"]}
    assert names[made[voucher.code].pk] == names[made["mistyped"].pk] == codes.masked(voucher.code)
    assert names[made["short"].pk] == "••••••"
    assert names[made["account"].pk] == "ana@home"
    seen = clear.call("GET", f"sessions/{made[voucher.code].pk}/").json()
    assert seen["username"] == voucher.code


def test_disconnect_asks_the_router(
    token_for: Callable[..., Any],
    isp: Isp,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with scope.inside(isp.schema_name):
        session, over = make.make_session(), make.make_session(ended_at=make.NOW)
    program = token_for(["sessions:disconnect"])
    with django_capture_on_commit_callbacks() as callbacks:
        answer = program.call("POST", f"sessions/{session.pk}/disconnect/")
    assert (answer.status_code, answer.json()["disconnect_state"]) == (202, "asked")
    assert len(callbacks) == 1
    refused = program.call("POST", f"sessions/{over.pk}/disconnect/")
    assert (refused.status_code, refused.json()["code"]) == (409, "session_ended")
    with scope.inside(isp.schema_name):
        assert Session.objects.get(pk=session.pk).disconnect_state == "asked"
        assert JournalEntry.objects.get(verb="session.disconnect").actor == "API: Counter script"
