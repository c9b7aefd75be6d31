"""The end of a service with its grace, and limits of one direction."""

from __future__ import annotations

import pytest

from tests.radius.fakes import facts
from tests.radius.test_policy import NOW, accepted, refused, request, voucher


def test_grace_goes_on_and_says_so() -> None:
    known = facts(expires_at=NOW - 3600, grace_seconds=7200)
    verdict = accepted(known)
    assert verdict.session_timeout == 3600
    assert (
        verdict.message
        == "Your account has ended. You can stay online until 22/11 17:05; please renew before then."
    )
    step = next(each for each in verdict.trace if each.code == "ended")
    assert step.text == "It ended on 22 Nov 15:05 and is in its grace for 1 h more."


def test_before_the_end_grace_says_nothing_but_lets_the_session_run_through_it() -> None:
    verdict = accepted(facts(expires_at=NOW + 600, grace_seconds=60))
    assert (verdict.session_timeout, verdict.message) == (660, "")


def test_grace_has_an_end() -> None:
    code, text, message = refused(facts(expires_at=NOW - 7200, grace_seconds=3600))
    assert (code, message) == ("ended", "Your account has ended.")
    assert text == "The account ended 2 h ago, on 22 Nov 14:05, and its grace of 1 h is over."


def test_grace_of_a_voucher_counts_from_the_end_of_its_validity() -> None:
    known = voucher(first_used_at=NOW - 3660, expires_at=NOW - 60, grace_seconds=600)
    assert accepted(known, request(b"X", username=b"x")).session_timeout == 540


@pytest.mark.parametrize("status", ["ended", "suspended", "void"])
def test_grace_is_for_the_end_by_the_clock_only(status: str) -> None:
    assert refused(facts(status=status, expires_at=NOW - 60, grace_seconds=3600))[0] == status


@pytest.mark.parametrize(
    ("limits", "text"),
    [
        ({"upload_limit_bytes": 10**9, "upload_used": 10**9}, "All 1 GB of upload are used."),
        (
            {"download_limit_bytes": 10**9, "data_used": 3 * 10**9, "upload_used": 10**9},
            "All 1 GB of download are used.",
        ),
    ],
)
def test_each_direction_has_a_limit_of_its_own(limits: dict[str, int], text: str) -> None:
    assert refused(facts(**limits))[:2] == ("data_spent", text)


def test_what_is_left_of_each_direction_is_told() -> None:
    known = facts(
        upload_limit_bytes=100, download_limit_bytes=1000, data_limit_bytes=900, data_used=150, upload_used=40
    )
    verdict = accepted(known)
    assert (verdict.upload_left, verdict.download_left, verdict.data_left) == (60, 890, 750)
