"""Reports of what was forgotten: written by the job, signed, chained, and proved by anybody with the public key."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.core.management import CommandError, call_command

from radius import retention, retention_reports, tasks
from radius.models import RetentionReport
from radius.retention_reports import Signed, Verdict, check, from_file, sign, signed_of, to_file
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_attempt, make_session


def report(**gone: int) -> RetentionReport:
    return retention_reports.write(gone, complete=True, begun_at=NOW, ended_at=NOW + timedelta(seconds=9))


def test_the_job_says_what_it_deleted_what_is_left_and_by_which_setting(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        for days in (4000, 4001, 1):
            make_attempt(at=NOW - timedelta(days=days))
        young = make_session(started_at=NOW - timedelta(days=2), ended_at=NOW - timedelta(days=1))
    tasks.forget(isp.schema_name)
    with scope.inside(isp.schema_name):
        made = RetentionReport.objects.get()
        body = json.loads(made.text)
    kinds = {each["name"]: each for each in body["kinds"]}
    assert [*kinds] == [rule.name for rule in retention.RULES]
    assert (made.deleted, made.is_complete, kinds["attempts"]["deleted"]) == (2, True, 2)
    assert kinds["attempts"]["oldest_left"].startswith(f"{NOW - timedelta(days=1):%Y-%m-%d}")
    assert kinds["sessions"]["oldest_left"] == young.ended_at.isoformat(timespec="seconds")
    assert (kinds["sessions"]["kept_days"], kinds["sessions"]["setting"]) == (
        366,
        "the twelve months of the Terms",
    )
    assert (body["workspace"], body["previous"]) == (isp.schema_name, None)
    assert check(signed_of(made)) is Verdict.OURS


def test_a_night_that_did_not_get_through_says_so(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(tasks, "MOST_BATCHES", 2)
    with scope.inside(isp.schema_name):
        for days in range(4):
            make_attempt(at=NOW - timedelta(days=4000 + days))
    assert tasks.forget(isp.schema_name)["attempts"] == 2
    with scope.inside(isp.schema_name):
        assert not RetentionReport.objects.get().is_complete


def test_reports_name_the_one_before_them(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        one, two, three = report(), report(sessions=4), report()
        assert all(map(retention_reports.follows, (one, two, three)))
        RetentionReport.objects.filter(pk=two.pk).delete()
        assert not retention_reports.follows(three)


@pytest.mark.parametrize("part", ["text", "signature", "public_key"])
def test_whatever_is_changed_breaks_the_signature(part: str) -> None:
    signed = sign('{"deleted":4}')
    value = getattr(signed, part)
    changed = value.replace("4", "5") if part == "text" else ("0" if value[0] != "0" else "1") + value[1:]
    assert check(Signed(**{**{name: getattr(signed, name) for name in Signed.__slots__}, part: changed})) is Verdict.BROKEN  # fmt: skip


def test_a_key_of_before_is_ours_and_a_strangers_is_not(settings: Any) -> None:
    signed, key = sign("{}"), settings.SECRET_KEY
    settings.SECRET_KEY = "another key that is long enough for anybody"
    assert check(signed) is Verdict.FOREIGN
    settings.SECRET_KEY_FALLBACKS = [key]
    assert check(signed) is Verdict.OURS


def test_the_file_is_proved_without_us_and_by_the_command(isp: Isp, tmp_path: Path) -> None:
    with scope.inside(isp.schema_name):
        text = to_file(signed_of(report(sessions=7)))
    read = json.loads(text)
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(read["public_key"]))
    public.verify(bytes.fromhex(read["signature"]), read["report"].encode())
    file, said = tmp_path / "report.json", StringIO()
    file.write_text(text)
    call_command("verify_retention", str(file), stdout=said)
    assert "The signature holds" in said.getvalue() and "sessions: 7 deleted" in said.getvalue()
    file.write_text(text.replace('deleted\\":7', 'deleted\\":0'))
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify_retention", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_retention", str(tmp_path / "none"))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"report": 1}', "\x00", "{" * 2000])
def test_what_is_no_report_holds_nothing(text: str) -> None:
    assert check(from_file(text)) is Verdict.BROKEN
