"""Vouchers over the API: covered without the scope, void for ever."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from billing.models import Voucher
from kmikro.lib import codes
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_codes_are_covered_without_the_scope(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher()
    program = token_for(["vouchers:read", "vouchers:write", "vouchers:all"])
    answers = [
        program.call("GET", "vouchers/"),
        program.call("GET", f"vouchers/{voucher.pk}/"),
        program.call("GET", f"vouchers/?code={voucher.code}"),
        program.call("POST", f"vouchers/{voucher.pk}/void/"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        text = answer.content.decode()
        assert voucher.code not in text and codes.shown(voucher.code) not in text
        assert codes.masked(voucher.code) in answer.json().get("results", [answer.json()])[0]["code"]
    seeing = token_for(["vouchers:read", "vouchers:all", "vouchers:codes"])
    assert seeing.call("GET", f"vouchers/{voucher.pk}/").json()["code"] == codes.shown(voucher.code)


def test_a_maker_without_the_scope_for_all_sees_their_own(token_for: Callable[..., Any], isp: Isp) -> None:
    scopes = ["vouchers:read", "vouchers:write", "vouchers:all"]
    with scope.inside(isp.schema_name):
        cashier = User.objects.get(role="cashier")
        mine = make.make_voucher(batch=make.make_batch(made_by=cashier))
        other = make.make_voucher()
    for program in (token_for(scopes, role="cashier"), token_for(scopes[:1], role="cashier")):
        assert [row["id"] for row in program.call("GET", "vouchers/").json()["results"]] == [mine.pk]
        assert [row["id"] for row in program.call("GET", "voucher-batches/").json()["results"]] == [
            mine.batch_id
        ]
        assert program.call("GET", f"vouchers/{other.pk}/").status_code == 404
        assert program.call("GET", f"voucher-batches/{other.batch_id}/").status_code == 404
    assert token_for(scopes, role="cashier").call("POST", f"vouchers/{other.pk}/void/").status_code == 404
    assert len(token_for(scopes).call("GET", "vouchers/").json()["results"]) == 2


def test_filters(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        new, used = make.make_voucher(), make.make_voucher(first_used_at=make.NOW)
        Voucher.objects.filter(pk=used.pk).update(tail="ZZZZ")
    program = token_for()

    def ids(query: str) -> list[int]:
        answer = program.call("GET", f"vouchers/{query}")
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    assert ids("?state=new") == [new.pk]
    assert ids("?state=void") == []
    assert ids(f"?batch={used.batch_id}") == [used.pk]
    assert ids(f"?code={codes.shown(new.code)}") == [new.pk]
    assert ids(f"?code={new.service.label}") == [new.pk]
    assert ids("?code=zzzz") == [used.pk]
    assert program.call("GET", "vouchers/?code=" + "x" * 41).status_code == 400


def test_void_ends_its_sessions(
    token_for: Callable[..., Any], isp: Isp, django_capture_on_commit_callbacks: Any
) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher(first_used_at=make.NOW)
        live = make.make_session(service=voucher.service)
        ended = make.make_session(service=voucher.service, ended_at=make.NOW)
    answer = token_for().call("POST", f"vouchers/{voucher.pk}/void/", {"reason": "Lost"})
    assert (answer.status_code, answer.json()["state"]) == (200, "void")
    assert answer.json()["voided_at"] is not None
    assert answer.json()["void_reason"] == "Lost"
    with scope.inside(isp.schema_name):
        live.refresh_from_db()
        ended.refresh_from_db()
        assert (live.disconnect_state, ended.disconnect_state) == ("asked", "")


def test_what_is_over_cannot_be_made_void(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher(status="ended")
    answer = token_for().call("POST", f"vouchers/{voucher.pk}/void/")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert token_for().call("POST", f"vouchers/{voucher.pk}/void/", {"force": 1}).status_code == 400


def test_codes_are_covered_when_the_batch_was_handed_over(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher()
    program, clear = token_for(), codes.shown(voucher.code)
    path, batch = f"vouchers/{voucher.pk}/", f"voucher-batches/{voucher.batch_id}/"
    assert program.call("GET", path).json()["code"] == clear
    assert program.call("POST", f"{batch}hand-over/").json()["open_until"] is not None
    assert program.call("POST", f"{batch}hand-over/").json()["code"] == "handed_over"
    assert program.call("GET", path).json()["code"] == codes.masked(voucher.code)
    assert clear not in program.call("GET", f"vouchers/?code={voucher.code}").content.decode()
    assert program.call("POST", f"{path}print/", {}).status_code == 400
    assert program.call("POST", f"{path}print/", {"reason": "Lost"}).json() == {"code": clear}
    assert program.call("POST", f"{batch}open/", {"reason": "Jam"}).status_code == 200
    assert program.call("GET", path).json()["code"] == clear
    seller = token_for(["vouchers:read", "vouchers:codes", "vouchers:all"])
    for address in (f"{path}print/", f"{batch}open/"):
        assert seller.call("POST", address, {"reason": "x"}).status_code == 403
