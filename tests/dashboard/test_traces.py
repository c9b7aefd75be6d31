"""Packet traces on pages: who may, how one begins, what it shows, and what stays covered."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from radius import traces
from radius.models import PacketTrace, TracedPacket
from tests.factories import make_attempt, make_router, make_voucher

pytestmark = pytest.mark.django_db
MAC = "02:00:00:00:00:01"


def packet(trace, **changes):
    row = {
        "trace": trace,
        "at": datetime.now(UTC),
        "direction": "in",
        "code": "Access-Request",
        "identifier": 7,
        "router_id": 1,
        "peer": "10.0.0.2:40000",
        "attributes": [
            ["User-Name", trace.subject],
            ["User-Password", "(16 octets)"],
            ["NAS-Identifier", "gate"],
        ],
        "outcome": "",
    }
    return TracedPacket.objects.create(**(row | changes))


@pytest.fixture
def trace(inside_isp):
    return traces.start(subject=MAC, by=SYSTEM, now=datetime.now(UTC))


def test_those_who_may_start_one_and_the_journal_says_who(inside_isp, client_for):
    for role in ("owner", "manager", "technician"):
        answer = client_for(role).post("/logins/traces/start/", {"subject": f"user {role}"})
        trace = PacketTrace.objects.latest("pk")
        assert (answer.status_code, answer["Location"]) == (302, f"/logins/traces/{trace.pk}/")
        assert trace.subject == f"user {role}"
    assert JournalEntry.objects.filter(verb="trace.started").count() == 3
    for role in ("support", "cashier", "reseller"):
        assert client_for(role).post("/logins/traces/start/", {"subject": "x"}).status_code == 403
        assert client_for(role).get("/logins/traces/").status_code == 403


def test_from_an_attempt_from_a_voucher_and_of_a_router(inside_isp, client_for):
    owner, router, voucher = client_for("owner"), make_router(), make_voucher()
    attempt = make_attempt(router=router, username="nemo", mac=MAC)
    assert f'name="attempt" value="{attempt.pk}"' in owner.get(f"/logins/{attempt.pk}/").content.decode()
    assert f'name="voucher" value="{voucher.pk}"' in owner.get(f"/vouchers/{voucher.pk}/").content.decode()
    for body, subject, router_id in (
        ({"attempt": attempt.pk}, "nemo", None),
        ({"voucher": voucher.pk}, voucher.code, None),
        ({"router": router.pk}, "", router.pk),
    ):
        assert owner.post("/logins/traces/start/", body).status_code == 302
        made = PacketTrace.objects.latest("pk")
        assert (made.subject, made.router_id) == (subject, router_id)
    technician = client_for("technician")
    many = PacketTrace.objects.count()
    for body in ({"router": 999_999}, {"voucher": voucher.pk}, {}, {"subject": " "}):
        assert technician.post("/logins/traces/start/", body).status_code == 302
    assert technician.post("/logins/traces/start/", {"attempt": 999_999}).status_code == 404
    assert PacketTrace.objects.count() == many


def test_packets_as_they_come_and_what_stays_empty(trace, client_for):
    owner, here = client_for("owner"), f"/logins/traces/{trace.pk}/"
    assert "Waiting for packets" in owner.get(here).content.decode()
    packet(trace)
    packet(trace, direction="out", code="", attributes=[], outcome="not answered: store_full")
    part = owner.get(here, headers={"HX-Request": "true", "HX-Target": "list"}).content.decode()
    assert part.lstrip().startswith('<div id="list" hx-get=')
    assert "Access-Request" in part and "not answered: store_full" in part and "(16 octets)" in part
    assert "User-Name = 02:00:00:00:00:01" not in part  # as text, to copy, only what stands still
    dropped = owner.get(here, {"kind": "dropped"}).content.decode()
    assert "store_full" in dropped and "Access-Request" not in dropped
    assert "Access-Request" in owner.get(here, {"q": "gate"}).content.decode()
    assert "No packet matches" in owner.get(here, {"q": "nothing like it"}).content.decode()
    traces.stop(trace, by=SYSTEM, now=datetime.now(UTC))
    assert "User-Name = 02:00:00:00:00:01" in owner.get(here).content.decode()


def test_a_trace_stops_once(trace, client_for):
    owner, here = client_for("owner"), f"/logins/traces/{trace.pk}/"
    assert owner.post(f"{here}stop/").status_code == 302
    page = owner.get(here).content.decode()
    assert "No packet came" in page and "every 2s" not in page and "/stop/" not in page
    assert "02:00:00:00:00:01" in owner.get("/logins/traces/").content.decode()
    trace.delete()
    assert "No trace of the last day" in owner.get("/logins/traces/").content.decode()


def test_an_export(trace, client_for):
    packet(trace, at=datetime(2026, 11, 25, 10, 0, 0, 125_000, tzinfo=UTC))
    answer = client_for("owner").get(f"/logins/traces/{trace.pk}/", {"format": "csv"})
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/csv")
    assert '"2026-11-25T10:00:00.125+00:00","in","Access-Request","7"' in text
    assert "NAS-Identifier = gate" in text


def test_a_code_stays_covered_for_who_may_not_see_codes(inside_isp, client_for):
    voucher = make_voucher()
    trace = traces.start(subject=voucher.code, by=SYSTEM, now=datetime.now(UTC))
    assert trace.service == voucher.service
    packet(trace, outcome="")
    packet(
        trace,
        direction="out",
        code="Access-Reject",
        attributes=[["Reply-Message", f"{voucher.code} is paused."]],
    )
    here = f"/logins/traces/{trace.pk}/"
    technician, owner = client_for("technician"), client_for("owner")
    for address in (here, f"{here}?format=csv", "/logins/traces/"):
        assert voucher.code not in technician.get(address).content.decode()
        assert technician.get(address).content.decode()
    assert voucher.code in owner.get(here).content.decode()
    guessed = technician.get(here, {"q": voucher.code[:6]}).content.decode()
    assert "Access-Request" not in guessed
    assert voucher.code not in str(JournalEntry.objects.get(verb="trace.started").facts)


def test_too_many_at_once_are_refused_in_words(inside_isp, client_for):
    for number in range(traces.MOST_AT_ONCE):
        traces.start(subject=f"user {number}", by=SYSTEM, now=datetime.now(UTC) + timedelta(seconds=1))
    answer = client_for("owner").post("/logins/traces/start/", {"subject": "one more"}, follow=True)
    assert "5 traces run already" in answer.content.decode()
