"""Packet traces over the API."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from radius import traces
from radius.models import PacketTrace, TracedPacket
from tests.factories import make_router, make_voucher

pytestmark = pytest.mark.django_db
MAC = "02:00:00:00:00:01"


def test_start_read_and_end(inside_isp, token_for):
    program = token_for(["radius:trace"])
    made = program.call("POST", "radius-traces/", {"username": MAC})
    assert made.status_code == 201
    assert (made.json()["subject"], made.json()["router"], made.json()["kept"]) == (MAC, None, 0)
    again = program.call("POST", "radius-traces/", {"username": MAC.lower()})
    assert again.json()["id"] == made.json()["id"]
    trace = PacketTrace.objects.get()
    TracedPacket.objects.create(
        trace=trace, at=datetime.now(UTC), direction="in", code="Access-Request", router_id=3, peer="10.0.0.1:5",
        attributes=[["User-Name", MAC], ["User-Password", "(16 octets)"]],
    )  # fmt: skip
    (found,) = program.call("GET", f"radius-traces/{trace.pk}/packets/").json()["results"]
    assert (found["code"], found["router"], found["direction"]) == ("Access-Request", 3, "in")
    assert found["attributes"][1] == {"name": "User-Password", "value": "(16 octets)"}
    assert program.call("DELETE", f"radius-traces/{trace.pk}/").status_code == 204
    assert datetime.fromisoformat(
        program.call("GET", f"radius-traces/{trace.pk}/").json()["ends_at"]
    ) <= datetime.now(UTC)
    assert [each["id"] for each in program.call("GET", "radius-traces/").json()["results"]] == [trace.pk]


def test_a_router_and_what_is_refused(inside_isp, token_for):
    program, router = token_for(["radius:trace"]), make_router()
    made = program.call("POST", "radius-traces/", {"router": router.pk})
    assert (made.json()["subject"], made.json()["router"]) == (None, router.pk)
    assert program.call("POST", "radius-traces/", {"router": 999_999}).status_code == 400
    for body in ({}, {"username": "x", "router": router.pk}):
        refused = program.call("POST", "radius-traces/", body)
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_trace")
    assert token_for(["logins:read"]).call("GET", "radius-traces/").status_code == 403


def test_codes_are_covered_without_their_scope(inside_isp, token_for):
    voucher = make_voucher()
    trace = traces.start(subject=voucher.code, by=SYSTEM, now=datetime.now(UTC))
    TracedPacket.objects.create(
        trace=trace, at=datetime.now(UTC), direction="in", router_id=3, peer="10.0.0.1:5",
        attributes=[["User-Name", voucher.code], ["Reply-Message", f"{voucher.code} is paused."]],
    )  # fmt: skip
    for address in (f"radius-traces/{trace.pk}/", f"radius-traces/{trace.pk}/packets/", "radius-traces/"):
        assert voucher.code not in token_for(["radius:trace"]).call("GET", address).content.decode()
    clear = token_for(["radius:trace", "vouchers:codes"])
    assert voucher.code in clear.call("GET", f"radius-traces/{trace.pk}/packets/").content.decode()
