"""The question 'why can they not connect?' over the API."""

from collections.abc import Callable
from typing import Any

from kmikro.lib import codes
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_one_sentence_the_fix_and_the_rules(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher(status="void")
    program = token_for(["logins:read"])
    said = program.call("GET", f"explain/?q={voucher.code}").json()
    assert (said["state"], said["code"], said["sentence"]) == (
        "refused",
        "void",
        "The voucher was made void.",
    )
    assert said["service"]["label"] == voucher.service.label
    assert said["steps"][-1] == {"code": "void", "ok": False, "text": "The voucher was made void."}
    assert said["fix"]
    assert (said["session_id"], said["attempt_at"]) == (None, None)
    assert program.call("GET", "explain/").status_code == 400
    assert token_for(["sessions:read"]).call("GET", "explain/?q=x").status_code == 403


def test_a_typed_code_is_covered(token_for: Callable[..., Any], isp: Isp) -> None:
    typed = codes.mint()
    with scope.inside(isp.schema_name):
        make.make_attempt(username=typed, mac="AA:BB:CC:00:00:09", sentence=f"Nobody is called {typed}.")
    assert typed not in token_for(["logins:read"]).call("GET", "explain/?q=AABBCC000009").content.decode()
    clear = token_for(["logins:read", "vouchers:codes"]).call("GET", "explain/?q=AABBCC000009").json()
    assert typed in clear["sentence"]
