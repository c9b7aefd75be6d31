"""The journal folded into an ISP's tables, on a real database."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kmikro.lib.codes import lookup_digest
from kmikro.lib.secrets import purpose_key
from radius import keeping, projector, token
from radius.accounting import NAS_REBOOT
from radius.events import AccountingRecord, Ask, Nas, Port
from radius.folding import LOST_STOP, NO_REPORT
from radius.keeping import moment
from radius.models import NasGigawords, NasRestart, Session
from radius.standing import Memory
from radius.wire import read
from subscribers.models import Service, Usage
from tenants import scope
from tenants.models import Isp, RadiusRecord
from tests.factories import make_plan, make_service, make_voucher
from tests.radius import vectors as v
from tests.radius.records import T0, journal_rows, put, record

NOW = datetime.fromtimestamp(T0 + 600, UTC)


@pytest.fixture
def voucher(isp: Isp) -> Any:
    with scope.inside(isp.schema_name):
        return make_voucher(plan=make_plan(data_limit_bytes=1_000_000, validity_seconds=None))


def project(now: datetime = NOW) -> None:
    while projector.project(now)[0]:
        pass


def of(isp: Isp, voucher: Any, *args: Any, **fields: Any) -> Any:
    return record(*args, **{"schema": isp.schema_name, "name": voucher.code, **fields})


def life(isp: Isp, voucher: Any) -> list[Any]:
    return [
        of(isp, voucher, "start", 0),
        of(isp, voucher, "interim", 60, upload_octets=100, download_octets=1000),
        of(isp, voucher, "interim", 120, upload_octets=200, download_octets=3000),
        of(
            isp, voucher, "stop", 180, upload_octets=300, download_octets=9000, terminate_cause="User-Request"
        ),
    ]


def picture(isp: Isp) -> Any:
    """All that a fold leaves behind, without row numbers."""
    with scope.inside(isp.schema_name):
        sessions = Session.objects.order_by("acct_session_id", "started_at").values_list(
            "acct_session_id", "username", "service_id", "started_at", "updated_at", "ended_at", "end_cause",
            "upload_bytes", "download_bytes", "seconds",
        )  # fmt: skip
        usage = Usage.objects.order_by("hour").values_list(
            "service_id", "hour", "upload_bytes", "download_bytes", "seconds"
        )
        services = Service.objects.order_by("pk").values_list(
            "upload_bytes", "download_bytes", "seconds_used"
        )
        return list(sessions), list(usage), list(services)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
def test_order_and_repetition_change_nothing(isp: Isp, voucher: Any, order: tuple[int, ...]) -> None:
    records = life(isp, voucher)
    for at in order:
        put(records[at])
        project()
    put(*records)
    project()
    sessions, usage, services = picture(isp)
    assert [(row[2], row[5], row[6], row[7:]) for row in sessions] == [
        (voucher.service_id, moment(T0 + 180), "User-Request", (300, 9000, 180))
    ]
    assert [row[2:] for row in usage] == [(300, 9000, 180)]
    assert services == [(300, 9000, 180)]
    assert journal_rows() == 0


def test_a_crash_before_the_journal_is_emptied_counts_nothing_twice(isp: Isp, voucher: Any) -> None:
    put(*life(isp, voucher))
    rows = [
        projector.Row(each.pk, each.schema, each.kind, each.at, each.body)
        for each in RadiusRecord.objects.order_by("pk")
    ]
    projector.fold(isp.schema_name, rows, NOW, Memory())
    once = picture(isp)
    project()
    assert picture(isp) == once
    assert once[2] == [(300, 9000, 180)]


def test_usage_is_kept_by_the_hour(isp: Isp, voucher: Any) -> None:
    put(
        of(isp, voucher, "interim", 600, download_octets=1000),
        of(isp, voucher, "interim", 4200, download_octets=5000),
    )
    project()
    assert [row[3:] for row in picture(isp)[1]] == [(1000, 600), (4000, 3600)]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_account_was_first_used_when_its_first_session_began(isp: Isp, order: tuple[int, ...]) -> None:
    """Nothing else says so: only the clock of a voucher starts at its first Accept."""
    with scope.inside(isp.schema_name):
        account = make_service(
            kind="account",
            label="ana",
            lookup=lookup_digest(purpose_key("service lookup"), isp.schema_name, "ana"),
        )
    told = [
        record(kind, at, schema=isp.schema_name, name="ana", session_id=kind)
        for kind, at in (("start", 0), ("interim", 900))
    ]
    for at in order:
        put(told[at])
        project()
    with scope.inside(isp.schema_name):
        account.refresh_from_db()
        assert (account.first_used_at, account.expires_at) == (moment(T0), None)


def test_accounting_on_closes_this_router_and_no_other(isp: Isp, voucher: Any) -> None:
    put(of(isp, voucher, "start", 0), of(isp, voucher, "start", 0, router_id=2, mac="AA:BB:CC:00:00:02"))
    project()
    put(record("on", 0, begun=T0 + 100, schema=isp.schema_name, session_id="", username=b"", mac=""))
    project()
    put(of(isp, voucher, "interim", 60))  # late: told before the restart
    project()
    with scope.inside(isp.schema_name):
        first, second = Session.objects.order_by("router_id")
        assert (first.end_cause, first.ended_at) == (NAS_REBOOT, moment(T0 + 100))
        assert second.ended_at is None


def test_restarts_within_a_minute_are_one(isp: Isp) -> None:
    for second in range(0, 130, 10):
        put(record("on", 0, begun=T0 + second, schema=isp.schema_name, session_id="", username=b"", mac=""))
    project()
    with scope.inside(isp.schema_name):
        assert list(NasRestart.objects.order_by("at").values_list("at", flat=True)) == [
            moment(T0), moment(T0 + 60), moment(T0 + 120)
        ]  # fmt: skip


def test_an_id_that_comes_again_after_a_reboot_is_another_session(isp: Isp, voucher: Any) -> None:
    put(*life(isp, voucher)[:3])
    put(record("on", 0, begun=T0 + 3000, schema=isp.schema_name, session_id="", username=b"", mac=""))
    project()
    put(of(isp, voucher, "interim", 60, begun=T0 + 3100, download_octets=500))
    project()
    sessions, _, services = picture(isp)
    assert [row[7:] for row in sessions] == [(200, 3000, 120), (0, 500, 60)]
    assert services == [(200, 3500, 180)]


def test_a_new_session_on_the_same_device_closes_the_one_whose_stop_was_lost(isp: Isp, voucher: Any) -> None:
    put(*life(isp, voucher)[:2])
    project()
    put(of(isp, voucher, "start", 0, begun=T0 + 300, session_id="80a00002"))
    project()
    with scope.inside(isp.schema_name):
        old, new = Session.objects.order_by("started_at")
        assert (old.end_cause, old.ended_at) == (LOST_STOP, moment(T0 + 60))
        assert new.ended_at is None
    put(life(isp, voucher)[3])  # the Stop comes after all
    project()
    with scope.inside(isp.schema_name):
        old = Session.objects.earliest("started_at")
        assert (old.end_cause, old.ended_at) == ("User-Request", moment(T0 + 180))


def test_a_session_of_nobody_is_kept_and_bills_nobody(isp: Isp) -> None:
    put(record("interim", 60, schema=isp.schema_name, name="stranger", download_octets=10))
    project()
    sessions, usage, _ = picture(isp)
    assert [(row[1], row[2]) for row in sessions] == [("stranger", None)]
    assert usage == []


def test_class_of_another_isp_is_quarantined(isp: Isp, neighbour: Isp, voucher: Any) -> None:
    foreign = token.issue(neighbour.schema_name, voucher.service_id)
    put(of(isp, voucher, "interim", 60, class_=foreign, download_octets=10))
    project()
    sessions, usage, services = picture(isp)
    assert sessions[0][2] is None
    assert (usage, services) == ([], [(0, 0, 0)])


def test_class_finds_the_service_whatever_the_name(isp: Isp, voucher: Any) -> None:
    put(of(isp, voucher, "interim", 60, name="x", class_=token.issue(isp.schema_name, voucher.service_id)))
    project()
    assert picture(isp)[0][0][2] == voucher.service_id


def test_one_isp_never_sees_the_rows_of_another(isp: Isp, neighbour: Isp, voucher: Any) -> None:
    put(*life(isp, voucher), record("start", 0, schema=neighbour.schema_name, name="carla"))
    put(record("start", 0, schema="t_zzzzzzzzzzzz"))
    project()
    with scope.inside(neighbour.schema_name):
        assert [each.username for each in Session.objects.all()] == ["carla"]
    assert journal_rows() == 0


def test_a_spent_voucher_ends_and_its_session_is_asked_to_end(isp: Isp, voucher: Any, soon: Any) -> None:
    put(of(isp, voucher, "interim", 60, download_octets=999_999))
    project()
    with scope.inside(isp.schema_name):
        assert Service.objects.get(pk=voucher.service_id).status == "active"
    put(of(isp, voucher, "interim", 120, download_octets=1_000_000))
    project()
    with scope.inside(isp.schema_name):
        assert Service.objects.get(pk=voucher.service_id).status == "ended"
        assert Session.objects.get().disconnect_state == "asked"
    put(of(isp, voucher, "stop", 130, download_octets=1_000_000, terminate_cause="Admin-Reset"))
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.get().disconnect_state == "ended"


def test_a_row_that_cannot_be_folded_is_kept_apart(isp: Isp, voucher: Any) -> None:
    put(life(isp, voucher)[0])
    RadiusRecord.objects.create(schema=isp.schema_name, kind="acct", at=NOW, body='{"not": "a record"}')
    project()
    assert len(picture(isp)[0]) == 1
    assert RadiusRecord.objects.get().kind == "bad"


def test_long_and_hostile_names_fit(isp: Isp) -> None:
    put(record("start", 0, schema=isp.schema_name, username=b"\xff" * 253, session_id="\\x00" * 253))
    project()
    assert len(picture(isp)[0]) == 1


def test_the_sweep_closes_what_nobody_reports(isp: Isp, voucher: Any) -> None:
    put(*life(isp, voucher)[:2])
    project()
    with scope.inside(isp.schema_name):
        assert keeping.presume(Session.objects.select_for_update(of=("self",)), NO_REPORT) == {
            voucher.service_id
        }
        assert Session.objects.get().end_cause == NO_REPORT
    put(life(isp, voucher)[2])  # it was only late
    project()
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert (session.ended_at, session.end_cause, session.download_bytes) == (None, "", 3000)


def test_every_report_is_news(isp: Isp, voucher: Any) -> None:
    put(of(isp, voucher, "start", 0))
    project()
    put(of(isp, voucher, "interim", 60))
    project()
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert session.heard_at == session.updated_at == moment(T0 + 60)


def test_input_is_the_subscribers_upload(isp: Isp, voucher: Any) -> None:
    """Decision 20, from the octets of the packet to the bill: Acct-Input-Octets is what the subscriber sent."""
    body = (
        v.whole(40, 3)
        + v.attribute(44, b"81a00001")
        + v.attribute(1, voucher.code.encode())
        + v.whole(46, 60)
    )
    body += v.whole(42, 7) + v.whole(52, 0) + v.whole(43, 900) + v.whole(53, 1)
    asked = read(
        v.accounting(body), Nas(isp.schema_name, 1, "10.0.0.1", v.SECRET), ("10.0.0.1", 4000), Port.ACCT, T0
    )
    assert isinstance(asked, Ask)
    assert isinstance(asked.question, AccountingRecord)
    put(asked.question)
    project()
    sessions, usage, services = picture(isp)
    up, down = 7, 2**32 + 900
    assert (sessions[0][7:], usage[0][2:], services) == ((up, down, 60), (up, down, 60), [(up, down, 60)])
    with scope.inside(isp.schema_name):
        assert NasGigawords.objects.get().pk == 1


def test_f15_a_wrap_is_billed_flagged_and_taken_back_when_gigawords_come(isp: Isp, voucher: Any) -> None:
    for at, octets in ((60, 4_294_967_000), (120, 500)):
        put(of(isp, voucher, "interim", at, download_octets=octets, gigawords=False))
        project()
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert (session.download_bytes, session.flags) == (2**32 + 500, "counter_wrapped")
    assert picture(isp)[2] == [(0, 2**32 + 500, 120)]
    put(of(isp, voucher, "interim", 60, session_id="80a00002", mac="AA:BB:CC:00:00:09"))
    project()
    with scope.inside(isp.schema_name):
        session = Session.objects.get(acct_session_id="80a00001")
        assert (session.download_bytes, session.flags) == (4_294_967_000, "counter_fell")
    assert picture(isp)[2] == [(0, 4_294_967_000, 180)]


def test_a_new_session_that_is_told_late_closes_nothing_that_is_younger(isp: Isp, voucher: Any) -> None:
    """What is told in the wrong order ends as if it had been told in the right one."""
    young = life(isp, voucher)
    put(*young)
    project()
    put(of(isp, voucher, "interim", 60, begun=T0 - 500, session_id="80a00009"))
    project()
    with scope.inside(isp.schema_name):
        old, new = Session.objects.order_by("started_at")
        assert (old.end_cause, old.ended_at) == (LOST_STOP, moment(T0 - 440))
        assert new.end_cause == "User-Request"


def test_a_backlog_is_folded_in_bounded_pieces_without_a_pause(
    isp: Isp, voucher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "LARGEST", 300)
    for at in range(1, 6):
        put(of(isp, voucher, "interim", 60 * at, download_octets=at))
    assert projector.project(NOW)[0] >= projector.BATCH
    assert 0 < journal_rows() < 5
    project()
    assert picture(isp)[2] == [(0, 5, 300)]


def test_a_bad_record_is_taken_out_of_its_batch(isp: Isp, voucher: Any) -> None:
    put(*life(isp, voucher)[:2], replace(life(isp, voucher)[2], download_octets=2**70))
    project()
    assert [row[8] for row in picture(isp)[0]] == [1000]
    assert RadiusRecord.objects.get().kind == "bad"
