"""Voucher designs over the API: cleaned as on the page, one of them usual."""

from collections.abc import Callable
from typing import Any

from tenants.models import Isp

BODY = {"name": "Kiosk", "paper": "label", "html": "<b>{{ code }}</b><script>x</script>"}


def test_made_changed_chosen_and_removed(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    made = program.call("POST", "voucher-designs/", BODY)
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert made.json()["html"] == "<b>{{ code }}</b>"
    assert program.call("POST", "voucher-designs/", BODY).json()["code"] == "name_taken"
    wrong = program.call("PATCH", f"voucher-designs/{pk}/", {"html": "{{ pin }}"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "html")
    assert program.call("PATCH", f"voucher-designs/{pk}/", {"paper": "roll80"}).json()["paper"] == "roll80"
    usual = program.call("PATCH", "voucher-rules/", {"design": pk}).json()
    assert usual == {"paper": "roll80", "design": {"id": pk, "name": "Kiosk"}, "top_up": "now"}
    assert program.call("PATCH", "voucher-rules/", {"design": 999_999}).status_code == 422
    plain = {"paper": "a4", "design": None, "top_up": "now"}
    assert program.call("PATCH", "voucher-rules/", {"paper": "a4"}).json() == plain
    assert program.call("DELETE", f"voucher-designs/{pk}/").status_code == 204
    assert program.call("GET", "voucher-designs/").json()["results"] == []


def test_reading_is_for_who_sees_vouchers_and_changing_for_plans(token_for: Callable[..., Any]) -> None:
    program = token_for(["vouchers:read", "vouchers:write"])
    assert program.call("GET", "voucher-rules/").json()["paper"] == "a4"
    for method, path in (("POST", "voucher-designs/"), ("PATCH", "voucher-rules/")):
        assert program.call(method, path, BODY).status_code == 403
